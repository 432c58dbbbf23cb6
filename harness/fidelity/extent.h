/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What qemu-img map shows, without where the data are in the file: two
 * clusters that were written side by side may lie there in either order.
 */
#pragma once

#include <jansson.h>

/** A copy of a list of extents without host offsets, neighbours that are alike joined; any other
 *  value (NULL too) is referenced as it is. */
json_t *extents_join(json_t *value);
