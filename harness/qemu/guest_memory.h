/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test guest's memory, looked at from outside: in a running machine's
 * page, or in a stream that QEMU has saved.
 */
#pragma once

#include <glib.h>

/** The page that holds the guest's state. */
#define GUEST_PAGE_SIZE 4096

/** The digest of the guest's state in its page: counter, values, what it has filled.  A guest that
 *  is not up yet has one, too.  The caller frees it. */
char *guest_memory_digest(const void *page);
/** Its counter; 0 where it is not up yet. */
guint64 guest_memory_counter(const void *page);

/** The digest of the state in QEMU's stream somewhere in these bytes, NULL where there is no
 * stream. The caller frees it. */
char *guest_memory_find_digest(GBytes *bytes);
