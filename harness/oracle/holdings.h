/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the world holds at one time: every datum that a call could destroy,
 * with who holds it.
 */
#pragma once

#include "harness/oracle/observe.h"
#include "spec/rules/loss.h"

/** One datum with one of its holders. */
typedef struct {
    LossKind kind;
    char *key;    /* equal keys are the same datum: "disk:DIGEST", "moment:UUID/NAME" … */
    char *domain; /* name, or NULL */
    char *moment; /* name, or NULL */
    char *place;  /* "PATH" or "PATH@TAG", or NULL */
    char *saved;  /* the key that a paused guest's memory has where it is saved; or NULL */
} Holding;

typedef struct Holdings Holdings;

/** What a world holds; contents that cannot have changed since the former world are not read again
 *  (both `former` may be NULL).  The caller frees it. */
Holdings *holdings_new(const ObserveView *view, const Observation *world, const Holdings *former,
                       const Observation *former_world);

/** Free it; NULL is fine. */
void holdings_free(Holdings *holdings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Holdings, holdings_free)

/** Every datum with every holder, of Holding *; borrowed. */
const GPtrArray *holdings_all(const Holdings *holdings);

/** Whether the datum is held anywhere. */
gboolean holdings_have(const Holdings *holdings, const char *key);

/** Whether memory is held at a place where the former holdings have none, or other. */
gboolean holdings_gained_memory(const Holdings *holdings, const Holdings *former);
