/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/target/sim*.c: the connection, and the way from the
 * driver's answers to the target's.
 */
#pragma once

#include "sim/world/world.h"
#include "spec/api/target.h"
#include "spec/driver/driver.h"

/** The world's environment without its log: what a probe finds is not news. */
typedef struct {
    VmEnv base;
    VmEnv *world;
} SimQuietEnv;

/** One driver over one world. */
struct vm_conn {
    SimWorld *world;
    SimQuietEnv quiet;
    gboolean owns_world; /* FALSE for a probe, which looks at another's */
    VmStore *copy;       /* of a probe: its own store, or NULL */
    VmDriver *driver;
    VmProfile profile;
};

/** Hand a failure (taken) on as a vm_error; its code is the result. */
int sim_fail(GError *failure, struct vm_error *err);

/** 0, or what sim_fail() answers. */
int sim_answer(gboolean ok, GError *failure, struct vm_error *err);

/** An array of names (taken) as a list. */
char **sim_list(GPtrArray *names);

/** Fill in the domain calls. */
void sim_fill_domain(struct vm_target *table);
/** Fill in the snapshot calls. */
void sim_fill_snapshot(struct vm_target *table);
