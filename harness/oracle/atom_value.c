/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The value of an atom: what its name stands for is looked up once in a
 * process, its value once for a step.
 */
#include <string.h>
#include "harness/oracle/atoms.h"

/* What an atom's name stands for. */
typedef struct {
    const AtomRow *row; /* or a family */
    const AtomFamily *family;
    const char *value;    /* of the family */
    guint32 *flags;       /* of the family of flags: which one it is, by call */
    const AtomRow *doubt; /* or NULL: its value is always known */
} AtomPlan;

static GPtrArray *plans; /* of AtomPlan *, by the number of the atom; NULL where nobody asked yet */

static void
plan_free(AtomPlan *plan)
{
    if (!plan)
        return;
    g_free(plan->flags);
    g_free(plan);
}

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&plans, g_ptr_array_unref);
}

static const AtomRow *
find_row(const char *atom)
{
    static const AtomRow *const tables[] = {atoms_world, atoms_document, atoms_disks, atoms_images,
                                            atoms_layers};

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

static guint32 *
flags_of(const char *name)
{
    guint32 *flags = g_new0(guint32, VM_CALL_LAST);

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        const VmFlagInfo *flag = vm_flag_by_name(call, name);

        flags[call] = flag ? flag->value : 0;
    }
    return flags;
}

static AtomPlan *
plan_new(const char *atom)
{
    AtomPlan *plan = g_new0(AtomPlan, 1);

    plan->row = find_row(atom);
    plan->family = plan->row ? NULL : find_family(atom);
    plan->value = plan->family ? atom + strlen(plan->family->prefix) : NULL;
    plan->flags =
        plan->family && plan->family->holds == context_flag ? flags_of(plan->value) : NULL;
    plan->doubt = find_doubt(atom);
    if (!plan->row && !plan->family)
        g_error("outcome data names the atom '%s', which the oracle does not know", atom);
    return plan;
}

static const AtomPlan *
plan_of(guint atom)
{
    if (!plans)
        plans = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    if (atom >= plans->len)
        g_ptr_array_set_size(plans, (int)atom + 1);
    if (!g_ptr_array_index(plans, atom))
        g_ptr_array_index(plans, atom) = plan_new(outcome_atom_name(atom));
    return g_ptr_array_index(plans, atom);
}

gboolean
context_knows_atom(const char *atom)
{
    return find_row(atom) || find_family(atom);
}

static gboolean
holds(const AtomPlan *plan, const StepContext *context)
{
    if (plan->flags)
        return (context->step->flags & plan->flags[context->step->call]) != 0;
    return plan->row ? plan->row->holds(context) : plan->family->holds(context, plan->value);
}

static OutcomeTruth
ask(const AtomPlan *plan, const StepContext *context)
{
    if (plan->doubt && plan->doubt->holds(context))
        return OUTCOME_UNKNOWN;
    return holds(plan, context) ? OUTCOME_YES : OUTCOME_NO;
}

OutcomeTruth
context_atom(guint atom, gpointer opaque)
{
    StepContext *context = opaque;
    OutcomeTruth truth;

    if (atom >= CONTEXT_VALUES)
        return ask(plan_of(atom), context);
    if (context->values[atom])
        return context->values[atom] - 1;
    truth = ask(plan_of(atom), context);
    context->values[atom] = (guint8)(truth + 1);
    return truth;
}
