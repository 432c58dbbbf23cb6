/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Moment trees and backing chains as text for a terminal.  A world is what
 * oracle_world() gives.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** The tree of a domain's moments, one line each, the current one marked; NULL where there is no
 *  such domain.  The caller frees it. */
char *tree_text(const json_t *world, const char *domain);

/** The backing chain of each disk of a domain, or of the one named `disk` (may be NULL), from the
 *  working top to the bottom, with what each image holds; NULL where there is no such domain or
 *  disk.  The caller frees it. */
char *chain_text(const json_t *world, const char *domain, const char *disk);
