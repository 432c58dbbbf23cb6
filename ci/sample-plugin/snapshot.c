/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's snapshots: create, describe, revert, delete.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum {
    CREATE_HALT = 8,
    CREATE_DISK_ONLY = 16,
    CREATE_QUIESCE = 64,
    CREATE_ATOMIC = 128,
    CREATE_LIVE = 256,
    CREATE_MASK = CREATE_HALT | CREATE_QUIESCE | CREATE_ATOMIC | CREATE_LIVE,
    REVERT_RUNNING = 1,
    REVERT_PAUSED = 2,
    REVERT_FORCE = 4,
    DELETE_CHILDREN = 1,
    DELETE_CHILDREN_ONLY = 4,
    REASON_BOOTED = 1,
    REASON_PAUSED_USER = 1,
    REASON_RUNNING_FROM_SNAPSHOT = 4,
    REASON_FROM_SNAPSHOT = 7,
};

void
snapshot_free(struct snapshot *snapshot)
{
    free(snapshot->name);
    free(snapshot->description);
    free(snapshot->domain_xml);
    free(snapshot->inactive_xml);
    free(snapshot);
}

int
snapshot_count(const struct domain *domain)
{
    int count = 0;

    for (struct snapshot *snapshot = domain->snapshots; snapshot; snapshot = snapshot->next)
        count++;
    return count;
}

static struct snapshot *
find(struct domain *domain, const char *name)
{
    for (struct snapshot *snapshot = domain->snapshots; snapshot; snapshot = snapshot->next) {
        if (strcmp(snapshot->name, name) == 0)
            return snapshot;
    }
    return NULL;
}

/* The domain and the snapshot of a call. */
static struct snapshot *
find_both(struct vm_conn *conn, const char *name, const char *snapshot_name, struct domain **domain,
          struct vm_error *err)
{
    struct snapshot *snapshot;

    *domain = find_domain(conn, name, err);
    if (!*domain)
        return NULL;
    snapshot = find(*domain, snapshot_name);
    if (!snapshot)
        refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "domain '%s' has no snapshot '%s'", name,
               snapshot_name);
    return snapshot;
}

/* ---- create ---- */

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
        return refuse(err, ERR_XML_DETAIL, "domain '%s': a snapshot cannot be called '%s'",
                      domain->name, name);
    for (const char *c = name; *c; c++) {
        if (iscntrl((unsigned char)*c))
            return refuse(err, ERR_XML_DETAIL,
                          "domain '%s': a snapshot's name cannot hold control characters",
                          domain->name);
    }
    if (is_short_number(name))
        return refuse(err, ERR_CONFIG_UNSUPPORTED,
                      "domain '%s': '%s' would be taken for a snapshot's id", domain->name, name);
    return 0;
}

/* <memory> must fit what this driver does: all of it while running, none while off. */
static int
check_memory(struct domain *domain, xmlDoc *doc, struct vm_error *err)
{
    char *memory = document_text(doc, "/domainsnapshot/memory/@snapshot");
    int active = domain->state != STATE_SHUTOFF;
    int code = 0;

    if (memory && !active && strcmp(memory, "no") != 0)
        code = refuse(err, ERR_XML_ERROR, "domain '%s' is off: there is no memory to keep",
                      domain->name);
    else if (memory && active && strcmp(memory, "internal") != 0)
        code =
            refuse(err, ERR_OPERATION_UNSUPPORTED,
                   "domain '%s': memory '%s' is not supported while running", domain->name, memory);
    free(memory);
    return code;
}

static char *
choose_name(struct vm_conn *conn, struct domain *domain, xmlDoc *doc)
{
    char *name = document_text(doc, "/domainsnapshot/name");
    char made[32];

    if (name && *name)
        return name;
    free(name);
    do
        snprintf(made, sizeof(made), "%lld", ++conn->clock);
    while (find(domain, made));
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
    if (check_memory(domain, doc, err))
        return err->code;
    /* SEEDED(2): a second snapshot of the same name (SNAP-NAME-003). */
    if (!SEEDED(2) && find(domain, name))
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
    take(conn, domain, strdup(*name), document_text(doc, "/domainsnapshot/description"));
    if (flags & CREATE_HALT && domain->state != STATE_SHUTOFF)
        halt(domain);
    xmlFreeDoc(doc);
    return 0;
}

/* ---- describe ---- */

static void
print_disks(FILE *out, const char *domain_xml)
{
    struct vm_error ignored;
    xmlDoc *doc = document_parse(domain_xml, "domain", &ignored);
    int count = document_count(doc, "/domain/devices/disk");

    if (count)
        fputs("<disks>", out);
    for (int i = 1; i <= count; i++) {
        char path[96];
        char *target;

        snprintf(path, sizeof(path), "/domain/devices/disk[%d]/target/@dev", i);
        target = document_text(doc, path);
        snprintf(path, sizeof(path), "/domain/devices/disk[%d][readonly or @device='cdrom']", i);
        fprintf(out, "<disk name='%s' snapshot='%s'/>", target ? target : "",
                document_count(doc, path) ? "no" : "internal");
        free(target);
    }
    if (count)
        fputs("</disks>", out);
    xmlFreeDoc(doc);
}

static void
print_element(FILE *out, const char *element, const char *text)
{
    char *escaped = document_escape(text);

    fprintf(out, "<%s>%s</%s>", element, escaped, element);
    free(escaped);
}

static const char *
state_word(int state)
{
    return state == STATE_RUNNING ? "running" : state == STATE_PAUSED ? "paused" : "shutoff";
}

/* A captured definition of the next boot stands under another element name. */
static void
print_inactive(FILE *out, const char *xml)
{
    const char *start = strstr(xml, "<domain");
    const char *end = strstr(xml, "</domain>");

    fprintf(out, "<inactiveDomain%.*s</inactiveDomain>", (int)(end - start - 7), start + 7);
}

static int
snapshot_get_xml(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
                 char **xml, struct vm_error *err)
{
    struct domain *domain;
    struct snapshot *snapshot;
    size_t length;
    FILE *out;

    if (check_flags(flags, 1, err) ||
        !(snapshot = find_both(conn, domain_name, name, &domain, err)))
        return err->code;
    out = open_memstream(xml, &length);
    fputs("<domainsnapshot>", out);
    print_element(out, "name", snapshot->name);
    if (snapshot->description)
        print_element(out, "description", snapshot->description);
    print_element(out, "state", state_word(snapshot->state));
    if (snapshot->parent) {
        fputs("<parent>", out);
        print_element(out, "name", snapshot->parent->name);
        fputs("</parent>", out);
    }
    fprintf(out, "<creationTime>%lld</creationTime>", snapshot->created);
    fprintf(out, "<memory snapshot='%s'/>", snapshot->state == STATE_SHUTOFF ? "no" : "internal");
    print_disks(out, snapshot->domain_xml);
    fputs(snapshot->domain_xml, out);
    if (snapshot->inactive_xml)
        print_inactive(out, snapshot->inactive_xml);
    fputs("</domainsnapshot>", out);
    fclose(out);
    return 0;
}

/* ---- revert ---- */

static int
target_state(const struct snapshot *snapshot, uint32_t flags)
{
    if (flags & REVERT_RUNNING)
        return STATE_RUNNING;
    if (flags & REVERT_PAUSED)
        return STATE_PAUSED;
    return snapshot->state;
}

static int
target_reason(const struct domain *domain, const struct snapshot *snapshot, int state)
{
    if (state == STATE_SHUTOFF)
        return domain->state == STATE_SHUTOFF ? domain->reason : REASON_FROM_SNAPSHOT;
    if (snapshot->state == STATE_SHUTOFF)
        return state == STATE_RUNNING ? REASON_BOOTED : REASON_PAUSED_USER;
    return state == STATE_RUNNING ? REASON_RUNNING_FROM_SNAPSHOT : REASON_FROM_SNAPSHOT;
}

static void
replace(char **slot, const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    free(*slot);
    *slot = copy;
}

static int
snapshot_revert(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
                struct vm_error *err)
{
    struct domain *domain;
    struct snapshot *snapshot;
    const char *stored;
    int state;

    if (check_flags(flags, REVERT_RUNNING | REVERT_PAUSED | REVERT_FORCE, err))
        return err->code;
    if ((flags & REVERT_RUNNING) && (flags & REVERT_PAUSED))
        return refuse(err, ERR_INVALID_ARG, "running and paused exclude each other");
    if (!(snapshot = find_both(conn, domain_name, name, &domain, err)))
        return err->code;
    /* SEEDED(3): the running guest is thrown away unasked (VM-REV-001). */
    if (!SEEDED(3) && domain->state != STATE_SHUTOFF && snapshot->state == STATE_SHUTOFF &&
        !(flags & REVERT_FORCE))
        return refuse(err, ERR_SNAPSHOT_REVERT_RISKY,
                      "domain '%s' runs and would be stopped by snapshot '%s'", domain_name, name);
    state = target_state(snapshot, flags);
    domain->reason = target_reason(domain, snapshot, state);
    domain->state = state;
    stored = snapshot->inactive_xml ? snapshot->inactive_xml : snapshot->domain_xml;
    replace(&domain->next_xml, state == STATE_SHUTOFF ? NULL : stored);
    replace(&domain->xml, state == STATE_SHUTOFF ? stored : snapshot->domain_xml);
    domain->current = snapshot;
    return 0;
}

/* ---- delete ---- */

static int
is_below(const struct snapshot *snapshot, const struct snapshot *ancestor)
{
    for (snapshot = snapshot->parent; snapshot; snapshot = snapshot->parent) {
        if (snapshot == ancestor)
            return 1;
    }
    return 0;
}

static void
unlink_one(struct domain *domain, struct snapshot *snapshot)
{
    struct snapshot **link = &domain->snapshots;

    while (*link != snapshot)
        link = &(*link)->next;
    *link = snapshot->next;
    for (struct snapshot *child = domain->snapshots; child; child = child->next) {
        /* SEEDED(4): children become roots, wherever they stood (SNAP-TREE-009). */
        if (child->parent == snapshot)
            child->parent = SEEDED(4) ? NULL : snapshot->parent;
    }
    if (domain->current == snapshot)
        domain->current = snapshot->parent;
    snapshot_free(snapshot);
}

static void
unlink_descendants(struct domain *domain, struct snapshot *top)
{
    struct snapshot *snapshot = domain->snapshots;

    if (domain->current && is_below(domain->current, top))
        domain->current = top;
    while (snapshot) {
        if (!is_below(snapshot, top)) {
            snapshot = snapshot->next;
            continue;
        }
        unlink_one(domain, snapshot);
        snapshot = domain->snapshots;
    }
}

static int
snapshot_delete(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
                struct vm_error *err)
{
    struct domain *domain;
    struct snapshot *snapshot;

    if (check_flags(flags, DELETE_CHILDREN | DELETE_CHILDREN_ONLY, err))
        return err->code;
    if ((flags & DELETE_CHILDREN) && (flags & DELETE_CHILDREN_ONLY))
        return refuse(err, ERR_INVALID_ARG, "children and children-only exclude each other");
    if (!(snapshot = find_both(conn, domain_name, name, &domain, err)))
        return err->code;
    if (flags)
        unlink_descendants(domain, snapshot);
    if (!(flags & DELETE_CHILDREN_ONLY))
        unlink_one(domain, snapshot);
    return 0;
}

void
fill_snapshot(struct vm_target *table)
{
    table->snapshot_create_xml = snapshot_create_xml;
    table->snapshot_get_xml = snapshot_get_xml;
    table->snapshot_revert = snapshot_revert;
    table->snapshot_delete = snapshot_delete;
}
