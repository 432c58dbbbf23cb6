/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The software in a guest, as far as tests need one.
 *
 *   write DISK OFFSET LENGTH PATTERN    read DISK OFFSET LENGTH → digest
 *   flush                               counter → number (or: ram counter)
 *   ram set KEY VALUE                   ram get KEY → value
 *   acpi answer|ignore                  poweroff, reset, panic
 *
 * DISK is a serial number or a device id; sizes may end in K, M, G or T.
 * PATTERN is any word; "zero" writes zeroes.  Each command lets the RAM counter
 * advance by one.
 */
#pragma once

#include "sim/vm/machine.h"

/** Run a command; *answer (may be NULL, the caller frees it) is its word, "" where it has none.
 *  INVALID_ARG for what is none, OPERATION_INVALID while the CPUs are stopped, OPERATION_FAILED
 *  for an I/O error that the guest sees. */
gboolean sim_guest_command(SimMachine *machine, const char *command, char **answer, GError **error);
/** Work: the guest powers itself off. */
void sim_guest_power_off(SimMachine *machine, const char *argument);
