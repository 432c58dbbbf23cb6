/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mutation operators.  Invariants (g_assert) stay as they are: no call
 * can tell whether one is looked at that holds.  Nor can one tell that there
 * is room for more than is used.
 */
#include "ci/mutation/operators.h"
#include <string.h>
#include "ci/mutation/token.h"

/* A source under work. */
typedef struct {
    GArray *mutants;
    guint file;
    const char *source;
    GArray *tokens;
    const char *const *constants;
} Work;

static const char *const clean_up_words[] = {"free",   "unref",  "remove", "clear",
                                             "drop",   "undo",   "close",  "discard",
                                             "unlink", "cancel", "_end",   "release"};
static const char *const keywords[] = {"if",     "else", "for",    "while", "do",    "switch",
                                       "return", "case", "sizeof", "goto",  "break", "continue"};

static const struct {
    const char *before;
    const char *after;
    const char *kind;
} swaps[] = {
    {"<", "<=", "off by one"},
    {"<=", "<", "off by one"},
    {">", ">=", "off by one"},
    {">=", ">", "off by one"},
    {"==", "!=", "condition negated"},
    {"!=", "==", "condition negated"},
    {"&&", "||", "condition weakened"},
    {"||", "&&", "condition weakened"},
    {"TRUE", "FALSE", "constant swapped"},
    {"FALSE", "TRUE", "constant swapped"},
    {"break", "", "statement deleted"},
    {"continue", "", "statement deleted"},
};

void
mutant_clear(gpointer data)
{
    g_free(((Mutant *)data)->replacement);
}

static const Token *
token(const Work *work, guint i)
{
    static const Token none = {.kind = TOKEN_MARK, .text = "", .length = 0};
    return i < work->tokens->len ? &g_array_index(work->tokens, Token, i) : &none;
}

static gboolean
is_one_of(const Token *found, const char *const *words, guint count)
{
    for (guint i = 0; i < count; i++)
        if (token_is(found, words[i]))
            return TRUE;
    return FALSE;
}

static gboolean
begins_statement(const Work *work, guint i)
{
    if (i == 0 || token(work, i)->block != BLOCK_FUNCTION)
        return FALSE;
    const Token *before = token(work, i - 1);
    if (token_is(before, ")") && before->match > 0) {
        const Token *opener = token(work, before->match - 1);
        return token_is(opener, "if") || token_is(opener, "for") || token_is(opener, "while");
    }
    return token_is(before, ";") || token_is(before, "{") || token_is(before, "}") ||
           token_is(before, "else") || token_is(before, ":");
}

/* The statement that a token is in, as far as the token; a label chooses between statements, so
 * that it is the whole function's. */
static guint
statement_line(const Work *work, guint i)
{
    while (!begins_statement(work, i) && i > 0 && token(work, i)->block == BLOCK_FUNCTION)
        i--;
    return token_is(token(work, i), "case") ? 0 : token(work, i)->line;
}

/* The brace that opens the function around a token. */
static guint
body_of(const Work *work, guint i)
{
    while (i > 0 && token(work, i)->block == BLOCK_FUNCTION)
        i--;
    return i;
}

/* From the token `first` to `last`, both included.  Lines are kept, so that the rest of the file
 * compiles to the same code. */
static void
add(Work *work, const char *kind, guint first, guint last, const char *replacement)
{
    const Token *from = token(work, first), *to = token(work, last);
    GString *text = g_string_new(replacement);
    for (const char *at = from->text; at < to->text + to->length; at++)
        if (*at == '\n')
            g_string_append_c(text, '\n');
    Mutant mutant = {.kind = kind,
                     .file = work->file,
                     .line = from->line,
                     .from = from->line,
                     .to = to->line,
                     .offset = (gsize)(from->text - work->source),
                     .length = (gsize)(to->text + to->length - from->text),
                     .replacement = g_string_free(text, FALSE)};
    if (from->block == BLOCK_FUNCTION) {
        const Token *open = token(work, body_of(work, first));
        guint statement = statement_line(work, first);
        mutant.body_from = open->line;
        mutant.body_to = token(work, open->match)->line;
        mutant.from = statement > 0 ? statement : mutant.body_from;
        mutant.to = statement > 0 ? mutant.to : mutant.body_to;
    }
    g_array_append_val(work->mutants, mutant);
}

static char *
text_of(const Work *work, guint first, guint last)
{
    const Token *from = token(work, first), *to = token(work, last);
    return g_strndup(from->text, (gsize)(to->text + to->length - from->text));
}

/* ---- statements ---- */

/* The token after an expression like a->b[c].d, or `i` itself. */
static guint
after_place(const Work *work, guint i)
{
    while (token_is(token(work, i), "*"))
        i++;
    if (token(work, i)->kind != TOKEN_WORD ||
        is_one_of(token(work, i), keywords, G_N_ELEMENTS(keywords)))
        return i;
    for (i++;;) {
        if (token_is(token(work, i), "->") || token_is(token(work, i), "."))
            i += 2;
        else if (token_is(token(work, i), "["))
            i = token(work, i)->match + 1;
        else
            return i;
    }
}

static gboolean
is_assignment(const Token *found)
{
    static const char *const marks[] = {"=", "+=", "-=", "|=", "&=", "++", "--"};
    return is_one_of(found, marks, G_N_ELEMENTS(marks));
}

static const char *
deletion_kind(const char *statement)
{
    g_autofree char *called = g_strndup(statement, strcspn(statement, "("));
    for (guint i = 0; i < G_N_ELEMENTS(clean_up_words); i++)
        if (strstr(called, clean_up_words[i]) != NULL)
            return "clean-up skipped";
    return "statement deleted";
}

static void
delete_statement(Work *work, guint i)
{
    if (!begins_statement(work, i))
        return;
    guint after = after_place(work, i);
    gboolean called = after > i && token_is(token(work, after), "(");
    if (after == i || (!called && !is_assignment(token(work, after))))
        return;
    guint end = called ? token(work, after)->match + 1 : after;
    while (!called && end < work->tokens->len && !token_is(token(work, end), ";") &&
           token(work, end)->depth >= token(work, i)->depth)
        end++;
    if (!token_is(token(work, end), ";"))
        return;
    g_autofree char *statement = text_of(work, i, end);
    add(work, deletion_kind(statement), i, end, "{}");
}

/* ---- conditions ---- */

static void
negate_if(Work *work, guint i)
{
    if (!token_is(token(work, i), "if") || !token_is(token(work, i + 1), "("))
        return;
    guint close = token(work, i + 1)->match;
    g_autofree char *condition = text_of(work, i + 1, close);
    g_autofree char *negated = g_strdup_printf("(!%s)", condition);
    for (char *at = negated; *at != '\0'; at++)
        *at = *at == '\n' ? ' ' : *at;
    add(work, "condition negated", i + 1, close, negated);
}

static gboolean
ends_operand(const Token *found, guint depth)
{
    static const char *const marks[] = {"&&", "||", "?", ":", ",", ";", "=", "return", "{", "}"};
    return found->length == 0 || found->depth < depth ||
           is_one_of(found, marks, G_N_ELEMENTS(marks));
}

/* One operand of && or || goes: the condition asks less. */
static void
drop_operands(Work *work, guint i)
{
    guint depth = token(work, i)->depth, last = i, first = i;
    if (!token_is(token(work, i), "&&") && !token_is(token(work, i), "||"))
        return;
    while (token(work, last + 1)->depth > depth || !ends_operand(token(work, last + 1), depth))
        last++;
    while (first > 0 &&
           (token(work, first - 1)->depth > depth || !ends_operand(token(work, first - 1), depth)))
        first--;
    /* A bracket has the depth around it: the one that opens this group is not part of it. */
    while (last > i && is_one_of(token(work, last), (const char *const[]){")", "]"}, 2) &&
           token(work, last)->match < i)
        last--;
    while (first < i && is_one_of(token(work, first), (const char *const[]){"(", "["}, 2) &&
           token(work, first)->match > i)
        first++;
    if (last > i)
        add(work, "condition weakened", i, last, "");
    if (first < i)
        add(work, "condition weakened", first, i, "");
}

static void
drop_not(Work *work, guint i)
{
    if (token_is(token(work, i), "!"))
        add(work, "condition negated", i, i, "");
}

/* ---- values ---- */

static void
swap_word(Work *work, guint i)
{
    for (guint row = 0; row < G_N_ELEMENTS(swaps); row++)
        if (token_is(token(work, i), swaps[row].before))
            add(work, swaps[row].kind, i, i, swaps[row].after);
}

/* The size of an array that is declared is none of its elements. */
static gboolean
is_array_size(const Work *work, guint i)
{
    return i >= 3 && token_is(token(work, i - 1), "[") && token_is(token(work, i + 1), "]") &&
           (token(work, i - 3)->kind == TOKEN_WORD || token_is(token(work, i - 3), "*"));
}

/* The last argument of g_new0(): nothing tells that there is room for one more. */
static gboolean
is_room(const Work *work, guint i)
{
    const Token *close = token(work, i + 1);
    if (!token_is(close, ")") || close->match == 0)
        return FALSE;
    const Token *called = token(work, close->match - 1);
    return token_is(called, "g_new0") || token_is(called, "g_new");
}

static void
shift_number(Work *work, guint i)
{
    const Token *number = token(work, i);
    if (number->kind != TOKEN_NUMBER || is_array_size(work, i) || is_room(work, i))
        return;
    for (gsize k = 0; k < number->length; k++)
        if (!g_ascii_isdigit(number->text[k]))
            return;
    g_autofree char *more =
        g_strdup_printf("%" G_GUINT64_FORMAT, g_ascii_strtoull(number->text, NULL, 10) + 1);
    add(work, "off by one", i, i, more);
}

static gboolean
is_constant(const Token *word)
{
    gboolean parts = FALSE;
    if (word->kind != TOKEN_WORD || g_str_has_prefix(word->text, "G_"))
        return FALSE;
    for (gsize i = 0; i < word->length; i++) {
        if (g_ascii_islower(word->text[i]))
            return FALSE;
        parts = parts || word->text[i] == '_';
    }
    return parts;
}

static gsize
common_prefix(const char *a, const char *b)
{
    gsize length = 0;
    while (a[length] != '\0' && a[length] == b[length])
        length++;
    return length;
}

/* The other constant that begins most alike, by two words at least; else NULL. */
static const char *
neighbour(const Work *work, const char *name)
{
    const char *best = NULL;
    const char *second = strchr(strchr(name, '_') + 1, '_');
    gsize least = second != NULL ? (gsize)(second - name) + 1 : G_MAXSIZE, longest = 0;
    for (guint i = 0; work->constants[i] != NULL; i++) {
        gsize length = common_prefix(work->constants[i], name);
        if (strcmp(work->constants[i], name) == 0 || length < least || length < longest)
            continue;
        longest = length;
        best = work->constants[i];
    }
    return best;
}

static void
swap_constant(Work *work, guint i)
{
    if (!is_constant(token(work, i)) || token_is(token(work, i + 1), "("))
        return;
    g_autofree char *name = text_of(work, i, i);
    const char *other = neighbour(work, name);
    gboolean is_error = g_str_has_prefix(name, "VIR_ERR_");
    if (other != NULL)
        add(work, is_error ? "error code swapped" : "constant swapped", i, i, other);
}

/* ---- all of them ---- */

static void (*const operators[])(Work *work, guint i) = {
    delete_statement, negate_if, drop_operands, drop_not, swap_word, shift_number, swap_constant,
};

void
operators_collect_constants(GHashTable *constants, const char *source)
{
    g_autoptr(GArray) tokens = tokens_of(source);
    for (guint i = 0; i < tokens->len; i++) {
        const Token *word = &g_array_index(tokens, Token, i);
        if (is_constant(word) && word->block != BLOCK_NONE)
            g_hash_table_add(constants, g_strndup(word->text, word->length));
    }
}

void
operators_apply(GArray *mutants, guint file, const char *source, const char *const *constants)
{
    g_autoptr(GArray) tokens = tokens_of(source);
    Work work = {mutants, file, source, tokens, constants};
    for (guint i = 0; i < tokens->len; i++) {
        const Token *at = token(&work, i);
        if (at->kind == TOKEN_WORD && strncmp(at->text, "g_assert", strlen("g_assert")) == 0 &&
            token_is(token(&work, i + 1), "(")) {
            i = token(&work, i + 1)->match;
            continue;
        }
        if (at->block != BLOCK_FUNCTION && at->block != BLOCK_DATA)
            continue;
        for (guint k = 0; k < G_N_ELEMENTS(operators); k++)
            operators[k](&work, i);
    }
}
