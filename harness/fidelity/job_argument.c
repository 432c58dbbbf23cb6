/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs by what they can take now: most commands about jobs are refused else.
 */
#include <string.h>
#include "harness/fidelity/argument.h"

static const char *const job_names[] = {"i", "j", "k"};

static const char *
any_name(Making *making)
{
    return job_names[choose(making->choices, G_N_ELEMENTS(job_names))];
}

json_t *
make_job(Making *making)
{
    guint count = view_jobs(making->view);

    return count > 0 && !chance(making->choices, 24)
               ? json_string(view_job(making->view, choose(making->choices, count)))
               : json_string(any_name(making));
}

/* A kind of jobs: where it is looked for. */
typedef struct {
    MakeValue make;
    gboolean block; /* block jobs alone */
    const char *statuses[5];
} JobKind;

static const JobKind kinds[] = {
    {make_live_job, FALSE, {"running", "ready", "waiting", "pending"}},
    {make_live_block_job, TRUE, {"running", "ready", "pending"}},
    {make_running_job, TRUE, {"running", "ready"}},
    {make_paused_job, TRUE, {"paused", "standby"}},
    {make_ready_job, TRUE, {"ready"}},
    {make_pending_job, TRUE, {"pending"}},
    {make_concluded_job, FALSE, {"concluded"}},
    {make_concluded_block_job, TRUE, {"concluded"}},
};

static gboolean
is_of(const JobKind *kind, const View *view, guint index)
{
    return (!kind->block || view_job_is_block(view, index)) &&
           g_strv_contains(kind->statuses, view_job_status(view, index));
}

static const JobKind *
kind_for(MakeValue make)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].make == make) {
            return &kinds[i];
        }
    }
    return NULL;
}

gboolean
has_job_for(const View *view, MakeValue make)
{
    const JobKind *kind = kind_for(make);

    for (guint i = 0; kind != NULL && i < view_jobs(view); i++) {
        if (is_of(kind, view, i)) {
            return TRUE;
        }
    }
    return kind == NULL;
}

/* Mostly a job of that kind, where there is one. */
static json_t *
make_job_of(Making *making, MakeValue make)
{
    const JobKind *kind = kind_for(make);
    guint count = view_jobs(making->view);
    guint first = choose(making->choices, MAX(1, count));

    for (guint i = 0; i < count && !chance(making->choices, 12); i++) {
        guint index = (first + i) % count;

        if (is_of(kind, making->view, index)) {
            return json_string(view_job(making->view, index));
        }
    }
    return make_job(making);
}

#define MAKE_JOB(function)                                                                         \
    json_t *function(Making *making)                                                               \
    {                                                                                              \
        return make_job_of(making, function);                                                      \
    }

MAKE_JOB(make_live_job)
MAKE_JOB(make_live_block_job)
MAKE_JOB(make_running_job)
MAKE_JOB(make_paused_job)
MAKE_JOB(make_ready_job)
MAKE_JOB(make_pending_job)
MAKE_JOB(make_concluded_job)
MAKE_JOB(make_concluded_block_job)

static gboolean
is_taken(const View *view, const char *name)
{
    for (guint i = 0; i < view_jobs(view); i++) {
        if (strcmp(view_job(view, i), name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

json_t *
make_new_job(Making *making)
{
    const char *name = any_name(making);

    for (guint i = 0; i < 4 && is_taken(making->view, name); i++) {
        name = any_name(making);
    }
    return name_or_bad(making, name);
}
