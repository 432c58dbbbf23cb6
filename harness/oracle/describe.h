/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world as a report shows it: domains, their disks, their trees of moments.
 */
#pragma once

#include "harness/oracle/observe.h"

/** Lines about each domain; equal worlds give equal text, in whatever order a target listed them.
 *  The caller frees it. */
char *world_describe(const Observation *world);
