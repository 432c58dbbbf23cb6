/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists of snapshots and their filters (section 2 of the snapshot rules).
 */
#include "spec/driver/snapshot_steps.h"
#include <string.h>

#define LIST(name) VIR_DOMAIN_SNAPSHOT_LIST_##name

static guint32
leaf_bit(const VmMoment *moment)
{
    return moment->children == 0 ? LIST(LEAVES) : LIST(NO_LEAVES);
}

static guint32
status_bit(const VmMoment *moment)
{
    switch (vm_moment_snapshot(moment)->state) {
    case VM_SNAPSHOT_SHUTOFF:
        return LIST(INACTIVE);
    case VM_SNAPSHOT_DISK:
        return LIST(DISK_ONLY);
    default:
        return LIST(ACTIVE);
    }
}

static guint32
location_bit(const VmMoment *moment)
{
    return vm_snapshot_def_is_external(vm_moment_snapshot(moment)) ? LIST(EXTERNAL)
                                                                   : LIST(INTERNAL);
}

static guint32
metadata_bit(G_GNUC_UNUSED const VmMoment *moment)
{
    return LIST(METADATA); /* a snapshot without metadata is not known here (SNAP-META-027) */
}

/* What a filter looks at, and the bits that it keeps. */
typedef struct {
    guint32 mask;
    guint32 (*bit)(const VmMoment *moment);
} Filter;

/* Within a group the bits are alternatives; all or none of a group is no filter. */
static const Filter groups[] = {
    {LIST(METADATA) | LIST(NO_METADATA), metadata_bit},
    {LIST(LEAVES) | LIST(NO_LEAVES), leaf_bit},
    {LIST(INACTIVE) | LIST(ACTIVE) | LIST(DISK_ONLY), status_bit},
    {LIST(INTERNAL) | LIST(EXTERNAL), location_bit},
};

/* The moments that a list call is about, and its filters.  Bit 0 narrows a domain's list to its
 * roots, and widens a snapshot's to all its descendants (SNAP-LIST-008, -009).  Parents come before
 * their children, as some calls ask for (SNAP-LIST-021). */
typedef struct {
    const char *domain, *parent; /* names; parent NULL: of the whole domain */
    guint32 flags;
    VmMoment *first;
    const VmMoment *top;
    gboolean siblings; /* of the first alone */
    Filter filters[G_N_ELEMENTS(groups)];
    guint count; /* of filters */
} Selection;

static void
add_filters(Selection *selection)
{
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        guint32 wanted = selection->flags & groups[i].mask;
        if (wanted != 0 && wanted != groups[i].mask)
            selection->filters[selection->count++] = (Filter){wanted, groups[i].bit};
    }
}

static gboolean
matches(const Selection *selection, const VmMoment *moment)
{
    for (guint i = 0; i < selection->count; i++) {
        if (!(selection->filters[i].bit(moment) & selection->filters[i].mask))
            return FALSE;
    }
    return TRUE;
}

/* The first from `at` on that the filters keep. */
static VmMoment *
kept_from(const Selection *selection, VmMoment *at)
{
    while (at != NULL && !matches(selection, at))
        at = selection->siblings ? at->next : vm_moment_tree_next(at, selection->top);
    return at;
}

static VmMoment *
kept_after(const Selection *selection, const VmMoment *at)
{
    return kept_from(selection,
                     selection->siblings ? at->next : vm_moment_tree_next(at, selection->top));
}

static gboolean
select_moments(VmDriver *driver, Selection *selection, GError **error)
{
    gboolean bit = (selection->flags & LIST(ROOTS)) != 0;
    VmMoment *top = NULL;
    VmDomain *domain = NULL;
    if (selection->parent != NULL)
        top = vm_driver_snapshot(driver, selection->domain, selection->parent, &domain, error);
    else
        domain = vm_driver_domain(driver, selection->domain, error);
    if (domain == NULL)
        return FALSE;
    selection->first =
        top == NULL ? vm_moment_tree_first_root(domain->snapshots) : top->first_child;
    selection->top = top;
    selection->siblings = (top == NULL) == bit;
    add_filters(selection);
    return TRUE;
}

static guint
count_moments(const Selection *selection)
{
    guint count = 0;
    for (const VmMoment *at = kept_from(selection, selection->first); at != NULL;
         at = kept_after(selection, at))
        count++;
    return count;
}

/* Moments of a list that are remembered while it is counted; beyond them it is walked again. */
#define REMEMBERED 32

/* A list and its texts in one block; *count is how many there are with those beyond `max`. */
static char **
names_of(const Selection *selection, guint max, guint *count)
{
    const VmMoment *first[REMEMBERED];
    gsize size = 0;
    *count = 0;
    for (const VmMoment *at = kept_from(selection, selection->first); at != NULL;
         at = kept_after(selection, at)) {
        if (*count < REMEMBERED)
            first[*count] = at;
        if ((*count)++ < max)
            size += strlen(at->name) + 1;
    }
    guint listed = MIN(*count, max);
    char **names = g_malloc((listed + 1) * sizeof(char *) + size);
    char *text = (char *)(names + listed + 1);
    const VmMoment *at = NULL;
    for (guint i = 0; i < listed; i++) {
        at = i < REMEMBERED ? first[i] : kept_after(selection, at);
        names[i] = text;
        text = stpcpy(text, at->name) + 1;
    }
    names[listed] = NULL;
    return names;
}

/* ---- the calls ---- */

/* The tree where all of it is asked for, in any order; else NULL. */
static const VmMomentTree *
whole_tree(VmDriver *driver, const char *domain_name, const char *parent, guint32 flags)
{
    const VmDomain *domain =
        parent == NULL && flags == 0 ? vm_driver_domain(driver, domain_name, NULL) : NULL;
    return domain != NULL ? domain->snapshots : NULL;
}

gboolean
vm_snapshot_list(VmDriver *driver, const char *domain, const char *parent, guint32 flags,
                 char ***names, GError **error)
{
    VmCall call = parent != NULL ? VM_CALL_SNAPSHOT_LIST_CHILDREN : VM_CALL_SNAPSHOT_LIST;
    if (!vm_flags_check(call, flags, driver->profile, error))
        return FALSE;
    const VmMomentTree *tree = whole_tree(driver, domain, parent, flags);
    if (tree != NULL) {
        *names = vm_moment_tree_names(tree);
        return TRUE;
    }
    Selection selection = {.domain = domain, .parent = parent, .flags = flags};
    guint count = 0;
    if (!select_moments(driver, &selection, error))
        return FALSE;
    *names = names_of(&selection, G_MAXUINT, &count);
    return TRUE;
}

gboolean
vm_snapshot_num(VmDriver *driver, const char *domain, const char *parent, guint32 flags, int *count,
                GError **error)
{
    VmCall call = parent != NULL ? VM_CALL_SNAPSHOT_NUM_CHILDREN : VM_CALL_SNAPSHOT_NUM;
    if (!vm_flags_check(call, flags, driver->profile, error))
        return FALSE;
    const VmMomentTree *tree = whole_tree(driver, domain, parent, flags);
    if (tree != NULL) {
        *count = (int)vm_moment_tree_size(tree);
        return TRUE;
    }
    Selection selection = {.domain = domain, .parent = parent, .flags = flags};
    if (!select_moments(driver, &selection, error))
        return FALSE;
    *count = (int)count_moments(&selection);
    return TRUE;
}

gboolean
vm_snapshot_list_names(VmDriver *driver, const char *domain, const char *parent, int max,
                       guint32 flags, char ***names, int *count, GError **error)
{
    VmCall call =
        parent != NULL ? VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES : VM_CALL_SNAPSHOT_LIST_NAMES;
    if (!vm_flags_check(call, flags, driver->profile, error))
        return FALSE;
    if (max < 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': room for %d names is less than none (SNAP-API-011)", domain,
                         max);
    Selection selection = {.domain = domain, .parent = parent, .flags = flags};
    guint found = 0;
    if (!select_moments(driver, &selection, error))
        return FALSE;
    *names = names_of(&selection, (guint)max, &found);
    *count = (int)MIN(found, (guint)max);
    return TRUE;
}
