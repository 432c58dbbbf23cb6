/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/bitmap_action.h"

static gboolean
run(SimCall *call, GError **error)
{
    const SimBitmap *bitmap =
        sim_bitmap_need(call->machine->graph, sim_text(call->arguments, "node"),
                        sim_text(call->arguments, "name"), error);
    if (bitmap == NULL)
        return FALSE;
    g_autofree char *digest = sim_bitmap_sha256(bitmap);
    call->reply = json_pack("{s:s}", "sha256", digest);
    return TRUE;
}

const SimCommand sim_command_x_debug_block_dirty_bitmap_sha256 = {
    "x-debug-block-dirty-bitmap-sha256", sim_bitmap_arguments, run};
