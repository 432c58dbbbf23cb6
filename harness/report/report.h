/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run became: one result per planned case, and its renderings.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include "harness/report/trace.h"

/** How a case ended. */
typedef enum {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_CRASH,   /* the worker died of a signal */
    VERDICT_TIMEOUT, /* the case passed its deadline */
    VERDICT_ERROR,   /* a fault of the harness */
    VERDICT_SKIP,    /* the target lacks a capability: reason names it */
    VERDICT_XFAIL,   /* failed exactly as conformance/expectations says */
    VERDICT_XPASS,   /* listed as a known deviation, but passed */
    VERDICT_LAST
} Verdict;

/** How the reason of a VERDICT_ERROR begins when something that the run did not make stands in its
 *  way: then the caller has to decide, and the exit code is 2. */
#define REPORT_FOREIGN_OBJECT "foreign object: "

/** "pass", "fail", … */
const char *verdict_word(Verdict verdict);

/** One case's result. */
typedef struct {
    char *id;       /* "snapshot/undefine-guard[state=running]" */
    char *file;     /* scenario file, relative to the suite */
    Verdict verdict;
    GPtrArray *rules; /* of char *: rule ids that the case covers */
    guint steps;    /* executed */
    double ms;
    double hypervisor_ms; /* of them, what the hypervisor took; 0 where that is not known */
    char *reason;   /* one line; NULL for a pass */
    char *detail;   /* many lines: step, expected against seen, tree and chain, or NULL */
    char *rule;     /* the rule that the failure is about, where known, or NULL */
    char *observed; /* what came where another code was expected: an error's name
                     * ("OPERATION_INVALID"), "ok", "crash", "timeout", or NULL */
    GPtrArray *deviations; /* of char *, "RULE OBSERVED": known deviations that the case met and
                            * went on after, in order, each once */
    guint64 hash;   /* of the case's event log: equal for equal runs */
    GPtrArray *trace; /* of TraceStep *, or NULL: nobody asked for the steps */
} CaseResult;

/** A whole run. */
typedef struct {
    char *target;       /* as given to --target */
    char *version;      /* what the target says of itself */
    char *profile;      /* "rfc" or "libvirt" */
    guint64 seed;
    json_t *selection;  /* filter, shard, failed, paths */
    GPtrArray *capabilities; /* of char *, sorted */
    GPtrArray *plan;    /* of char *: case ids in the order of the plan */
    GPtrArray *results; /* of CaseResult *, in the order of the plan; NULL slot = did not end */
    guint planned;
    GPtrArray *unused;  /* of char *: rows of the expectations that met no case in a whole run */
    GPtrArray *faults;  /* of char *: what went wrong in the harness outside of any case */
    json_t *observed;   /* invariant id → {"observed","partly","not"} counts, or NULL */
    gboolean interrupted;
} RunReport;

/** The verdict of a word; VERDICT_LAST for an unknown one. */
Verdict verdict_from_word(const char *word);

/** Whether a verdict is one that a run is to end with: pass, skip or xfail. */
gboolean verdict_is_expected(Verdict verdict);

/** A result of that id, otherwise empty (VERDICT_PASS).  The caller frees it. */
CaseResult *case_result_new(const char *id);

/** Free a result; NULL is fine. */
void case_result_free(CaseResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaseResult, case_result_free)

/** An empty report: no case planned, no text set.  The caller frees it. */
RunReport *run_report_new(void);

/** Free a report and its results; NULL is fine. */
void run_report_free(RunReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunReport, run_report_free)

/** The GError domain of this folder; every code is 0. */
#define REPORT_ERROR (report_error_quark())

/** The quark behind REPORT_ERROR. */
GQuark report_error_quark(void);

/** A result as the one-line JSON that a worker sends.  The caller decrefs it. */
json_t *case_result_to_json(const CaseResult *result);

/** The result of such a line; NULL with an error naming the member that is bad.  The caller frees
 *  it. */
CaseResult *case_result_from_json(const json_t *json, GError **error);

/** How many results ended with a verdict. */
guint run_report_count(const RunReport *report, Verdict verdict);

/** Cases that ended with a verdict other than skip. */
guint run_report_ran(const RunReport *report);

/** 0 as expected, 1 an unexpected verdict or an unused row of the expectations, 2 where a foreign
 *  object was in the way, 3 where a case
 *  ended with VERDICT_ERROR or the harness has a fault, 5 ran + skipped < planned or ran = 0,
 *  130 interrupted. */
int run_report_exit_code(const RunReport *report);

/** What "schema" of a JSON report says. */
#define REPORT_SCHEMA "virt-moment/report/1"

/** A run as its JSON report tells it; NULL with an error naming what is bad.  The caller frees it.
 */
RunReport *run_report_from_json(const json_t *json, GError **error);

/** The JSON report: keys in a fixed order; two equal runs differ in nothing but "ms".  The caller
 *  frees the text. */
char *report_json(const RunReport *report);

/** The JUnit report: one <testcase> per planned case.  Characters that XML cannot hold are left
 *  out.  The caller frees the text. */
char *report_junit(const RunReport *report);

/** TAP version 13, one line per planned case.  The caller frees the text. */
char *report_tap(const RunReport *report);

/** The text that is shown for one result that nobody expected: the step, expected against seen,
 *  tree and chain, and the command that repeats just this case.  The caller frees it. */
char *report_failure(const RunReport *report, const CaseResult *result);

/** The command that repeats one case.  The caller frees it. */
char *report_repeat_command(const RunReport *report, const char *id);

/** The summary at the end of a run: counts, what failed and how to repeat it, the table of
 *  invariants observed. */
char *report_summary(const RunReport *report);
