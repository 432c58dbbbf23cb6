/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * C source as a row of tokens, as far as a machine needs it that changes one
 * of them: comments, preprocessor lines and text literals are no tokens of
 * their own kind that can be changed.
 */
#pragma once

#include <glib.h>

/** What a token is. */
typedef enum {
    TOKEN_WORD, /* identifier or keyword */
    TOKEN_NUMBER,
    TOKEN_TEXT, /* string or character literal */
    TOKEN_MARK, /* operator or punctuation, the longest that fits */
} TokenKind;

/** Where a token stands. */
typedef enum {
    BLOCK_NONE,     /* outside of all braces */
    BLOCK_TYPE,     /* in a struct, union or enum */
    BLOCK_DATA,     /* in an initializer of static data */
    BLOCK_FUNCTION, /* in a function's body */
} TokenBlock;

/** One token of a source. */
typedef struct {
    TokenKind kind;
    TokenBlock block;
    const char *text; /* borrowed from the source, not terminated */
    gsize length;
    guint line;
    guint depth; /* brackets of all kinds around it; one that opens or closes has the outer depth */
    guint match; /* of a bracket: the index of the other one */
} Token;

/** The tokens of a source, which is borrowed; the caller unrefs the array. */
GArray *tokens_of(const char *source);
/** Whether a token is that text. */
gboolean token_is(const Token *token, const char *text);
