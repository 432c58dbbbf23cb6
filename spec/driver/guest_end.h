/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to spec/driver: what <on_poweroff>, <on_reboot> and <on_crash> make
 * of a guest that ends.  The definition of that moment decides; the process is
 * told so that it stays where there is something left to decide.
 */
#pragma once

#include "spec/driver/domain_obj.h"

/** The definition asks for what this driver can do: CONFIG_UNSUPPORTED for a core dump
 *  (VM-END-006). */
gboolean vm_guest_end_check(const VmDomainDef *def, GError **error);

/** Let the process do what `def` asks for when its guest ends; `former` (or NULL for what a process
 *  begins with) is the definition that it was last told of.  Both borrowed. */
gboolean vm_guest_end_tell(VmDomain *domain, const VmDomainDef *former, const VmDomainDef *def,
                           GError **error);

/** The guest has ended as its process says in this status ("shutdown", "guest-panicked"), which
 *  nobody has acted on: noted for vm_guest_end_act(). */
void vm_guest_end_note_status(VmDomain *domain, const char *status);

/** Act on domain->guest_end, with events, state and record.  The domain may be gone then. */
void vm_guest_end_act(VmDomain *domain);

/** Reset the machine by its host, whatever a reset by the guest means. */
gboolean vm_guest_end_reset(VmDomain *domain, GError **error);
