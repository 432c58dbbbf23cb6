/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether two definitions say the same: the canonical text has all of it.
 */
#include "spec/model/domain_def.h"

#include <string.h>

gboolean
vm_domain_def_equal(const VmDomainDef *a, const VmDomainDef *b)
{
    if (a == b)
        return TRUE;
    if (a == NULL || b == NULL)
        return FALSE;
    g_autofree char *one = vm_domain_def_format(a, VM_DOMAIN_FORMAT_SECURE);
    g_autofree char *other = vm_domain_def_format(b, VM_DOMAIN_FORMAT_SECURE);
    return strcmp(one, other) == 0;
}
