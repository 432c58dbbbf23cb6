/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One of the two hypervisors of a lock step: a stage, its process, and the
 * events of the step.
 */
#pragma once

#include "harness/fidelity/auto_name.h"
#include "harness/fidelity/stage.h"

/** A side. */
typedef struct {
    Stage *stage;
    StageProcess *process; /* NULL before the start and after the end */
    AutoNames *names;
    json_t *events; /* of this step, as they came */
} Side;

/** A side on a stage (taken), without a process. */
Side *side_new(Stage *stage);
/** End its process, free it and its stage; NULL is fine. */
void side_free(Side *side);

/** Start the process and negotiate. */
gboolean side_start(Side *side, gboolean pc, GError **error);
/** Send one command and give its answer, {"lost"} where none came; events are kept. */
json_t *side_ask(Side *side, const char *text);
/** Take every event until nothing more happens by itself: for the simulator. */
void side_rest(Side *side);
/** Wait until the events that `other` had have come here too, at most that long. */
void side_await(Side *side, const Side *other, guint milliseconds);
/** What queries show: {"nodes","graph","jobs","block-jobs","status"}, or {"lost"}; made comparable.
 *  A new reference. */
json_t *side_state(Side *side);
/** The events of the step, made comparable; a new reference.  And drop them. */
json_t *side_events(Side *side);
void side_forget_events(Side *side);

/** A value made comparable: automatic names numbered, accidents left out.  A new reference. */
json_t *side_normal(Side *side, const json_t *value);
/** A command with the automatic names that this side knows; the caller frees it. */
char *side_restore(const Side *side, const char *text);

/** Quit and wait: {"exit"}.  A new reference. */
json_t *side_quit(Side *side);
/** How a process that was lost ended, with the last that it wrote; the caller frees it. */
char *side_end_text(Side *side);
/** Run a tool: {"rc"} and for a good one {"json"}.  A new reference. */
json_t *side_tool(Side *side, const json_t *argv);
