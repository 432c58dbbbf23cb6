/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/monitor.h"
#include "sim/vm/monitor_json.h"
#include "sim/vm/qmp/command.h"
#include <string.h>

struct SimSession {
    SimMonitor monitor;
    SimJsonStream *input;
    VmStoreFile *pass;    /* what came with the bytes being read, or NULL */
    gboolean negotiated;  /* commands may come, events go out */
    gboolean out_of_band; /* "exec-oob" may be used */
};

/* What a request asks for. */
typedef struct {
    const char *name;
    const json_t *arguments; /* or NULL */
    gboolean out_of_band;
} Request;

static const char *
class_name(const GError *error)
{
    static const char *const names[] = {
        [VM_QMP_GENERIC_ERROR] = "GenericError",
        [VM_QMP_COMMAND_NOT_FOUND] = "CommandNotFound",
        [VM_QMP_DEVICE_NOT_FOUND] = "DeviceNotFound",
        [VM_QMP_DEVICE_NOT_ACTIVE] = "DeviceNotActive",
    };
    gboolean known = error->domain == VM_QMP_ERROR && (guint)error->code < G_N_ELEMENTS(names);
    return names[known ? error->code : VM_QMP_GENERIC_ERROR];
}

static void
answer(SimSession *session, json_t *object, const json_t *request)
{
    json_t *id = json_object_get(request, "id");
    if (id != NULL)
        json_object_set(object, "id", id);
    sim_monitor_put(&session->monitor, object);
}

/* ---- what is a request ---- */

static gboolean
read_name(Request *request, const char *member, const json_t *value, GError **error)
{
    if (!json_is_string(value))
        return sim_qmp_refuse(error, "QMP input member '%s' must be a string", member);
    gboolean out_of_band = strcmp(member, "exec-oob") == 0;
    if (request->name != NULL)
        return sim_qmp_refuse(error, "QMP input member '%s' clashes with '%s'", member,
                              out_of_band ? "execute" : "exec-oob");
    request->name = json_string_value(value);
    request->out_of_band = out_of_band;
    return TRUE;
}

static gboolean
read_request(const SimSession *session, const json_t *object, Request *request, GError **error)
{
    const char *member;
    json_t *value;
    if (!json_is_object(object))
        return sim_qmp_refuse(error, "QMP input must be a JSON object");
    json_object_foreach((json_t *)object, member, value)
    {
        gboolean named = strcmp(member, "execute") == 0 ||
                         (session->out_of_band && strcmp(member, "exec-oob") == 0);
        if (named) {
            if (!read_name(request, member, value, error))
                return FALSE;
        } else if (strcmp(member, "arguments") == 0) {
            if (!json_is_object(value))
                return sim_qmp_refuse(error, "QMP input member 'arguments' must be an object");
            request->arguments = value;
        } else if (strcmp(member, "id") != 0) {
            return sim_qmp_refuse(error, "QMP input member '%s' is unexpected", member);
        }
    }
    return request->name != NULL || sim_qmp_refuse(error, "QMP input lacks member 'execute'");
}

/* ---- what it does ---- */

static gboolean
not_found(GError **error, const char *text)
{
    g_set_error_literal(error, VM_QMP_ERROR, VM_QMP_COMMAND_NOT_FOUND, text);
    return FALSE;
}

static gboolean
negotiate(SimSession *session, const Request *request, GError **error)
{
    static const char *const capabilities[] = {"oob", NULL};
    static const SimArgument element = {"", SIM_ARG_ENUM, .values = capabilities};
    static const SimArgument members[] = {
        {"enable", SIM_ARG_LIST, .members = &element},
        {0},
    };
    if (strcmp(request->name, "qmp_capabilities") != 0)
        return not_found(error, "Expecting capabilities negotiation with 'qmp_capabilities'");
    if (!sim_arguments_check(members, request->arguments, error))
        return FALSE;
    session->out_of_band = json_array_size(json_object_get(request->arguments, "enable")) > 0;
    session->negotiated = TRUE;
    g_ptr_array_add(session->monitor.machine->monitors, &session->monitor);
    return TRUE;
}

static gboolean
execute(SimSession *session, const Request *request, json_t **reply, GError **error)
{
    if (!session->negotiated)
        return negotiate(session, request, error);
    if (strcmp(request->name, "qmp_capabilities") == 0)
        return not_found(error, "Capabilities negotiation is already complete, command ignored");
    if (request->out_of_band && !sim_command_is_out_of_band(request->name))
        return sim_qmp_refuse(error, "The command %s does not support OOB", request->name);
    return sim_machine_command(session->monitor.machine, request->name, request->arguments,
                               session->pass, reply, error);
}

static void
take_request(gpointer taker, json_t *value, const char *text)
{
    SimSession *session = taker;
    Request request = {0};
    json_t *reply = NULL;
    g_autoptr(GError) error = NULL;
    if (session->monitor.machine->ended)
        return;
    if (text != NULL)
        sim_qmp_refuse(&error, "%s", text);
    else if (read_request(session, value, &request, &error))
        execute(session, &request, &reply, &error);
    /* A process that died of the command answers nothing. */
    if (error != NULL && error->code == VM_QMP_DISCONNECTED)
        return;
    if (error == NULL)
        answer(session, json_pack("{s:o}", "return", reply != NULL ? reply : json_object()), value);
    else
        answer(session,
               json_pack("{s:{s:s, s:s}}", "error", "class", class_name(error), "desc",
                         error->message),
               value);
}

/* ---- the session ---- */

SimSession *
sim_session_new(SimMachine *machine)
{
    SimSession *session = g_new0(SimSession, 1);
    sim_monitor_init(&session->monitor, machine);
    session->monitor.timed = TRUE;
    session->input = sim_json_stream_new(take_request, session);
    json_t *greeting = json_pack("{s:{s:o, s:[s]}}", "QMP", "version", sim_command_version(),
                                 "capabilities", "oob");
    sim_monitor_put(&session->monitor, greeting);
    return session;
}

void
sim_session_free(SimSession *session)
{
    if (session == NULL)
        return;
    g_ptr_array_remove(session->monitor.machine->monitors, &session->monitor);
    sim_json_stream_free(session->input);
    sim_monitor_clear(&session->monitor);
    g_free(session);
}

void
sim_session_feed(SimSession *session, const char *bytes, gsize length, VmStoreFile *pass)
{
    session->pass = pass;
    sim_json_stream_feed(session->input, bytes, length);
    session->pass = NULL;
}

json_t *
sim_session_take(SimSession *session, gboolean wait)
{
    json_t *object;
    while ((object = sim_monitor_take(&session->monitor)) == NULL) {
        if (!wait || !sim_machine_work(session->monitor.machine))
            return NULL;
    }
    return object;
}
