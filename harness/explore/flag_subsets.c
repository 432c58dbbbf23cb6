/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Subsets of a call's flags.
 */
#include "harness/explore/flag_subsets.h"

/* The flags of larger sets that moments have to do with. */
static const struct {
    VmFlagSet set;
    guint32 matter;
} matters[] = {
    {VM_FLAGS_DOMAIN_LIST,
     VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE |
         VIR_CONNECT_LIST_DOMAINS_PERSISTENT | VIR_CONNECT_LIST_DOMAINS_TRANSIENT |
         VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE | VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE |
         VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT | VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT |
         VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT | VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT},
    /* Whether the answer is in order has to do with no filter more than with another. */
    {VM_FLAGS_SNAPSHOT_LIST, 0x3ff},
    {VM_FLAGS_SNAPSHOT_LIST_CHILDREN, 0x3ff},
    {VM_FLAGS_MIGRATE, VIR_MIGRATE_LIVE | VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE |
                           VIR_MIGRATE_PAUSED | VIR_MIGRATE_NON_SHARED_DISK |
                           VIR_MIGRATE_NON_SHARED_INC | VIR_MIGRATE_CHANGE_PROTECTION |
                           VIR_MIGRATE_UNSAFE | VIR_MIGRATE_OFFLINE},
};

static guint32
those_that_matter(VmFlagSet set)
{
    for (guint i = 0; i < G_N_ELEMENTS(matters); i++) {
        if (matters[i].set == set)
            return matters[i].matter;
    }
    return 0;
}

static int
compare_sets(gconstpointer one, gconstpointer other)
{
    guint32 a = *(const guint32 *)one, b = *(const guint32 *)other;
    int bits = __builtin_popcount(a) - __builtin_popcount(b);

    return bits ? bits : (a > b) - (a < b);
}

/* Every subset of `mask`. */
static void
add_subsets(GArray *sets, guint32 mask)
{
    guint32 set = mask;

    do {
        g_array_append_val(sets, set);
        set = (set - 1) & mask;
    } while (set != mask);
}

/* Every subset of `mask` with at most three members. */
static void
add_triples(GArray *sets, guint32 mask, guint32 from, guint left)
{
    g_array_append_val(sets, from);
    for (guint bit = 0; left > 0 && bit < 32; bit++) {
        guint32 flag = 1u << bit;

        if ((mask & flag) && flag > from)
            add_triples(sets, mask, from | flag, left - 1);
    }
}

static void
sort_and_thin(GArray *sets)
{
    guint kept = 0;

    g_array_sort(sets, compare_sets);
    for (guint i = 0; i < sets->len; i++) {
        guint32 set = g_array_index(sets, guint32, i);

        if (kept == 0 || g_array_index(sets, guint32, kept - 1) != set)
            g_array_index(sets, guint32, kept++) = set;
    }
    g_array_set_size(sets, kept);
}

GArray *
flag_subsets(VmCall call, VmProfile profile, FlagSubsetsKind *kind)
{
    GArray *sets = g_array_new(FALSE, FALSE, sizeof(guint32));
    guint32 mask = vm_call_mask(call, profile);
    guint32 matter = those_that_matter(vm_call_info(call)->flags) & mask;
    gboolean whole = __builtin_popcount(mask) <= FLAG_SUBSETS_WHOLE;

    if (kind)
        *kind = whole ? FLAG_SUBSETS_ALL : matter ? FLAG_SUBSETS_PARTLY : FLAG_SUBSETS_TRIPLES;
    add_subsets(sets, whole ? mask : matter);
    if (!whole)
        add_triples(sets, mask, 0, 3);
    sort_and_thin(sets);
    return sets;
}

GArray *
flag_subsets_smaller(guint32 flags)
{
    GArray *sets = g_array_new(FALSE, FALSE, sizeof(guint32));

    for (guint bit = 0; bit < 32; bit++) {
        guint32 without = flags & ~(1u << bit);

        if (without != flags)
            g_array_append_val(sets, without);
    }
    return sets;
}
