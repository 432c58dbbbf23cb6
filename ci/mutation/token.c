/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cutting C into tokens, and finding the brackets that belong together.
 */
#include "ci/mutation/token.h"
#include <string.h>

static const char *const marks[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
                                    "<=",  ">=",  "==",  "!=", "&&", "||", "+=", "-=",
                                    "*=",  "/=",  "%=",  "&=", "|=", "^="};

gboolean
token_is(const Token *token, const char *text)
{
    return strlen(text) == token->length && memcmp(token->text, text, token->length) == 0;
}

static gsize
literal_length(const char *at)
{
    const char *end = at + 1;
    while (*end != '\0' && *end != *at)
        end += *end == '\\' && end[1] != '\0' ? 2 : 1;
    return (gsize)(end - at) + (*end != '\0');
}

static gsize
mark_length(const char *at)
{
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_str_has_prefix(at, marks[i]))
            return strlen(marks[i]);
    return 1;
}

static gsize
word_length(const char *at)
{
    gsize length = 0;
    while (g_ascii_isalnum(at[length]) || at[length] == '_')
        length++;
    return length;
}

/* The end of a preprocessor line, with those that continue it. */
static const char *
after_directive(const char *at)
{
    while (*at != '\0' && *at != '\n')
        at += *at == '\\' && at[1] == '\n' ? 2 : 1;
    return at;
}

static const char *
after_comment(const char *at)
{
    if (at[1] == '/')
        return at + strcspn(at, "\n");
    const char *end = strstr(at + 2, "*/");
    return end != NULL ? end + 2 : at + strlen(at);
}

/* The next place where a token begins; a line whose first mark is '#' has none. */
static const char *
skip_blank(const char *at, const char *source)
{
    for (;;) {
        const char *from = at;
        while (g_ascii_isspace(*at))
            at++;
        if (*at == '/' && (at[1] == '/' || at[1] == '*'))
            at = after_comment(at);
        if (*at == '#' && (at == source || memchr(from, '\n', (gsize)(at - from)) != NULL))
            at = after_directive(at);
        if (at == from)
            return at;
    }
}

static Token
token_at(const char *at)
{
    Token token = {.text = at, .kind = TOKEN_MARK};
    if (*at == '"' || *at == '\'') {
        token.kind = TOKEN_TEXT;
        token.length = literal_length(at);
    } else if (g_ascii_isdigit(*at)) {
        token.kind = TOKEN_NUMBER;
        token.length = word_length(at);
    } else if (g_ascii_isalpha(*at) || *at == '_') {
        token.kind = TOKEN_WORD;
        token.length = word_length(at);
    } else {
        token.length = mark_length(at);
    }
    return token;
}

/* What an outermost brace opens is told by what stands before it. */
static TokenBlock
block_opened(const GArray *tokens)
{
    if (tokens->len == 0)
        return BLOCK_TYPE;
    const Token *before = &g_array_index(tokens, Token, tokens->len - 1);
    if (token_is(before, ")"))
        return BLOCK_FUNCTION;
    return token_is(before, "=") ? BLOCK_DATA : BLOCK_TYPE;
}

static gboolean
is_bracket(const Token *token, const char *brackets)
{
    return token->kind == TOKEN_MARK && token->length == 1 && strchr(brackets, *token->text);
}

GArray *
tokens_of(const char *source)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(Token));
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(guint));
    TokenBlock block = BLOCK_NONE;
    const char *counted = source;
    guint line = 1;
    for (const char *at = skip_blank(source, source); *at != '\0';) {
        Token token = token_at(at);
        for (; counted < at; counted++)
            line += *counted == '\n';
        token.line = line;
        if (is_bracket(&token, ")]}") && open->len > 0) {
            token.match = g_array_index(open, guint, open->len - 1);
            g_array_index(tokens, Token, token.match).match = tokens->len;
            g_array_set_size(open, open->len - 1);
        }
        token.depth = open->len;
        token.block = block;
        if (is_bracket(&token, "{") && open->len == 0)
            block = block_opened(tokens);
        if (is_bracket(&token, "}") && open->len == 0)
            block = BLOCK_NONE;
        if (is_bracket(&token, "([{"))
            g_array_append_val(open, tokens->len);
        g_array_append_val(tokens, token);
        at = skip_blank(at + token.length, source);
    }
    return tokens;
}
