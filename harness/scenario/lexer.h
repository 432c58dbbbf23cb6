/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words of a scenario line: shell quoting, comments, columns, and variables.
 */
#pragma once

#include <glib.h>

/** The GError domain of faults in a scenario's text. */
#define SCN_ERROR (g_quark_from_static_string("scn-error"))

/** Codes of SCN_ERROR. */
typedef enum {
    SCN_ERROR_SYNTAX, /* of the file; the text begins with FILE:LINE:COLUMN */
    SCN_ERROR_FILE,   /* cannot be read */
    SCN_ERROR_OPEN,   /* as SYNTAX: the text ends before the body of its last statement does */
} ScnErrorCode;

/** One word.  `text` has its quotes removed; what stood in single quotes or
 *  after a backslash is never substituted (`$` is kept there as SCN_DOLLAR). */
typedef struct {
    char *text;
    guint column;     /* from 1 */
    gboolean quoted;  /* any part of it was quoted */
    gboolean special; /* an unquoted `;`, `{`, `}`, `=>` or `<<` */
} ScnWord;

/** What a literal dollar sign is inside a word until the variables are replaced. */
#define SCN_DOLLAR '\x01'

/** Where a text comes from, for messages. */
typedef struct {
    const char *file; /* as the user knows it */
    guint line;       /* from 1 */
} ScnPlace;

/** Free a word; NULL is fine. */
void scn_word_free(ScnWord *word);
/** A word of its own; the caller frees it. */
ScnWord *scn_word_new(const char *text, guint column);
/** A deep copy of a word. */
ScnWord *scn_word_copy(const ScnWord *word);

/** Split a line into words (ScnWord *, freed by the array).  NULL with "FILE:LINE:COLUMN: …" where
 * a quote does not end. */
GPtrArray *scn_lex(const char *line, const ScnPlace *place, GError **error);

/** Set a syntax error at a place; always FALSE. */
gboolean scn_syntax_error(GError **error, const ScnPlace *place, guint column, const char *format,
                          ...) G_GNUC_PRINTF(4, 5);

/** The value of a variable as a new string, or NULL where there is none of that name. */
typedef char *(*ScnLookup)(const char *name, gpointer data);

/** `text` with its `$NAME` and `${NAME}` replaced by lookup(); unknown ones stay as they are and
 *  the first is given back in *unknown (may be NULL; the caller frees it).  The caller frees the
 *  result. */
char *scn_substitute(const char *text, ScnLookup lookup, gpointer data, char **unknown);

/** `text` with literal dollar signs made plain again; the caller frees it. */
char *scn_unescape(const char *text);

/** The candidate nearest to `word` by edit distance, or NULL where none is near.
 *  `candidates` is NULL-terminated. */
const char *scn_nearest(const char *word, const char *const *candidates);
