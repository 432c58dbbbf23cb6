/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether what came is what was expected, but for what changes from run to
 * run.
 *
 * A string "<word>" stands for any value, "<nonzero>" for any number but 0;
 * inside a longer string it stands for any text.  File names that begin with
 * "json:" are compared as JSON.  What the table of left-out members names is
 * not compared at all.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** How two values differ. */
typedef enum {
    MATCH_EQUAL,
    MATCH_TEXT, /* only in texts written for people */
    MATCH_DIFFERENT,
} MatchDegree;

/** How `got` differs from `expected` (both borrowed); *where (may be NULL, the caller frees it)
 *  is the path of the worst difference, as "[0].status", with both values. */
MatchDegree value_match(const json_t *expected, const json_t *got, char **where);

/** Whether a text is the expected one, placeholders allowed. */
gboolean text_match(const char *expected, const char *got);

/** Whether both answers (borrowed) return a text that is not empty: what qemu-io says through the
 *  monitor is a text for people, but that it says something is none. */
gboolean both_speak(const json_t *expected, const json_t *got);

/** A JSON value on one line, members sorted, cut after some 400 bytes.  The caller frees it. */
char *value_line(const json_t *value);
