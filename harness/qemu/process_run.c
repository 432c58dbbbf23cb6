/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A program that is run to its end, with what it says on either side.
 */
#include "harness/qemu/process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "spec/api/error.h"

/* No image work of ours takes long; a program that hangs must not hang us. */
#define PATIENCE_MS 60000

/* An unnamed file: nothing to clean up, and no pipe that could fill up. */
static int
open_memory(const char *name, char **path, GError **error)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot make a file in memory: %s",
                  g_strerror(errno));
    else
        *path = g_strdup_printf("/proc/self/fd/%d", fd);
    return fd;
}

static char *
content(const char *path)
{
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* "qemu-img: text" → "text": the name stands before it anyway. */
static const char *
without_name(const char *text, const char *name)
{
    gsize length = strlen(name);
    return strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0
               ? text + length + 2
               : text;
}

static gboolean
check_end(const char *name, gboolean ended, int status, const char *stderr_path, GError **error)
{
    if (ended && status == 0)
        return TRUE;
    g_autofree char *said = content(stderr_path);
    g_autofree char *valid = g_strstrip(g_utf8_make_valid(said, -1));
    if (!ended)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s did not end within %d s: %s", name,
                         PATIENCE_MS / 1000, valid);
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s failed (status %d): %s", name, status,
                     without_name(valid, name));
}

static gboolean
run_into(const QemuSpawn *spawn, GError **error)
{
    g_autoptr(QemuProcess) process = qemu_process_start(spawn, error);
    if (process == NULL)
        return FALSE;
    int status = 0;
    gboolean ended = qemu_process_wait(process, PATIENCE_MS, &status);
    return check_end(spawn->argv[0], ended, status, spawn->stderr_path, error);
}

gboolean
qemu_process_run(const char *const *argv, const char *folder, char **out, GError **error)
{
    g_autofree char *out_path = NULL;
    g_autofree char *err_path = NULL;
    int out_fd = open_memory("stdout", &out_path, error);
    if (out_fd < 0)
        return FALSE;
    int err_fd = open_memory("stderr", &err_path, error);
    gboolean ok = FALSE;
    if (err_fd >= 0) {
        QemuSpawn spawn = {argv, folder, err_path, out_path};
        ok = run_into(&spawn, error);
        close(err_fd);
    }
    if (ok && out != NULL)
        *out = content(out_path);
    close(out_fd);
    return ok;
}
