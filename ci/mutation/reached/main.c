/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * reached CODE RECORDS FOLDER…: with what each mutant is to be tried.
 * FOLDER/lines tells where it is; FOLDER/program, FOLDER/rfc and
 * FOLDER/libvirt receive the names of the tests that reach it, the quickest
 * first; those in FOLDER/program-again and so on take the same way through
 * the driver as a quicker one.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include "ci/mutation/reach.h"

static const char *const kinds[] = {"program", "rfc", "libvirt"};

/* The lines of the statement; where they have no code of their own those of the function; outside
 * of all functions whatever there is. */
static GPtrArray *
tests_of(const Reach *reach, const char *lines)
{
    char path[256];
    guint from, to, body_from, body_to;
    int found = sscanf(lines, "%255s %u %u %u %u", path, &from, &to, &body_from, &body_to);
    g_assert(found == 5);
    g_autofree char *file = g_path_get_basename(path);
    GPtrArray *tests = body_to > 0 ? reach_tests(reach, file, from, to) : NULL;
    if (tests == NULL && body_to > 0)
        tests = reach_tests(reach, file, body_from, body_to);
    return tests != NULL ? tests : reach_all(reach);
}

/* Names are "KIND NAME". */
static gboolean
write_kind(const GPtrArray *tests, const char *kind, const char *folder, GError **error)
{
    g_autoptr(GString) first = g_string_new(NULL);
    g_autoptr(GString) again = g_string_new(NULL);
    g_autofree char *path = g_build_filename(folder, kind, NULL);
    g_autofree char *again_path = g_strconcat(path, "-again", NULL);
    for (guint i = 0; i < tests->len; i++) {
        const ReachTest *test = g_ptr_array_index(tests, i);
        gsize length = strlen(kind);
        if (strncmp(test->name, kind, length) == 0 && test->name[length] == ' ')
            g_string_append_printf(test->again ? again : first, "%s\n", test->name + length + 1);
    }
    return g_file_set_contents(path, first->str, (gssize)first->len, error) &&
           g_file_set_contents(again_path, again->str, (gssize)again->len, error);
}

static gboolean
write_mutant(const Reach *reach, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *lines = NULL;
    if (!g_file_get_contents(path, &lines, NULL, error))
        return FALSE;
    g_autoptr(GPtrArray) tests = tests_of(reach, lines);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!write_kind(tests, kinds[i], folder, error))
            return FALSE;
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autofree char *text = NULL;
    g_autofree char *records = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    gboolean ok = argc > 3 && g_file_get_contents(argv[1], &text, NULL, &error) &&
                  g_file_get_contents(argv[2], &records, &length, &error);
    g_autoptr(Reach) reach = ok ? reach_new(text, records, length) : NULL;
    for (int i = 3; ok && i < argc; i++)
        ok = write_mutant(reach, argv[i], &error);
    if (!ok)
        fprintf(stderr, "reached: %s\n", error != NULL ? error->message : "CODE RECORDS FOLDER…");
    return ok ? 0 : 1;
}
