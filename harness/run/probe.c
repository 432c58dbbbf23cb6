/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A first look at the target, in a process of its own.
 */
#include "harness/run/probe.h"

#include <errno.h>
#include <poll.h>
#include "harness/report/exit_code.h"
#include "harness/run/line.h"
#include "harness/run/process.h"
#include "harness/run/workdir.h"
#include "harness/target/target_load.h"
#include "spec/api/name_order.h"

static json_t *
fault(const char *call, const struct vm_error *err)
{
    return json_pack("{s:o}", "fault", json_sprintf("%s: %s", call, err->text));
}

static json_t *
name_list(char **names)
{
    json_t *list = json_array();

    for (guint i = 0; names[i] != NULL; i++) {
        json_array_append_new(list, json_string(names[i]));
    }
    return list;
}

/* What an open connection says of itself. */
static json_t *
describe(const struct vm_target *target, struct vm_conn *conn)
{
    struct vm_error err = {0};
    char *version = NULL;
    char **names = NULL;
    json_t *answer;

    if (target->version(conn, &version, &err) != 0) {
        return fault("version", &err);
    }
    if (target->capabilities(conn, &names, &err) != 0) {
        target->free_string(version);
        return fault("capabilities", &err);
    }
    answer = json_pack("{s:s,s:o}", "version", version, "capabilities", name_list(names));
    target->free_string(version);
    target->free_list(names);
    return answer;
}

typedef struct {
    const RunContext *context;
    const char *workdir;
} ProbeOptions;

static json_t *
open_and_describe(const ProbeOptions *probe, const struct vm_target *target, const char *uri)
{
    struct vm_target_options options = {
        .uri = uri,
        .profile = probe->context->profile_word,
        .workdir = probe->workdir,
        .seed = probe->context->options->seed,
    };
    struct vm_error err = {0};
    struct vm_conn *conn = NULL;
    json_t *answer;

    if (target->open(&options, &conn, &err) != 0) {
        return json_pack("{s:s}", "fault", err.text);
    }
    answer = describe(target, conn);
    target->close(conn);
    return answer;
}

static int
probe_main(int fd, gpointer data)
{
    const ProbeOptions *probe = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = NULL;
    const struct vm_target *target = target_load(probe->context->options->target, &uri, &error);

    line_send(fd, target != NULL ? open_and_describe(probe, target, uri)
                                 : json_pack("{s:s}", "fault", error->message));
    return EXIT_CODE_OK;
}

static json_t *
wait_for_answer(int fd, double timeout)
{
    g_autoptr(GString) buffer = g_string_new(NULL);
    gint64 deadline = g_get_monotonic_time() + (gint64)(timeout * G_USEC_PER_SEC);
    gboolean complete = FALSE;
    json_t *line = NULL;

    while (!complete) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;

        if (left <= 0 || (poll(&poller, 1, left) < 0 && errno != EINTR)) {
            return NULL;
        }
        if (poller.revents != 0 && !line_fill(fd, buffer)) {
            return NULL;
        }
        line = line_take(buffer, &complete);
    }
    return line;
}

static gboolean
take_answer(json_t *answer, RunReport *report, const char *target, GError **error)
{
    const char *text = json_string_value(json_object_get(answer, "fault"));
    json_t *names = json_object_get(answer, "capabilities");

    if (text != NULL) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_USAGE, "target '%s': %s", target, text);
        return FALSE;
    }
    report->version = g_strdup(json_string_value(json_object_get(answer, "version")));
    for (size_t i = 0; i < json_array_size(names); i++) {
        g_ptr_array_add(report->capabilities,
                        g_strdup(json_string_value(json_array_get(names, i))));
    }
    g_ptr_array_sort(report->capabilities, vm_compare_names);
    return TRUE;
}

static gboolean
refuse_dead(Process *process, const char *target, const char *end, GError **error)
{
    g_autofree char *log = process_log_tail(process);

    g_set_error(error, RUNNER_ERROR, EXIT_CODE_USAGE, "target '%s' did not open: %s%s%s", target,
                end != NULL ? end : "no answer", log != NULL ? "\n" : "", log != NULL ? log : "");
    return FALSE;
}

gboolean
probe_target(const RunContext *context, RunReport *report, GError **error)
{
    g_autofree char *workdir = workdir_make(context->dir, "probe", error);
    g_autofree char *log = g_build_filename(context->dir, "probe.log", NULL);
    g_autofree char *end = NULL;
    ProbeOptions options = {.context = context, .workdir = workdir};
    ProcessOptions start = {.body = probe_main, .data = &options, .log = log};
    Process process = {0};
    json_t *answer;
    gboolean ok;

    if (workdir == NULL || !process_start(&process, &start, error)) {
        return FALSE;
    }
    answer = wait_for_answer(process.fd, context->options->timeout);
    end = process_end(&process, answer == NULL);
    ok = answer != NULL ? take_answer(answer, report, context->options->target, error)
                        : refuse_dead(&process, context->options->target, end, error);
    json_decref(answer);
    process_clear(&process);
    return ok;
}
