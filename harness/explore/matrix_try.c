/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Trying one call, here or in a copy of the process.
 */
#include "harness/explore/matrix_try.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spec/rules/outcome/outcome.h"

/* No call on the simulator takes longer. */
#define SECONDS_ALONE 20

struct MatrixTry {
    ScnFile *file;
    GPtrArray *cases;
    ScnRunOptions options;
    ScnTrial *trial;
    GHashTable *decided; /* rows, as outcome_watch() notes them */
};

/* What only the simulator's guest can do is left out elsewhere. */
static char *
text_for(const MatrixTarget *target, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *rest = g_string_new(NULL);

    for (guint i = 0; lines[i]; i++) {
        if (target->forks || !g_str_has_prefix(lines[i], "guest "))
            g_string_append_printf(rest, "%s\n", lines[i]);
    }
    return g_string_free(rest, FALSE);
}

MatrixTry *
matrix_try_new(const MatrixTarget *target, const WorldKind *kind, GError **error)
{
    g_autoptr(MatrixTry) self = g_new0(MatrixTry, 1);
    g_autofree char *text = text_for(target, kind->text);

    self->options = (ScnRunOptions){.target = target->target,
                                    .uri = target->uri,
                                    .profile = target->profile,
                                    .seed = target->seed,
                                    .workdir = target->workdir,
                                    .run_id = "matrix",
                                    .oracle = TRUE};
    self->decided = g_hash_table_new(NULL, NULL);
    self->file = scn_file_parse(kind->id, text, error);
    self->cases = self->file ? scn_file_expand(self->file, error) : NULL;
    if (self->cases)
        self->trial = scn_trial_new(g_ptr_array_index(self->cases, 0), &self->options, error);
    return self->trial ? g_steal_pointer(&self) : NULL;
}

void
matrix_try_free(MatrixTry *self)
{
    if (!self)
        return;
    outcome_watch(NULL);
    scn_trial_free(self->trial);
    g_clear_pointer(&self->cases, g_ptr_array_unref);
    g_clear_pointer(&self->file, scn_file_free);
    g_hash_table_unref(self->decided);
    g_free(self);
}

static guint
decided_row(GHashTable *decided)
{
    GHashTableIter iter;
    gpointer number;
    guint row = 0;

    g_hash_table_iter_init(&iter, decided);
    while (g_hash_table_iter_next(&iter, &number, NULL))
        row = MAX(row, GPOINTER_TO_UINT(number));
    return row;
}

gboolean
matrix_try_here(MatrixTry *self, const MatrixLine *line, guint32 flags, MatrixSight *sight)
{
    ScnTrialAnswer answer;
    guint row;

    g_hash_table_remove_all(self->decided);
    outcome_watch(self->decided);
    scn_trial_call(self->trial, line->command, flags, &answer);
    outcome_watch(NULL);
    row = decided_row(self->decided);
    sight->record = (MatrixRecord){.verdict = answer.found ? MATRIX_DIFFERS
                                              : row        ? MATRIX_AGREES
                                                           : MATRIX_UNSPECIFIED,
                                   .code = (gint16)answer.code,
                                   .row = (guint16)row};
    g_strlcpy(sight->rule, answer.found_rule ? answer.found_rule : "", sizeof(sight->rule));
    g_strlcpy(sight->text, answer.found ? answer.found : "", sizeof(sight->text));
    scn_trial_answer_clear(&answer);
    return !*sight->text && (sight->record.code != 0 || call_reads(line->call));
}

char *
matrix_try_describe(MatrixTry *self)
{
    return scn_trial_describe(self->trial);
}

/* ---- copies of this process ---- */

gboolean
matrix_wait(int pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return FALSE;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

gpointer
matrix_shared_new(gsize size)
{
    gpointer memory =
        mmap(NULL, MAX(size, 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        g_error("no %zu bytes of shared memory: %s", size, g_strerror(errno));
    return memory;
}

void
matrix_shared_free(gpointer memory, gsize size)
{
    if (memory)
        munmap(memory, MAX(size, 1));
}

int
matrix_fork(guint seconds)
{
    pid_t parent = getpid();
    int pid;

    fflush(NULL); /* or the copy would print it again */
    pid = fork();
    if (pid < 0)
        g_error("no process can be started: %s", g_strerror(errno));
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    alarm(seconds);
    return 0;
}

void
matrix_try_apart(MatrixTry *self, const MatrixLine *line, guint32 flags, MatrixSight *sight)
{
    MatrixSight *shared = matrix_shared_new(sizeof(*shared));
    int pid = matrix_fork(SECONDS_ALONE);

    if (pid == 0) {
        matrix_try_here(self, line, flags, shared);
        _exit(0);
    }
    if (!matrix_wait(pid)) {
        *shared = (MatrixSight){.record = {.verdict = MATRIX_CRASHED}};
        g_strlcpy(shared->text, "the process ended in the middle of the call",
                  sizeof(shared->text));
    }
    *sight = *shared;
    matrix_shared_free(shared, sizeof(*shared));
}
