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
/** Add it to a digest, dates left out. */
void sim_image_state_digest(const SimImageState *state, SimDigest *digest);

/** One more reference to a snapshot / one less. */
SimSnapshot *sim_snapshot_ref(SimSnapshot *snapshot);
void sim_snapshot_unref(SimSnapshot *snapshot);
