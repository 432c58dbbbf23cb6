/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/block_info.h"
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = json_array();
    for (guint i = 0; i < call->machine->devices->len; i++) {
        const SimDevice *device = call->machine->devices->pdata[i];
        g_autofree char *qdev =
            g_strdup_printf("/machine/peripheral/%s/virtio-backend", device->id);
        json_array_append_new(call->reply,
                              json_pack("{s:s, s:s, s:b, s:b, s:s, s:s, s:o}", "device", "", "qdev",
                                        qdev, "locked", FALSE, "removable", FALSE, "type",
                                        "unknown", "io-status", "ok", "inserted",
                                        sim_block_info_disk(device->root->child)));
    }
    return TRUE;
}

const SimCommand sim_command_query_block = {"query-block", NULL, run};
