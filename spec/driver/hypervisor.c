/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/hypervisor.h"

GQuark
vm_qmp_error_quark(void)
{
    return g_quark_from_static_string("vm-qmp-error");
}

void
vm_image_snapshot_free(VmImageSnapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_free(snapshot->id);
    g_free(snapshot->name);
    g_free(snapshot);
}

void
vm_image_info_free(VmImageInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->format);
    g_free(info->backing);
    g_free(info->backing_format);
    g_clear_pointer(&info->snapshots, g_ptr_array_unref);
    g_clear_pointer(&info->bitmaps, g_ptr_array_unref);
    g_free(info);
}

gboolean
vm_qmp(VmInstance *instance, const char *name, json_t *arguments, GError **error)
{
    return instance->hypervisor->ops->command(instance, name, arguments, NULL, NULL, error);
}

json_t *
vm_qmp_ask(VmInstance *instance, const char *name, json_t *arguments, GError **error)
{
    json_t *reply = NULL;
    if (!instance->hypervisor->ops->command(instance, name, arguments, NULL, &reply, error))
        return NULL;
    return reply;
}
