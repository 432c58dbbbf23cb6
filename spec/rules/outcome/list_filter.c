/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The filters of the listing calls, and how they go together.
 */
#include "spec/rules/outcome/list_filter.h"

#include <string.h>

#define LIST_FILTER(set, flag, group, keeps, rule)                                                 \
    {VM_FLAGS_##set, (guint32)VIR_##flag, group, keeps, rule},

static const ListFilter table[] = {
#include "spec/rules/outcome/list_filter.def"
};

static const ListFilter *used = table;
static gsize used_count = G_N_ELEMENTS(table);

const ListFilter *
list_filters(gsize *count)
{
    *count = used_count;
    return used;
}

void
list_filters_use(const ListFilter *filters, gsize count)
{
    used = filters ? filters : table;
    used_count = filters ? count : G_N_ELEMENTS(table);
}

/* Whether a flag of the group is set, and whether one that is set keeps it. */
static gboolean
group_keeps(const ListFilter *first, guint32 flags,
            gboolean (*keeps)(const char *word, gpointer opaque), gpointer opaque)
{
    gboolean set = FALSE;

    for (gsize i = 0; i < used_count; i++) {
        const ListFilter *filter = &used[i];

        if (filter->set != first->set || strcmp(filter->group, first->group) != 0 ||
            !(flags & filter->flag))
            continue;
        if (keeps(filter->keeps, opaque))
            return TRUE;
        set = TRUE;
    }
    return !set;
}

gboolean
list_filters_keep(VmFlagSet set, guint32 flags,
                  gboolean (*keeps)(const char *word, gpointer opaque), gpointer opaque)
{
    for (gsize i = 0; i < used_count; i++) {
        if (used[i].set == set && !group_keeps(&used[i], flags, keeps, opaque))
            return FALSE;
    }
    return TRUE;
}
