/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Steps around the driver: the guest, marks of content, files.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

gboolean
scn_run_guest(ScnRun *run, const ScnStep *step)
{
    g_autofree char *name = scn_word(run, step, 1);
    g_autofree char *real = scn_real_name(run, name);
    g_autoptr(GString) command = g_string_new(NULL);
    g_auto(ScnAnswer) answer = {0};
    struct vm_error err = {0};
    char *reply = NULL;

    for (guint i = 2; i < step->words->len; i++) {
        g_autofree char *word = scn_word(run, step, i);

        if (strcmp(word, "pattern") != 0)
            g_string_append_printf(command, "%s%s", command->len ? " " : "", word);
    }
    if (!run->target.guest)
        return scn_fail(run, "a guest", "this target cannot reach one");
    answer.code = run->target.guest(run->conn, real, command->str, &reply, &err);
    answer.text = answer.code ? g_strdup(err.text) : NULL;
    answer.output = g_strdup(reply ? reply : "");
    if (reply)
        run->target.free_string(reply);
    return scn_result_check(run, step, &answer);
}

gboolean
scn_run_disturb(ScnRun *run, const ScnStep *step)
{
    g_autofree char *verb = scn_word(run, step, 0);
    g_autofree char *name = scn_word(run, step, 1);
    g_autofree char *real = scn_real_name(run, name);
    g_autofree char *when = scn_word(run, step, 2);
    g_autofree char *at = scn_word(run, step, 3);
    g_autofree char *what =
        at ? g_strdup_printf("%s%s %s", verb, strcmp(when, "after") == 0 ? "-after" : "", at)
           : g_strdup(verb);
    struct vm_error err = {0};

    if (!run->target.disturb)
        return scn_fail(run, verb, "this target cannot do so");
    run->damaged |= strcmp(verb, "kill") != 0;
    run->hangs = strcmp(verb, "hang") == 0;
    run->dies = at && strcmp(verb, "kill") == 0;
    if (run->target.disturb(run->conn, real, strcmp(verb, "unhang") == 0 ? "continue" : what,
                            &err) == 0)
        return TRUE;
    return scn_fail(run, verb, "%s: %s", vm_error_name(err.code), err.text);
}

static gboolean
mark_one(ScnRun *run, const char *mark, const char *domain, const char *disk)
{
    char *digest = scn_digest(run, domain, NULL, disk);

    if (!digest)
        return FALSE;
    g_hash_table_replace(run->marks, g_strjoin("/", mark, domain, disk, NULL), digest);
    return TRUE;
}

/* All disks that the template gave an image, and the RAM while there is one. */
static gboolean
mark_all(ScnRun *run, const char *mark, const char *domain)
{
    g_autofree char *real = scn_real_name(run, domain);
    const ScnTemplate *made = g_hash_table_lookup(run->templates, domain);
    struct vm_error err = {0};
    int state = 0, reason = 0;

    for (guint i = 0; made && i < made->disks->len; i++) {
        const ScnDisk *disk = g_ptr_array_index(made->disks, i);

        if (disk->path && !disk->missing && !mark_one(run, mark, domain, disk->target))
            return FALSE;
    }
    if (!g_strv_contains((const char *const *)run->capabilities, "memory") ||
        run->target.domain_get_state(run->conn, real, &state, &reason, &err) != 0 ||
        (state != VIR_DOMAIN_RUNNING && state != VIR_DOMAIN_PAUSED))
        return TRUE;
    return mark_one(run, mark, domain, "ram");
}

gboolean
scn_run_mark(ScnRun *run, const ScnStep *step)
{
    g_autofree char *mark = scn_word(run, step, 1);
    g_autofree char *domain = scn_word(run, step, 2);

    if (step->words->len == 3)
        return mark_all(run, mark, domain);
    for (guint i = 3; i < step->words->len; i++) {
        g_autofree char *disk = scn_word(run, step, i);

        if (!mark_one(run, mark, domain, disk))
            return FALSE;
    }
    return TRUE;
}

/* ---- files -------------------------------------------------------------------- */

static gboolean
file_failed(ScnRun *run, const struct vm_error *err)
{
    return scn_fail(run, "the file operation succeeds", "%s: %s", vm_error_name(err->code),
                    err->text);
}

static gboolean
put_file(ScnRun *run, const char *path, const char *data, size_t length)
{
    struct vm_error err = {0};

    return run->target.file_write(run->conn, path, data, length, &err) == 0 ||
           file_failed(run, &err);
}

/* A whole file; NULL with the case failed.  Given back with the target's free_string(). */
static char *
get_file(ScnRun *run, const char *path, size_t *length)
{
    struct vm_error err = {0};
    char *data = NULL;

    if (run->target.file_read(run->conn, path, &data, length, &err) == 0)
        return data;
    file_failed(run, &err);
    return NULL;
}

static gboolean
file_replace(ScnRun *run, const char *path, const char *data, const ScnStep *step)
{
    g_autofree char *text = scn_word(run, step, 3);
    g_autofree char *by = scn_word(run, step, 4);
    g_autoptr(GString) changed = g_string_new(data);

    if (!g_string_replace(changed, text, by, 0))
        return scn_fail(run, "a match", "'%s' does not occur in '%s'", text, path);
    return put_file(run, path, changed->str, changed->len);
}

/* Blanks behind what the file holds, until it is `size` bytes long: XML stays XML. */
static gboolean
file_pad(ScnRun *run, const char *path, const char *data, size_t size)
{
    g_autofree char *padded = g_strnfill(size, ' ');

    memcpy(padded, data, MIN(strlen(data), size));
    return put_file(run, path, padded, size);
}

/* A target that has no call for it knows no images either. */
static gboolean
file_copy(ScnRun *run, const char *from, const char *to)
{
    struct vm_error err = {0};
    size_t length = 0;
    gboolean good;
    char *data;

    if (run->target.file_copy)
        return run->target.file_copy(run->conn, from, to, &err) == 0 || file_failed(run, &err);
    data = get_file(run, from, &length);
    if (!data)
        return FALSE;
    good = put_file(run, to, data, length);
    run->target.free_string(data);
    return good;
}

/* The verbs that begin with what the file holds. */
static gboolean
file_change(ScnRun *run, const char *verb, const char *path, const ScnStep *step)
{
    g_autofree char *argument = scn_word(run, step, 3);
    size_t length = 0;
    gboolean good;
    char *data;

    if (strcmp(verb, "copy") == 0)
        return file_copy(run, path, argument);
    data = get_file(run, path, &length);
    if (!data)
        return FALSE;
    if (strcmp(verb, "truncate") == 0)
        good = put_file(run, path, data, MIN(length, (size_t)g_ascii_strtoull(argument, NULL, 10)));
    else if (strcmp(verb, "pad") == 0)
        good = file_pad(run, path, data, g_ascii_strtoull(argument, NULL, 10));
    else
        good = file_replace(run, path, data, step);
    run->target.free_string(data);
    return good;
}

gboolean
scn_fault_files(ScnRun *run, const char *what)
{
    struct vm_error err = {0};

    if (run->target.disturb && run->target.disturb(run->conn, NULL, what, &err) == 0)
        return TRUE;
    return scn_fail(run, what, "%s: %s", vm_error_name(err.code), err.text);
}

/* `file fail PATH OPERATION [once]`, `file heal`. */
static gboolean
run_fault(ScnRun *run, const ScnStep *step, gboolean fails)
{
    g_autofree char *path = fails ? scn_word(run, step, 2) : NULL;
    g_autofree char *operation = fails ? scn_word(run, step, 3) : NULL;
    g_autofree char *what =
        fails ? g_strdup_printf("%s %s %s", step->words->len > 4 ? "fail-once" : "fail", operation,
                                path)
              : g_strdup("heal");

    run->faults = fails;
    return scn_fault_files(run, what);
}

gboolean
scn_run_file(ScnRun *run, const ScnStep *step)
{
    g_autofree char *verb = scn_word(run, step, 1);
    g_autofree char *path = scn_word(run, step, 2);
    g_autofree char *text = step->text ? scn_expand_text(run, step->text) : scn_word(run, step, 3);
    struct vm_error err = {0};

    if (strcmp(verb, "fail") == 0 || strcmp(verb, "heal") == 0)
        return run_fault(run, step, strcmp(verb, "fail") == 0);
    if (!run->target.file_write || !run->target.file_read || !run->target.file_remove)
        return scn_fail(run, "files", "this target cannot reach them");
    run->damaged = TRUE;
    if (strcmp(verb, "write") == 0)
        return put_file(run, path, text, strlen(text));
    if (strcmp(verb, "remove") == 0)
        return run->target.file_remove(run->conn, path, &err) == 0 || file_failed(run, &err);
    return file_change(run, verb, path, step);
}
