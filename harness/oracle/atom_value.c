/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The value of an atom: what its name stands for is looked up once in a
 * process, its value once for a step.
 */
#include <string.h>
#include "harness/oracle/atoms.h"

/* What an atom's name stands for. */
typedef struct {
    char *name;
    guint slot;         /* of StepContext.values */
    const AtomRow *row; /* or a family */
    const AtomFamily *family;
    const char *value;    /* of the family */
    const AtomRow *doubt; /* or NULL: its value is always known */
} AtomPlan;

static GHashTable *by_name;    /* text → AtomPlan, which it owns */
static GHashTable *by_address; /* interned text → AtomPlan: a short cut */

static void
plan_free(AtomPlan *plan)
{
    g_free(plan->name);
    g_free(plan);
}

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&by_address, g_hash_table_unref);
    g_clear_pointer(&by_name, g_hash_table_unref);
}

static const AtomRow *
find_row(const char *atom)
{
    static const AtomRow *const tables[] = {atoms_world, atoms_document, atoms_disks, atoms_layers};

    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        for (const AtomRow *row = tables[i]; row->name; row++) {
            if (strcmp(row->name, atom) == 0)
                return row;
        }
    }
    return NULL;
}

static const AtomFamily *
find_family(const char *atom)
{
    for (const AtomFamily *family = atoms_families; family->prefix; family++) {
        if (g_str_has_prefix(atom, family->prefix))
            return family;
    }
    return NULL;
}

static const AtomRow *
find_doubt(const char *atom)
{
    for (const AtomRow *row = atoms_doubts; row->name; row++) {
        gboolean open = strchr(":.", row->name[strlen(row->name) - 1]) != NULL;

        if (open ? g_str_has_prefix(atom, row->name) : strcmp(atom, row->name) == 0)
            return row;
    }
    return NULL;
}

static AtomPlan *
plan_new(const char *atom)
{
    AtomPlan *plan = g_new0(AtomPlan, 1);

    plan->name = g_strdup(atom);
    plan->row = find_row(atom);
    plan->family = plan->row ? NULL : find_family(atom);
    plan->value = plan->family ? plan->name + strlen(plan->family->prefix) : NULL;
    plan->doubt = find_doubt(atom);
    if (!plan->row && !plan->family)
        g_error("outcome data names the atom '%s', which the oracle does not know", atom);
    return plan;
}

static const AtomPlan *
plan_of(const char *atom)
{
    AtomPlan *plan = by_address ? g_hash_table_lookup(by_address, atom) : NULL;

    /* Another text may stand where one of before stood. */
    if (plan && strcmp(plan->name, atom) == 0)
        return plan;
    if (!by_name) {
        by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)plan_free);
        by_address = g_hash_table_new(NULL, NULL);
    }
    plan = g_hash_table_lookup(by_name, atom);
    if (!plan) {
        plan = plan_new(atom);
        plan->slot = g_hash_table_size(by_name);
        g_hash_table_insert(by_name, plan->name, plan);
    }
    g_hash_table_insert(by_address, (gpointer)atom, plan);
    return plan;
}

gboolean
context_knows_atom(const char *atom)
{
    return find_row(atom) || find_family(atom);
}

static OutcomeTruth
ask(const AtomPlan *plan, const StepContext *context)
{
    gboolean holds;

    if (plan->doubt && plan->doubt->holds(context))
        return OUTCOME_UNKNOWN;
    holds = plan->row ? plan->row->holds(context) : plan->family->holds(context, plan->value);
    return holds ? OUTCOME_YES : OUTCOME_NO;
}

OutcomeTruth
context_atom(const char *atom, gpointer opaque)
{
    StepContext *context = opaque;
    const AtomPlan *plan = plan_of(atom);
    OutcomeTruth truth;

    if (plan->slot >= CONTEXT_VALUES)
        return ask(plan, context);
    if (context->values[plan->slot])
        return context->values[plan->slot] - 1;
    truth = ask(plan, context);
    context->values[plan->slot] = (guint8)(truth + 1);
    return truth;
}
