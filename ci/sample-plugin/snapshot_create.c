/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's snapshots: create.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum {
    CREATE_HALT = 8,
    CREATE_QUIESCE = 64,
    CREATE_ATOMIC = 128, /* it always is */
    CREATE_LIVE = 256,
    CREATE_MASK = CREATE_HALT | CREATE_QUIESCE | CREATE_ATOMIC | CREATE_LIVE,
    REASON_UNPAUSED = 5,
    REASON_FROM_SNAPSHOT = 7,
};

static int
is_short_number(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits == strlen(name) && digits < 10;
}

static int
check_name(struct domain *domain, const char *name, struct vm_error *err)
{
    if (strchr(name, '/') || name[0] == '.' || strlen(name) > 240)
        return refuse(err, ERR_XML_DETAIL, "domain '%s': the name '%s' is no name of a snapshot",
                      domain->name, name);
    for (const char *c = name; *c; c++) {
        if (iscntrl((unsigned char)*c))
            return refuse(err, ERR_XML_DETAIL,
                          "domain '%s': a snapshot's name cannot hold control characters",
                          domain->name);
    }
    if (is_short_number(name))
        return refuse(err, ERR_CONFIG_UNSUPPORTED,
                      "domain '%s': the name '%s' would be taken for a snapshot's id", domain->name,
                      name);
    return 0;
}

/* What <memory> may say at all. */
static int
check_memory_words(const char *place, const char *file, struct vm_error *err)
{
    int external = place ? strcmp(place, "external") == 0 : file != NULL;

    if (place && !external && strcmp(place, "no") != 0 && strcmp(place, "internal") != 0)
        return refuse(err, ERR_XML_ERROR, "memory cannot be '%s'", place);
    if (external && (!file || file[0] != '/'))
        return refuse(err, ERR_XML_ERROR, "external memory needs the absolute path of a file");
    if (!external && file)
        return refuse(err, ERR_XML_ERROR, "only external memory has a file");
    return 0;
}

/* And it must fit what this driver does: all of it while running, none while off. */
static int
check_memory(const struct domain *domain, xmlDoc *doc, struct vm_error *err)
{
    char *place = document_text(doc, "/domainsnapshot/memory/@snapshot");
    char *file = document_text(doc, "/domainsnapshot/memory/@file");
    int active = domain->state != STATE_SHUTOFF;
    int code = check_memory_words(place, file, err);

    if (!code && !active && place && strcmp(place, "no") != 0)
        code = refuse(err, ERR_XML_ERROR, "domain '%s' is off: there is no memory to keep",
                      domain->name);
    if (!code && active && place && strcmp(place, "internal") != 0)
        code =
            refuse(err, ERR_OPERATION_UNSUPPORTED,
                   "domain '%s': memory '%s' is not supported while running", domain->name, place);
    free(place);
    free(file);
    return code;
}

/* A snapshot of no disk would hold nothing. */
static int
check_disks(const struct domain *domain, struct vm_error *err)
{
    struct vm_error ignored;
    xmlDoc *doc = document_parse(domain->xml, "domain", &ignored);
    int count = document_count(doc, "/domain/devices/disk[not(readonly) and not(@device='cdrom')]");

    xmlFreeDoc(doc);
    if (!count)
        return refuse(err, ERR_CONFIG_UNSUPPORTED, "domain '%s' has no disk to snapshot",
                      domain->name);
    return 0;
}

/* An empty element counts as none. */
static char *
given_text(xmlDoc *doc, const char *xpath)
{
    char *text = document_text(doc, xpath);

    if (text && *text)
        return text;
    free(text);
    return NULL;
}

static char *
choose_name(struct vm_conn *conn, struct domain *domain, xmlDoc *doc)
{
    char *name = given_text(doc, "/domainsnapshot/name");
    char made[32];

    if (name)
        return name;
    do
        snprintf(made, sizeof(made), "%lld", ++conn->clock);
    while (find_snapshot(domain, made));
    return strdup(made);
}

static void
append(struct domain *domain, struct snapshot *snapshot)
{
    struct snapshot **link = &domain->snapshots;

    while (*link)
        link = &(*link)->next;
    *link = snapshot;
    snapshot->parent = domain->current;
    domain->current = snapshot;
}

static void
take(struct vm_conn *conn, struct domain *domain, char *name, char *description)
{
    struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

    snapshot->name = name;
    snapshot->description = description;
    snapshot->state = domain->state;
    snapshot->created = ++conn->clock;
    snapshot->domain_xml = strdup(domain->xml);
    snapshot->inactive_xml = domain->next_xml ? strdup(domain->next_xml) : NULL;
    append(domain, snapshot);
}

static void
halt(struct domain *domain)
{
    domain->state = STATE_SHUTOFF;
    domain->reason = REASON_FROM_SNAPSHOT;
    free(domain->xml);
    domain->xml = domain->next_xml;
    domain->next_xml = NULL;
}

static int
check_create(struct domain *domain, xmlDoc *doc, const char *name, uint32_t flags,
             struct vm_error *err)
{
    if (check_name(domain, name, err))
        return err->code;
    if (flags & CREATE_LIVE)
        return refuse(err, ERR_OPERATION_UNSUPPORTED,
                      "domain '%s': a live snapshot needs external memory", domain->name);
    if (check_memory(domain, doc, err) || check_disks(domain, err))
        return err->code;
    /* SEEDED(2): a second snapshot of the same name (SNAP-NAME-003). */
    if (!SEEDED(2) && find_snapshot(domain, name))
        return refuse(err, ERR_OPERATION_FAILED, "domain '%s' has a snapshot '%s' already",
                      domain->name, name);
    return 0;
}

static int
snapshot_create_xml(struct vm_conn *conn, const char *domain_name, const char *xml, uint32_t flags,
                    char **name, struct vm_error *err)
{
    struct domain *domain;
    xmlDoc *doc;

    if (check_flags(flags, CREATE_MASK, err))
        return err->code;
    if (flags & CREATE_QUIESCE)
        return refuse(err, ERR_INVALID_ARG, "quiesce needs disk-only");
    if (!(domain = find_domain(conn, domain_name, err)) ||
        !(doc = document_parse(xml, "domainsnapshot", err)))
        return err->code;
    *name = choose_name(conn, domain, doc);
    if (check_create(domain, doc, *name, flags, err)) {
        free(*name);
        xmlFreeDoc(doc);
        return err->code;
    }
    take(conn, domain, strdup(*name), given_text(doc, "/domainsnapshot/description"));
    if (flags & CREATE_HALT && domain->state != STATE_SHUTOFF)
        halt(domain);
    else if (domain->state == STATE_RUNNING)
        domain->reason = REASON_UNPAUSED; /* the guest stood still meanwhile */
    xmlFreeDoc(doc);
    return 0;
}

void
fill_snapshot_create(struct vm_target *table)
{
    table->snapshot_create_xml = snapshot_create_xml;
}
