/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's life cycle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum {
    REASON_BOOTED = 1,
    REASON_UNPAUSED = 5,
    REASON_USER = 1,
    REASON_SHUTDOWN = 1,
    REASON_DESTROYED = 2,
};

enum {
    UNDEFINE_SNAPSHOTS_METADATA = 2,
    UNDEFINE_NVRAM = 0x4 | 0x8, /* remove it, keep it */
    UNDEFINE_TPM = 0x20 | 0x40,
    UNDEFINE_MASK = 0x7f,
    XML_SECURE = 1,
    XML_INACTIVE = 2,
    XML_MASK = 0xf,
    LIST_MASK = 0xffff,
    START_PAUSED = 1,
    START_AUTODESTROY = 2,
    SHUTDOWN_ACPI = 1,
    SHUTDOWN_AGENT = 2,
};

struct domain *
find_domain(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    for (struct domain *domain = conn->domains; domain; domain = domain->next) {
        if (strcmp(domain->name, name) == 0)
            return domain;
    }
    refuse(err, ERR_NO_DOMAIN, "no domain is called '%s'", name);
    return NULL;
}

static struct domain *
find_uuid(struct vm_conn *conn, const char *uuid)
{
    for (struct domain *domain = conn->domains; domain; domain = domain->next) {
        if (strcmp(domain->uuid, uuid) == 0)
            return domain;
    }
    return NULL;
}

static int
need_active(const struct domain *domain, struct vm_error *err)
{
    if (domain->state == STATE_SHUTOFF)
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' is not running", domain->name);
    return 0;
}

static void
forget_snapshots(struct domain *domain)
{
    while (domain->snapshots) {
        struct snapshot *next = domain->snapshots->next;

        snapshot_free(domain->snapshots);
        domain->snapshots = next;
    }
    domain->current = NULL;
}

static void
remove_domain(struct vm_conn *conn, struct domain *domain)
{
    struct domain **link = &conn->domains;

    while (*link != domain)
        link = &(*link)->next;
    *link = domain->next;
    forget_snapshots(domain);
    free(domain->name);
    free(domain->xml);
    free(domain->next_xml);
    free(domain);
}

/* The machine is off: the stored definition holds again. */
static void
stop(struct vm_conn *conn, struct domain *domain, int reason)
{
    domain->state = STATE_SHUTOFF;
    domain->reason = reason;
    if (domain->next_xml) {
        free(domain->xml);
        domain->xml = domain->next_xml;
        domain->next_xml = NULL;
    }
    if (!domain->persistent)
        remove_domain(conn, domain);
}

/* A document without a uuid gets one. */
static char *
draw_uuid(struct vm_conn *conn, xmlDoc *doc)
{
    char uuid[37];

    snprintf(uuid, sizeof(uuid), "5a3b1e00-0000-4000-8000-%012x", ++conn->serial);
    xmlNewTextChild(xmlDocGetRootElement(doc), NULL, BAD_CAST "uuid", BAD_CAST uuid);
    return strdup(uuid);
}

static int
check_name(const char *name, struct vm_error *err)
{
    if (!name || !*name)
        return refuse(err, ERR_NO_NAME, "the domain has no name");
    if (strchr(name, '\n'))
        return refuse(err, ERR_XML_DETAIL, "the name of a domain cannot hold a line end");
    if (strchr(name, '/'))
        return refuse(err, ERR_XML_ERROR, "the name '%s' of a domain cannot hold a slash", name);
    return 0;
}

/* A name and a uuid belong together. */
static int
check_identity(struct vm_conn *conn, const char *name, const char *uuid, struct vm_error *err)
{
    struct vm_error ignored;
    struct domain *by_name = find_domain(conn, name, &ignored);
    struct domain *by_uuid = find_uuid(conn, uuid);

    if (by_name != by_uuid)
        return refuse(err, ERR_OPERATION_FAILED, "domain '%s' exists with uuid %s",
                      by_name ? by_name->name : by_uuid->name,
                      by_name ? by_name->uuid : by_uuid->uuid);
    return 0;
}

static void
store_definition(struct vm_conn *conn, const char *name, const char *uuid, char *xml)
{
    struct domain *domain = find_uuid(conn, uuid);
    char **slot;

    if (!domain) {
        domain = calloc(1, sizeof(*domain));
        domain->name = strdup(name);
        strcpy(domain->uuid, uuid);
        domain->state = STATE_SHUTOFF;
        domain->next = conn->domains;
        conn->domains = domain;
    }
    domain->persistent = 1;
    slot = domain->state == STATE_SHUTOFF ? &domain->xml : &domain->next_xml;
    free(*slot);
    *slot = xml;
}

static int
domain_define(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    char *name = NULL, *uuid = NULL;
    xmlDoc *doc;
    int code = check_flags(flags, 0, err);

    if (code || !(doc = document_parse(xml, "domain", err)))
        return err->code;
    name = document_text(doc, "/domain/name");
    code = check_name(name, err);
    if (!code) {
        uuid = document_text(doc, "/domain/uuid");
        if (!uuid)
            uuid = draw_uuid(conn, doc);
        if (strlen(uuid) != 36)
            code = refuse(err, ERR_XML_ERROR, "domain '%s': malformed uuid '%s'", name, uuid);
    }
    if (!code)
        code = check_identity(conn, name, uuid, err);
    if (!code)
        store_definition(conn, name, uuid, document_format(doc));
    free(name);
    free(uuid);
    xmlFreeDoc(doc);
    return code;
}

static int
domain_undefine_flags(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    struct domain *domain;
    int code = check_flags(flags, UNDEFINE_MASK, err);

    if ((flags & UNDEFINE_NVRAM) == UNDEFINE_NVRAM || (flags & UNDEFINE_TPM) == UNDEFINE_TPM)
        return refuse(err, ERR_OPERATION_INVALID, "removing and keeping exclude each other");
    if (code || !(domain = find_domain(conn, name, err)))
        return err->code;
    if (!domain->persistent)
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' is transient", name);
    /* SEEDED(1): the snapshots' metadata is dropped without a word (VM-UNDEF-001). */
    if (!SEEDED(1) && domain->snapshots && !(flags & UNDEFINE_SNAPSHOTS_METADATA))
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' has %d snapshots", name,
                      snapshot_count(domain));
    forget_snapshots(domain);
    domain->persistent = 0;
    if (domain->state == STATE_SHUTOFF)
        remove_domain(conn, domain);
    return 0;
}

static int
domain_undefine(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    return domain_undefine_flags(conn, name, 0, err);
}

static int
domain_get_xml(struct vm_conn *conn, const char *name, uint32_t flags, char **xml,
               struct vm_error *err)
{
    struct domain *domain;
    const char *shown;
    int code = check_flags(flags, XML_MASK, err);

    if (code || !(domain = find_domain(conn, name, err)))
        return err->code;
    shown = flags & XML_INACTIVE && domain->next_xml ? domain->next_xml : domain->xml;
    *xml = flags & XML_SECURE ? strdup(shown) : document_without_secrets(shown);
    return 0;
}

static int
domain_get_uuid(struct vm_conn *conn, const char *name, char uuid[37], struct vm_error *err)
{
    struct domain *domain = find_domain(conn, name, err);

    if (!domain)
        return err->code;
    strcpy(uuid, domain->uuid);
    return 0;
}

static int
domain_is_persistent(struct vm_conn *conn, const char *name, int *yes, struct vm_error *err)
{
    struct domain *domain = find_domain(conn, name, err);

    if (!domain)
        return err->code;
    *yes = domain->persistent;
    return 0;
}

/* The filters of virConnectListAllDomains: OR within a group, AND between groups.  A row is one
 * bit and whether the domain has what it asks for. */
static int
list_matches(const struct domain *domain, uint32_t flags)
{
    int active = domain->state != STATE_SHUTOFF;
    const struct {
        uint32_t group, bits;
    } groups[] = {
        {0x3, active ? 1 : 2},
        {0xc, domain->persistent ? 4 : 8},
        {0xf0, domain->state == STATE_RUNNING  ? 16
               : domain->state == STATE_PAUSED ? 32
                                               : 64},
        {0x300, 512},
        {0xc00, 2048},
        {0x3000, domain->snapshots ? 4096 : 8192},
        {0xc000, 32768},
    };

    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
        if ((flags & groups[i].group) && !(flags & groups[i].bits))
            return 0;
    }
    return 1;
}

static int
domain_list(struct vm_conn *conn, uint32_t flags, char ***names, struct vm_error *err)
{
    size_t count = 0;

    if (check_flags(flags, LIST_MASK, err))
        return err->code;
    for (struct domain *domain = conn->domains; domain; domain = domain->next)
        count++;
    *names = calloc(count + 1, sizeof(**names));
    count = 0;
    for (struct domain *domain = conn->domains; domain; domain = domain->next) {
        if (list_matches(domain, flags))
            (*names)[count++] = strdup(domain->name);
    }
    return 0;
}

/* A disk that forgets would need an overlay, which this driver cannot make. */
static int
check_disks(const struct domain *domain, struct vm_error *err)
{
    struct vm_error ignored;
    xmlDoc *doc = document_parse(domain->xml, "domain", &ignored);
    int count = document_count(doc, "/domain/devices/disk/transient");

    xmlFreeDoc(doc);
    if (count)
        return refuse(err, ERR_OPERATION_UNSUPPORTED, "domain '%s' has %d transient disks",
                      domain->name, count);
    return 0;
}

static int
domain_create(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    struct domain *domain;
    int code = check_flags(flags, START_PAUSED | START_AUTODESTROY, err);

    if (!code && flags & START_AUTODESTROY)
        return refuse(err, ERR_ARGUMENT_UNSUPPORTED, "autodestroy is not supported");
    if (code || !(domain = find_domain(conn, name, err)))
        return err->code;
    if (domain->state != STATE_SHUTOFF)
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' is already active", name);
    if (check_disks(domain, err))
        return err->code;
    domain->next_xml = strdup(domain->xml);
    domain->state = flags & START_PAUSED ? STATE_PAUSED : STATE_RUNNING;
    domain->reason = flags & START_PAUSED ? REASON_USER : REASON_BOOTED;
    return 0;
}

static int
domain_destroy(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    struct domain *domain;
    int code = check_flags(flags, 3, err);

    if (code || !(domain = find_domain(conn, name, err)) || need_active(domain, err))
        return err->code;
    stop(conn, domain, REASON_DESTROYED);
    return 0;
}

static int
domain_shutdown(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    struct domain *domain;
    int code = check_flags(flags, SHUTDOWN_ACPI | SHUTDOWN_AGENT, err);

    if (code || !(domain = find_domain(conn, name, err)))
        return err->code;
    if (flags == SHUTDOWN_AGENT)
        return refuse(err, ERR_ARGUMENT_UNSUPPORTED, "domain '%s' has no guest agent", name);
    if (domain->state != STATE_RUNNING)
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' is not running", name);
    stop(conn, domain, REASON_SHUTDOWN);
    return 0;
}

static int
domain_reset(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    struct domain *domain;
    int code = check_flags(flags, 0, err);

    if (code || !(domain = find_domain(conn, name, err)))
        return err->code;
    return need_active(domain, err);
}

static int
domain_suspend(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    struct domain *domain = find_domain(conn, name, err);

    if (!domain || need_active(domain, err))
        return err->code;
    if (domain->state == STATE_PAUSED)
        return 0;
    domain->state = STATE_PAUSED;
    domain->reason = REASON_USER;
    return 0;
}

static int
domain_resume(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    struct domain *domain = find_domain(conn, name, err);

    if (!domain || need_active(domain, err))
        return err->code;
    if (domain->state == STATE_RUNNING)
        return refuse(err, ERR_OPERATION_INVALID, "domain '%s' is already running", name);
    domain->state = STATE_RUNNING;
    domain->reason = REASON_UNPAUSED;
    return 0;
}

static int
domain_get_state(struct vm_conn *conn, const char *name, int *state, int *reason,
                 struct vm_error *err)
{
    struct domain *domain = find_domain(conn, name, err);

    if (!domain)
        return err->code;
    *state = domain->state;
    *reason = domain->reason;
    return 0;
}

void
fill_domain(struct vm_target *table)
{
    table->domain_define = domain_define;
    table->domain_undefine = domain_undefine;
    table->domain_undefine_flags = domain_undefine_flags;
    table->domain_get_xml = domain_get_xml;
    table->domain_get_uuid = domain_get_uuid;
    table->domain_is_persistent = domain_is_persistent;
    table->domain_list = domain_list;
    table->domain_create = domain_create;
    table->domain_destroy = domain_destroy;
    table->domain_shutdown = domain_shutdown;
    table->domain_reset = domain_reset;
    table->domain_suspend = domain_suspend;
    table->domain_resume = domain_resume;
    table->domain_get_state = domain_get_state;
}
