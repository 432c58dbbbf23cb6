/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/bitmap_action.h"

const SimArgument sim_bitmap_arguments[] = {
    {"node", SIM_ARG_STRING, TRUE},
    {"name", SIM_ARG_STRING, TRUE},
    {0},
};

void
sim_bitmap_action_begin(SimAction *action, SimBitmap *bitmap)
{
    action->bitmap = bitmap;
    action->bitmap_was = bitmap->state;
    /* A command alone is never undone, so its bits need not be copied. */
    action->bits_were = action->alone ? NULL : sim_bits_ref(bitmap->bits);
}

gboolean
sim_bitmap_action_do(SimAction *action, SimBitmapOp op, GError **error)
{
    SimBitmap *bitmap = sim_bitmap_need(action->machine->graph, sim_text(action->data, "node"),
                                        sim_text(action->data, "name"), error);
    if (bitmap == NULL || !sim_bitmap_allows(bitmap, op, error))
        return FALSE;
    sim_bitmap_action_begin(action, bitmap);
    /* What others do to the bits of one that is only switched stays. */
    if (op == SIM_BITMAP_ENABLE || op == SIM_BITMAP_DISABLE)
        g_clear_pointer(&action->bits_were, sim_bits_unref);
    return sim_bitmap_do(bitmap, op, error);
}

void
sim_bitmap_action_abort(SimAction *action)
{
    action->bitmap->state = action->bitmap_was;
    if (action->bits_were == NULL)
        return;
    sim_bits_unref(action->bitmap->bits);
    action->bitmap->bits = g_steal_pointer(&action->bits_were);
}

void
sim_bitmap_action_commit(SimAction *action)
{
    g_clear_pointer(&action->bits_were, sim_bits_unref);
}

gboolean
sim_bitmap_action_run(SimCall *call, const SimActionType *type, GError **error)
{
    SimAction action = {
        .type = type, .machine = call->machine, .data = call->arguments, .alone = TRUE};
    gboolean ok = type->prepare(&action, error);
    if (ok && type->commit != NULL)
        type->commit(&action);
    if (action.crashed)
        sim_machine_end(call->machine, SIM_STATUS_SEGV, FALSE);
    return ok;
}
