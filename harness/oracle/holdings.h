/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the world holds at one time: every datum that a call could destroy,
 * with who holds it.
 */
#pragma once

#include "harness/oracle/holder.h"

typedef struct Holdings Holdings;

/** What a world holds that the contents of the view follow; objects that are as they were in the
 *  former holdings (may be NULL) are taken from them.  The caller frees it. */
Holdings *holdings_new(const ObserveView *view, const Observation *world, const Holdings *former);

/** Free it; NULL is fine. */
void holdings_free(Holdings *holdings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Holdings, holdings_free)

/** Every datum with every holder, of Holding; borrowed. */
const GArray *holdings_all(const Holdings *holdings);

/** Whether the datum is held anywhere. */
gboolean holdings_have(const Holdings *holdings, guint datum);

/** Whether memory is held at a place where the former holdings have none, or other. */
gboolean holdings_gained_memory(const Holdings *holdings, const Holdings *former);
