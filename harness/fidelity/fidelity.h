/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Holding the simulator against QEMU: recorded dialogues, and both at once.
 */
#pragma once

#include <glib.h>

/** What a replay, or a lock step, came to. */
typedef struct {
    guint planned;
    guint passed;
    guint out_of_scope; /* of things that the hypervisor does not have */
    guint excepted;     /* by a row of the table of known differences */
    guint failed;
    guint unused; /* rows of the table that should have had something to except */
} FidelityResult;

/** Play dialogues on a hypervisor ("sim", "qemu") and print what differs, one line per dialogue
 *  and a summary, to stdout.  Fails with VIR_ERR_INVALID_ARG for a file that is none, a hypervisor
 *  that is none; VIR_ERR_NO_SUPPORT where there is no QEMU. */
gboolean fidelity_replay(const char *const *files, const char *hypervisor, FidelityResult *result,
                         GError **error);
/** Play the setup, the starts, sends and runs of a dialogue on real QEMU and write all that came
 *  to a file. */
gboolean fidelity_record(const char *file, const char *out, GError **error);
/** Drive both hypervisors by the same choices: `steps` for each seed.  Prints the first difference
 *  of a seed, shrunk, and per command what came.  A command that never succeeded counts as failed:
 *  from 2,000 steps in all on, tried or not; below that, tried 60 times. */
gboolean fidelity_lockstep(const guint64 *seeds, guint count, guint steps, FidelityResult *result,
                           GError **error);
