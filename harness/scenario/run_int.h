/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/scenario: a case while it runs.
 */
#pragma once

#include "harness/oracle/oracle.h"
#include "harness/scenario/scenario_int.h"

/** A disk of a template. */
typedef struct {
    char *target;
    char *format; /* "qcow2", "raw" */
    char *path;   /* NULL for an empty drive */
    guint64 size;
    char *recipe;     /* "recipe:NAME", or NULL: an empty image */
    gboolean missing; /* the image is not to be made */
    char *xml;        /* the whole <disk> element */
} ScnDisk;

/** A domain block, built. */
typedef struct {
    char *name;       /* in the scenario */
    char *xml;        /* the whole <domain> document */
    GPtrArray *disks; /* of ScnDisk * */
} ScnTemplate;

/** A case in its run. */
typedef struct {
    ScnCase *scenario;
    const ScnRunOptions *options;
    struct vm_target target; /* methods beyond the target's size are NULL */
    struct vm_conn *conn;
    struct vm_target_world world;
    char **capabilities; /* the target's list */
    char *prefix;        /* of every object: "vmt-RUN-HASH-"; HASH is of the case, if need be */
    gsize prefix_length;
    char *own_files;       /* how the paths of its files begin: the disk folder and the prefix */
    GHashTable *folders;   /* of the driver: "meta", "save" → path */
    GHashTable *templates; /* name → ScnTemplate * */
    GHashTable *documents; /* name → text */
    GHashTable *variables; /* name → value */
    GHashTable *marks;     /* "NAME/DOMAIN/DISK" → digest */
    GPtrArray *images;     /* paths made, oldest first */
    char *ledger;          /* path of the file that lists what was made */
    GArray *events;        /* of struct vm_event: sent by the last step */
    char *log;             /* of the last step, where the target has one */
    Oracle *oracle;
    CaseResult *result;
    const ScnStep *step;
    TraceStep *traced; /* of the result's trace: the step that runs; or NULL */
    json_t *shown;     /* the world that the trace showed last, or NULL */
    int code;          /* of the traced step's call: 0 or VIR_ERR_* */
    char *name;        /* of the snapshot that the traced step's call made or found, or NULL */
    gboolean failed;
    gboolean breach;  /* by what the oracle found */
    gboolean damaged; /* files were damaged on purpose, or a process lets nobody look into it */
    gboolean hangs;   /* the process of a domain, since a `hang` */
    gboolean faults;  /* files fail, since a `file fail` */
    gboolean dies;    /* it will be killed in the middle of a call */
} ScnRun;

/** One API call, with names as on the target. */
typedef struct {
    VmCall call;
    guint32 flags;
    const char *domain;
    const char *moment;
    const char *xml;
    const char *argument; /* path or new name */
    int max;              /* room for names; on or off */
    gboolean sets_up;     /* part of a block that does more: its failure ends the case as it is */
} ScnCallArgs;

/** What came of it. */
typedef struct {
    int code;     /* 0 or VIR_ERR_* */
    char *text;   /* the error's */
    char *output; /* names joined by newlines, a number, a document …, names as on the target */
    char *name;   /* of a new or found snapshot */
    const char *predicted; /* by the outcome rules, where that was asked for */
    const char *rule;      /* of the deciding row */
} ScnAnswer;

/** Clear an answer. */
void scn_answer_clear(ScnAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScnAnswer, scn_answer_clear)

/** Make the call at the target seam, nothing else. */
void scn_dispatch(ScnRun *run, const ScnCallArgs *args, ScnAnswer *answer);

/** Make the call as part of a step: events, hash, oracle.  FALSE where the oracle found a breach
 *  (the case has failed then); the call's own failure is in the answer.  `predict`: fill
 *  answer->predicted. */
gboolean scn_call(ScnRun *run, const ScnCallArgs *args, gboolean predict, ScnAnswer *answer);

/** Run a command line's calls; FALSE as scn_call(). */
gboolean scn_command_run(ScnRun *run, const ScnCommandLine *line, gboolean predict,
                         ScnAnswer *answer);

/** The name on the target of a scenario's domain name; the caller frees it. */
char *scn_real_name(const ScnRun *run, const char *name);

/** `text` with names and paths of this case as the scenario writes them; the caller frees it. */
char *scn_plain_text(const ScnRun *run, const char *text);

/** `text` with the variables of the run replaced; the caller frees it. */
char *scn_expand_text(ScnRun *run, const char *text);

/** The document that a FILE argument names, or NULL. */
const char *scn_document(const ScnRun *run, const char *name);

/** Build a template from the items of a domain block; the run keeps it. */
ScnTemplate *scn_template_build(ScnRun *run, const char *name, const GPtrArray *items);
/** Free it; NULL is fine. */
void scn_template_free(ScnTemplate *made);

/** The UUID of a domain name in this case; the caller frees it. */
char *scn_uuid(const ScnRun *run, const char *name);

/** Fail the case at the step that runs: what was expected, and what was seen.  Always FALSE. */
gboolean scn_fail(ScnRun *run, const char *expected, const char *format, ...) G_GNUC_PRINTF(3, 4);

/** As scn_fail() where a call did as it must, but told it in another way (`told` is "events" or
 *  "reason"): TRUE, and noted, where that is known of the target.  `rule` may be NULL: the step's.
 */
gboolean scn_told(ScnRun *run, const char *rule, const char *told, const char *expected,
                  const char *seen);

/** Judge what the oracle has found after a step (taken; NULL: nothing), up to the first finding
 * that fails the case: FALSE then.  `code` is what the step's call answered. */
gboolean scn_judge(ScnRun *run, OracleFinding *found, int code);

/** A case that met known deviations, and nothing else, did not pass: the run says whether each was
 *  expected of it. */
void scn_end_with_deviations(ScnRun *run);

/** Begin to note a step in the result's trace, where it has one. */
void scn_trace_begin(ScnRun *run, const ScnStep *step);
/** Note what came of the step's call. */
void scn_trace_answer(ScnRun *run, const ScnStep *step, const ScnAnswer *answer);
/** Note what failed it. */
void scn_trace_failure(ScnRun *run, const char *expected, const char *seen);
/** End the note with the events and the world after the step. */
void scn_trace_end(ScnRun *run, const ScnStep *step);

/** The world as last observed, with the scenario's names (oracle_world()); NULL without an oracle.
 *  The caller decrefs it. */
json_t *scn_world(ScnRun *run);

/** Make what a run needs before its world is opened; scn_run_end() frees all but the result. */
void scn_run_begin(ScnRun *run, ScnCase *scenario, const ScnRunOptions *options);
void scn_run_end(ScnRun *run);

/** Open the world of a case and run its steps.  FALSE where there is no world, and nothing to clean
 *  up; the result says why. */
gboolean scn_run_case(ScnRun *run);
/** Remove what the case made, unless it failed and its options keep it; the oracle goes too. */
void scn_run_clean(ScnRun *run);

/** Run one step: its action, what it is compared with, and the oracle.  FALSE where it failed. */
gboolean scn_run_step(ScnRun *run, const ScnStep *step);

/** A capability that the case needs and the target lacks, or NULL. */
const char *scn_run_lacks(const ScnRun *run);

/** Fold a part of a line into the case's hash. */
void scn_hash_part(ScnRun *run, const char *text);
/** The same for words that hold no name of an object. */
void scn_hash_words(ScnRun *run, const char *text);
/** Fold the rest of a line, and its end, into the case's hash. */
void scn_hash(ScnRun *run, const char *text);

/** The steps that are no calls; FALSE where they failed the case. */
gboolean scn_run_domain(ScnRun *run, const ScnStep *step);
gboolean scn_run_edit(ScnRun *run, const ScnStep *step);
gboolean scn_run_guest(ScnRun *run, const ScnStep *step);
/** `hang`, `unhang`, `kill`: what happens to the process behind a domain.  One that hangs lets
 *  nobody look into it, so the oracle is told that the world is damaged. */
gboolean scn_run_disturb(ScnRun *run, const ScnStep *step);
/** Files fail from now on, or no more, or the power fails: what vm_target.disturb takes without a
 *  domain. */
gboolean scn_fault_files(ScnRun *run, const char *what);
gboolean scn_run_mark(ScnRun *run, const ScnStep *step);
gboolean scn_run_file(ScnRun *run, const ScnStep *step);
gboolean scn_run_expect(ScnRun *run, const ScnStep *step);

/** Compare an answer with the result that the step expects under the run's profile. */
gboolean scn_result_check(ScnRun *run, const ScnStep *step, const ScnAnswer *answer);

/** The expanded text of a step's word, or NULL beyond the last; the caller frees it. */
char *scn_word(ScnRun *run, const ScnStep *step, guint at);

/** inspect() as JSON; NULL with the case failed.  The caller decrefs it. */
json_t *scn_inspect(ScnRun *run, const char *what, const char *argument);

/** The digest of what a live disk, a snapshot's disk (moment given) or the RAM (disk "ram") holds,
 * or NULL with the case failed.  The caller frees it. */
char *scn_digest(ScnRun *run, const char *domain, const char *moment, const char *disk);

/** Compare a document with `OP VALUE` at an XPath; words from `first`. */
gboolean scn_expect_xml(ScnRun *run, const ScnStep *step);

/** The document of `vm` or `vm/s1`; NULL with the case failed.  The caller frees it. */
char *scn_fetch_xml(ScnRun *run, const char *object, guint32 flags);

/** Collect the events that are waiting into run->events. */
void scn_take_events(ScnRun *run);

/** Fold the events from number `from` on into the case's hash. */
void scn_hash_events(ScnRun *run, guint from);

/** The word of an event, "started/booted"; lasts as long as the program. */
const char *scn_event_word(const struct vm_event *event);

/** The tree of a domain's snapshots, siblings sorted: "s1(s2 s3(s4))"; NULL with *code.  The caller
 *  frees it. */
char *scn_tree_text(ScnRun *run, const char *domain, ScnAnswer *answer);

/** Names of a NULL-terminated list of the target as a sorted or unsorted array; gives the list
 * back. */
GPtrArray *scn_take_list(ScnRun *run, char **list, gboolean sort);

/** Open the connection, make names and ledger, look at the world.  FALSE with the result set. */
gboolean scn_world_open(ScnRun *run);
/** Start the oracle, where the case or the run wants it.  FALSE with the result set. */
gboolean scn_world_watch(ScnRun *run);
/** Remove what the case made, last in first out; NULL, or what could not be removed. */
char *scn_world_clean(ScnRun *run);
/** Close the connection and free what the run holds. */
void scn_world_close(ScnRun *run);
