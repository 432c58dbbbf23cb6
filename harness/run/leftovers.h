/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a case made whose worker died before it could clean up: the ledgers in
 * the worker's folder name it.
 */
#pragma once

#include <glib.h>
#include "harness/scenario/scenario.h"

/** Remove what the ledgers (ledger-…, lines "domain NAME" and "file PATH") in options->workdir
 * name, last in, first out, and the ledgers.  Does nothing where there is none. */
void leftovers_remove(const ScnRunOptions *options);
