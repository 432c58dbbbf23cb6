/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The shell: a prompt that runs the commands of the scenario language on a
 * target, with the oracle behind every step.
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"

/** What a shell is opened with; borrowed. */
typedef struct {
    const char *target; /* as given to --target */
    VmProfile profile;  /* RFC or LIBVIRT */
    guint64 seed;
} ShellOptions;

typedef struct Shell Shell;

/** Open one; RUNNER_ERROR, or another error where the target does not open.  The caller closes it.
 */
Shell *shell_open(const ShellOptions *options, GError **error);

/** Remove what it made, and free it; NULL is fine. */
void shell_close(Shell *shell);

/** Take one line; *shown receives what is to be printed (the caller frees it).  FALSE where the
 * line ends the shell. */
gboolean shell_take(Shell *shell, const char *line, char **shown);

/** Whether the statement that the last line began goes on in the next one. */
gboolean shell_is_open(const Shell *shell);

/** Lines that were not understood, and steps that were not as they must be (a typed expectation, an
 *  invariant). */
guint shell_count_bad(const Shell *shell);
guint shell_count_failed(const Shell *shell);

/** Read lines until the end: from a terminal with line editing, history and completion, from
 *  anything else as they are.  Gives the exit code: 0, or 1 where a step was not as it must be, or
 *  where a line that no terminal gave was not understood. */
int shell_read(Shell *shell);

/** The help of a command of the scenario language or an API call ("snapshot-create-as"), with the
 *  call's flags; NULL for an unknown one.  The caller frees it. */
char *shell_call_help(const char *name);
