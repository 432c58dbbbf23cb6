/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session on the simulator, for tests.
 */
#pragma once

#include "harness/folder/folder.h"
#include "harness/scenario/session.h"
#include "harness/target/target_load.h"

/** A session, and the folder that it works in. */
typedef struct {
    ScnSession *session;
    char *dir;
} SimSession;

static int
sim_session_set_up(void **state)
{
    SimSession *sim = g_new0(SimSession, 1);
    ScnRunOptions options = {.profile = VM_PROFILE_RFC, .seed = 1, .run_id = "test"};
    g_autofree char *uri = NULL;

    sim->dir = g_dir_make_tmp("session-XXXXXX", NULL);
    options.target = target_load("sim", &uri, NULL);
    options.workdir = sim->dir;
    sim->session = scn_session_open(&options, NULL);
    *state = sim;
    return sim->session == NULL;
}

static int
sim_session_tear_down(void **state)
{
    SimSession *sim = *state;
    g_autofree char *left = scn_session_close(sim->session);

    folder_remove(sim->dir);
    g_free(sim->dir);
    g_free(sim);
    return left != NULL;
}
