/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * At most one command is under way.  Every object that comes is taken by its
 * kind: an event is queued, an answer must be the one that is awaited, or the
 * late one that nobody waits for any more.
 */
#include "harness/qemu/monitor.h"

#include <string.h>
#include "harness/qemu/connection.h"
#include "harness/qemu/json_stream.h"
#include "harness/qemu/unix_socket.h"
#include "spec/driver/hypervisor.h"

#define DEADLINE_MS 30000
/* Every byte costs QEMU 5 µs, so ids are short; with one command under way none can be mistaken. */
#define ID_MAX 99
/* Who sends more than that before anyone looks is not to be talked to. */
#define EVENTS_MAX 200000

struct QemuMonitor {
    QemuConnection *connection;
    QemuJsonStream *stream;
    GQueue events;    /* of json_t * */
    GQueue others;    /* of json_t *: what a raw dialogue has not taken yet */
    GError *failure;  /* VM_QMP_BROKEN or VM_QMP_DISCONNECTED: for good */
    json_t *greeting; /* until it is taken */
    json_t *answer;   /* the awaited one, when it has come */
    int last_id;
    int awaited; /* id of the command under way; 0: none */
    char *name;  /* of that command */
    gboolean greeted;
    gboolean late;  /* its deadline has passed */
    gboolean ahead; /* it was sent before anyone asked for its answer */
    gboolean raw;   /* others speak on it too: what we do not await is theirs */
    guint deadline_ms;
};

/* ---- life ---- */

static QemuMonitor *
monitor_new(int fd)
{
    QemuMonitor *monitor = g_new0(QemuMonitor, 1);
    monitor->connection = qemu_connection_new(fd);
    monitor->stream = qemu_json_stream_new();
    monitor->deadline_ms = DEADLINE_MS;
    return monitor;
}

void
qemu_monitor_free(QemuMonitor *monitor)
{
    if (monitor == NULL)
        return;
    qemu_connection_free(monitor->connection);
    qemu_json_stream_free(monitor->stream);
    g_queue_clear_full(&monitor->events, (GDestroyNotify)json_decref);
    g_queue_clear_full(&monitor->others, (GDestroyNotify)json_decref);
    g_clear_error(&monitor->failure);
    json_decref(monitor->greeting);
    json_decref(monitor->answer);
    g_free(monitor->name);
    g_free(monitor);
}

void
qemu_monitor_set_deadline(QemuMonitor *monitor, guint milliseconds)
{
    monitor->deadline_ms = milliseconds;
}

/* ---- what comes ---- */

static void G_GNUC_PRINTF(3, 4)
    fail(QemuMonitor *monitor, VmQmpClass class, const char *format, ...)
{
    if (monitor->failure != NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    monitor->failure = g_error_new_valist(VM_QMP_ERROR, class, format, arguments);
    va_end(arguments);
}

static void
broken(QemuMonitor *monitor, const json_t *object, const char *what)
{
    g_autofree char *text = json_dumps(object, JSON_COMPACT);
    fail(monitor, VM_QMP_BROKEN, "%s: %.80s", what, text != NULL ? text : "");
}

/* Nobody awaits this object: in a raw dialogue it is the other speaker's. */
static void
take_foreign(QemuMonitor *monitor, json_t *object, const char *what)
{
    if (monitor->raw)
        g_queue_push_tail(&monitor->others, json_incref(object));
    else
        broken(monitor, object, what);
}

static void
take_event(QemuMonitor *monitor, json_t *object)
{
    if (!json_is_string(json_object_get(object, "event")))
        broken(monitor, object, "an event has no name");
    else if (monitor->raw)
        g_queue_push_tail(&monitor->others, json_incref(object));
    else if (monitor->events.length >= EVENTS_MAX)
        fail(monitor, VM_QMP_BROKEN, "more than %d events wait to be taken", EVENTS_MAX);
    else
        g_queue_push_tail(&monitor->events, json_incref(object));
}

static gboolean
is_whole_answer(const json_t *object)
{
    const json_t *error = json_object_get(object, "error");
    if (error == NULL)
        return TRUE;
    return json_is_string(json_object_get(error, "class")) &&
           json_is_string(json_object_get(error, "desc"));
}

/* QEMU gives an id back as it was; a number among larger ones than jansson's integers is real. */
static gboolean
is_awaited(const QemuMonitor *monitor, const json_t *id)
{
    return monitor->greeted && monitor->awaited != 0 && monitor->answer == NULL &&
           json_is_number(id) && json_number_value(id) == monitor->awaited;
}

static void
take_answer(QemuMonitor *monitor, json_t *object)
{
    gboolean ours = is_awaited(monitor, json_object_get(object, "id"));
    if (!ours)
        take_foreign(monitor, object, "an answer came to no command of ours");
    else if (!is_whole_answer(object))
        broken(monitor, object, "an error lacks its class or text");
    else if (monitor->late)
        monitor->awaited = 0;
    else
        monitor->answer = json_incref(object);
}

static void
take_greeting(QemuMonitor *monitor, json_t *object)
{
    if (monitor->greeted)
        take_foreign(monitor, object, "a second greeting came");
    else
        monitor->greeting = json_incref(object);
    monitor->greeted = TRUE;
}

static const struct {
    const char *member;
    void (*take)(QemuMonitor *monitor, json_t *object);
} kinds[] = {
    {"event", take_event},
    {"return", take_answer},
    {"error", take_answer},
    {"QMP", take_greeting},
};

static void
take_object(QemuMonitor *monitor, json_t *object)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (json_object_get(object, kinds[i].member) != NULL) {
            kinds[i].take(monitor, object);
            return;
        }
    }
    broken(monitor, object, "an object is neither answer nor event");
}

/* Take in what has come, without waiting. */
static void
take_in(QemuMonitor *monitor)
{
    if (monitor->failure != NULL)
        return;
    gboolean open =
        qemu_connection_exchange(monitor->connection, qemu_json_stream_bytes(monitor->stream));
    g_autoptr(GError) error = NULL;
    json_t *object = NULL;
    while (monitor->failure == NULL && qemu_json_stream_next(monitor->stream, &object, &error) &&
           object != NULL) {
        take_object(monitor, object);
        json_decref(object);
    }
    if (error != NULL)
        fail(monitor, VM_QMP_BROKEN, "%s", error->message);
    else if (!open && qemu_json_stream_half(monitor->stream))
        fail(monitor, VM_QMP_BROKEN, "the connection ended in the middle of an object");
    else if (!open)
        fail(monitor, VM_QMP_DISCONNECTED, "the connection has ended");
}

static gint64
deadline_in(guint milliseconds)
{
    return g_get_monotonic_time() + (gint64)milliseconds * 1000;
}

static gboolean
report_failure(const QemuMonitor *monitor, GError **error)
{
    g_propagate_error(error, g_error_copy(monitor->failure));
    return FALSE;
}

/* ---- commands ---- */

static gboolean
timed_out(GError **error, const QemuMonitor *monitor, const char *name, const char *what)
{
    g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT, "%s: %s within %u ms", name, what,
                monitor->deadline_ms);
    return FALSE;
}

/* Wait for one of the two kinds of object that can be awaited. */
static gboolean
await(QemuMonitor *monitor, json_t *const *object, gint64 deadline, GError **error)
{
    for (;;) {
        take_in(monitor);
        if (*object != NULL)
            return TRUE;
        if (monitor->failure != NULL)
            return report_failure(monitor, error);
        if (!qemu_connection_poll(monitor->connection, deadline))
            return timed_out(error, monitor, monitor->name != NULL ? monitor->name : "greeting",
                             "no answer");
    }
}

static gboolean
read_answer(json_t *answer, json_t **reply, GError **error)
{
    static const struct {
        const char *name;
        VmQmpClass class;
    } classes[] = {
        {"CommandNotFound", VM_QMP_COMMAND_NOT_FOUND},
        {"DeviceNotFound", VM_QMP_DEVICE_NOT_FOUND},
        {"DeviceNotActive", VM_QMP_DEVICE_NOT_ACTIVE},
    };
    const json_t *failure = json_object_get(answer, "error");
    if (failure == NULL) {
        if (reply != NULL)
            *reply = json_incref(json_object_get(answer, "return"));
        return TRUE;
    }
    const char *name = json_string_value(json_object_get(failure, "class"));
    VmQmpClass class = VM_QMP_GENERIC_ERROR;
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (strcmp(name, classes[i].name) == 0)
            class = classes[i].class;
    }
    g_set_error_literal(error, VM_QMP_ERROR, class,
                        json_string_value(json_object_get(failure, "desc")));
    return FALSE;
}

static gboolean await_answer(QemuMonitor *monitor, gint64 deadline, json_t **reply, GError **error);

/* Whether a command may be sent now. */
static gboolean
check_ready(QemuMonitor *monitor, const char *name, GError **error)
{
    if (monitor->ahead)
        await_answer(monitor, deadline_in(monitor->deadline_ms), NULL, NULL);
    take_in(monitor);
    if (monitor->failure != NULL)
        return report_failure(monitor, error);
    if (monitor->awaited == 0)
        return TRUE;
    g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT, "%s was not sent: %s has no answer yet",
                name, monitor->name);
    return FALSE;
}

static void
send_command(QemuMonitor *monitor, const char *name, json_t *arguments, int fd)
{
    monitor->last_id = monitor->last_id % ID_MAX + 1;
    monitor->awaited = monitor->last_id;
    monitor->late = FALSE;
    g_free(monitor->name);
    monitor->name = g_strdup(name);
    json_t *command = json_pack("{s:s, s:i}", "execute", name, "id", monitor->awaited);
    if (arguments != NULL)
        json_object_set(command, "arguments", arguments);
    g_autofree char *text = json_dumps(command, JSON_COMPACT);
    g_assert(text != NULL);
    qemu_connection_send(monitor->connection, text, strlen(text), fd);
    json_decref(command);
}

static gboolean
await_answer(QemuMonitor *monitor, gint64 deadline, json_t **reply, GError **error)
{
    monitor->ahead = FALSE;
    monitor->late = !await(monitor, &monitor->answer, deadline, error);
    if (monitor->late)
        return FALSE;
    json_t *answer = g_steal_pointer(&monitor->answer);
    monitor->awaited = 0;
    gboolean ok = read_answer(answer, reply, error);
    json_decref(answer);
    return ok;
}

/* Whether the answer to that command is on its way. */
static gboolean
was_sent_ahead(const QemuMonitor *monitor, const char *name, const json_t *arguments, int fd)
{
    return monitor->ahead && arguments == NULL && fd < 0 && strcmp(monitor->name, name) == 0;
}

gboolean
qemu_monitor_send_ahead(QemuMonitor *monitor, const char *name)
{
    monitor->ahead = check_ready(monitor, name, NULL);
    if (!monitor->ahead)
        return FALSE;
    send_command(monitor, name, NULL, -1);
    take_in(monitor); /* what is sent goes out with this, and not when it is awaited */
    return TRUE;
}

gboolean
qemu_monitor_command(QemuMonitor *monitor, const char *name, json_t *arguments, int fd,
                     json_t **reply, GError **error)
{
    gboolean sent = was_sent_ahead(monitor, name, arguments, fd);
    gboolean ready = sent || check_ready(monitor, name, error);
    if (ready && !sent)
        send_command(monitor, name, arguments, fd);
    json_decref(arguments);
    return ready && await_answer(monitor, deadline_in(monitor->deadline_ms), reply, error);
}

gboolean
qemu_monitor_settled(QemuMonitor *monitor)
{
    take_in(monitor);
    return monitor->failure != NULL || monitor->awaited == 0 || monitor->ahead;
}

/* ---- events ---- */

json_t *
qemu_monitor_next_event(QemuMonitor *monitor, guint milliseconds)
{
    gint64 deadline = deadline_in(milliseconds);
    for (;;) {
        json_t *event = g_queue_pop_head(&monitor->events);
        if (event != NULL)
            return event;
        take_in(monitor);
        if (!g_queue_is_empty(&monitor->events))
            continue;
        if (monitor->failure != NULL || milliseconds == 0 ||
            !qemu_connection_poll(monitor->connection, deadline))
            return NULL;
    }
}

void
qemu_monitor_drop_events(QemuMonitor *monitor)
{
    take_in(monitor);
    g_queue_clear_full(&monitor->events, (GDestroyNotify)json_decref);
}

gboolean
qemu_monitor_disconnected(QemuMonitor *monitor)
{
    take_in(monitor);
    return g_error_matches(monitor->failure, VM_QMP_ERROR, VM_QMP_DISCONNECTED);
}

/* ---- raw dialogues ---- */

/* From now on nothing that comes can be wrong: it may be meant for the other speaker. */
static void
become_raw(QemuMonitor *monitor)
{
    monitor->raw = TRUE;
    json_t *event;
    while ((event = g_queue_pop_head(&monitor->events)) != NULL)
        g_queue_push_tail(&monitor->others, event);
}

gboolean
qemu_monitor_send_text(QemuMonitor *monitor, const char *text, GError **error)
{
    become_raw(monitor);
    qemu_connection_send(monitor->connection, text, strlen(text), -1);
    gint64 deadline = deadline_in(monitor->deadline_ms);
    for (;;) {
        take_in(monitor);
        if (monitor->failure != NULL)
            return report_failure(monitor, error);
        if (!qemu_connection_sending(monitor->connection))
            return TRUE;
        if (!qemu_connection_poll(monitor->connection, deadline))
            return timed_out(error, monitor, "a text", "not taken");
    }
}

json_t *
qemu_monitor_next_object(QemuMonitor *monitor, guint milliseconds, GError **error)
{
    become_raw(monitor);
    gint64 deadline = deadline_in(milliseconds);
    for (;;) {
        take_in(monitor);
        json_t *object = g_queue_pop_head(&monitor->others);
        if (object != NULL)
            return object;
        if (monitor->failure != NULL) {
            report_failure(monitor, error);
            return NULL;
        }
        if (!qemu_connection_poll(monitor->connection, deadline)) {
            g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT, "no object came within %u ms",
                        milliseconds);
            return NULL;
        }
    }
}

/* ---- opening ---- */

/* The request goes out before the greeting is here: it saves a turn. */
static gboolean
negotiate(QemuMonitor *monitor, guint milliseconds, GError **error)
{
    gint64 deadline = deadline_in(milliseconds);
    monitor->deadline_ms = milliseconds;
    send_command(monitor, "qmp_capabilities", NULL, -1);
    gboolean ok = await(monitor, &monitor->greeting, deadline, error) &&
                  await_answer(monitor, deadline, NULL, error);
    monitor->deadline_ms = DEADLINE_MS;
    return ok;
}

QemuMonitor *
qemu_monitor_open_fd(int fd, guint milliseconds, GError **error)
{
    g_autoptr(QemuMonitor) monitor = monitor_new(fd);
    return negotiate(monitor, milliseconds, error) ? g_steal_pointer(&monitor) : NULL;
}

QemuMonitor *
qemu_monitor_open(const char *socket_path, guint milliseconds, GError **error)
{
    int fd = qemu_socket_connect(socket_path, error);
    return fd < 0 ? NULL : qemu_monitor_open_fd(fd, milliseconds, error);
}

QemuMonitor *
qemu_monitor_open_raw(const char *socket_path, guint milliseconds, json_t **greeting,
                      GError **error)
{
    int fd = qemu_socket_connect(socket_path, error);
    if (fd < 0)
        return NULL;
    g_autoptr(QemuMonitor) monitor = monitor_new(fd);
    monitor->deadline_ms = milliseconds;
    if (!await(monitor, &monitor->greeting, deadline_in(milliseconds), error))
        return NULL;
    become_raw(monitor);
    monitor->deadline_ms = DEADLINE_MS;
    *greeting = g_steal_pointer(&monitor->greeting);
    return g_steal_pointer(&monitor);
}
