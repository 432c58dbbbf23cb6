/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From effects to the whole new state: one handler per kind of effect.
 */
#include "harness/oracle/expectation.h"

#include <string.h>

typedef struct {
    Expectation *expected;
    const StepContext *context;
} Build;

/* What an effect's word says, read once for its row. */
typedef struct {
    const struct EffectRow *row;
    const char *value;
    int number, detail; /* of the enumerations that the value speaks of; detail -1: any */
    gboolean optional;
} EffectPlan;

typedef struct EffectRow {
    const char *kind;
    gboolean (*read)(EffectPlan *plan);                      /* or NULL; FALSE: no such value */
    gboolean (*apply)(Build *build, const EffectPlan *plan); /* the same */
} EffectRow;

/* "NUMBER/DETAIL", where the detail is one of a group that the number names. */
static gboolean
read_pair(EffectPlan *plan, const char *group, const char *details)
{
    g_auto(GStrv) parts = g_strsplit(plan->value, "/", 2);
    g_autofree char *detail_group = g_strconcat(details, parts[0], NULL);

    plan->number = vm_enum_value(group, parts[0]);
    if (!parts[1])
        return FALSE;
    plan->optional = g_str_has_suffix(parts[1], "?");
    if (plan->optional)
        parts[1][strlen(parts[1]) - 1] = '\0';
    plan->detail = vm_enum_value(detail_group, parts[1]);
    return plan->number >= 0 && (plan->detail >= 0 || strcmp(parts[1], "any") == 0);
}

static gboolean
read_state(EffectPlan *plan)
{
    return read_pair(plan, "state", "reason-") && !plan->optional;
}

static gboolean
apply_state(Build *build, const EffectPlan *plan)
{
    build->expected->state = plan->number;
    build->expected->reason = plan->detail;
    return TRUE;
}

static gboolean
read_event(EffectPlan *plan)
{
    return read_pair(plan, "event", "detail-");
}

static gboolean
apply_event(Build *build, const EffectPlan *plan)
{
    Expectation *expected = build->expected;

    if (expected->event_count == EXPECT_EVENTS)
        return FALSE;
    expected->events[expected->event_count++] =
        (ExpectEvent){plan->number, plan->detail, plan->optional};
    return TRUE;
}

static gboolean
apply_domain(Build *build, const EffectPlan *plan)
{
    const char *value = plan->value;

    if (strcmp(value, "gone") == 0)
        build->expected->gone = TRUE;
    else if (strcmp(value, "new") == 0)
        build->expected->is_new = TRUE;
    else if (strcmp(value, "renamed") == 0)
        build->expected->name = build->context->step->argument;
    else
        return FALSE;
    return TRUE;
}

static gboolean
yes_no(ExpectValue *slot, const char *value, const char *yes, const char *no)
{
    if (strcmp(value, yes) == 0)
        *slot = EXPECT_YES;
    else if (strcmp(value, no) == 0)
        *slot = EXPECT_NO;
    else
        return FALSE;
    return TRUE;
}

static gboolean
apply_persistent(Build *build, const EffectPlan *plan)
{
    return yes_no(&build->expected->persistent, plan->value, "yes", "no");
}

static gboolean
apply_managed_save(Build *build, const EffectPlan *plan)
{
    return yes_no(&build->expected->managed_save, plan->value, "yes", "no");
}

static gboolean
apply_autostart(Build *build, const EffectPlan *plan)
{
    const char *asked = build->context->step->argument;

    if (strcmp(plan->value, "asked") != 0)
        return yes_no(&build->expected->autostart, plan->value, "on", "off");
    if (!asked)
        build->expected->autostart = EXPECT_ANY;
    else
        build->expected->autostart =
            strcmp(asked, "0") == 0 || strcmp(asked, "off") == 0 || strcmp(asked, "disable") == 0
                ? EXPECT_NO
                : EXPECT_YES;
    return TRUE;
}

static gboolean
read_definition(EffectPlan *plan)
{
    static const struct {
        const char *word;
        ExpectDefinition value;
    } words[] = {
        {"document", EXPECT_DEF_DOCUMENT}, {"config", EXPECT_DEF_CONFIG},
        {"moment", EXPECT_DEF_MOMENT},     {"kept", EXPECT_DEF_KEPT},
        {"any", EXPECT_DEF_ANY},           {"none", EXPECT_DEF_ANY},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, plan->value) == 0) {
            plan->number = (int)words[i].value;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
apply_live(Build *build, const EffectPlan *plan)
{
    build->expected->live = (ExpectDefinition)plan->number;
    return TRUE;
}

static gboolean
apply_config(Build *build, const EffectPlan *plan)
{
    build->expected->config = (ExpectDefinition)plan->number;
    return TRUE;
}

static gboolean
apply_sources(Build *build, const EffectPlan *plan)
{
    build->expected->overlays = TRUE;
    return strcmp(plan->value, "overlay") == 0;
}

static gboolean
apply_disks(Build *build, const EffectPlan *plan)
{
    build->expected->disks_moment = TRUE;
    return strcmp(plan->value, "moment") == 0;
}

static gboolean
apply_ram(Build *build, const EffectPlan *plan)
{
    build->expected->ram_moment = strcmp(plan->value, "moment") == 0;
    return build->expected->ram_moment || strcmp(plan->value, "any") == 0;
}

static gboolean
apply_images(Build *build, const EffectPlan *plan)
{
    build->expected->images_any = TRUE;
    return strcmp(plan->value, "any") == 0;
}

static gboolean
apply_files(Build *build, const EffectPlan *plan)
{
    static const struct {
        const char *word;
        gsize slot;
    } words[] = {
        {"any", offsetof(Expectation, files_any)},
        {"kept", offsetof(Expectation, files_kept)},
        {"memory+", offsetof(Expectation, memory_made)},
        {"memory-", offsetof(Expectation, memory_gone)},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, plan->value) == 0) {
            G_STRUCT_MEMBER(gboolean, build->expected, words[i].slot) = TRUE;
            return TRUE;
        }
    }
    return FALSE;
}

static void
revert_layers(Build *build)
{
    const StepContext *context = build->context;
    const DomainDoc *config = expectation_definition(context, build->expected->config, TRUE);
    const DomainDoc *live = expectation_definition(context, build->expected->live, FALSE);

    build->expected->reverted = TRUE;
    if (build->expected->live == EXPECT_DEF_KEPT)
        live = context->domain->live;
    if (!config)
        config = context->domain->config;
    layers_revert(build->expected->layers, context->domain, context->moment, live ? live : config,
                  context->domain->persistent ? config : NULL);
}

/* What becomes of images, one thing after the other; nothing where none can be seen. */
static gboolean
apply_layers(Build *build, const EffectPlan *plan)
{
    const StepContext *context = build->context;
    const char *value = plan->value;
    Expectation *expected = build->expected;

    if (!context->domain || !context->moment || !context->view->files)
        return TRUE;
    if (!expected->layers)
        expected->layers = layers_new(context->before, context->history);
    if (strcmp(value, "revert") == 0)
        revert_layers(build);
    else if (strcmp(value, "-moment") == 0)
        layers_delete(expected->layers, context->domain, context->moment);
    else if (strcmp(value, "-subtree") == 0)
        layers_delete_below(expected->layers, context->domain, context->moment, TRUE);
    else if (strcmp(value, "-descendants") == 0)
        layers_delete_below(expected->layers, context->domain, context->moment, FALSE);
    else
        return FALSE;
    return TRUE;
}

/* ---- the tree ---- */

static ExpectMoment *
find_moment(const Expectation *expected, const char *name)
{
    for (guint i = 0; i < expected->tree->len; i++) {
        ExpectMoment *moment = &g_array_index(expected->tree, ExpectMoment, i);

        if (strcmp(moment->name, name) == 0)
            return moment;
    }
    return NULL;
}

const DomainDoc *
expectation_definition(const StepContext *context, ExpectDefinition want, gboolean config)
{
    const MomentDoc *moment = context->moment ? context->moment->doc : NULL;

    if (want == EXPECT_DEF_DOCUMENT)
        return context->domain_xml;
    if (want == EXPECT_DEF_CONFIG)
        return context->domain ? context->domain->config : NULL;
    if ((want != EXPECT_DEF_MOMENT && want != EXPECT_DEF_KEPT) || !moment)
        return NULL;
    if (moment->inactive && (config || !document_is_live(moment)))
        return moment->inactive;
    return moment->domain;
}

const char *
expectation_parent(const Expectation *expected, const char *moment)
{
    const ExpectMoment *found = find_moment(expected, moment);

    return found ? found->parent : NULL;
}

void
expectation_put(Expectation *expected, const char *moment, const char *parent)
{
    ExpectMoment *there = find_moment(expected, moment);
    ExpectMoment put = {moment, parent ? parent : ""};

    if (there)
        *there = put;
    else
        g_array_append_val(expected->tree, put);
}

static void
tree_drop(Build *build, const char *name)
{
    GArray *tree = build->expected->tree;

    for (guint i = 0; i < tree->len; i++) {
        if (strcmp(g_array_index(tree, ExpectMoment, i).name, name) == 0) {
            g_array_remove_index(tree, i);
            return;
        }
    }
}

static void
tree_drop_below(Build *build, gboolean itself)
{
    const StepContext *context = build->context;

    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if ((itself && moment == context->moment) ||
            observed_is_below(context->domain, moment->name, context->moment->name))
            tree_drop(build, moment->name);
    }
}

/* A recorded parent that is lost is nobody's (SNAP-DEL-024). */
static const char *
existing_parent(const StepContext *context)
{
    const char *parent = context->moment ? context->moment->doc->parent : NULL;

    return context->domain && observed_moment(context->domain, parent) ? parent : NULL;
}

static void
tree_drop_one(Build *build)
{
    const StepContext *context = build->context;
    const char *parent = existing_parent(context);

    for (guint i = 0; i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if (g_strcmp0(moment->doc->parent, context->moment->name) == 0)
            expectation_put(build->expected, moment->name, parent);
    }
    tree_drop(build, context->moment->name);
}

static const char *
new_name(const StepContext *context)
{
    if (context->step->result)
        return context->step->result;
    return context->moment_xml ? context->moment_xml->name : NULL;
}

static gboolean
apply_tree(Build *build, const EffectPlan *plan)
{
    const StepContext *context = build->context;
    const char *value = plan->value;
    const char *added = new_name(context);

    /* Without what it speaks of, a (wrong) row changes nothing. */
    if (!context->domain || (*value == '-' && !context->moment && strcmp(value, "-all") != 0))
        return TRUE;
    if (strcmp(value, "+new") == 0 || strcmp(value, "+redefined") == 0) {
        build->expected->redefined = value[1] == 'r';
        build->expected->added = added;
        if (added)
            expectation_put(build->expected, added,
                            build->expected->redefined ? context->moment_xml->parent
                                                       : context->domain->current);
    } else if (strcmp(value, "-moment") == 0) {
        tree_drop_one(build);
    } else if (strcmp(value, "-subtree") == 0) {
        tree_drop_below(build, TRUE);
    } else if (strcmp(value, "-descendants") == 0) {
        tree_drop_below(build, FALSE);
    } else if (strcmp(value, "-all") == 0) {
        g_array_set_size(build->expected->tree, 0);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_new(EffectPlan *plan)
{
    return strcmp(plan->value, "state") == 0 || vm_enum_value("snapshot-state", plan->value) >= 0;
}

static gboolean
apply_new(Build *build, const EffectPlan *plan)
{
    build->expected->added_state = plan->value;
    if (strcmp(plan->value, "state") == 0 && build->context->domain)
        build->expected->added_state = vm_enum_word("state", build->context->domain->state);
    return TRUE;
}

static gboolean
apply_current(Build *build, const EffectPlan *plan)
{
    const StepContext *context = build->context;
    const char *value = plan->value;
    const char *current = NULL;

    if (strcmp(value, "new") == 0)
        current = new_name(context);
    else if (strcmp(value, "moment") == 0)
        current = context->moment ? context->moment->name : NULL;
    else if (strcmp(value, "parent") == 0)
        current = existing_parent(context);
    else if (strcmp(value, "none") != 0)
        return FALSE;
    build->expected->current = current;
    return TRUE;
}

static const EffectRow effect_rows[] = {
    {"state:", read_state, apply_state},
    {"event:", read_event, apply_event},
    {"domain:", NULL, apply_domain},
    {"persistent:", NULL, apply_persistent},
    {"autostart:", NULL, apply_autostart},
    {"managed-save:", NULL, apply_managed_save},
    {"live:", read_definition, apply_live},
    {"config:", read_definition, apply_config},
    {"sources:", NULL, apply_sources},
    {"disks:", NULL, apply_disks},
    {"ram:", NULL, apply_ram},
    {"images:", NULL, apply_images},
    {"files:", NULL, apply_files},
    {"layers:", NULL, apply_layers},
    {"tree:", NULL, apply_tree},
    {"new:", read_new, apply_new},
    {"current:", NULL, apply_current},
};

static const EffectRow *
find_effect(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(effect_rows); i++) {
        if (*word == *effect_rows[i].kind && g_str_has_prefix(word, effect_rows[i].kind))
            return &effect_rows[i];
    }
    return NULL;
}

gboolean
expectation_knows_effect(const char *word)
{
    return find_effect(word) != NULL;
}

/* What stands before any effect: everything as it was. */
static Expectation *
expectation_same(const StepContext *context)
{
    Expectation *expected = g_new0(Expectation, 1);
    const ObservedDomain *domain = context->domain;
    guint count = domain ? domain->moments->len : 0;

    expected->name = context->domain_name;
    expected->state = -2;
    expected->reason = -2;
    expected->tree = g_array_sized_new(FALSE, FALSE, sizeof(ExpectMoment), count + 1);
    for (guint i = 0; i < count; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        const char *parent = moment->doc->parent;
        ExpectMoment same = {moment->name, parent ? parent : ""};

        g_array_append_val(expected->tree, same);
    }
    expected->current = domain ? domain->current : NULL;
    return expected;
}

static void G_GNUC_NORETURN
fail_unknown(const OutcomeRow *row, const OutcomeEffect *effect)
{
    g_error("outcome row %s of %s: unknown effect '%s'", row->rule, row->call, effect->word);
}

static const EffectPlan *
plan_of(const OutcomeRow *row, OutcomeEffect *effect)
{
    const EffectRow *handler;
    EffectPlan *plan = effect->plan;

    if (plan)
        return plan;
    handler = find_effect(effect->word);
    if (!handler)
        fail_unknown(row, effect);
    plan = g_new0(EffectPlan, 1);
    plan->row = handler;
    plan->value = effect->word + strlen(handler->kind);
    effect->plan = plan;
    if (handler->read && !handler->read(plan))
        fail_unknown(row, effect);
    return plan;
}

Expectation *
expectation_new(const StepContext *context, const OutcomeRow *row)
{
    Expectation *expected = expectation_same(context);
    Build build = {expected, context};
    const GPtrArray *effects = outcome_row_effects(row);

    for (guint i = 0; i < effects->len; i++) {
        OutcomeEffect *effect = g_ptr_array_index(effects, i);
        const EffectPlan *plan = plan_of(row, effect);

        if (effect->when &&
            outcome_expr_eval(effect->when, context_atom, (gpointer)context) != OUTCOME_YES)
            continue;
        if (!plan->row->apply(&build, plan))
            fail_unknown(row, effect);
    }
    return expected;
}

void
expectation_free(Expectation *expectation)
{
    if (!expectation)
        return;
    g_array_unref(expectation->tree);
    layers_free(expectation->layers);
    g_free(expectation);
}
