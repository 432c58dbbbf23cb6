/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both hypervisors with the same images, given the same commands.
 */
#pragma once

#include "harness/fidelity/view.h"

typedef struct Pair Pair;

/** What a command came to on both. */
typedef struct {
    json_t *answer;   /* of the real one */
    char *difference; /* what differs, or NULL */
    char *text;       /* a text that differs, or NULL */
} PairStep;

/** Start both: images made, nodes for them added.  `pc`: a machine with devices, CPUs stopped. */
Pair *pair_new(gboolean pc, GError **error);
/** End both; NULL is fine. */
void pair_free(Pair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

/** What the names are now; borrowed. */
const View *pair_view(const Pair *pair);
/** Send a command (borrowed; automatic node names as "#block<1>") to both, wait until they are at
 *  rest, compare answers, events and what queries show.  Fails only where QEMU cannot be talked
 *  to and the simulator can. */
void pair_step(Pair *pair, const json_t *command, PairStep *step);
/** Clear what pair_step() left. */
void pair_step_clear(PairStep *step);
/** Quit both and compare how they ended and what is in the images. */
void pair_finish(Pair *pair, PairStep *step);
