/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of the guest; images/guest/protocol.h lists them.
 */
#pragma once

/** Run a line, "SEQ COMMAND" without sync byte and newline, and answer it.  The line is cut up. */
void command_run(char *line);
/** Say that the guest is up, or answer the reset that brought it here. */
void command_greet(void);
