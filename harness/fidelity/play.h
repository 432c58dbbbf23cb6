/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Playing a dialogue on a stage, and keeping what came.
 */
#pragma once

#include "harness/fidelity/dialogue.h"
#include "harness/fidelity/stage.h"

/** An event that came. */
typedef struct {
    const char *on; /* borrowed from the dialogue */
    guint at;       /* the element that was being played */
    gboolean early; /* it stood before the answer */
    json_t *json;   /* "event" and, where there are, "data" */
} PlayEvent;

/** What came of a dialogue. */
typedef struct {
    Dialogue *dialogue; /* borrowed */
    /** Per element: what stands for it.  A send has its answer {"return"|"error"|"lost"}, a run
     *  {"rc","out"|"json"}, an exit {"exit","output"}, a graph and a greeting theirs.  NULL where
     *  nothing came. */
    json_t **came;
    GArray *events;       /* of PlayEvent, in order */
    char *unsupported;    /* what the hypervisor does not have, or NULL: then it stopped there */
    guint unsupported_at; /* the element */
} Play;

/** Play it; fails only where the stage itself does.  `quiet_ms`: after each command, wait until no
 *  event came for so long; 0 where the dialogue tells what to wait for.  The caller frees it. */
Play *play_run(Dialogue *dialogue, Stage *stage, guint quiet_ms, GError **error);
/** Free it; NULL is fine. */
void play_free(Play *play);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Play, play_free)

/** What the text of a tool or a process comes to: {"out":[line…]} or {"json":value}, lines of
 *  throughput left out (or, with `rates`, as "<rate>").  A new reference. */
json_t *play_output(const char *text, gboolean rates);
