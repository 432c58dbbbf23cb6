/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The oracle: what is observed before and after every step, the invariants
 * over it, and the outcome that spec/rules predicts for a call.
 *
 * It sees the target through spec/api/target.h alone, and includes only
 * spec/api and spec/rules of this project: what the driver thinks of itself
 * is not evidence.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include "spec/api/api.h"
#include "spec/api/target.h"

typedef struct Oracle Oracle;

/** One API call as the engine made it. */
typedef struct {
    VmCall call;
    guint32 flags;
    const char *domain;   /* name on the target, or NULL */
    const char *moment;   /* snapshot name, or NULL */
    const char *xml;      /* document handed in, or NULL */
    const char *argument; /* path, new name, … or NULL */
    int hangs;            /* a process hangs: the call may have had no answer (VM-HANG-001) */
    int dies;             /* a process is killed in the middle of a call, maybe of this one */
    int faults;           /* files fail: the call may, and what it began may wait to be finished */
    int code;             /* after the call: 0 or VIR_ERR_* */
    const char *text;     /* after the call: the error's text, or NULL */
    const char *result;   /* after the call: the new snapshot's name, or NULL */
    const char *output;   /* after the call: names a line each, a count, or NULL */
} OracleStep;

/** What the oracle is made for. */
typedef struct {
    const struct vm_target *target;
    struct vm_conn *conn;
    VmProfile profile;
    const char *const *capabilities; /* NULL-terminated */
    const char *name_prefix;         /* only domains whose names begin so are looked at */
} OracleOptions;

/** A breach that was found.  */
typedef struct {
    char *id;   /* "I4", or a rule id for an outcome */
    char *text; /* one line: what, of which object, expected against seen */
    /* What of a call that did as it must was told in another way: "reason" (of the state),
     * "events"; NULL where the call's result, or the world, is another. */
    const char *told;
} OracleFinding;

/** Free a finding; NULL is fine. */
void oracle_finding_free(OracleFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OracleFinding, oracle_finding_free)

/** A new oracle for one case; looks at the initial world. */
Oracle *oracle_new(const OracleOptions *options, GError **error);

/** Free it. */
void oracle_free(Oracle *oracle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Oracle, oracle_free)

/** What spec/rules predicts for a call in the world as last observed: "ok", or the error's name
 *  ("OPERATION_INVALID"), or NULL where the outcome data has no table for the call.  *rule (may be
 *  NULL) is the rule id of the row that decides.  Static strings. */
const char *oracle_predict(Oracle *oracle, const OracleStep *step, const char **rule);

/** After a call: observe the world again and check every invariant and the predicted outcome,
 *  error code and whole new state.  NULL when all is well; else the first finding.
 *  `events` (of struct vm_event) came since the last step. */
OracleFinding *oracle_after_call(Oracle *oracle, const OracleStep *step, const GArray *events);

/** What else was found after the same step, or NULL: the next finding each time. */
OracleFinding *oracle_next_finding(Oracle *oracle);

/** After the power failed and the driver started again, or when files fail no more: what a call had
 *  begun has been finished or undone; guests' memory and what was not synced may be lost, and
 *  nobody told of it.  What a moment holds may not. */
OracleFinding *oracle_after_recovery(Oracle *oracle);

/** After a step that is no API call (guest write, file damage, restart): take the world as it is
 *  now and check the invariants that must hold all the same.  `expect_damage` where the scenario
 *  damages files on purpose. */
OracleFinding *oracle_after_other(Oracle *oracle, gboolean expect_damage, const GArray *events);

/** The moment tree and the backing chains as last observed, for a failure report.  The caller
 * frees. */
char *oracle_describe(Oracle *oracle);

/** Keep the world as it was last observed, beside what comes. */
void oracle_mark(Oracle *oracle);

/** The marked world as oracle_describe() tells it, or NULL.  The caller frees it. */
char *oracle_describe_marked(Oracle *oracle);

/** The same world as data: {"domains":[{"name","state","persistent","saved","disks":[{"name",
 *  "image"}],"moments":[{"name","parent","state","kind","current","disks":[{"name","how",
 *  "image"}]}]}],"images":{PATH:{"backing","tags","seen"}}}.  "kind" is internal or external; the
 *  image of a moment's disk is the one that its captured definition names; "seen" is false where
 *  the target does not let look into an image.  The caller decrefs it. */
json_t *oracle_world(Oracle *oracle);

/** How often each invariant was observed, observed in part, or not: {"I1":{"observed":n,"partly":n,
 *  "not":n},…}.  The caller decrefs it. */
json_t *oracle_coverage(Oracle *oracle);
