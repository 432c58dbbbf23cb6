/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all stages share.
 */
#include "harness/fidelity/stage.h"

void
stage_run_clear(StageRun *run)
{
    g_clear_pointer(&run->out, g_free);
}

void
stage_free(Stage *stage)
{
    if (stage != NULL) {
        stage->ops->free(stage);
    }
}
