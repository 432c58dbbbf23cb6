/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conditions of outcome rows: a small grammar, compiled once.
 *
 *   or    = and *( "|" and )
 *   and   = unary *( "&" unary )
 *   unary = "!" unary | "(" or ")" | atom
 */
#include "spec/rules/outcome/outcome.h"

#include <string.h>

typedef enum {
    NODE_TRUE,
    NODE_ATOM,
    NODE_NOT,
    NODE_AND,
    NODE_OR,
} NodeKind;

struct OutcomeExpr {
    NodeKind kind;
    const char *atom; /* interned */
    OutcomeExpr *left, *right;
};

typedef struct {
    const char *text, *at;
    guint depth;
    GError **error;
} Reader;

/* Conditions are written by hand; deeper nesting is a slip of the pen. */
#define MAX_DEPTH 32

static OutcomeExpr *read_or(Reader *reader);

static OutcomeExpr *
node_new(NodeKind kind, OutcomeExpr *left, OutcomeExpr *right)
{
    OutcomeExpr *node = g_new0(OutcomeExpr, 1);

    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

void
outcome_expr_free(OutcomeExpr *expr)
{
    if (!expr)
        return;
    outcome_expr_free(expr->left);
    outcome_expr_free(expr->right);
    g_free(expr);
}

static OutcomeExpr *
reader_fail(Reader *reader, const char *expected)
{
    vm_refuse(reader->error, VIR_ERR_INVALID_ARG, "condition '%s', column %d: expected %s",
              reader->text, (int)(reader->at - reader->text) + 1, expected);
    return NULL;
}

static void
skip_blanks(Reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

static gboolean
accept(Reader *reader, char c)
{
    skip_blanks(reader);
    if (*reader->at != c)
        return FALSE;
    reader->at++;
    return TRUE;
}

static OutcomeExpr *
read_atom(Reader *reader)
{
    const char *start = reader->at;
    g_autofree char *name = NULL;
    OutcomeExpr *node;

    while (g_ascii_isalnum(*reader->at) || (*reader->at && strchr("_.:-", *reader->at)))
        reader->at++;
    if (reader->at == start)
        return reader_fail(reader, "an atom, '!' or '('");
    name = g_strndup(start, (gsize)(reader->at - start));
    node = node_new(NODE_ATOM, NULL, NULL);
    node->atom = g_intern_string(name);
    return node;
}

static OutcomeExpr *
read_unary(Reader *reader)
{
    OutcomeExpr *inner;

    if (++reader->depth > MAX_DEPTH)
        return reader_fail(reader, "less nesting");
    if (accept(reader, '!')) {
        inner = read_unary(reader);
        reader->depth--;
        return inner ? node_new(NODE_NOT, inner, NULL) : NULL;
    }
    if (!accept(reader, '(')) {
        reader->depth--;
        return read_atom(reader);
    }
    inner = read_or(reader);
    reader->depth--;
    if (!inner || accept(reader, ')'))
        return inner;
    outcome_expr_free(inner);
    return reader_fail(reader, "')'");
}

static OutcomeExpr *
read_chain(Reader *reader, char sign, NodeKind kind, OutcomeExpr *(*operand)(Reader *))
{
    OutcomeExpr *left = operand(reader);

    while (left && accept(reader, sign)) {
        OutcomeExpr *right = operand(reader);

        if (!right) {
            outcome_expr_free(left);
            return NULL;
        }
        left = node_new(kind, left, right);
    }
    return left;
}

static OutcomeExpr *
read_and(Reader *reader)
{
    return read_chain(reader, '&', NODE_AND, read_unary);
}

static OutcomeExpr *
read_or(Reader *reader)
{
    return read_chain(reader, '|', NODE_OR, read_and);
}

OutcomeExpr *
outcome_expr_new(const char *text, GError **error)
{
    Reader reader = {text, text, 0, error};
    OutcomeExpr *expr;

    skip_blanks(&reader);
    if (!*reader.at)
        return node_new(NODE_TRUE, NULL, NULL);
    expr = read_or(&reader);
    skip_blanks(&reader);
    if (!expr || !*reader.at)
        return expr;
    outcome_expr_free(expr);
    return reader_fail(&reader, "'&', '|' or the end");
}

static OutcomeTruth
eval_pair(const OutcomeExpr *expr, OutcomeAtom atom, gpointer opaque)
{
    /* The value that decides the pair alone. */
    OutcomeTruth decisive = expr->kind == NODE_AND ? OUTCOME_NO : OUTCOME_YES;
    OutcomeTruth left = outcome_expr_eval(expr->left, atom, opaque);
    OutcomeTruth right;

    if (left == decisive)
        return left;
    right = outcome_expr_eval(expr->right, atom, opaque);
    if (right == decisive)
        return right;
    return left == OUTCOME_UNKNOWN ? left : right;
}

OutcomeTruth
outcome_expr_eval(const OutcomeExpr *expr, OutcomeAtom atom, gpointer opaque)
{
    OutcomeTruth inner;

    switch (expr->kind) {
    case NODE_TRUE:
        return OUTCOME_YES;
    case NODE_ATOM:
        return atom(expr->atom, opaque);
    case NODE_NOT:
        inner = outcome_expr_eval(expr->left, atom, opaque);
        if (inner == OUTCOME_UNKNOWN)
            return inner;
        return inner == OUTCOME_YES ? OUTCOME_NO : OUTCOME_YES;
    case NODE_AND:
    case NODE_OR:
        return eval_pair(expr, atom, opaque);
    }
    g_assert_not_reached();
}

void
outcome_expr_atoms(const OutcomeExpr *expr, GFunc each, gpointer opaque)
{
    if (expr->kind == NODE_ATOM)
        each((gpointer)expr->atom, opaque);
    if (expr->left)
        outcome_expr_atoms(expr->left, each, opaque);
    if (expr->right)
        outcome_expr_atoms(expr->right, each, opaque);
}
