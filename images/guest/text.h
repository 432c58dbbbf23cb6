/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words and numbers in lines.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "images/guest/protocol.h"

/** A line that is being made; what is too long is cut off.  Begins as {0}. */
typedef struct {
    unsigned length;
    char bytes[GUEST_LINE_MAX];
} Text;

/** Add a text. */
void text_add(Text *text, const char *more);
/** Add a text in which each % stands for `word`. */
void text_add_with(Text *text, const char *format, const char *word);
/** Add a number in decimal digits. */
void text_add_number(Text *text, uint64_t number);
/** Add 16 hexadecimal digits. */
void text_add_hash(Text *text, uint64_t hash);

/** Cut a line at its blanks: at most `most` words, which stay in the line; returns how many there
 *  are, most + 1 for more. */
unsigned text_split(char *line, char **words, unsigned most);
/** Read decimal digits or 0x…; false for anything else. */
bool text_number(const char *word, uint64_t *number);
/** The same with K, M, G or T after it. */
bool text_size(const char *word, uint64_t *bytes);
