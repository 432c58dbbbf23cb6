/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands of a lock step came to: how often each succeeded, which of
 * its refusals were met.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Tally Tally;

/** Nothing counted yet. */
Tally *tally_new(void);
/** Free it; NULL is fine. */
void tally_free(Tally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tally, tally_free)

/** Count an answer. */
void tally_add(Tally *tally, const json_t *command, const json_t *answer);
/** Count a text that the two word differently. */
void tally_add_text(Tally *tally, const char *text);
/** Print it, by command and refusal, sorted; and give the number of commands of `names`
 *  (NULL-terminated) that were tried `enough` times (0: or not at all) and never succeeded. */
guint tally_print(const Tally *tally, const char *const *names, guint enough);
