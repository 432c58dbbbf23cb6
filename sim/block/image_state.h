/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/block: an image's state as a value.
 */
#pragma once

#include "sim/block/digest.h"
#include "sim/block/image.h"

/** A copy that shares contents and lists. */
SimImageState sim_image_state_copy(const SimImageState *state);
/** Let go of what it holds. */
void sim_image_state_clear(SimImageState *state);
/** Add it to a digest, with the snapshots beside it, dates left out. */
void sim_image_state_digest(const SimImageState *state, const SimSnapshotList *snapshots,
                            SimDigest *digest);
