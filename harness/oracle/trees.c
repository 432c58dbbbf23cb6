/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I1: the moment trees are trees, and every list agrees with the documents.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

static gboolean
has_children(const ObservedDomain *domain, const ObservedMoment *moment)
{
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *other = g_ptr_array_index(domain->moments, i);

        if (g_strcmp0(other->doc->parent, moment->name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_root(const ObservedDomain *domain, const ObservedMoment *moment)
{
    return !moment->doc->parent || !observed_moment(domain, moment->doc->parent);
}

static gboolean
is_leaf(const ObservedDomain *domain, const ObservedMoment *moment)
{
    return !has_children(domain, moment);
}

static gboolean
is_inactive(const ObservedDomain *domain G_GNUC_UNUSED, const ObservedMoment *moment)
{
    return g_strcmp0(moment->doc->state, "shutoff") == 0;
}

static gboolean
is_disk_only(const ObservedDomain *domain G_GNUC_UNUSED, const ObservedMoment *moment)
{
    return g_strcmp0(moment->doc->state, "disk-snapshot") == 0;
}

static gboolean
is_external(const ObservedDomain *domain G_GNUC_UNUSED, const ObservedMoment *moment)
{
    return document_is_external(moment->doc);
}

static gboolean
is_internal(const ObservedDomain *domain, const ObservedMoment *moment)
{
    return !is_external(domain, moment);
}

static gboolean
is_active(const ObservedDomain *domain, const ObservedMoment *moment)
{
    return !is_inactive(domain, moment) && !is_disk_only(domain, moment);
}

/* One filter and which moments it keeps. */
static const struct {
    guint32 flag;
    const char *word;
    gboolean (*keeps)(const ObservedDomain *domain, const ObservedMoment *moment);
} filters[] = {
    {VIR_DOMAIN_SNAPSHOT_LIST_ROOTS, "roots", is_root},
    {VIR_DOMAIN_SNAPSHOT_LIST_LEAVES, "leaves", is_leaf},
    {VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES, "no-leaves", has_children},
    {VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE, "inactive", is_inactive},
    {VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE, "active", is_active},
    {VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY, "disk-only", is_disk_only},
    {VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL, "internal", is_internal},
    {VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL, "external", is_external},
};

static gboolean
names_have(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    }
    return FALSE;
}

static char *
check_filter(const ObserveView *view, const ObservedDomain *domain, guint which)
{
    const struct vm_target *target = view->target;
    struct vm_error err = {0};
    g_autoptr(GPtrArray) names = NULL;
    char **list = NULL;
    guint kept = 0;
    int count = 0;

    if (target->snapshot_list(view->conn, domain->name, NULL, filters[which].flag, &list, &err) !=
        0)
        return g_strdup_printf("'%s': the list of %s is refused: %s", domain->name,
                               filters[which].word, err.text);
    names = observe_take_list(target, list);
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        gboolean keep = filters[which].keeps(domain, moment);

        kept += keep;
        if (keep != names_have(names, moment->name))
            return g_strdup_printf("'%s': snapshot '%s' is %s the list of %s, against its document",
                                   domain->name, moment->name, keep ? "not in" : "in",
                                   filters[which].word);
    }
    if (names->len != kept)
        return g_strdup_printf("'%s': the list of %s has %u names, expected %u", domain->name,
                               filters[which].word, names->len, kept);
    if (target->snapshot_num &&
        target->snapshot_num(view->conn, domain->name, NULL, filters[which].flag, &count, &err) ==
            0 &&
        count != (int)kept)
        return g_strdup_printf("'%s': the number of %s is %d, the list has %u", domain->name,
                               filters[which].word, count, kept);
    return NULL;
}

static char *
check_children(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment)
{
    struct vm_error err = {0};
    g_autoptr(GPtrArray) names = NULL;
    char **list = NULL;

    if (view->target->snapshot_list(view->conn, domain->name, moment->name, 0, &list, &err) != 0)
        return NULL;
    names = observe_take_list(view->target, list);
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *other = g_ptr_array_index(domain->moments, i);
        gboolean child = g_strcmp0(other->doc->parent, moment->name) == 0;

        if (child != names_have(names, other->name))
            return g_strdup_printf("'%s': snapshot '%s' is %s the children of '%s', against its "
                                   "document",
                                   domain->name, other->name, child ? "not in" : "in",
                                   moment->name);
    }
    return NULL;
}

static char *
check_parent(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment)
{
    struct vm_error err = {0};
    char *parent = NULL;
    char *found = NULL;

    if (!view->target->snapshot_parent ||
        (view->damaged && moment->doc->parent && !observed_moment(domain, moment->doc->parent)))
        return NULL;
    if (view->target->snapshot_parent(view->conn, domain->name, moment->name, 0, &parent, &err) !=
        0)
        return moment->doc->parent ? g_strdup_printf("'%s': the parent of '%s' is refused: %s",
                                                     domain->name, moment->name, err.text)
                                   : NULL;
    if (g_strcmp0(parent, moment->doc->parent) != 0)
        found = g_strdup_printf("'%s': the parent of '%s' is '%s', its document says '%s'",
                                domain->name, moment->name, parent,
                                moment->doc->parent ? moment->doc->parent : "");
    view->target->free_string(parent);
    return found;
}

static char *
check_moment(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment)
{
    struct vm_error err = {0};
    char *found;

    if (g_strcmp0(moment->doc->name, moment->name) != 0)
        return g_strdup_printf("'%s': snapshot '%s' calls itself '%s'", domain->name, moment->name,
                               moment->doc->name ? moment->doc->name : "");
    if (moment->doc->parent && !view->damaged && !observed_moment(domain, moment->doc->parent))
        return g_strdup_printf("'%s': the parent '%s' of snapshot '%s' does not exist",
                               domain->name, moment->doc->parent, moment->name);
    if (observed_is_below(domain, moment->name, moment->name))
        return g_strdup_printf("'%s': snapshot '%s' is its own ancestor", domain->name,
                               moment->name);
    if (view->target->snapshot_lookup &&
        view->target->snapshot_lookup(view->conn, domain->name, moment->name, 0, &err) != 0)
        return g_strdup_printf("'%s': snapshot '%s' is listed, but not found: %s", domain->name,
                               moment->name, err.text);
    found = check_parent(view, domain, moment);
    return found ? found : check_children(view, domain, moment);
}

static char *
check_current(const ObserveView *view, const ObservedDomain *domain)
{
    guint claims = 0;

    if (domain->current && !observed_moment(domain, domain->current))
        return g_strdup_printf("'%s': the current snapshot '%s' is not listed", domain->name,
                               domain->current);
    for (guint i = 0; view->target->snapshot_is_current && i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        struct vm_error err = {0};
        int yes = 0;

        if (view->target->snapshot_is_current(view->conn, domain->name, moment->name, 0, &yes,
                                              &err) != 0)
            continue;
        claims += yes != 0;
        if ((yes != 0) != (g_strcmp0(domain->current, moment->name) == 0))
            return g_strdup_printf("'%s': snapshot '%s' says that it is %scurrent", domain->name,
                                   moment->name, yes ? "" : "not ");
    }
    return claims > 1 ? g_strdup_printf("'%s': %u snapshots are current", domain->name, claims)
                      : NULL;
}

static char *
check_tree(const ObserveView *view, const ObservedDomain *domain)
{
    char *found = check_current(view, domain);
    struct vm_error err = {0};
    int count = 0;

    for (guint i = 0; !found && i < domain->moments->len; i++)
        found = check_moment(view, domain, g_ptr_array_index(domain->moments, i));
    for (guint i = 0; !found && i < G_N_ELEMENTS(filters); i++)
        found = check_filter(view, domain, i);
    if (found || !view->target->snapshot_num ||
        view->target->snapshot_num(view->conn, domain->name, NULL, 0, &count, &err) != 0)
        return found;
    if (count != (int)domain->moments->len)
        return g_strdup_printf("'%s': the number of snapshots is %d, the list has %u", domain->name,
                               count, domain->moments->len);
    return NULL;
}

char *
invariant_trees(const ObserveView *view, const Observation *world, Seen *seen)
{
    char *found = world->fault ? g_strdup(world->fault) : NULL;

    *seen = view->target->snapshot_list ? SEEN_WHOLE : SEEN_NOT;
    for (guint i = 0; !found && *seen != SEEN_NOT && i < world->domains->len; i++)
        found = check_tree(view, g_ptr_array_index(world->domains, i));
    return found;
}
