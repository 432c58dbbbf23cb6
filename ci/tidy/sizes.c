/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sizes of files and functions.  A definition's body begins with a '{' and
 * ends with a '}' in the first column, its name stands in the first column.
 */
#include "ci/tidy/tidy.h"

#include <stdio.h>
#include <string.h>

#define FILE_LINES_MAX 800
#define FUNCTION_LINES_MAX 100
#define FUNCTION_LINES_GOOD 60
#define FUNCTION_SHARE_GOOD 95 /* percent */
#define PARAMETERS_MAX 5

/* How many functions there are, and how many are short. */
typedef struct {
    guint functions;
    guint good;
} Census;

/* The line with the function's name: the last one before the body that starts in the first column
 * and has a parenthesis. */
static guint
name_line(const Source *source, guint body)
{
    guint line = body;

    while (line > 0) {
        const char *code = source->code[--line];

        if ((g_ascii_isalpha(code[0]) || code[0] == '_') && strchr(code, '(') != NULL) {
            break;
        }
    }
    return line;
}

static guint
end_line(const Source *source, guint body)
{
    guint line = body;

    while (line + 1 < source->count && source->code[line][0] != '}') {
        line++;
    }
    return line;
}

static char *
signature_of(const Source *source, guint first, guint body)
{
    GString *text = g_string_new(NULL);

    for (guint line = first; line < body; line++) {
        g_string_append(text, source->code[line]);
    }
    return g_string_free(text, FALSE);
}

static guint
count_parameters(const char *signature)
{
    const char *start = strchr(signature, '(');
    guint depth = 0;
    guint count = 1;

    if (start == NULL || g_str_has_prefix(start, "(void)")) {
        return 0;
    }
    for (const char *at = start; *at != '\0'; at++) {
        depth += *at == '(';
        depth -= *at == ')';
        count += *at == ',' && depth == 1;
        if (depth == 0) {
            break;
        }
    }
    return count;
}

/* Methods of spec/api/target.h have the parameters that the API has. */
static gboolean
is_target_method(const char *signature)
{
    return strstr(signature, "struct vm_conn *conn") != NULL &&
           strstr(signature, "struct vm_error *err)") != NULL;
}

static void
check_function(Tidy *tidy, const Source *source, guint body, Census *census)
{
    guint first = name_line(source, body);
    guint lines = end_line(source, body) - first + 1;
    g_autofree char *signature = signature_of(source, first, body);
    g_autofree char *name = g_strndup(signature, strcspn(signature, "("));
    g_autofree char *subject = g_strjoin(":", source->path, name, NULL);
    guint parameters = count_parameters(signature);

    census->functions++;
    census->good += lines <= FUNCTION_LINES_GOOD;
    if (!tidy_within(tidy, "function-lines", subject, lines, FUNCTION_LINES_MAX)) {
        tidy_breach(tidy, source->path, first + 1, "%s has %u lines, more than %u", name, lines,
                    FUNCTION_LINES_MAX);
    }
    if (!is_target_method(signature) &&
        !tidy_within(tidy, "parameters", subject, parameters, PARAMETERS_MAX)) {
        tidy_breach(tidy, source->path, first + 1, "%s has %u parameters, more than %u", name,
                    parameters, PARAMETERS_MAX);
    }
}

static void
check_source(Tidy *tidy, const Source *source, Census *census)
{
    if (g_str_has_suffix(source->path, ".c") &&
        !tidy_within(tidy, "file-lines", source->path, source->count, FILE_LINES_MAX)) {
        tidy_breach(tidy, source->path, source->count, "%u lines, more than %u", source->count,
                    FILE_LINES_MAX);
    }
    for (guint line = 1; line < source->count; line++) {
        if (strcmp(source->code[line], "{") == 0) {
            check_function(tidy, source, line, census);
        }
    }
}

void
check_sizes(Tidy *tidy)
{
    Census census = {0};

    for (guint i = 0; i < tidy->sources->len; i++) {
        check_source(tidy, g_ptr_array_index(tidy->sources, i), &census);
    }
    printf("%u functions, %.1f %% of them with at most %u lines\n", census.functions,
           100.0 * census.good / MAX(census.functions, 1), FUNCTION_LINES_GOOD);
    if (census.good * 100 < census.functions * FUNCTION_SHARE_GOOD) {
        tidy_breach(tidy, "(all)", 0, "less than %u %% of the functions have at most %u lines",
                    FUNCTION_SHARE_GOOD, FUNCTION_LINES_GOOD);
    }
}
