/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs that never ended.
 */
#include "harness/run/abandoned.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "harness/report/exit_code.h"
#include "harness/run/leftovers.h"
#include "harness/run/process.h"
#include "harness/run/workdir.h"
#include "harness/target/target_load.h"

typedef struct {
    const RunContext *context;
    const char *dir; /* of the dead run */
} Abandoned;

static void
remove_of_worker(const Abandoned *abandoned, const struct vm_target *target, const char *uri,
                 const char *name)
{
    g_autofree char *workdir = g_build_filename(abandoned->dir, name, NULL);
    ScnRunOptions options = {
        .target = target,
        .uri = uri,
        .profile = abandoned->context->profile,
        .seed = abandoned->context->options->seed,
        .workdir = workdir,
        .run_id = abandoned->context->run_id,
    };

    leftovers_remove(&options);
}

/* A ProcessBody: the target may crash of it, and the run goes on. */
static int
remove_made(int fd, gpointer data)
{
    const Abandoned *abandoned = data;
    g_autofree char *uri = NULL;
    const struct vm_target *target = target_load(abandoned->context->options->target, &uri, NULL);
    g_autoptr(GDir) dir = g_dir_open(abandoned->dir, 0, NULL);
    const char *name;

    (void)fd;
    if (target == NULL || dir == NULL) {
        return EXIT_CODE_HARNESS;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_prefix(name, "worker-") && !g_str_has_suffix(name, ".log")) {
            remove_of_worker(abandoned, target, uri, name);
        }
    }
    return EXIT_CODE_OK;
}

static void
remove_run(const RunContext *context, const char *dir)
{
    Abandoned abandoned = {.context = context, .dir = dir};
    g_autofree char *log = g_build_filename(context->dir, "abandoned.log", NULL);
    g_autofree char *end = NULL;
    ProcessOptions options = {.body = remove_made, .data = &abandoned, .log = log};
    Process process = {0};

    if (!process_start(&process, &options, NULL)) {
        return;
    }
    end = process_end(&process, FALSE);
    process_clear(&process);
    if (end != NULL) {
        fprintf(stderr,
                "virt-moment: a run that never ended left %s, and removing what it made "
                "failed: %s\n",
                dir, end);
        return;
    }
    folder_remove(dir);
    fprintf(stderr, "virt-moment: removed what a run that never ended left in %s\n", dir);
}

/* $TMPDIR is everybody's: another user's ledger is not believed. */
static gboolean
is_own_folder(const char *dir)
{
    GStatBuf info;

    return g_lstat(dir, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

/* The lock of a dead run on this target, taken; -1 when it lives, or is none. */
static int
take_lock(const char *dir, const char *target)
{
    g_autofree char *path = g_build_filename(dir, WORKDIR_LOCK, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char text[4096];
    ssize_t length;

    if (fd < 0) {
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        length = read(fd, text, sizeof(text));
        if (length == (ssize_t)strlen(target) && memcmp(text, target, length) == 0) {
            return fd;
        }
    }
    close(fd);
    return -1;
}

void
abandoned_remove(const RunContext *context)
{
    g_autoptr(GDir) tmp = g_dir_open(g_get_tmp_dir(), 0, NULL);
    const char *name;

    while (tmp != NULL && (name = g_dir_read_name(tmp)) != NULL) {
        g_autofree char *dir = g_build_filename(g_get_tmp_dir(), name, NULL);
        int fd;

        if (!g_str_has_prefix(name, WORKDIR_PREFIX) || !is_own_folder(dir)) {
            continue;
        }
        fd = take_lock(dir, context->options->target);
        if (fd >= 0) {
            remove_run(context, dir);
            close(fd);
        }
    }
}
