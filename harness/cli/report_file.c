/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A report on disk.
 */
#include "harness/cli/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static gboolean
fail(const ReportFile *file, GError **error)
{
    int cause = errno;

    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(cause), "cannot write %s: %s",
                file->path, g_strerror(cause));
    return FALSE;
}

gboolean
report_file_open(ReportFile *file, const char *path, GError **error)
{
    file->path = path;
    file->fd = -1;
    if (path == NULL) {
        return TRUE;
    }
    file->fd = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO)
                                      : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return file->fd >= 0 || fail(file, error);
}

static gboolean
write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t n = write(fd, text, left);

        if (n < 0 && errno != EINTR) {
            return FALSE;
        }
        text += n > 0 ? n : 0;
        left -= n > 0 ? n : 0;
    }
    return TRUE;
}

gboolean
report_file_write(ReportFile *file, const char *text, GError **error)
{
    /* A pipe or a terminal has no length. */
    if (ftruncate(file->fd, 0) < 0 && errno != EINVAL) {
        return fail(file, error);
    }
    return write_all(file->fd, text) || fail(file, error);
}

void
report_file_close(ReportFile *file)
{
    if (file->path != NULL && file->fd >= 0) {
        close(file->fd);
        file->fd = -1;
    }
}
