/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The house rules as a program: each check looks at every source file and
 * reports what breaks its rule.
 */
#pragma once

#include <glib.h>

/** A source file. */
typedef struct {
    char *path; /* from the root: "spec/api/error.c" */
    char *text;
    char **lines; /* as they are */
    char **code;  /* the same lines, comments and the insides of literals blanked */
    guint count;
} Source;

/** What is checked, and what was found. */
typedef struct {
    const char *root;
    GPtrArray *sources;  /* of Source *, by path: *.c, *.h and *.def of the layers */
    GHashTable *allowed; /* "CHECK SUBJECT" → number, from ci/tidy-allow.txt */
    guint breaches;
} Tidy;

/** Read the tree below `root`.  NULL with an error when it cannot be read. */
Tidy *tidy_new(const char *root, GError **error);

/** Free it; NULL is fine. */
void tidy_free(Tidy *tidy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tidy, tidy_free)

/** Report one breach: "PATH:LINE: TEXT" on stderr. */
void tidy_breach(Tidy *tidy, const char *path, guint line, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/** Whether `value` is within `limit`, or within the row that ci/tidy-allow.txt has for the subject.
 *  A row is a ratchet: one that allows more than there is, is a breach itself. */
gboolean tidy_within(Tidy *tidy, const char *check, const char *subject, guint value, guint limit);

/** The checks; each adds to tidy->breaches. */
void check_layers(Tidy *tidy);
void check_sizes(Tidy *tidy);
void check_comments(Tidy *tidy);
void check_calls(Tidy *tidy);
void check_format(Tidy *tidy);
