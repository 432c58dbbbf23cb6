/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program in a private folder, for tests that see it as a script does.
 */
#pragma once

#include <glib.h>
#include <string.h>
#include <sys/wait.h>
#include "harness/folder/folder.h"

/** A private folder, the program, and what its last run printed. */
typedef struct {
    char *dir;
    char *program;
    char *out;
    char *err;
} Fixture;

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *tests = g_path_get_dirname(self);
    g_autofree char *build = g_path_get_dirname(tests);

    fixture->dir = g_dir_make_tmp("program-XXXXXX", NULL);
    fixture->program = g_build_filename(build, "virt-moment", NULL);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    folder_remove(fixture->dir);
    g_free(fixture->dir);
    g_free(fixture->program);
    g_free(fixture->out);
    g_free(fixture->err);
    g_free(fixture);
    return 0;
}

/** The words of a command line; "@" stands for the private folder. */
static inline char **
words_of(const Fixture *fixture, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, "@", -1);
    g_autofree char *whole = g_strjoinv(fixture->dir, parts);
    g_autofree char *command = g_strdup_printf("%s %s", fixture->program, whole);
    char **words = NULL;

    assert_true(g_shell_parse_argv(command, NULL, &words, NULL));
    return words;
}

/** Run words in the private folder, with these variables in place of its own (NULL: its own); gives
 *  the exit code. */
static inline int
run_words(Fixture *fixture, char **words, char **environment)
{
    int status;

    g_clear_pointer(&fixture->out, g_free);
    g_clear_pointer(&fixture->err, g_free);
    assert_true(g_spawn_sync(fixture->dir, words, environment, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             &fixture->out, &fixture->err, &status, NULL));
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/** Run the program; gives the exit code. */
static inline int
run_with(Fixture *fixture, const char *line, char **environment)
{
    g_auto(GStrv) words = words_of(fixture, line);

    return run_words(fixture, words, environment);
}

/** As run_with(), in the environment as it is. */
static inline int
run(Fixture *fixture, const char *line)
{
    return run_with(fixture, line, NULL);
}

/** A file in the private folder. */
static inline void
put(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

/** As run(), with that on its stdin. */
static inline int
run_input(Fixture *fixture, const char *line, const char *input)
{
    g_autofree char *command = g_strdup_printf("exec %s %s <input", fixture->program, line);
    char *words[] = {(char *)"sh", (char *)"-c", command, NULL};

    put(fixture, "input", input);
    return run_words(fixture, words, NULL);
}

static inline void
assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, text);
    }
}
