/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How often each invariant was observed, over all cases of a run.
 */
#pragma once

#include <jansson.h>

/** Add one case's counts to the sum; both are {"I1":{"observed":n,"partly":n,"not":n},…}. */
void observed_add(json_t *sum, const json_t *counts);

/** Put the rows in the order of their numbers: workers end in any order, reports are equal. */
void observed_sort(json_t **sum);
