/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of the processes that run.
 */
#include "harness/qemu/hypervisor_int.h"

#include <string.h>
#include "spec/api/name_order.h"

void
qemu_hypervisor_drop_ended(QemuHypervisor *hypervisor)
{
    for (guint i = hypervisor->machines->len; i-- > 0;) {
        QemuMachine *machine = hypervisor->machines->pdata[i];
        if (!qemu_process_ended(machine->process, NULL))
            continue;
        g_ptr_array_remove_index(hypervisor->machines, i);
        hypervisor->changes++;
    }
}

QemuMachine *
qemu_hypervisor_find(QemuHypervisor *hypervisor, const char *name)
{
    qemu_hypervisor_drop_ended(hypervisor);
    for (guint i = 0; i < hypervisor->machines->len; i++) {
        QemuMachine *machine = hypervisor->machines->pdata[i];
        if (strcmp(machine->name, name) == 0)
            return machine;
    }
    return NULL;
}

GPtrArray *
qemu_hypervisor_names(VmHypervisor *hypervisor)
{
    GPtrArray *machines = qemu_hypervisor_own(hypervisor)->machines;
    qemu_hypervisor_drop_ended(qemu_hypervisor_own(hypervisor));
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < machines->len; i++)
        g_ptr_array_add(names, g_strdup(((QemuMachine *)machines->pdata[i])->name));
    g_ptr_array_sort(names, vm_compare_names);
    return names;
}
