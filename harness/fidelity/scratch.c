/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "spec/api/error.h"

/* Short, as there are sockets in it. */
#define PREFIX "vmq"
#define LOCK_NAME "lock"

/* How many there are at once, at most: a pair has one. */
#define FOLDERS_MAX 8

/* For the signal handler, too: a path is complete before it stands here. */
static struct {
    char path[PATH_MAX];
    volatile sig_atomic_t used;
    int lock;
} folders[FOLDERS_MAX];

/* ---- what others left ---- */

/* A folder of ours whose lock nobody holds.  One without a lock is being made, or being removed. */
static gboolean
is_abandoned(const char *path)
{
    g_autofree char *lock = g_build_filename(path, LOCK_NAME, NULL);
    int fd = open(lock, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    gboolean dead = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return dead;
}

void
scratch_remove_abandoned(void)
{
    g_autoptr(GDir) dir = g_dir_open(g_get_tmp_dir(), 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
        GStatBuf info;

        if (g_str_has_prefix(name, PREFIX) && g_lstat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
            info.st_uid == geteuid() && is_abandoned(path)) {
            folder_remove(path);
        }
    }
}

/* ---- signals ---- */

/* Only what a signal handler may: the folders are removed by rm. */
static void
take_along(int number)
{
    const char *argv[FOLDERS_MAX + 4] = {"rm", "-rf", "--"};
    guint count = 3;
    pid_t child;

    for (guint i = 0; i < FOLDERS_MAX; i++) {
        if (folders[i].used) {
            argv[count++] = folders[i].path;
        }
    }
    child = count > 3 ? _Fork() : -1;
    if (child == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void
begin(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    static gboolean begun;

    if (begun) {
        return;
    }
    begun = TRUE;
    scratch_remove_abandoned();
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        signal(numbers[i], take_along);
    }
}

/* ---- ours ---- */

/* Locked under another name first: it is never there and unlocked. */
static int
lock_folder(const char *path)
{
    g_autofree char *lock = g_build_filename(path, LOCK_NAME, NULL);
    g_autofree char *unlocked = g_strconcat(lock, ".new", NULL);
    int fd = open(unlocked, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && rename(unlocked, lock) == 0) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static void
keep(guint index, const char *path, int lock)
{
    g_strlcpy(folders[index].path, path, sizeof(folders[index].path));
    folders[index].lock = lock;
    folders[index].used = 1;
}

char *
scratch_new(GError **error)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), PREFIX "XXXXXX", NULL);
    guint index = 0;
    int lock;

    begin();
    while (index < FOLDERS_MAX && folders[index].used) {
        index++;
    }
    g_assert(index < FOLDERS_MAX);
    if (strlen(path) >= sizeof(folders[0].path) || g_mkdtemp(path) == NULL ||
        (lock = lock_folder(path)) < 0) {
        vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot make the folder '%s': %s", path,
                  g_strerror(errno));
        return NULL;
    }
    keep(index, path, lock);
    return g_steal_pointer(&path);
}

void
scratch_remove(const char *path)
{
    folder_remove(path);
    for (guint i = 0; i < FOLDERS_MAX; i++) {
        if (folders[i].used && strcmp(folders[i].path, path) == 0) {
            folders[i].used = 0;
            close(folders[i].lock);
        }
    }
}
