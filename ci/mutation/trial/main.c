/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * trial PROFILE [IDS]: the suite on the simulator in this process, until a
 * case does not pass; IDS is a file that names the cases and their order.
 * Says what did not pass.  Beside a driver that records, each case gives a
 * record "PROFILE ID".
 */
#include <dlfcn.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include "ci/mutation/recorder/recorder.h"
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

/* Of processor time, for a case that takes some milliseconds; and of the clock, for one that
 * sleeps. */
#define CASE_SECONDS 10
#define CASE_SECONDS_ASLEEP 300
#define MEMORY_MOST (6ull << 30)

static const char *running = "";

/* Only what may be done in a signal's handler. */
static void
tell_and_end(int number)
{
    const char *what = number == SIGPROF || number == SIGALRM ? "time-out " : "crash ";
    if (write(STDOUT_FILENO, what, strlen(what)) > 0 &&
        write(STDOUT_FILENO, running, strlen(running)) > 0 && write(STDOUT_FILENO, "\n", 1) > 0)
        _exit(1);
    _exit(2);
}

static void
watch_signals(void)
{
    static char stack[65536]; /* a recursion without end leaves no other */
    const int numbers[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF, SIGALRM};
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_handler = tell_and_end, .sa_flags = SA_ONSTACK};
    sigaltstack(&other, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        sigaction(numbers[i], &action, NULL);
}

static gboolean
case_passes(ScnCase *scenario, const ScnRunOptions *options)
{
    const struct itimerval limit = {.it_value = {.tv_sec = CASE_SECONDS}};
    running = scn_case_info(scenario)->id;
    setitimer(ITIMER_PROF, &limit, NULL);
    alarm(CASE_SECONDS_ASLEEP);
    g_autoptr(CaseResult) result = scn_case_run(scenario, options, NULL);
    if (result->verdict != VERDICT_PASS)
        printf("fail %s\n", running);
    return result->verdict == VERDICT_PASS;
}

/* The same, with a record. */
static gboolean
case_is_recorded(ScnCase *scenario, const ScnRunOptions *options, const char *profile)
{
    void (*begin)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "recorder_begin");
    void (*end)(const char *) = (void (*)(const char *))dlsym(RTLD_DEFAULT, "recorder_end");
    g_autofree char *name = g_strdup_printf("%s %s", profile, scn_case_info(scenario)->id);
    if (begin == NULL || end == NULL)
        return case_passes(scenario, options);
    begin();
    gboolean passes = case_passes(scenario, options);
    end(name);
    return passes;
}

/* Those that the file names, in its order; without one all of the profile. */
static GPtrArray *
choose(GPtrArray *cases, VmProfile profile, const char *path)
{
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *chosen = g_ptr_array_new();
    g_autofree char *text = NULL;
    if (path != NULL && !g_file_get_contents(path, &text, NULL, NULL))
        g_error("cannot read %s", path);
    for (guint i = 0; i < cases->len; i++) {
        ScnCase *scenario = g_ptr_array_index(cases, i);
        if (!(scn_case_info(scenario)->profile & profile))
            continue;
        g_hash_table_insert(by_id, (gpointer)scn_case_info(scenario)->id, scenario);
        if (path == NULL)
            g_ptr_array_add(chosen, scenario);
    }
    g_auto(GStrv) ids = g_strsplit(text != NULL ? text : "", "\n", -1);
    for (guint i = 0; ids[i] != NULL; i++)
        if (g_hash_table_contains(by_id, ids[i]))
            g_ptr_array_add(chosen, g_hash_table_lookup(by_id, ids[i]));
    return chosen;
}

int
main(int argc, char **argv)
{
    static const char *const suite[] = {VM_SOURCE_DIR "/conformance", NULL};
    const struct rlimit memory = {MEMORY_MOST, MEMORY_MOST};
    g_autofree char *workdir = g_dir_make_tmp("trial-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) cases = scn_load(suite, &error);
    gboolean ok = TRUE;
    if (argc < 2 || workdir == NULL || cases == NULL) {
        fprintf(stderr, "trial: %s\n", error != NULL ? error->message : "PROFILE [IDS]");
        return 3;
    }
    VmProfile profile = strcmp(argv[1], "rfc") == 0 ? VM_PROFILE_RFC : VM_PROFILE_LIBVIRT;
    const ScnRunOptions options = {.target = target_sim(),
                                   .uri = "sim",
                                   .profile = profile,
                                   .seed = 1,
                                   .workdir = workdir,
                                   .run_id = "trial",
                                   .oracle = TRUE};
    g_autoptr(GPtrArray) chosen = choose(cases, profile, argv[2]);
    setrlimit(RLIMIT_AS, &memory);
    watch_signals();
    for (guint i = 0; ok && i < chosen->len; i++)
        ok = case_is_recorded(g_ptr_array_index(chosen, i), &options, argv[1]);
    g_rmdir(workdir);
    return ok ? 0 : 1;
}
