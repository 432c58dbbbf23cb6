/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/bench/bare_qmp.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "spec/api/error.h"

static gboolean
fail(GError **error, const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "bare QMP: %s", text);
}

/* The next line; the caller frees it. */
static char *
next_line(BareQmp *qmp, GError **error)
{
    char *end;
    while ((end = memchr(qmp->input->str, '\n', qmp->input->len)) == NULL) {
        char buffer[4096];
        ssize_t n = read(qmp->fd, buffer, sizeof(buffer));
        if (n <= 0) {
            fail(error, "the connection has ended");
            return NULL;
        }
        g_string_append_len(qmp->input, buffer, n);
    }
    char *line = g_strndup(qmp->input->str, (gsize)(end - qmp->input->str));
    g_string_erase(qmp->input, 0, end - qmp->input->str + 1);
    return line;
}

gboolean
bare_qmp_await(BareQmp *qmp, const char *text, GError **error)
{
    for (;;) {
        g_autofree char *line = next_line(qmp, error);
        if (line == NULL)
            return FALSE;
        if (strstr(line, text) != NULL)
            return TRUE;
    }
}

static gboolean
write_command(BareQmp *qmp, const char *command, int pass, GError **error)
{
    struct iovec bytes = {(void *)command, strlen(command)};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (pass >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &pass, sizeof(int));
    }
    return sendmsg(qmp->fd, &message, 0) == (ssize_t)bytes.iov_len ||
           fail(error, "a command could not be sent");
}

gboolean
bare_qmp_send(BareQmp *qmp, const char *command, int pass, GError **error)
{
    g_autoptr(GString) events = g_string_new(NULL);
    if (!write_command(qmp, command, pass, error))
        return FALSE;
    for (;;) {
        g_autofree char *line = next_line(qmp, error);
        if (line == NULL || strstr(line, "\"error\": {") != NULL)
            return line != NULL ? fail(error, line) : FALSE;
        if (strstr(line, "\"return\":") != NULL)
            break;
        g_string_append_printf(events, "%s\n", line);
    }
    g_string_prepend(qmp->input, events->str);
    return TRUE;
}

gboolean
bare_qmp_open(BareQmp *qmp, int fd, GError **error)
{
    qmp->fd = fd;
    qmp->input = g_string_new(NULL);
    return bare_qmp_await(qmp, "QMP", error) &&
           bare_qmp_send(qmp, "{\"execute\":\"qmp_capabilities\"}", -1, error);
}

void
bare_qmp_close(BareQmp *qmp)
{
    if (qmp->input == NULL)
        return;
    close(qmp->fd);
    g_string_free(qmp->input, TRUE);
    *qmp = (BareQmp){0};
}
