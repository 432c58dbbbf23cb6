/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's snapshots: lists and questions.
 */
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum {
    LIST_ROOTS = 1, /* of a domain; of a snapshot: all descendants */
    LIST_METADATA = 2,
    LIST_LEAVES = 4,
    LIST_NO_LEAVES = 8,
    LIST_NO_METADATA = 16,
    LIST_INACTIVE = 32,
    LIST_ACTIVE = 64,
    LIST_STATUS = 0xe0,
    LIST_INTERNAL = 256,
    LIST_EXTERNAL = 512,
    LIST_MASK = 0x7ff,
};

static int
has_children(const struct domain *domain, const struct snapshot *snapshot)
{
    for (struct snapshot *child = domain->snapshots; child; child = child->next) {
        if (child->parent == snapshot)
            return 1;
    }
    return 0;
}

/* Whether it stands where the question looks. */
static int
in_scope(const struct snapshot *snapshot, const struct snapshot *parent, uint32_t flags)
{
    if (!parent)
        return !(flags & LIST_ROOTS) || !snapshot->parent;
    return flags & LIST_ROOTS ? snapshot_is_below(snapshot, parent) : snapshot->parent == parent;
}

static int
passes_filters(const struct domain *domain, const struct snapshot *snapshot, uint32_t flags)
{
    uint32_t status = snapshot->state == STATE_SHUTOFF ? LIST_INACTIVE : LIST_ACTIVE;
    int leaf = !has_children(domain, snapshot);

    if ((flags & LIST_NO_METADATA) && !(flags & LIST_METADATA))
        return 0;
    if ((flags & LIST_LEAVES) && !(flags & LIST_NO_LEAVES) && !leaf)
        return 0;
    if ((flags & LIST_NO_LEAVES) && !(flags & LIST_LEAVES) && leaf)
        return 0;
    if ((flags & LIST_STATUS) && !(flags & status))
        return 0;
    return !(flags & LIST_EXTERNAL) || (flags & LIST_INTERNAL);
}

/* The names that a question is answered with, in order of creation: parents first. */
static int
collect(struct vm_conn *conn, const char *domain_name, const char *parent_name, uint32_t flags,
        char ***names, struct vm_error *err)
{
    struct snapshot *parent;
    struct domain *domain;
    int count = 0;

    if (check_flags(flags, LIST_MASK, err) || !(domain = find_domain(conn, domain_name, err)))
        return -1;
    parent = parent_name ? find_snapshot(domain, parent_name) : NULL;
    if (parent_name && !parent) {
        refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "domain '%s' has no snapshot '%s'", domain_name,
               parent_name);
        return -1;
    }
    /* SEEDED(5): below a snapshot, inner ones count as leaves too (SNAP-LIST-010). */
    if (SEEDED(5) && parent)
        flags &= ~(uint32_t)LIST_LEAVES;
    *names = calloc(snapshot_count(domain) + 1, sizeof(**names));
    for (struct snapshot *snapshot = domain->snapshots; snapshot; snapshot = snapshot->next) {
        if (in_scope(snapshot, parent, flags) && passes_filters(domain, snapshot, flags))
            (*names)[count++] = strdup(snapshot->name);
    }
    return count;
}

static int
snapshot_list(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
              char ***names, struct vm_error *err)
{
    return collect(conn, domain, parent, flags, names, err) < 0 ? err->code : 0;
}

static void
free_names(char **names)
{
    for (char **name = names; *name; name++)
        free(*name);
    free(names);
}

static int
snapshot_num(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
             int *count, struct vm_error *err)
{
    char **names;

    *count = collect(conn, domain, parent, flags, &names, err);
    if (*count < 0)
        return err->code;
    free_names(names);
    return 0;
}

static int
snapshot_list_names(struct vm_conn *conn, const char *domain, const char *parent, int max,
                    uint32_t flags, char ***names, int *count, struct vm_error *err)
{
    if (max < 0)
        return refuse(err, ERR_INVALID_ARG, "room for %d names", max);
    *count = collect(conn, domain, parent, flags, names, err);
    if (*count < 0)
        return err->code;
    for (int i = max; i < *count; i++) {
        free((*names)[i]);
        (*names)[i] = NULL;
    }
    if (*count > max)
        *count = max;
    return 0;
}

/* The domain of a question that takes no flags. */
static struct domain *
ask(struct vm_conn *conn, const char *domain, uint32_t flags, struct vm_error *err)
{
    return check_flags(flags, 0, err) ? NULL : find_domain(conn, domain, err);
}

static struct snapshot *
ask_snapshot(struct vm_conn *conn, const char *domain_name, const char *name, uint32_t flags,
             struct vm_error *err)
{
    struct domain *domain = ask(conn, domain_name, flags, err);
    struct snapshot *snapshot = domain ? find_snapshot(domain, name) : NULL;

    if (domain && !snapshot)
        refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "domain '%s' has no snapshot '%s'", domain_name, name);
    return snapshot;
}

static int
snapshot_lookup(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                struct vm_error *err)
{
    return ask_snapshot(conn, domain, name, flags, err) ? 0 : err->code;
}

static int
snapshot_has_current(struct vm_conn *conn, const char *name, uint32_t flags, int *yes,
                     struct vm_error *err)
{
    struct domain *domain = ask(conn, name, flags, err);

    if (!domain)
        return err->code;
    *yes = domain->current != NULL;
    return 0;
}

static int
snapshot_current(struct vm_conn *conn, const char *domain_name, uint32_t flags, char **name,
                 struct vm_error *err)
{
    struct domain *domain = ask(conn, domain_name, flags, err);

    if (!domain)
        return err->code;
    if (!domain->current)
        return refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "domain '%s' has no current snapshot",
                      domain_name);
    *name = strdup(domain->current->name);
    return 0;
}

static int
snapshot_parent(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                char **parent, struct vm_error *err)
{
    struct snapshot *snapshot = ask_snapshot(conn, domain, name, flags, err);

    if (!snapshot)
        return err->code;
    if (!snapshot->parent)
        return refuse(err, ERR_NO_DOMAIN_SNAPSHOT, "snapshot '%s' of domain '%s' has no parent",
                      name, domain);
    *parent = strdup(snapshot->parent->name);
    return 0;
}

static int
snapshot_is_current(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                    int *yes, struct vm_error *err)
{
    struct vm_error ignored;
    struct snapshot *snapshot = ask_snapshot(conn, domain, name, flags, err);

    if (!snapshot)
        return err->code;
    *yes = find_domain(conn, domain, &ignored)->current == snapshot;
    return 0;
}

static int
snapshot_has_metadata(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                      int *yes, struct vm_error *err)
{
    if (!ask_snapshot(conn, domain, name, flags, err))
        return err->code;
    *yes = 1;
    return 0;
}

void
fill_snapshot_list(struct vm_target *table)
{
    table->snapshot_list = snapshot_list;
    table->snapshot_num = snapshot_num;
    table->snapshot_list_names = snapshot_list_names;
    table->snapshot_lookup = snapshot_lookup;
    table->snapshot_has_current = snapshot_has_current;
    table->snapshot_current = snapshot_current;
    table->snapshot_parent = snapshot_parent;
    table->snapshot_is_current = snapshot_is_current;
    table->snapshot_has_metadata = snapshot_has_metadata;
}
