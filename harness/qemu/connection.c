/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BYTES 65536
/* Then what has come is looked at, however much is still coming. */
#define RECEIVE_ROUNDS 64

/* Bytes that go out together. */
typedef struct {
    GBytes *data;
    gsize sent;
    int pass; /* or -1 */
} Packet;

struct QemuConnection {
    int fd;
    GQueue out; /* of Packet * */
};

QemuConnection *
qemu_connection_new(int fd)
{
    QemuConnection *connection = g_new0(QemuConnection, 1);
    connection->fd = fd;
    return connection;
}

static void
close_pass(Packet *packet)
{
    if (packet->pass >= 0)
        close(packet->pass);
    packet->pass = -1;
}

static void
free_packet(gpointer data)
{
    Packet *packet = data;
    close_pass(packet);
    g_bytes_unref(packet->data);
    g_free(packet);
}

void
qemu_connection_free(QemuConnection *connection)
{
    if (connection == NULL)
        return;
    close(connection->fd);
    g_queue_clear_full(&connection->out, free_packet);
    g_free(connection);
}

void
qemu_connection_send(QemuConnection *connection, const char *data, gsize length, int pass)
{
    Packet *packet = g_new0(Packet, 1);
    packet->data = g_bytes_new(data, length);
    packet->pass = pass >= 0 ? fcntl(pass, F_DUPFD_CLOEXEC, 3) : -1;
    g_queue_push_tail(&connection->out, packet);
}

gboolean
qemu_connection_sending(const QemuConnection *connection)
{
    return connection->out.length > 0;
}

/* ---- out ---- */

static ssize_t
send_some(const QemuConnection *connection, const Packet *packet)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(packet->data, &length);
    struct iovec part = {(char *)data + packet->sent, length - packet->sent};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    if (packet->pass >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof(control);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &packet->pass, sizeof(int));
    }
    return sendmsg(connection->fd, &message, MSG_NOSIGNAL);
}

static gboolean
try_again(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* FALSE when the other side takes no more, for good; what it said before may still be there. */
static gboolean
flush(QemuConnection *connection)
{
    Packet *packet;
    while ((packet = g_queue_peek_head(&connection->out)) != NULL) {
        ssize_t sent = send_some(connection, packet);
        if (sent < 0)
            return try_again();
        close_pass(packet);
        packet->sent += (gsize)sent;
        if (packet->sent < g_bytes_get_size(packet->data))
            continue;
        g_queue_pop_head(&connection->out);
        free_packet(packet);
    }
    return TRUE;
}

/* ---- in ---- */

/* FALSE at the end of the stream. */
static gboolean
receive(const QemuConnection *connection, GByteArray *into)
{
    for (guint round = 0; round < RECEIVE_ROUNDS; round++) {
        guint former = into->len;
        g_byte_array_set_size(into, former + RECEIVE_BYTES);
        ssize_t got = recv(connection->fd, into->data + former, RECEIVE_BYTES, 0);
        g_byte_array_set_size(into, former + (got > 0 ? (guint)got : 0));
        if (got == 0)
            return FALSE;
        if (got < 0)
            return try_again();
        if (got < RECEIVE_BYTES)
            break; /* a poll tells if there is more by then */
    }
    return TRUE;
}

gboolean
qemu_connection_exchange(QemuConnection *connection, GByteArray *into)
{
    gboolean takes = flush(connection);
    return receive(connection, into) && takes;
}

gboolean
qemu_connection_poll(const QemuConnection *connection, gint64 deadline)
{
    struct pollfd wish = {connection->fd, POLLIN, 0};
    if (qemu_connection_sending(connection))
        wish.events |= POLLOUT;
    for (;;) {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;
        if (left <= 0)
            return FALSE;
        if (poll(&wish, 1, (int)MIN(left, G_MAXINT)) > 0)
            return TRUE;
    }
}
