/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which tests reach a line of the driver: only they can tell a change there.
 */
#pragma once

#include <glib.h>

typedef struct Reach Reach;

/** A test; both are the map's. */
typedef struct {
    const char *name;
    gboolean again; /* it reaches just what a quicker test reaches */
} ReachTest;

/** Read where the blocks of code and the lines are, and the records of the tests (recorder.h).  The
 *  text has rows "block ADDRESS" and "line ADDRESS FILE NUMBER", in any order, addresses in hex,
 *  FILE without folder.  The caller frees it. */
Reach *reach_new(const char *text, const char *records, gsize records_length);
/** Free it; NULL is fine. */
void reach_free(Reach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reach, reach_free)

/** The tests (ReachTest) that reach one of these lines, the quickest first; NULL where they have no
 *  code.  The caller unrefs the array, the tests are borrowed. */
GPtrArray *reach_tests(const Reach *reach, const char *file, guint from, guint to);
/** All of them, the quickest first. */
GPtrArray *reach_all(const Reach *reach);
