/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's snapshots: describe, revert, delete.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum {
    XML_SECURE = 1,
    REVERT_RUNNING = 1,
    REVERT_PAUSED = 2,
    REVERT_FORCE = 4,
    REVERT_RESET_NVRAM = 8, /* there is none */
    REVERT_MASK = 15,
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

struct snapshot *
find_snapshot(const struct domain *domain, const char *name)
{
    for (struct snapshot *snapshot = domain->snapshots; snapshot; snapshot = snapshot->next) {
        if (strcmp(snapshot->name, name) == 0)
            return snapshot;
    }
    return NULL;
}

int
snapshot_is_below(const struct snapshot *snapshot, const struct snapshot *ancestor)
{
    for (snapshot = snapshot->parent; snapshot; snapshot = snapshot->parent) {
        if (snapshot == ancestor)
            return 1;
    }
    return 0;
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
    snapshot = find_snapshot(*domain, snapshot_name);
    if (!snapshot)
        refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "domain '%s' has no snapshot '%s'", name,
               snapshot_name);
    return snapshot;
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

/* A captured definition; that of the next boot stands under another element name. */
static void
print_domain(FILE *out, const char *element, const char *xml, uint32_t flags)
{
    char *shown = flags & XML_SECURE ? strdup(xml) : document_without_secrets(xml);
    const char *start = strstr(shown, "<domain") + strlen("<domain");
    const char *end = strstr(shown, "</domain>");

    fprintf(out, "<%s%.*s</%s>", element, (int)(end - start), start, element);
    free(shown);
}

static int
snapshot_get_xml(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
                 char **xml, struct vm_error *err)
{
    struct domain *domain;
    struct snapshot *snapshot;
    size_t length;
    FILE *out;

    if (check_flags(flags, XML_SECURE, err) ||
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
    print_domain(out, "domain", snapshot->domain_xml, flags);
    if (snapshot->inactive_xml)
        print_domain(out, "inactiveDomain", snapshot->inactive_xml, flags);
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

/* A running guest may go on only as the same machine on the same disks. */
static int
is_same_machine(const char *xml, const char *other)
{
    static const char *const parts[] = {"/domain/memory", "/domain/vcpu",
                                        "/domain/devices/disk/source/@file"};
    struct vm_error ignored;
    xmlDoc *a = document_parse(xml, "domain", &ignored);
    xmlDoc *b = document_parse(other, "domain", &ignored);
    int same = 1;

    for (size_t i = 0; same && i < sizeof(parts) / sizeof(*parts); i++)
        same = document_equal(a, b, parts[i]);
    xmlFreeDoc(a);
    xmlFreeDoc(b);
    return same;
}

/* What a caller loses by this revert needs FORCE. */
static int
check_risk(const struct domain *domain, const struct snapshot *snapshot, struct vm_error *err)
{
    if (domain->state == STATE_SHUTOFF)
        return 0;
    /* SEEDED(3): the running guest is thrown away unasked (VM-REV-001). */
    if (snapshot->state == STATE_SHUTOFF && !SEEDED(3))
        return refuse(err, ERR_SNAPSHOT_REVERT_RISKY,
                      "domain '%s' runs and would be stopped by snapshot '%s'", domain->name,
                      snapshot->name);
    if (snapshot->state != STATE_SHUTOFF && !is_same_machine(domain->xml, snapshot->domain_xml))
        return refuse(err, ERR_SNAPSHOT_REVERT_RISKY,
                      "domain '%s' runs as another machine than snapshot '%s' holds", domain->name,
                      snapshot->name);
    return 0;
}

static int
snapshot_revert(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
                struct vm_error *err)
{
    struct domain *domain;
    struct snapshot *snapshot;
    const char *stored;
    int state;

    if (check_flags(flags, REVERT_MASK, err))
        return err->code;
    if ((flags & REVERT_RUNNING) && (flags & REVERT_PAUSED))
        return refuse(err, ERR_INVALID_ARG, "running and paused exclude each other");
    if (!(snapshot = find_both(conn, domain_name, name, &domain, err)))
        return err->code;
    if (!(flags & REVERT_FORCE) && check_risk(domain, snapshot, err))
        return err->code;
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

/* Take one out of the list; its children go to the heir. */
static void
unlink_one(struct domain *domain, struct snapshot *snapshot, struct snapshot *heir)
{
    struct snapshot **link = &domain->snapshots;

    while (*link != snapshot)
        link = &(*link)->next;
    *link = snapshot->next;
    for (struct snapshot *child = domain->snapshots; child; child = child->next) {
        if (child->parent == snapshot)
            child->parent = heir;
    }
    if (domain->current == snapshot)
        domain->current = snapshot->parent;
    snapshot_free(snapshot);
}

static void
unlink_descendants(struct domain *domain, struct snapshot *top)
{
    struct snapshot *snapshot = domain->snapshots;

    if (domain->current && snapshot_is_below(domain->current, top))
        domain->current = top;
    while (snapshot) {
        if (!snapshot_is_below(snapshot, top)) {
            snapshot = snapshot->next;
            continue;
        }
        unlink_one(domain, snapshot, snapshot->parent);
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
        /* SEEDED(4): children become roots, wherever they stood (SNAP-TREE-009). */
        unlink_one(domain, snapshot, SEEDED(4) ? NULL : snapshot->parent);
    return 0;
}

void
fill_snapshot(struct vm_target *table)
{
    table->snapshot_get_xml = snapshot_get_xml;
    table->snapshot_revert = snapshot_revert;
    table->snapshot_delete = snapshot_delete;
}
