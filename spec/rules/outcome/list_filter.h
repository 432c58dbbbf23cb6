/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a listing call answers, as data: one filter flag a row.
 *
 * Flags of one group give the union of what they keep, groups the
 * intersection; a group of which no flag is set filters nothing.
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"

/** One filter. */
typedef struct {
    VmFlagSet set;
    guint32 flag;
    const char *group;
    const char *keeps; /* what is kept: a word that whoever looks at a world knows */
    const char *rule;
} ListFilter;

/** The filters in force; *count receives how many.  Static memory, or the array of
 *  list_filters_use(). */
const ListFilter *list_filters(gsize *count);

/** Put a changed copy of the filters in force; NULL puts the table back.  Borrowed: it must stay as
 *  it is until replaced.  For tests that change a row and look for what notices it. */
void list_filters_use(const ListFilter *filters, gsize count);

/** Whether flags of a set keep something, of which `keeps` tells whether a word holds. */
gboolean list_filters_keep(VmFlagSet set, guint32 flags,
                           gboolean (*keeps)(const char *word, gpointer opaque), gpointer opaque);
