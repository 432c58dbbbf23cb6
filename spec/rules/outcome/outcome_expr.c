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
    PART_TRUE,
    PART_ATOM,
    PART_AND,
    PART_OR,
} PartKind;

/* One part of a condition; those of a chain stand one after the other. */
struct OutcomeExpr {
    PartKind kind;
    gboolean negated;
    guint atom; /* its number */
    OutcomeExpr *first, *next;
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
part_new(PartKind kind, OutcomeExpr *first)
{
    OutcomeExpr *part = g_new0(OutcomeExpr, 1);

    part->kind = kind;
    part->first = first;
    return part;
}

void
outcome_expr_free(OutcomeExpr *expr)
{
    OutcomeExpr *part = expr ? expr->first : NULL;

    while (part) {
        OutcomeExpr *next = part->next;

        outcome_expr_free(part);
        part = next;
    }
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
    OutcomeExpr *part;

    while (g_ascii_isalnum(*reader->at) || (*reader->at && strchr("_.:-", *reader->at)))
        reader->at++;
    if (reader->at == start)
        return reader_fail(reader, "an atom, '!' or '('");
    name = g_strndup(start, (gsize)(reader->at - start));
    part = part_new(PART_ATOM, NULL);
    part->atom = outcome_atom_number(name);
    return part;
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
        if (inner)
            inner->negated = !inner->negated;
        return inner;
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
read_chain(Reader *reader, char sign, PartKind kind, OutcomeExpr *(*operand)(Reader *))
{
    OutcomeExpr *chain = NULL;
    OutcomeExpr *last = operand(reader);

    while (last && accept(reader, sign)) {
        chain = chain ? chain : part_new(kind, last);
        last = last->next = operand(reader);
    }
    if (last)
        return chain ? chain : last;
    outcome_expr_free(chain);
    return NULL;
}

static OutcomeExpr *
read_and(Reader *reader)
{
    return read_chain(reader, '&', PART_AND, read_unary);
}

static OutcomeExpr *
read_or(Reader *reader)
{
    return read_chain(reader, '|', PART_OR, read_and);
}

OutcomeExpr *
outcome_expr_new(const char *text, GError **error)
{
    Reader reader = {text, text, 0, error};
    OutcomeExpr *expr;

    skip_blanks(&reader);
    if (!*reader.at)
        return part_new(PART_TRUE, NULL);
    expr = read_or(&reader);
    skip_blanks(&reader);
    if (!expr || !*reader.at)
        return expr;
    outcome_expr_free(expr);
    return reader_fail(&reader, "'&', '|' or the end");
}

static inline OutcomeTruth
negate(const OutcomeExpr *expr, OutcomeTruth truth)
{
    if (!expr->negated || truth == OUTCOME_UNKNOWN)
        return truth;
    return truth == OUTCOME_YES ? OUTCOME_NO : OUTCOME_YES;
}

/* An unknown part leaves the chain unknown, unless another decides it alone. */
static OutcomeTruth
eval_chain(const OutcomeExpr *chain, OutcomeAtom atom, gpointer opaque)
{
    OutcomeTruth decisive = chain->kind == PART_AND ? OUTCOME_NO : OUTCOME_YES;
    OutcomeTruth whole = chain->kind == PART_AND ? OUTCOME_YES : OUTCOME_NO;

    for (const OutcomeExpr *part = chain->first; part; part = part->next) {
        OutcomeTruth truth =
            part->kind == PART_ATOM ? atom(part->atom, opaque) : eval_chain(part, atom, opaque);

        truth = negate(part, truth);
        if (truth == decisive)
            return truth;
        if (truth == OUTCOME_UNKNOWN)
            whole = truth;
    }
    return whole;
}

OutcomeTruth
outcome_expr_eval(const OutcomeExpr *expr, OutcomeAtom atom, gpointer opaque)
{
    if (expr->kind == PART_TRUE)
        return OUTCOME_YES;
    return negate(expr, expr->kind == PART_ATOM ? atom(expr->atom, opaque)
                                                : eval_chain(expr, atom, opaque));
}

void
outcome_expr_atoms(const OutcomeExpr *expr, GFunc each, gpointer opaque)
{
    if (expr->kind == PART_ATOM)
        each((gpointer)outcome_atom_name(expr->atom), opaque);
    for (const OutcomeExpr *part = expr->first; part; part = part->next)
        outcome_expr_atoms(part, each, opaque);
}
