/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run became: one result per planned case, and its renderings.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

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
    char *reason;   /* one line; NULL for a pass */
    char *detail;   /* many lines: step, expected against seen, tree and chain, or NULL */
    char *rule;     /* the rule that the failure is about, where known, or NULL */
    char *observed; /* the error code observed where another was expected ("OPERATION_INVALID", "ok"), or NULL */
    guint64 hash;   /* of the case's event log: equal for equal runs */
} CaseResult;

/** A whole run. */
typedef struct {
    char *target;       /* as given to --target */
    char *version;      /* what the target says of itself */
    char *profile;      /* "rfc" or "libvirt" */
    guint64 seed;
    json_t *selection;  /* filter, shard, failed, paths */
    GPtrArray *capabilities; /* of char *, sorted */
    GPtrArray *results; /* of CaseResult *, in the order of the plan; NULL slot = did not end */
    guint planned;
    json_t *observed;   /* invariant id → {"observed","partly","not"} counts, or NULL */
    gboolean interrupted;
} RunReport;

CaseResult *case_result_new(const char *id);
void case_result_free(CaseResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaseResult, case_result_free)
RunReport *run_report_new(void);
void run_report_free(RunReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunReport, run_report_free)

/** A result as the one-line JSON that a worker sends, and back; NULL with an error for a bad line. */
json_t *case_result_to_json(const CaseResult *result);
CaseResult *case_result_from_json(const json_t *json, GError **error);

/** How many results ended with a verdict. */
guint run_report_count(const RunReport *report, Verdict verdict);
/** Cases that ended with a verdict other than skip. */
guint run_report_ran(const RunReport *report);
/** 0 as expected, 1 an unexpected verdict, 5 ran + skipped < planned or ran = 0, 130 interrupted,
 *  3 where a case ended with VERDICT_ERROR. */
int run_report_exit_code(const RunReport *report);

/** The renderings; the caller frees the text. */
char *report_json(const RunReport *report);
char *report_junit(const RunReport *report);
char *report_tap(const RunReport *report);
/** The summary at the end of a run: counts, what failed and how to repeat it, the table of
 *  invariants observed. */
char *report_summary(const RunReport *report);
