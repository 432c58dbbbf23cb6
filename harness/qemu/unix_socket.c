/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "spec/driver/hypervisor.h"

typedef int (*SocketVerb)(int fd, const struct sockaddr *address, socklen_t length);

/* bind() or connect() with the folder named by a descriptor: 0, or -1 with errno. */
static int
with_address(SocketVerb verb, int fd, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    int directory = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    gsize length = (gsize)g_snprintf(address.sun_path, sizeof(address.sun_path),
                                     "/proc/self/fd/%d/%s", directory, name);
    errno = ENAMETOOLONG;
    int result = length < sizeof(address.sun_path)
                     ? verb(fd, (const struct sockaddr *)&address, sizeof(address))
                     : -1;
    int number = errno;
    close(directory);
    errno = number;
    return result;
}

/* A socket on which the verb has been done, or -1 with errno. */
static int
socket_at(SocketVerb verb, int flags, const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0 || with_address(verb, fd, path) == 0)
        return fd;
    int number = errno;
    close(fd);
    errno = number;
    return -1;
}

int
qemu_socket_listen(const char *path, GError **error)
{
    int fd = socket_at(bind, 0, path);
    if (fd >= 0 && listen(fd, 4) == 0)
        return fd;
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot listen on socket '%s': %s", path,
              g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int
qemu_socket_connect(const char *path, GError **error)
{
    int fd = socket_at(connect, SOCK_NONBLOCK, path);
    if (fd < 0)
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED, "cannot connect to socket '%s': %s",
                    path, g_strerror(errno));
    return fd;
}

gboolean
qemu_socket_pair(int *ours, int *theirs, GError **error)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot make a socket: %s",
                         g_strerror(errno));
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    *ours = fds[0];
    *theirs = fds[1];
    return TRUE;
}
