/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of one run share.
 */
#pragma once

#include "harness/run/expectations.h"
#include "harness/run/runner.h"

/** One run; all of it is borrowed from runner_run(). */
typedef struct {
    const RunOptions *options;
    const char *profile_word; /* "rfc" */
    VmProfile profile;
    GPtrArray *plan;    /* of ScnCase * */
    const char *dir;    /* folder of this run alone */
    const Expectations *expectations; /* what is known of the target, or NULL */
    const char *run_id; /* part of every object's name */
} RunContext;
