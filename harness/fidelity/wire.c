/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A unix socket with lines of JSON on it.
 */
#include "harness/fidelity/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "spec/api/error.h"

#define CHUNK 65536

struct Wire {
    int listener; /* -1 once connected */
    int fd;       /* -1 before, and after the end */
    GString *in;
    gsize searched; /* so far there is no end of line in `in` */
};

void
wire_free(Wire *wire)
{
    if (wire == NULL) {
        return;
    }
    if (wire->listener >= 0) {
        close(wire->listener);
    }
    if (wire->fd >= 0) {
        close(wire->fd);
    }
    g_string_free(wire->in, TRUE);
    g_free(wire);
}

Wire *
wire_listen(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autoptr(Wire) wire = g_new0(Wire, 1);

    wire->in = g_string_new(NULL);
    wire->fd = -1;
    wire->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (strlen(path) >= sizeof(address.sun_path)) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "the socket path '%s' is too long", path);
        return NULL;
    }
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    unlink(path);
    if (wire->listener < 0 ||
        bind(wire->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(wire->listener, 1) < 0) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot listen on '%s': %s", path,
                  g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&wire);
}

/* Wait for input, at most until `deadline` (monotonic). */
static gboolean
wait_readable(int fd, gint64 deadline)
{
    struct pollfd wanted = {fd, POLLIN, 0};

    for (;;) {
        gint64 left = MAX(0, (deadline - g_get_monotonic_time() + 999) / 1000);
        int ready = poll(&wanted, 1, (int)MIN(left, G_MAXINT));

        if (ready > 0) {
            return TRUE;
        }
        if (ready == 0 || errno != EINTR) {
            return FALSE;
        }
    }
}

static gint64
deadline_in(guint milliseconds)
{
    return g_get_monotonic_time() + (gint64)milliseconds * 1000;
}

gboolean
wire_accept(Wire *wire, guint milliseconds, GError **error)
{
    g_assert(wire->listener >= 0 && wire->fd < 0);
    if (!wait_readable(wire->listener, deadline_in(milliseconds))) {
        return vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT, "no monitor connected within %u ms",
                         milliseconds);
    }
    wire->fd = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (wire->fd < 0) {
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "cannot take the monitor's connection: %s", g_strerror(errno));
    }
    close(wire->listener);
    wire->listener = -1;
    return TRUE;
}

/* One sendmsg of what is left; the descriptor goes with the first byte. */
static gssize
send_some(int socket, const char *bytes, gsize length, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control.space);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

gboolean
wire_send(Wire *wire, const char *text, int fd, GError **error)
{
    gsize length = strlen(text);

    while (length > 0 && wire->fd >= 0) {
        gssize sent = send_some(wire->fd, text, length, fd);
        struct pollfd writable = {wire->fd, POLLOUT, 0};

        if (sent >= 0) {
            text += sent;
            length -= sent;
            fd = -1;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) {
            break;
        }
        poll(&writable, 1, 1000);
    }
    return length == 0 ||
           vm_refuse(error, VIR_ERR_OPERATION_FAILED, "the connection to the monitor has ended");
}

static void
close_wire(Wire *wire)
{
    close(wire->fd);
    wire->fd = -1;
}

/* Read what is there; FALSE at the end of the connection. */
static gboolean
read_some(Wire *wire)
{
    gsize had = wire->in->len;
    gssize got;

    g_string_set_size(wire->in, had + CHUNK);
    got = read(wire->fd, wire->in->str + had, CHUNK);
    g_string_set_size(wire->in, had + MAX(got, 0));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        close_wire(wire);
        return FALSE;
    }
    return TRUE;
}

/* The object of the first whole line; what is none is skipped. */
static json_t *
take_line(Wire *wire)
{
    const char *end;

    while ((end = memchr(wire->in->str + wire->searched, '\n', wire->in->len - wire->searched)) !=
           NULL) {
        gsize length = end - wire->in->str;
        json_t *object = json_loadb(wire->in->str, length, 0, NULL);

        g_string_erase(wire->in, 0, length + 1);
        wire->searched = 0;
        if (object != NULL) {
            return object;
        }
    }
    wire->searched = wire->in->len;
    return NULL;
}

json_t *
wire_next(Wire *wire, guint milliseconds)
{
    gint64 deadline = deadline_in(milliseconds);

    for (;;) {
        json_t *object = take_line(wire);

        if (object != NULL || wire->fd < 0 || !wait_readable(wire->fd, deadline)) {
            return object;
        }
        read_some(wire);
    }
}

gboolean
wire_closed(const Wire *wire)
{
    return wire->fd < 0 && wire->listener < 0 && memchr(wire->in->str, '\n', wire->in->len) == NULL;
}
