/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Folders of the host that the harness makes for a while.
 */
#pragma once

/** Remove a folder and all that is in it, as far as that can be done; symbolic links are removed,
 *  not followed, and other file systems are left alone.  One that is missing is fine. */
void folder_remove(const char *path);
