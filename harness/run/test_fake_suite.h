/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A suite of fake cases on a fake target, for tests of the runner: what a case
 * does is its name ("crash", "hang2", "fail-rfc").
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harness/report/exit_code.h"
#include "harness/run/runner.h"
#include "harness/target/target_load.h"

struct ScnCase {
    ScnCaseInfo info;
    char *id;
    GPtrArray *rules;
};

static void
fake_case_free(gpointer data)
{
    ScnCase *scenario = data;

    g_free(scenario->id);
    g_ptr_array_unref(scenario->rules);
    g_free(scenario);
}

static ScnCase *
fake_case(const char *id)
{
    ScnCase *scenario = g_new0(ScnCase, 1);

    scenario->id = g_strdup(id);
    scenario->rules = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(scenario->rules, g_strdup("SNAP-X-001"));
    scenario->info = (ScnCaseInfo){
        .id = scenario->id,
        .file = "a.scn",
        .rules = scenario->rules,
        .profile = g_str_has_suffix(id, "-rfc") ? VM_PROFILE_RFC : VM_PROFILE_BOTH,
        .slow = g_str_has_suffix(id, "-slow"),
    };
    return scenario;
}

/* The paths are the case ids themselves. */
GPtrArray *
scn_load(const char *const *paths, GError **error)
{
    GPtrArray *cases = g_ptr_array_new_with_free_func(fake_case_free);

    (void)error;
    for (guint i = 0; paths[i] != NULL; i++) {
        g_ptr_array_add(cases, fake_case(paths[i]));
    }
    return cases;
}

const ScnCaseInfo *
scn_case_info(const ScnCase *scenario)
{
    return &scenario->info;
}

/* File that receives the names of the domains that were undefined, by whichever process; or NULL.
 */
static char *undefined_path;

/* What that file holds; the caller frees it. */
static char *
undefined_text(void)
{
    char *text = NULL;

    return undefined_path != NULL && g_file_get_contents(undefined_path, &text, NULL, NULL)
               ? text
               : g_strdup("nothing");
}

static int
fake_undefine_flags(struct vm_conn *conn, const char *domain, uint32_t flags, struct vm_error *err)
{
    FILE *stream = undefined_path != NULL ? fopen(undefined_path, "a") : NULL;

    (void)conn;
    (void)err;
    if (stream != NULL) {
        fprintf(stream, "%s %u;", domain, flags);
        fclose(stream);
    }
    return 0;
}

static void
fake_leave_two_domains(const char *workdir)
{
    g_autofree char *ledger = g_build_filename(workdir, "ledger-1", NULL);

    g_file_set_contents(ledger, "domain one\ndomain two\n", -1, NULL);
}

static void
fake_trouble(const char *id, const char *workdir)
{
    if (g_str_has_prefix(id, "leave")) {
        fake_leave_two_domains(workdir);
        abort();
    }
    if (g_str_has_prefix(id, "crash")) {
        fprintf(stderr, "last words\n");
        abort();
    }
    if (g_str_has_prefix(id, "exit")) {
        exit(7);
    }
    if (g_str_has_prefix(id, "hang")) {
        sleep(60);
    }
    if (g_str_has_prefix(id, "interrupt")) {
        kill(getppid(), SIGINT);
        g_usleep(50000);
    }
    if (g_str_has_prefix(id, "twice-interrupt")) {
        fake_leave_two_domains(workdir);
        kill(getppid(), SIGINT);
        g_usleep(50000);
        kill(getppid(), SIGINT);
        sleep(60);
    }
}

/* Events are others than foretold; where that is known, the case goes on, and "deviate-fail" fails
 * later. */
static void
fake_deviation(CaseResult *result, const ScnRunOptions *options)
{
    gboolean known = options->known(options->known_data, result->id, "SNAP-X-002", "events");
    gboolean fails = known && g_str_has_prefix(result->id, "deviate-fail");

    if (known) {
        g_ptr_array_add(result->deviations, g_strdup("SNAP-X-002 events"));
    }
    result->verdict = VERDICT_FAIL;
    result->rule = g_strdup(fails ? "SNAP-X-001" : "SNAP-X-002");
    result->observed = g_strdup(fails ? "OPERATION_INVALID" : "events");
}

CaseResult *
scn_case_run(ScnCase *scenario, const ScnRunOptions *options, json_t *coverage)
{
    CaseResult *result = case_result_new(scenario->id);

    fake_trouble(scenario->id, options->workdir);
    g_ptr_array_add(result->rules, g_strdup("SNAP-X-001"));
    result->steps = 3;
    json_object_set_new(coverage, "I10", json_pack("{s:i}", "observed", 1));
    json_object_set_new(coverage, "I2", json_pack("{s:i,s:i}", "partly", 1, "not", 1));
    if (g_str_has_prefix(scenario->id, "fail")) {
        result->verdict = VERDICT_FAIL;
        result->reason = g_strdup_printf("in %s/x", options->workdir);
        result->rule = g_strdup("SNAP-X-001");
        result->observed = g_strdup("OPERATION_INVALID");
    }
    if (g_str_has_prefix(scenario->id, "deviate")) {
        fake_deviation(result, options);
    }
    if (g_str_has_prefix(scenario->id, "tell")) {
        result->verdict = VERDICT_FAIL;
        result->reason = undefined_text();
    }
    if (g_str_has_prefix(scenario->id, "skip")) {
        result->verdict = VERDICT_SKIP;
        result->reason = g_strdup("needs guest");
    }
    return result;
}

static int
fake_open(const struct vm_target_options *options, struct vm_conn **conn, struct vm_error *err)
{
    if (g_strcmp0(options->uri, "closed") == 0) {
        err->code = 38;
        g_strlcpy(err->text, "nobody listens", sizeof(err->text));
        return 38;
    }
    if (g_strcmp0(options->uri, "crash") == 0) {
        abort();
    }
    *conn = NULL;
    return 0;
}

static void
fake_close(struct vm_conn *conn)
{
    (void)conn;
}

static int
fake_version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *text = g_strdup("fake 1.5 (abc)");
    return 0;
}

static int
fake_capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *names = g_strsplit("snapshot guest", " ", -1);
    return 0;
}

static void
fake_free_string(char *string)
{
    g_free(string);
}

static void
fake_free_list(char **list)
{
    g_strfreev(list);
}

const struct vm_target *
target_load(const char *argument, char **uri, GError **error)
{
    static const struct vm_target target = {
        .open = fake_open,
        .close = fake_close,
        .version = fake_version,
        .capabilities = fake_capabilities,
        .domain_undefine_flags = fake_undefine_flags,
        .free_string = fake_free_string,
        .free_list = fake_free_list,
    };

    if (strcmp(argument, "none") == 0) {
        g_set_error(error, RUNNER_ERROR, 0, "no such target");
        return NULL;
    }
    *uri = g_strdup(argument);
    return &target;
}

const char *
target_default_profile(const char *argument)
{
    return strchr(argument, ':') != NULL ? "libvirt" : "rfc";
}

gboolean
target_is_slow(const char *argument)
{
    return g_str_has_prefix(argument, "qemu:");
}

/* Run the cases named in `ids`. */
G_GNUC_UNUSED static RunReport *
run_cases(RunOptions options, const char *ids, GError **error)
{
    g_auto(GStrv) paths = g_strsplit(ids, " ", -1);
    g_autoptr(GPtrArray) plan = NULL;

    options.target = options.target != NULL ? options.target : "fake";
    options.jobs = options.jobs != 0 ? options.jobs : 1;
    options.timeout = options.timeout != 0 ? options.timeout : 20;
    options.paths = (const char *const *)paths;
    plan = runner_plan(&options, NULL, error);
    return plan != NULL ? runner_run(&options, plan, error) : NULL;
}

G_GNUC_UNUSED static const CaseResult *
result_of(const RunReport *report, guint i)
{
    return g_ptr_array_index(report->results, i);
}

G_GNUC_UNUSED static void
remove_dir(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}
