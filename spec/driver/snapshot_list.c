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

/* Within a group the bits are alternatives; all or none of a group is no filter. */
static const struct {
    guint32 mask;
    guint32 (*bit)(const VmMoment *moment);
} filters[] = {
    {LIST(METADATA) | LIST(NO_METADATA), metadata_bit},
    {LIST(LEAVES) | LIST(NO_LEAVES), leaf_bit},
    {LIST(INACTIVE) | LIST(ACTIVE) | LIST(DISK_ONLY), status_bit},
    {LIST(INTERNAL) | LIST(EXTERNAL), location_bit},
};

static gboolean
matches(const VmMoment *moment, guint32 flags)
{
    for (guint i = 0; i < G_N_ELEMENTS(filters); i++) {
        guint32 wanted = flags & filters[i].mask;
        if (wanted != 0 && wanted != filters[i].mask && !(filters[i].bit(moment) & wanted))
            return FALSE;
    }
    return TRUE;
}

/* Roots or direct children, in the order of the tree. */
static GPtrArray *
siblings(VmMoment *first)
{
    GPtrArray *found = g_ptr_array_new();
    for (VmMoment *at = first; at != NULL; at = at->next)
        g_ptr_array_add(found, at);
    return found;
}

/* Bit 0 narrows a domain's list to its roots, and widens a snapshot's to all its descendants
 * (SNAP-LIST-008, -009).  Where it is asked for, parents come before their children
 * (SNAP-LIST-021). */
static GPtrArray *
candidates(const VmMomentTree *tree, VmMoment *top, guint32 flags)
{
    gboolean bit = (flags & LIST(ROOTS)) != 0;
    if (top == NULL)
        return bit ? siblings(vm_moment_tree_first_root(tree)) : vm_moment_tree_walk(tree, NULL);
    return bit ? vm_moment_tree_walk(tree, top) : siblings(top->first_child);
}

/* The moments that a list call is about, borrowed. */
static GPtrArray *
select_moments(VmDriver *driver, const char *domain_name, const char *parent, guint32 flags,
               GError **error)
{
    VmMoment *top = NULL;
    VmDomain *domain = NULL;
    if (parent != NULL) {
        top = vm_driver_snapshot(driver, domain_name, parent, &domain, error);
        if (top == NULL)
            return NULL;
    } else {
        domain = vm_driver_domain(driver, domain_name, error);
        if (domain == NULL)
            return NULL;
    }
    GPtrArray *found = candidates(domain->snapshots, top, flags);
    guint kept = 0;
    for (guint i = 0; i < found->len; i++) {
        if (matches(g_ptr_array_index(found, i), flags))
            found->pdata[kept++] = found->pdata[i];
    }
    g_ptr_array_set_size(found, (int)kept);
    return found;
}

/* A list and its texts in one block. */
static char **
names_of(const GPtrArray *moments, guint max)
{
    guint count = MIN(moments->len, max);
    gsize size = (count + 1) * sizeof(char *);
    for (guint i = 0; i < count; i++)
        size += strlen(((VmMoment *)g_ptr_array_index(moments, i))->name) + 1;
    char **names = g_malloc(size);
    char *text = (char *)(names + count + 1);
    for (guint i = 0; i < count; i++) {
        names[i] = text;
        text = stpcpy(text, ((VmMoment *)g_ptr_array_index(moments, i))->name) + 1;
    }
    names[count] = NULL;
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
    g_autoptr(GPtrArray) found = select_moments(driver, domain, parent, flags, error);
    if (found == NULL)
        return FALSE;
    *names = names_of(found, G_MAXUINT);
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
    g_autoptr(GPtrArray) found = select_moments(driver, domain, parent, flags, error);
    if (found == NULL)
        return FALSE;
    *count = (int)found->len;
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
    g_autoptr(GPtrArray) found = select_moments(driver, domain, parent, flags, error);
    if (found == NULL)
        return FALSE;
    *names = names_of(found, (guint)max);
    *count = (int)MIN(found->len, (guint)max);
    return TRUE;
}
