/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of JSON over a socket.
 */
#include "harness/run/line.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

gboolean
line_send(int fd, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    g_autoptr(GString) line = g_string_new(text);
    gsize sent = 0;

    free(text);
    json_decref(json);
    g_string_append_c(line, '\n');
    while (sent < line->len) {
        ssize_t n = send(fd, line->str + sent, line->len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR) {
            return FALSE;
        }
        sent += n > 0 ? n : 0;
    }
    return TRUE;
}

gboolean
line_fill(int fd, GString *buffer)
{
    char chunk[16384];
    ssize_t n;

    do {
        n = recv(fd, chunk, sizeof(chunk), 0);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return FALSE;
    }
    g_string_append_len(buffer, chunk, n);
    return TRUE;
}

json_t *
line_take(GString *buffer, gboolean *complete)
{
    const char *end = memchr(buffer->str, '\n', buffer->len);
    gsize length = end != NULL ? end - buffer->str : 0;
    json_t *json;

    *complete = end != NULL;
    if (end == NULL) {
        return NULL;
    }
    json = json_loadb(buffer->str, length, JSON_DECODE_ANY, NULL);
    g_string_erase(buffer, 0, length + 1);
    return json;
}
