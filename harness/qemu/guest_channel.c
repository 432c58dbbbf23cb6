/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/guest_channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "images/guest/protocol.h"
#include "spec/api/error.h"
#include "spec/api/words.h"

/* The guest is up within some 10 ms; on a busy host it takes longer. */
#define UP_MS 5000
/* Whether it is up already, before a reset. */
#define WAS_UP_MS 200

struct QemuGuestChannel {
    int fd;
    GPtrArray *ids;     /* of char *, by device */
    GPtrArray *serials; /* of char * or NULL, by device */
    GString *line;      /* what came since the last GUEST_SYNC */
    gboolean in_line;
    guint64 sequence; /* of the last command */
    char *disk;       /* what its user calls its disk, or NULL */
    char *disk_alias; /* and what the guest does */
    gboolean gone;
    gboolean up; /* it has said something since power-on */
    gboolean reset_under_way;
    char *answer; /* the rest of the line with the number of the last command */
};

static void
free_text(gpointer text)
{
    g_free(text);
}

QemuGuestChannel *
qemu_guest_channel_new(int fd, const json_t *config)
{
    QemuGuestChannel *channel = g_new0(QemuGuestChannel, 1);
    channel->fd = fd;
    channel->line = g_string_new(NULL);
    channel->ids = g_ptr_array_new_with_free_func(free_text);
    channel->serials = g_ptr_array_new_with_free_func(free_text);
    const json_t *devices = json_object_get(config, "device");
    for (gsize i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        const char *serial = json_string_value(json_object_get(device, "serial"));
        g_ptr_array_add(channel->ids, g_strdup(json_string_value(json_object_get(device, "id"))));
        g_ptr_array_add(channel->serials, g_strdup(serial));
    }
    channel->up = json_is_true(json_object_get(config, "incoming"));
    return channel;
}

void
qemu_guest_channel_free(QemuGuestChannel *channel)
{
    if (channel == NULL)
        return;
    close(channel->fd);
    g_string_free(channel->line, TRUE);
    g_ptr_array_unref(channel->ids);
    g_ptr_array_unref(channel->serials);
    g_free(channel->disk);
    g_free(channel->disk_alias);
    g_free(channel->answer);
    g_free(channel);
}

/* ---- commands ---- */

static const struct {
    const char *first;
    const char *second; /* or NULL */
    guint least, most;  /* words that follow */
    gboolean disk;      /* the first of them is one */
    gboolean ends;
} commands[] = {
    {"write", NULL, 4, 5, TRUE},
    {"read", NULL, 3, 3, TRUE},
    {"flush", NULL, 0, 1, TRUE},
    {"disk", NULL, 1, 1, TRUE},
    {"counter", NULL, 0, 0},
    {"ram", "counter", 0, 0},
    {"ram", "set", 2, 2},
    {"ram", "get", 1, 1},
    {"ram", "fill", 2, 2},
    {"ram", "sum", 0, 0},
    {"acpi", NULL, 1, 1},
    {"reset", NULL, 0, 0},
    {"poweroff", NULL, 0, 0, .ends = TRUE},
    {"panic", NULL, 0, 0, .ends = TRUE},
};

/* The row of a command, or -1. */
static int
row_of(char **words)
{
    guint count = g_strv_length(words);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        guint own = commands[i].second == NULL ? 1 : 2;
        if (count >= own + commands[i].least && count <= own + commands[i].most &&
            strcmp(words[0], commands[i].first) == 0 &&
            (own == 1 || strcmp(words[1], commands[i].second) == 0))
            return (int)i;
    }
    return -1;
}

gboolean
qemu_guest_command_check(const char *command, GError **error)
{
    g_auto(GStrv) words = vm_split_words(command);
    if (row_of(words) >= 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: '%s' is no guest command", command);
}

gboolean
qemu_guest_command_ends(const char *command)
{
    g_auto(GStrv) words = vm_split_words(command);
    int row = row_of(words);
    return row >= 0 && commands[row].ends;
}

/* ---- sending ---- */

/* The guest knows a disk by its serial, or by its place on the bus. */
static void
name_disk(QemuGuestChannel *channel, char **words)
{
    int row = row_of(words);
    g_clear_pointer(&channel->disk, g_free);
    g_clear_pointer(&channel->disk_alias, g_free);
    if (row < 0 || !commands[row].disk || words[1] == NULL)
        return;
    for (guint i = 0; i < channel->ids->len; i++) {
        if (g_strcmp0(channel->ids->pdata[i], words[1]) != 0 &&
            g_strcmp0(channel->serials->pdata[i], words[1]) != 0)
            continue;
        channel->disk = words[1];
        channel->disk_alias = g_strdup_printf("#%u", i);
        words[1] = g_strdup(channel->disk_alias);
        return;
    }
}

static gboolean
has_control_byte(const char *text)
{
    for (; *text != '\0'; text++) {
        if (g_ascii_iscntrl(*text) && *text != '\t')
            return TRUE;
    }
    return FALSE;
}

static void take_in(QemuGuestChannel *channel);

static gboolean
wait_for_bytes(const QemuGuestChannel *channel, gint64 deadline)
{
    struct pollfd wish = {channel->fd, POLLIN, 0};
    gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;
    return left > 0 && poll(&wish, 1, (int)MIN(left, G_MAXINT)) >= 0;
}

static void
wait_until_up(QemuGuestChannel *channel, guint milliseconds)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    do
        take_in(channel);
    while (!channel->up && !channel->gone && wait_for_bytes(channel, deadline));
}

gboolean
qemu_guest_channel_send(QemuGuestChannel *channel, const char *command, GError **error)
{
    g_auto(GStrv) words = vm_split_words(command);
    name_disk(channel, words);
    g_autofree char *text = g_strjoinv(" ", words);
    g_autofree char *line =
        g_strdup_printf("%c%" G_GUINT64_FORMAT " %s\n", GUEST_SYNC, channel->sequence + 1, text);
    gsize length = strlen(line);
    if (has_control_byte(command) || length > GUEST_LINE_MAX)
        return vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: '%.60s' is no guest command", command);
    if (channel->reset_under_way)
        wait_until_up(channel, UP_MS);
    channel->reset_under_way = FALSE;
    channel->sequence++;
    g_clear_pointer(&channel->answer, g_free);
    if (send(channel->fd, line, length, MSG_NOSIGNAL) != (ssize_t)length)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: it takes no command: %s",
                         g_strerror(errno));
    return TRUE;
}

void
qemu_guest_channel_expect_reset(QemuGuestChannel *channel, gboolean running)
{
    if (running && !channel->up)
        wait_until_up(channel, WAS_UP_MS); /* or its first greeting would be taken for the next */
    take_in(channel);
    channel->up = FALSE;
    channel->reset_under_way = TRUE;
}

/* ---- what it says ---- */

/* A line has ended: "SEQ ok…" or "SEQ error …". */
static void
take_line(QemuGuestChannel *channel)
{
    char *rest = NULL;
    guint64 sequence = g_ascii_strtoull(channel->line->str, &rest, 10);
    if (rest == channel->line->str || *rest != ' ')
        return;
    channel->up = TRUE;
    if (sequence != channel->sequence || channel->answer != NULL)
        return; /* a greeting, or an answer from before */
    channel->answer = g_strdup(rest + 1);
}

static void
take_byte(QemuGuestChannel *channel, char byte)
{
    if (byte == GUEST_SYNC) {
        g_string_truncate(channel->line, 0);
        channel->in_line = TRUE;
    } else if (channel->in_line && byte == '\n') {
        channel->in_line = FALSE;
        take_line(channel);
    } else if (channel->in_line) {
        g_string_append_c(channel->line, byte);
        channel->in_line = channel->line->len < GUEST_LINE_MAX;
    }
}

/* Take in what has come, without waiting. */
static void
take_in(QemuGuestChannel *channel)
{
    char bytes[512];
    ssize_t got;
    while (!channel->gone && (got = recv(channel->fd, bytes, sizeof(bytes), 0)) != -1) {
        for (ssize_t i = 0; i < got; i++)
            take_byte(channel, bytes[i]);
        channel->gone = got == 0;
    }
    if (!channel->gone && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        channel->gone = TRUE;
}

/* The guest's text, with the user's name of the disk. */
static char *
in_users_words(const QemuGuestChannel *channel, const char *text)
{
    if (channel->disk == NULL)
        return g_strdup(text);
    g_autofree char *alias = g_strdup_printf("'%s'", channel->disk_alias);
    g_autofree char *name = g_strdup_printf("'%s'", channel->disk);
    GString *words = g_string_new(text);
    g_string_replace(words, alias, name, 0);
    return g_string_free(words, FALSE);
}

static QemuGuestTurn
refused(const QemuGuestChannel *channel, const char *answer, GError **error)
{
    gboolean invalid = g_str_has_prefix(answer, "error invalid ");
    const char *text = strchr(answer + strlen("error "), ' ');
    g_autofree char *words = in_users_words(channel, text != NULL ? text + 1 : answer);
    vm_refuse(error, invalid ? VIR_ERR_INVALID_ARG : VIR_ERR_OPERATION_FAILED, "%s", words);
    return QEMU_GUEST_FAILED;
}

QemuGuestTurn
qemu_guest_channel_await(QemuGuestChannel *channel, guint milliseconds, char **answer,
                         GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    do
        take_in(channel);
    while (channel->answer == NULL && !channel->gone && wait_for_bytes(channel, deadline));
    g_autofree char *said = g_steal_pointer(&channel->answer);
    if (said == NULL && !channel->gone)
        return QEMU_GUEST_PENDING;
    if (said == NULL) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: its process has ended");
        return QEMU_GUEST_FAILED;
    }
    if (g_str_has_prefix(said, "error "))
        return refused(channel, said, error);
    if (answer != NULL)
        *answer = g_strdup(g_str_has_prefix(said, "ok ") ? said + strlen("ok ") : "");
    return QEMU_GUEST_ANSWERED;
}
