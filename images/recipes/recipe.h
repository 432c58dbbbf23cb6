/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The recipes of disk images (images/README.md), for programs.
 */
#pragma once

/** The path of make.sh, which makes them: below the prefix of this program where it is installed,
 *  else in the source tree.  The caller frees it. */
char *images_recipe_script(void);
