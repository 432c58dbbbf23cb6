/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world as data that a drawing is made of: trees of moments, and the
 * images with what is behind each.
 */
#pragma once

#include "harness/oracle/observe.h"

/** The object that oracle_world() gives; equal worlds give equal objects.  The caller decrefs it.
 */
json_t *world_json(const Observation *world);
