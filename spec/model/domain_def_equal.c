/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether two definitions say the same: the canonical text has all of it.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

gboolean
vm_domain_def_equal(const VmDomainDef *a, const VmDomainDef *b)
{
    if (a == b)
        return TRUE;
    if (a == NULL || b == NULL)
        return FALSE;
    return strcmp(vm_domain_def_text(a), vm_domain_def_text(b)) == 0;
}

void
vm_domain_def_share(VmDomainDef **def, VmDomainDef *other)
{
    if (*def == other || other == NULL || !vm_domain_def_equal(*def, other))
        return;
    vm_domain_def_unref(*def);
    *def = vm_domain_def_ref(other);
}
