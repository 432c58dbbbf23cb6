/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder of one run, and the folders of its workers in it.
 */
#include "harness/run/workdir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "harness/report/exit_code.h"
#include "harness/run/runner.h"

char *
workdir_new(GError **error)
{
    g_autofree char *template = g_build_filename(g_get_tmp_dir(), WORKDIR_PREFIX "XXXXXX", NULL);

    if (g_mkdtemp(template) == NULL) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "cannot make a folder %s: %s", template,
                    g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&template);
}

char *
workdir_make(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    if (g_mkdir(path, 0700) < 0) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "cannot make the folder %s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&path);
}

int
workdir_lock(const char *dir, const char *target, GError **error)
{
    g_autofree char *path = g_build_filename(dir, WORKDIR_LOCK, NULL);
    g_autofree char *unlocked = g_strconcat(path, ".new", NULL);
    gssize length = (gssize)strlen(target);
    int fd = open(unlocked, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    /* Under its name it is locked from the first moment, or another run would take it for a dead
     * one's. */
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && write(fd, target, length) == length &&
        rename(unlocked, path) == 0) {
        return fd;
    }
    g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "cannot lock the folder %s: %s", dir,
                g_strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}
