/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which QEMU is installed.
 */
#pragma once

#include <glib.h>

/** The version of qemu-system-x86_64, "7.2.22" (static); NULL with VIR_ERR_NO_SUPPORT naming what
 *  was found and `least` where it or qemu-img is missing or older.  It is looked at once in the
 *  life of this process. */
const char *qemu_version_check(const char *least, GError **error);
/** Whether version `found` ("7.2.22") is `least` ("6.2") or later. */
gboolean qemu_version_suffices(const char *found, const char *least);
/** The version in what a program of QEMU prints for --version, or NULL.  The caller frees it. */
char *qemu_version_in(const char *text);
