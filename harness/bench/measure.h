/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The measurements on the simulator; each adds its figures, times being those
 * of the processor.
 */
#pragma once

#include "harness/bench/figures.h"

/** How much is done; 1 is quick and rough. */
typedef struct {
    guint rounds;
    guint many; /* redefined snapshots of a large tree */
    guint real; /* internal snapshots that were made */
} MeasureSize;

/** Mixed API calls per second, XML in, nobody looking on. */
void measure_mixed(Figures *figures, const MeasureSize *size);
/** Scenarios of 20 calls per second, the oracle looking on. */
void measure_scenarios(Figures *figures, const MeasureSize *size);
/** Snapshot calls beside those of libvirt's test driver. */
void measure_beside(Figures *figures, const MeasureSize *size);
/** What a call costs in a large tree, against a small one. */
void measure_many(Figures *figures, const MeasureSize *size);
