/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Scenarios: read a file, expand it into cases, run one case on a target.
 * The language is documented in conformance/README.md.
 */
#pragma once

#include <glib.h>
#include "harness/report/report.h"
#include "spec/api/api.h"
#include "spec/api/target.h"

typedef struct ScnFile ScnFile;
typedef struct ScnCase ScnCase;

/** What a case tells of itself before it runs; borrowed from the case. */
typedef struct {
    const char *id;
    const char *file;
    const char *sentence;   /* the file's first comment: what it protects */
    const GPtrArray *rules; /* of char *: covers */
    const GPtrArray
        *needs;        /* of char *: capabilities, those that its flags need included, sorted */
    VmProfile profile; /* under which it may run */
    gboolean matrix;   /* of the full flag matrix (counted beside the cases) */
    gboolean slow;
} ScnCaseInfo;

/** Parse one scenario file; `name` is its id without ".scn".  On a syntax error the GError's text
 * is "FILE:LINE:COLUMN: what was found, what was expected".  The caller frees it. */
ScnFile *scn_file_parse(const char *name, const char *text, GError **error);
/** Free a file; its cases must be gone. */
void scn_file_free(ScnFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnFile, scn_file_free)

/** Expand matrix lines and case sections into cases; the array frees them. */
GPtrArray *scn_file_expand(ScnFile *file, GError **error);

/** Load every *.scn file below the paths (folders or files), sorted by id, and expand all of them.
 *  The first bad file is the error.  The array frees cases and files. */
GPtrArray *scn_load(const char *const *paths, GError **error);

/** What a case tells of itself. */
const ScnCaseInfo *scn_case_info(const ScnCase *scenario);

/** With what cases are run. */
typedef struct {
    const struct vm_target *target;
    const char *uri;
    VmProfile profile;
    guint64 seed;
    const char *workdir; /* of this worker */
    const char *run_id;  /* part of every object's name */
    gboolean oracle;
    gboolean keep; /* leave what a failed case made */
    gboolean trace;   /* the result tells each step (CaseResult.trace) */
    gboolean session; /* it is no case that is run, but lines that somebody types */
    /* Whether a deviation is known of the target, or NULL: then none is.  `observed` is as in
     * CaseResult.  A case goes on after a known one in what was merely told. */
    gboolean (*known)(gconstpointer data, const char *case_id, const char *rule,
                      const char *observed);
    gconstpointer known_data;
} ScnRunOptions;

/** Run one case on a connection of its own; always gives a result (skip, pass, fail or error).
 *  coverage (may be NULL) receives oracle_coverage() counts, added up. */
CaseResult *scn_case_run(ScnCase *scenario, const ScnRunOptions *options, json_t *coverage);
