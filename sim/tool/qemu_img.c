/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/qemu_img.h"
#include <string.h>

static const SimToolCommand *const commands[] = {
    &sim_tool_img_amend,    &sim_tool_img_bitmap,  &sim_tool_img_check,  &sim_tool_img_commit,
    &sim_tool_img_compare,  &sim_tool_img_convert, &sim_tool_img_create, &sim_tool_img_info,
    &sim_tool_img_map,      &sim_tool_img_measure, &sim_tool_img_rebase, &sim_tool_img_resize,
    &sim_tool_img_snapshot,
};

const SimToolCommand *
sim_tool_find_qemu_img(const char *name, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "qemu-img: '%s' is not simulated", name);
    return NULL;
}
