/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From what --target says to a table of methods.
 *
 *   sim               the reference driver on the simulated hypervisor
 *   qemu, qemu+tcg    the reference driver on real QEMU, with KVM where it can be had, or never
 *   SCHEME:…          any libvirt URI (libvirt is opened at run time)
 *   PATH.so           a vendor's plug-in
 */
#pragma once

#include <glib.h>
#include "spec/api/target.h"

/** The table for a --target argument, and the URI to open it with (may be NULL; the caller frees
 *  it).  Fails with a text that names the argument and the cause: libvirt not installed, not a
 *  plug-in, another ABI version.  The table is valid until the process ends. */
const struct vm_target *target_load(const char *argument, char **uri, GError **error);

/** The profile that a --target argument implies: "rfc" for sim, qemu and plug-ins, "libvirt" for a
 *  URI. */
const char *target_default_profile(const char *argument);

/** Whether each domain of it is a process, so that cases that take long are left out unless they
 *  are asked for: qemu, and every libvirt URI but test:. */
gboolean target_is_slow(const char *argument);

/** The simulator as a target (harness/target/sim.c). */
const struct vm_target *target_sim(void);

/** Real QEMU as a target (harness/target/qemu.c); its URI is "tcg", or NULL. */
const struct vm_target *target_qemu(void);

/** libvirt as a target (harness/target/libvirt.c); NULL with an error when it is not installed or
 *  was not there at build time. */
const struct vm_target *target_libvirt(GError **error);

/** A plug-in as a target (harness/target/plugin.c). */
const struct vm_target *target_plugin(const char *path, GError **error);
