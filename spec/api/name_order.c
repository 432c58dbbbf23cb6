/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order in which lists of names are shown.
 */
#include "spec/api/name_order.h"

#include <string.h>

gint
vm_compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
