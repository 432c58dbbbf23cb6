/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls that the house does not make: everywhere what overflows or keeps hidden
 * state, in spec/ and sim/ what makes two equal runs differ.
 */
#include "ci/tidy/tidy.h"

#include <string.h>

/* A call, and what to use in its place. */
typedef struct {
    const char *name;
    const char *instead;
} Banned;

static const Banned everywhere[] = {
    {"strcpy", "g_strlcpy"},
    {"strcat", "GString"},
    {"sprintf", "g_snprintf or g_strdup_printf"},
    {"vsprintf", "g_vsnprintf"},
    {"strtok", "g_strsplit"},
    {"atoi", "g_ascii_string_to_unsigned"},
    {"atol", "g_ascii_string_to_unsigned"},
    {"gets", "fgets"},
    {"mktemp", "g_mkdtemp"},
    {"tmpnam", "g_mkdtemp"},
    {NULL},
};

static const Banned deterministic[] = {
    {"time", "the env port"},
    {"gettimeofday", "the env port"},
    {"clock_gettime", "the env port"},
    {"localtime", "the env port"},
    {"g_get_real_time", "the env port"},
    {"g_get_monotonic_time", "the env port"},
    {"g_date_time_new_now_utc", "the env port"},
    {"rand", "the env port"},
    {"random", "the env port"},
    {"srand", "the env port"},
    {"g_random_int", "the env port"},
    {"g_random_int_range", "the env port"},
    {"g_uuid_string_random", "the env port"},
    {"g_direct_hash", "a key that is equal in equal runs"},
    {"getpid", "nothing: no identity of the process"},
    {"sleep", "the env port"},
    {"usleep", "the env port"},
    {"g_usleep", "the env port"},
    {"pthread_create", "nothing: no threads"},
    {"g_thread_new", "nothing: no threads"},
    {NULL},
};

static gboolean
is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

/* "name(" as a whole word that is no member of something. */
static gboolean
has_call(const char *code, const char *name)
{
    size_t length = strlen(name);
    const char *at = code;

    while ((at = strstr(at, name)) != NULL) {
        gboolean begins = at == code || !(is_word(at[-1]) || at[-1] == '.' || at[-1] == '>');
        const char *after = at + length;

        if (begins && *after == '(') {
            return TRUE;
        }
        at = after;
    }
    return FALSE;
}

static void
check_call(Tidy *tidy, const Source *source, const Banned *banned)
{
    g_autofree char *subject = g_strjoin(":", source->path, banned->name, NULL);
    guint count = 0;
    guint last = 0;

    for (guint line = 0; line < source->count; line++) {
        if (has_call(source->code[line], banned->name)) {
            count++;
            last = line;
        }
    }
    if (!tidy_within(tidy, "call", subject, count, 0)) {
        tidy_breach(tidy, source->path, last + 1, "%s() is not called here; use %s", banned->name,
                    banned->instead);
    }
}

void
check_calls(Tidy *tidy)
{
    for (guint i = 0; i < tidy->sources->len; i++) {
        const Source *source = g_ptr_array_index(tidy->sources, i);
        gboolean pure =
            g_str_has_prefix(source->path, "spec/") || g_str_has_prefix(source->path, "sim/");

        for (guint j = 0; everywhere[j].name != NULL; j++) {
            check_call(tidy, source, &everywhere[j]);
        }
        for (guint j = 0; pure && deterministic[j].name != NULL; j++) {
            check_call(tidy, source, &deterministic[j]);
        }
    }
}
