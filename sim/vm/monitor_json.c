/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/monitor_json.h"
#include <string.h>

#define NESTING_MAX 1024

/* A structural character is its own kind. */
enum { TOKEN_STRING = 's', TOKEN_NUMBER = 'n', TOKEN_WORD = 'w' };

typedef struct {
    char kind;
    char *text; /* without quotes, escapes not resolved; NULL for a structural character */
} Token;

struct SimJsonStream {
    SimJsonTaker take;
    gpointer taker;
    GArray *tokens; /* of Token: the value being read */
    GString *text;  /* the token being read */
    char kind;      /* its kind, or 0: none */
    char quote;     /* of a string */
    gboolean escaped;
    gboolean recovering; /* from what is no token */
    int braces;
    int brackets;
};

static void
clear_token(gpointer data)
{
    g_free(((Token *)data)->text);
}

SimJsonStream *
sim_json_stream_new(SimJsonTaker take, gpointer taker)
{
    SimJsonStream *stream = g_new0(SimJsonStream, 1);
    stream->take = take;
    stream->taker = taker;
    stream->tokens = g_array_new(FALSE, FALSE, sizeof(Token));
    g_array_set_clear_func(stream->tokens, clear_token);
    stream->text = g_string_new(NULL);
    return stream;
}

void
sim_json_stream_free(SimJsonStream *stream)
{
    if (stream == NULL)
        return;
    g_array_unref(stream->tokens);
    g_string_free(stream->text, TRUE);
    g_free(stream);
}

/* ---- values out of tokens ---- */

typedef struct {
    GArray *tokens;
    guint next;
    char *error; /* the first one */
} Parser;

static json_t *parse_value(Parser *parser);

static json_t *failed(Parser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);

static json_t *
failed(Parser *parser, const char *format, ...)
{
    if (parser->error != NULL)
        return NULL;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    parser->error = g_strconcat("JSON parse error, ", text, NULL);
    return NULL;
}

static char
peek(const Parser *parser)
{
    return parser->next < parser->tokens->len
               ? g_array_index(parser->tokens, Token, parser->next).kind
               : '\0';
}

/* Four hexadecimal digits, or -1. */
static gint32
hex4(const char *p)
{
    gint32 value = 0;
    for (guint i = 0; i < 4; i++) {
        if (!g_ascii_isxdigit(p[i]))
            return -1;
        value = value * 16 + g_ascii_xdigit_value(p[i]);
    }
    return value;
}

/* The character of "\uXXXX", or of two of them; *p moves on.  0 where it is none. */
static gunichar
unicode_escape(const char **p)
{
    gint32 first = hex4(*p);
    if (first < 0)
        return 0;
    *p += 4;
    if (first < 0xd800 || first > 0xdfff)
        return (gunichar)first;
    gint32 second = (*p)[0] == '\\' && (*p)[1] == 'u' ? hex4(*p + 2) : -1;
    if (first > 0xdbff || second < 0xdc00 || second > 0xdfff)
        return 0;
    *p += 6;
    return 0x10000 + (((gunichar)first & 0x3ff) << 10) + ((gunichar)second & 0x3ff);
}

static gboolean
resolve_escape(GString *result, const char **p)
{
    static const char from[] = "bfnrt\"'\\/", to[] = "\b\f\n\r\t\"'\\/";
    char c = *(*p)++;
    const char *found = c == '\0' ? NULL : strchr(from, c);
    if (found != NULL) {
        g_string_append_c(result, to[found - from]);
        return TRUE;
    }
    gunichar character = c == 'u' ? unicode_escape(p) : 0;
    if (character != 0)
        g_string_append_unichar(result, character);
    return character != 0;
}

static json_t *
parse_string(Parser *parser, const char *text)
{
    GString *result = g_string_new(NULL);
    json_t *value = NULL;
    gboolean ok = TRUE;
    for (const char *p = text; ok && *p != '\0';) {
        if (*p != '\\') {
            g_string_append_c(result, *p++);
            continue;
        }
        p++;
        ok = resolve_escape(result, &p);
    }
    if (!ok)
        failed(parser, "invalid escape in string");
    else if (!g_utf8_validate(result->str, (gssize)result->len, NULL))
        failed(parser, "invalid UTF-8 sequence in string");
    else
        value = json_string(result->str);
    g_string_free(result, TRUE);
    return value;
}

static json_t *
parse_number(const char *text)
{
    gint64 integer = 0;
    if (strpbrk(text, ".eE") == NULL &&
        g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
        return json_integer(integer);
    return json_real(g_ascii_strtod(text, NULL));
}

static json_t *
parse_word(Parser *parser, const char *text)
{
    if (strcmp(text, "true") == 0)
        return json_true();
    if (strcmp(text, "false") == 0)
        return json_false();
    if (strcmp(text, "null") == 0)
        return json_null();
    return failed(parser, "invalid keyword '%s'", text);
}

static gboolean
parse_pair(Parser *parser, json_t *object)
{
    json_t *key = parse_value(parser);
    json_t *value = NULL;
    if (key == NULL || !json_is_string(key))
        failed(parser, "key is not a string in object");
    else if (peek(parser) != ':')
        failed(parser, "missing : in object pair");
    else if (parser->next++, (value = parse_value(parser)) == NULL)
        failed(parser, "Missing value in dict");
    else if (json_object_get(object, json_string_value(key)) != NULL)
        failed(parser, "duplicate key");
    else
        json_object_set(object, json_string_value(key), value);
    json_decref(key);
    json_decref(value);
    return parser->error == NULL;
}

static gboolean
parse_element(Parser *parser, json_t *array)
{
    json_t *value = parse_value(parser);
    if (value == NULL) {
        failed(parser, "expecting value");
        return FALSE;
    }
    json_array_append_new(array, value);
    return TRUE;
}

/* The members of an object, or the elements of an array, up to its end. */
static json_t *
parse_members(Parser *parser, json_t *into, char end)
{
    gboolean object = end == '}', ok = TRUE;
    for (gboolean first = TRUE; ok && peek(parser) != end; first = FALSE) {
        if (!first && peek(parser) != ',') {
            failed(parser, "expected separator in %s", object ? "dict" : "list");
            ok = FALSE;
            continue;
        }
        parser->next += first ? 0 : 1;
        ok = object ? parse_pair(parser, into) : parse_element(parser, into);
    }
    parser->next++;
    if (ok)
        return into;
    json_decref(into);
    return NULL;
}

static json_t *
parse_value(Parser *parser)
{
    char kind = peek(parser);
    if (kind == '\0')
        return failed(parser, "premature EOI");
    const Token *token = &g_array_index(parser->tokens, Token, parser->next++);
    switch (kind) {
    case '{':
        return parse_members(parser, json_object(), '}');
    case '[':
        return parse_members(parser, json_array(), ']');
    case TOKEN_STRING:
        return parse_string(parser, token->text);
    case TOKEN_NUMBER:
        return parse_number(token->text);
    case TOKEN_WORD:
        return parse_word(parser, token->text);
    default:
        return failed(parser, "expecting value");
    }
}

/* ---- tokens out of bytes ---- */

static void
start_anew(SimJsonStream *stream)
{
    g_array_set_size(stream->tokens, 0);
    g_string_truncate(stream->text, 0);
    stream->kind = '\0';
    stream->braces = stream->brackets = 0;
}

static void
deliver(SimJsonStream *stream)
{
    Parser parser = {.tokens = g_steal_pointer(&stream->tokens)};
    stream->tokens = g_array_new(FALSE, FALSE, sizeof(Token));
    g_array_set_clear_func(stream->tokens, clear_token);
    start_anew(stream);
    json_t *value = parse_value(&parser);
    g_array_unref(parser.tokens);
    stream->take(stream->taker, value, parser.error);
    json_decref(value);
    g_free(parser.error);
}

static void
refuse(SimJsonStream *stream, const char *error)
{
    start_anew(stream);
    stream->take(stream->taker, NULL, error);
}

static void
stray(SimJsonStream *stream, char last)
{
    g_string_append_c(stream->text, last);
    g_autofree char *error = g_strdup_printf("JSON parse error, stray '%s'", stream->text->str);
    stream->recovering = TRUE;
    refuse(stream, error);
}

static void
add_token(SimJsonStream *stream, char kind, char *text)
{
    Token token = {kind, text};
    g_array_append_val(stream->tokens, token);
    stream->braces += kind == '{' ? 1 : kind == '}' ? -1 : 0;
    stream->brackets += kind == '[' ? 1 : kind == ']' ? -1 : 0;
    stream->kind = '\0';
    g_string_truncate(stream->text, 0);
    if (stream->braces + stream->brackets > NESTING_MAX)
        refuse(stream, "JSON nesting depth limit exceeded");
    else if (stream->braces < 0 || stream->brackets < 0 ||
             (stream->braces == 0 && stream->brackets == 0))
        deliver(stream);
}

static void
end_token(SimJsonStream *stream)
{
    add_token(stream, stream->kind, g_strdup(stream->text->str));
}

static void
read_string(SimJsonStream *stream, char c)
{
    if ((guchar)c < 0x20) {
        stray(stream, c);
        stream->recovering = FALSE;
        return;
    }
    if (!stream->escaped && c == stream->quote) {
        end_token(stream);
        return;
    }
    stream->escaped = !stream->escaped && c == '\\';
    g_string_append_c(stream->text, c);
}

static gboolean
is_number(const char *text)
{
    return g_regex_match_simple("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$", text, 0, 0);
}

/* Whether the byte belongs to the number or word being read; else that one has ended. */
static gboolean
goes_on(SimJsonStream *stream, char c)
{
    if (stream->kind == TOKEN_WORD)
        return g_ascii_islower(c);
    return g_ascii_isdigit(c) || (c != '\0' && strchr("+-.eE", c) != NULL);
}

static void
begin_token(SimJsonStream *stream, char c)
{
    if (c != '\0' && strchr(" \t\r\n", c) != NULL)
        return;
    if (c != '\0' && strchr("{}[]:,", c) != NULL) {
        add_token(stream, c, NULL);
    } else if (c == '"' || c == '\'') {
        stream->kind = TOKEN_STRING;
        stream->quote = c;
        stream->escaped = FALSE;
    } else if (g_ascii_islower(c) || g_ascii_isdigit(c) || c == '-') {
        stream->kind = g_ascii_islower(c) ? TOKEN_WORD : TOKEN_NUMBER;
        g_string_append_c(stream->text, c);
    } else {
        stray(stream, c);
    }
}

/* After an error, go on behind a control character or at a structural one. */
static gboolean
recovers(SimJsonStream *stream, char c)
{
    gboolean structural = c != '\0' && strchr("{}[]:,", c) != NULL;
    if (structural || (guchar)c < 0x20)
        stream->recovering = FALSE;
    return structural;
}

static void
read_byte(SimJsonStream *stream, char c)
{
    if (stream->recovering && !recovers(stream, c))
        return;
    if (stream->kind == TOKEN_STRING) {
        read_string(stream, c);
        return;
    }
    if (stream->kind != '\0') {
        if (goes_on(stream, c)) {
            g_string_append_c(stream->text, c);
            return;
        }
        if (stream->kind == TOKEN_NUMBER && !is_number(stream->text->str)) {
            stray(stream, c);
            return;
        }
        end_token(stream);
    }
    begin_token(stream, c);
}

void
sim_json_stream_feed(SimJsonStream *stream, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++)
        read_byte(stream, bytes[i]);
}
