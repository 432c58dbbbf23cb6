/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of a case: what each of its steps did, for a report that shows
 * them one by one.  Kept only where a report asks for it.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** One step of a case, as it went. */
typedef struct {
    guint line;
    char *source;    /* the line as the scenario has it */
    char *expected;  /* "ok", "error NO_DOMAIN", "output 's1 s2'"; NULL: the line says it itself */
    char *seen;      /* "ok", "error NO_DOMAIN: its text"; NULL: done, or it holds */
    char *output;    /* what the command printed, or NULL */
    char *events;    /* "vm started/booted …", or NULL */
    gboolean failed; /* the case ended here */
    json_t *world;   /* after it, as oracle_world() has it; NULL: as after the step before */
} TraceStep;

/** An empty step.  The caller frees it. */
TraceStep *trace_step_new(void);

/** Free a step; NULL is fine. */
void trace_step_free(TraceStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceStep, trace_step_free)

/** An array that frees its steps. */
GPtrArray *trace_new(void);

/** A trace as JSON: an array of objects whose empty members are left out.  The caller decrefs it.
 */
json_t *trace_to_json(const GPtrArray *trace);

/** The trace of such an array; members that are no strings are left out, so that a damaged report
 *  shows what it has.  NULL for anything but an array.  The caller unrefs it. */
GPtrArray *trace_from_json(const json_t *json);
