/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Comparing JSON values with placeholders.
 */
#include "harness/fidelity/value_match.h"

#include <string.h>

/* Members that depend on the host, the file system or the version's packaging. */
static const char *const left_out[] = {
    "actual-size",   "image-end-offset", "date-sec", "date-nsec", "vm-clock-sec",
    "vm-clock-nsec", "package",          "micro",    "timestamp", NULL,
};

/* Members whose strings are written for people. */
static const char *const texts[] = {"desc", "error", "error-desc", "msg", "reason-text", NULL};

/* What query-jobs and query-block-jobs show of the progress of a job that still runs. */
static const char *const progress[] = {"current-progress", "offset", "busy", NULL};

#define LINE_MAX_BYTES 400

char *
value_line(const json_t *value)
{
    g_autofree char *line = NULL;
    char *dump;

    if (value == NULL) {
        return g_strdup("nothing");
    }
    dump = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);
    line = g_strdup(dump != NULL ? dump : "?");
    free(dump);
    if (strlen(line) > LINE_MAX_BYTES) {
        char *end = g_utf8_find_prev_char(line, line + LINE_MAX_BYTES);

        return g_strdup_printf("%.*s…", (int)(end - line), line);
    }
    return g_steal_pointer(&line);
}

static gboolean
is_word(const char *start, const char *end)
{
    for (const char *c = start; c < end; c++) {
        if (!g_ascii_isalnum(*c) && *c != '-') {
            return FALSE;
        }
    }
    return end > start;
}

/* The end of the placeholder that begins at `at`, or NULL. */
static const char *
placeholder_end(const char *at)
{
    const char *end = *at == '<' ? strchr(at, '>') : NULL;

    return end != NULL && is_word(at + 1, end) ? end + 1 : NULL;
}

gboolean
text_match(const char *expected, const char *got)
{
    while (*expected != '\0') {
        const char *end = placeholder_end(expected);

        if (end == NULL) {
            if (*expected++ != *got++) {
                return FALSE;
            }
            continue;
        }
        do {
            if (text_match(end, got)) {
                return TRUE;
            }
        } while (*got++ != '\0');
        return FALSE;
    }
    return *got == '\0';
}

gboolean
both_speak(const json_t *expected, const json_t *got)
{
    const char *a = json_string_value(json_object_get(expected, "return"));
    const char *b = json_string_value(json_object_get(got, "return"));

    return a != NULL && b != NULL && *a != '\0' && *b != '\0';
}

static MatchDegree
differ(MatchDegree degree, const json_t *expected, const json_t *got, char **where)
{
    g_autofree char *a = value_line(expected);
    g_autofree char *b = value_line(got);

    if (where != NULL && *where == NULL) {
        *where = g_strdup_printf(": expected %s, got %s", a, b);
    }
    return degree;
}

/* Put a step of the path before what stands there. */
static void step_up(char **where, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
step_up(char **where, const char *format, ...)
{
    g_autofree char *step = NULL;
    g_autofree char *rest = NULL;
    va_list arguments;

    if (where == NULL || *where == NULL) {
        return;
    }
    va_start(arguments, format);
    step = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    rest = *where;
    *where = g_strconcat(step, rest, NULL);
}

static gboolean
is_json_name(const char *name)
{
    return g_str_has_prefix(name, "json:{");
}

static MatchDegree
match_json_names(const json_t *expected, const json_t *got, char **where)
{
    json_t *a = json_loads(json_string_value(expected) + strlen("json:"), 0, NULL);
    json_t *b = json_loads(json_string_value(got) + strlen("json:"), 0, NULL);
    MatchDegree degree = a != NULL && b != NULL && value_match(a, b, NULL) == MATCH_EQUAL
                             ? MATCH_EQUAL
                             : differ(MATCH_DIFFERENT, expected, got, where);

    json_decref(a);
    json_decref(b);
    return degree;
}

static MatchDegree
match_string(const json_t *expected, const json_t *got, char **where)
{
    const char *text = json_string_value(expected);
    const char *end = placeholder_end(text);

    if (end != NULL && *end == '\0') {
        gboolean zero = json_is_integer(got) && json_integer_value(got) == 0;

        return strcmp(text, "<nonzero>") == 0 && (zero || !json_is_integer(got))
                   ? differ(MATCH_DIFFERENT, expected, got, where)
                   : MATCH_EQUAL;
    }
    if (!json_is_string(got)) {
        return differ(MATCH_DIFFERENT, expected, got, where);
    }
    if (is_json_name(text) && is_json_name(json_string_value(got))) {
        return match_json_names(expected, got, where);
    }
    return text_match(text, json_string_value(got)) ? MATCH_EQUAL
                                                    : differ(MATCH_DIFFERENT, expected, got, where);
}

static gboolean
runs(const json_t *job)
{
    return g_strcmp0(json_string_value(json_object_get(job, "status")), "running") == 0;
}

static gboolean
is_left_out(const json_t *object, const char *key)
{
    return g_strv_contains(left_out, key) || (runs(object) && g_strv_contains(progress, key));
}

static MatchDegree
match_member(const char *key, const json_t *expected, const json_t *got, char **where)
{
    MatchDegree degree = value_match(expected, got, where);

    if (degree == MATCH_DIFFERENT && json_is_string(expected) && json_is_string(got) &&
        g_strv_contains(texts, key)) {
        degree = MATCH_TEXT;
    }
    if (degree != MATCH_EQUAL) {
        step_up(where, ".%s", key);
    }
    return degree;
}

/* Keep the worse of two degrees, and the place of the first that bad. */
static void
take_worse(MatchDegree *worst, MatchDegree degree, char **where, char **here)
{
    if (degree > *worst) {
        *worst = degree;
        if (where != NULL) {
            g_free(*where);
            *where = g_steal_pointer(here);
        }
    }
    g_clear_pointer(here, g_free);
}

static MatchDegree
match_objects(const json_t *expected, const json_t *got, char **where)
{
    MatchDegree worst = MATCH_EQUAL;
    char *here = NULL;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)expected, key, value)
    {
        if (!is_left_out(expected, key)) {
            MatchDegree degree = match_member(key, value, json_object_get(got, key), &here);

            take_worse(&worst, degree, where, &here);
        }
    }
    json_object_foreach((json_t *)got, key, value)
    {
        if (!is_left_out(expected, key) && json_object_get(expected, key) == NULL) {
            MatchDegree degree = match_member(key, NULL, value, &here);

            take_worse(&worst, degree, where, &here);
        }
    }
    return worst;
}

static MatchDegree
match_arrays(const json_t *expected, const json_t *got, char **where)
{
    size_t count = MAX(json_array_size(expected), json_array_size(got));
    MatchDegree worst = MATCH_EQUAL;
    char *here = NULL;

    for (size_t i = 0; i < count; i++) {
        MatchDegree degree =
            value_match(json_array_get(expected, i), json_array_get(got, i), &here);

        step_up(&here, "[%zu]", i);
        take_worse(&worst, degree, where, &here);
    }
    return worst;
}

MatchDegree
value_match(const json_t *expected, const json_t *got, char **where)
{
    if (json_is_string(expected) && got != NULL) {
        return match_string(expected, got, where);
    }
    if (json_is_object(expected) && json_is_object(got)) {
        return match_objects(expected, got, where);
    }
    if (json_is_array(expected) && json_is_array(got)) {
        return match_arrays(expected, got, where);
    }
    if (expected == NULL && got == NULL) {
        return MATCH_EQUAL;
    }
    return expected != NULL && got != NULL && json_equal((json_t *)expected, (json_t *)got)
               ? MATCH_EQUAL
               : differ(MATCH_DIFFERENT, expected, got, where);
}
