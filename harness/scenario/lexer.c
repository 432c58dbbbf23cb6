/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness/scenario/lexer.h"

#include <stdarg.h>
#include <string.h>

void
scn_word_free(ScnWord *word)
{
    if (!word)
        return;
    g_free(word->text);
    g_free(word);
}

ScnWord *
scn_word_new(const char *text, guint column)
{
    ScnWord *word = g_new0(ScnWord, 1);

    word->text = g_strdup(text);
    word->column = column;
    return word;
}

ScnWord *
scn_word_copy(const ScnWord *word)
{
    ScnWord *copy = g_new0(ScnWord, 1);

    *copy = *word;
    copy->text = g_strdup(word->text);
    return copy;
}

gboolean
scn_syntax_error(GError **error, const ScnPlace *place, guint column, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s:%u:%u: %s", place->file, place->line,
                column, text);
    return FALSE;
}

/* Append what stands in quotes, from the opening one; NULL where it does not end. */
static const char *
lex_quoted(const char *at, GString *text)
{
    char quote = *at++;

    for (; *at && *at != quote; at++) {
        if (quote == '"' && *at == '\\' && at[1])
            at++;
        else if (quote == '"') {
            g_string_append_c(text, *at);
            continue;
        }
        g_string_append_c(text, *at == '$' ? SCN_DOLLAR : *at);
    }
    return *at ? at + 1 : NULL;
}

/* Append `${…}` whole, so that its braces are no tokens. */
static const char *
lex_variable(const char *at, GString *text)
{
    const char *end = at[1] == '{' ? strchr(at, '}') : NULL;
    gsize length = end ? (gsize)(end - at) + 1 : 1;

    if (at[1] == '$') {
        g_string_append_c(text, SCN_DOLLAR);
        return at + 2;
    }
    g_string_append_len(text, at, length);
    return at + length;
}

/* The length of a token that needs no spaces around it, or 0. */
static gsize
special_length(const char *at, gboolean word_begins)
{
    if (*at == ';')
        return 1;
    if (!word_begins)
        return 0;
    if (g_str_has_prefix(at, "=>") || g_str_has_prefix(at, "<<"))
        return 2;
    return *at == '{' || *at == '}' ? 1 : 0;
}

/* One word from `at`; NULL where a quote does not end. */
static const char *
lex_word(const char *at, ScnWord *word)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gsize special = special_length(at, TRUE);

    if (special) {
        word->special = TRUE;
        word->text = g_strndup(at, special);
        return at + special;
    }
    while (at && *at && !g_ascii_isspace(*at) && !special_length(at, FALSE)) {
        if (*at == '\'' || *at == '"') {
            word->quoted = TRUE;
            at = lex_quoted(at, text);
        } else if (*at == '\\' && at[1]) {
            word->quoted = TRUE;
            g_string_append_c(text, at[1] == '$' ? SCN_DOLLAR : at[1]);
            at += 2;
        } else if (*at == '$') {
            at = lex_variable(at, text);
        } else {
            g_string_append_c(text, *at++);
        }
    }
    word->text = g_strdup(text->str);
    return at;
}

GPtrArray *
scn_lex(const char *line, const ScnPlace *place, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func((GDestroyNotify)scn_word_free);
    const char *at = line;

    for (;;) {
        ScnWord *word;

        while (g_ascii_isspace(*at))
            at++;
        if (!*at || *at == '#')
            return g_steal_pointer(&words);
        word = g_new0(ScnWord, 1);
        word->column = (guint)(at - line) + 1;
        g_ptr_array_add(words, word);
        at = lex_word(at, word);
        if (!at) {
            scn_syntax_error(error, place, word->column,
                             "the quote does not end; expected the closing quote on this line");
            return NULL;
        }
    }
}

/* The name of a variable that begins at `at` (a dollar sign), and where it ends; NULL if none. */
static char *
variable_name(const char *at, const char **end)
{
    const char *name = at + 1;

    if (*name == '{') {
        *end = strchr(name, '}');
        if (!*end)
            return NULL;
        *end += 1;
        return g_strndup(name + 1, (gsize)(*end - name) - 2);
    }
    *end = name;
    while (g_ascii_isalnum(**end) || **end == '_')
        *end += 1;
    return *end == name ? NULL : g_strndup(name, (gsize)(*end - name));
}

char *
scn_substitute(const char *text, ScnLookup lookup, gpointer data, char **unknown)
{
    GString *result = g_string_new(NULL);
    const char *at = text;

    while (*at) {
        const char *end = at + 1;

        if (at[0] == '$' && at[1] == '$') {
            g_string_append_c(result, SCN_DOLLAR);
            at += 2;
            continue;
        }
        g_autofree char *name = *at == '$' ? variable_name(at, &end) : NULL;
        g_autofree char *value = name ? lookup(name, data) : NULL;

        if (value)
            g_string_append(result, value);
        else
            g_string_append_len(result, at, name ? end - at : 1);
        if (name && !value && unknown && !*unknown)
            *unknown = g_strdup(name);
        at = name ? end : at + 1;
    }
    return g_string_free(result, FALSE);
}

char *
scn_unescape(const char *text)
{
    char *plain = g_strdup(text);

    for (char *at = plain; *at; at++) {
        if (*at == SCN_DOLLAR)
            *at = '$';
    }
    return plain;
}

/* The number of letters to insert, remove or replace; `limit` where it is that much or more. */
static guint
edit_distance(const char *a, const char *b, guint limit)
{
    gsize width = strlen(b);
    g_autofree guint *row = g_new(guint, width + 1);

    for (gsize j = 0; j <= width; j++)
        row[j] = j;
    for (gsize i = 1; a[i - 1]; i++) {
        guint diagonal = row[0];

        row[0] = i;
        for (gsize j = 1; j <= width; j++) {
            guint replaced = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return MIN(row[width], limit);
}

const char *
scn_nearest(const char *word, const char *const *candidates)
{
    guint best = MAX(strlen(word) / 2, 2) + 1;
    const char *nearest = NULL;

    for (gsize i = 0; candidates[i]; i++) {
        guint distance = edit_distance(word, candidates[i], best);

        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
