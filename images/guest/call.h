/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One command as it runs: its words and its answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "images/guest/text.h"

/** Words of a command at most. */
#define CALL_WORDS 7

/** What came of a command. */
typedef enum {
    CALL_OK,
    CALL_INVALID, /* its answer is what is wrong with it */
    CALL_FAILED,  /* its answer is what went wrong */
    CALL_SILENT,  /* it will be answered later */
} Outcome;

/** A command. */
typedef struct {
    uint64_t number; /* which the sender gave it */
    char **words;    /* after the command's own */
    unsigned count;  /* of them; more than CALL_WORDS: too many */
    Text answer;
} Call;

/** Make the answer "guest: " and a text in which % stands for `word`; returns the outcome. */
Outcome call_refuse(Call *call, Outcome outcome, const char *format, const char *word);
/** Read a word as a size; refuses what is none. */
bool call_size(Call *call, unsigned word, uint64_t *bytes);
