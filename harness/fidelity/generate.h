/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QMP commands by choice: one table row per command, one per argument.
 */
#pragma once

#include "harness/fidelity/choices.h"
#include "harness/fidelity/view.h"

/** A command {"execute","arguments"}: names mostly of the view, sometimes wrong ones.  Nothing that
 *  ends a QEMU by a fault of its own is made.  A new reference. */
json_t *generate_command(Choices *choices, const View *view);

/** The names of all commands that can be made, NULL-terminated; static. */
const char *const *generate_names(void);
