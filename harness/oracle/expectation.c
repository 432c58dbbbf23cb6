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

typedef struct {
    const char *kind;
    gboolean (*apply)(Build *build, const char *value); /* FALSE: no such value */
} EffectRow;

static gboolean
apply_state(Build *build, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, "/", 2);
    g_autofree char *group = g_strdup_printf("reason-%s", parts[0]);

    build->expected->state = vm_enum_value("state", parts[0]);
    if (g_strcmp0(parts[1], "any") == 0)
        build->expected->reason = -1;
    else
        build->expected->reason = vm_enum_value(group, parts[1] ? parts[1] : "");
    return build->expected->state >= 0 &&
           (build->expected->reason >= 0 || g_strcmp0(parts[1], "any") == 0);
}

static gboolean
apply_event(Build *build, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, "/", 2);
    g_autofree char *group = g_strdup_printf("detail-%s", parts[0]);
    ExpectEvent event = {vm_enum_value("event", parts[0]), -1, FALSE};

    if (!parts[1])
        return FALSE;
    if (g_str_has_suffix(parts[1], "?")) {
        event.optional = TRUE;
        parts[1][strlen(parts[1]) - 1] = '\0';
    }
    if (strcmp(parts[1], "any") != 0) {
        event.detail = vm_enum_value(group, parts[1]);
        if (event.detail < 0)
            return FALSE;
    }
    g_array_append_val(build->expected->events, event);
    return event.type >= 0;
}

static gboolean
apply_domain(Build *build, const char *value)
{
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
apply_persistent(Build *build, const char *value)
{
    return yes_no(&build->expected->persistent, value, "yes", "no");
}

static gboolean
apply_managed_save(Build *build, const char *value)
{
    return yes_no(&build->expected->managed_save, value, "yes", "no");
}

static gboolean
apply_autostart(Build *build, const char *value)
{
    const char *asked = build->context->step->argument;

    if (strcmp(value, "asked") != 0)
        return yes_no(&build->expected->autostart, value, "on", "off");
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
apply_definition(ExpectDefinition *slot, const char *value)
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
        if (strcmp(words[i].word, value) == 0) {
            *slot = words[i].value;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
apply_live(Build *build, const char *value)
{
    return apply_definition(&build->expected->live, value);
}

static gboolean
apply_config(Build *build, const char *value)
{
    return apply_definition(&build->expected->config, value);
}

static gboolean
apply_sources(Build *build, const char *value)
{
    build->expected->overlays = TRUE;
    return strcmp(value, "overlay") == 0;
}

static gboolean
apply_disks(Build *build, const char *value)
{
    build->expected->disks_moment = TRUE;
    return strcmp(value, "moment") == 0;
}

static gboolean
apply_ram(Build *build, const char *value)
{
    build->expected->ram_moment = strcmp(value, "moment") == 0;
    return build->expected->ram_moment || strcmp(value, "any") == 0;
}

static gboolean
apply_images(Build *build, const char *value)
{
    build->expected->images_any = TRUE;
    return strcmp(value, "any") == 0;
}

static gboolean
apply_files(Build *build, const char *value)
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
        if (strcmp(words[i].word, value) == 0) {
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
apply_layers(Build *build, const char *value)
{
    const StepContext *context = build->context;
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

static void
tree_put(Build *build, const char *name, const char *parent)
{
    g_hash_table_replace(build->expected->tree, g_strdup(name), g_strdup(parent ? parent : ""));
}

static void
tree_drop_below(Build *build, gboolean itself)
{
    const StepContext *context = build->context;

    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if ((itself && moment == context->moment) ||
            observed_is_below(context->domain, moment->name, context->moment->name))
            g_hash_table_remove(build->expected->tree, moment->name);
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
            tree_put(build, moment->name, parent);
    }
    g_hash_table_remove(build->expected->tree, context->moment->name);
}

static const char *
new_name(const StepContext *context)
{
    if (context->step->result)
        return context->step->result;
    return context->moment_xml ? context->moment_xml->name : NULL;
}

static gboolean
apply_tree(Build *build, const char *value)
{
    const StepContext *context = build->context;
    const char *added = new_name(context);

    /* Without what it speaks of, a (wrong) row changes nothing. */
    if (!context->domain || (*value == '-' && !context->moment && strcmp(value, "-all") != 0))
        return TRUE;
    if (strcmp(value, "+new") == 0 || strcmp(value, "+redefined") == 0) {
        build->expected->redefined = value[1] == 'r';
        build->expected->added = added;
        if (added)
            tree_put(build, added,
                     build->expected->redefined ? context->moment_xml->parent
                                                : context->domain->current);
    } else if (strcmp(value, "-moment") == 0) {
        tree_drop_one(build);
    } else if (strcmp(value, "-subtree") == 0) {
        tree_drop_below(build, TRUE);
    } else if (strcmp(value, "-descendants") == 0) {
        tree_drop_below(build, FALSE);
    } else if (strcmp(value, "-all") == 0) {
        g_hash_table_remove_all(build->expected->tree);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean
apply_new(Build *build, const char *value)
{
    build->expected->added_state = g_intern_string(value);
    if (strcmp(value, "state") == 0 && build->context->domain)
        build->expected->added_state = vm_enum_word("state", build->context->domain->state);
    return strcmp(value, "state") == 0 || vm_enum_value("snapshot-state", value) >= 0;
}

static gboolean
apply_current(Build *build, const char *value)
{
    const StepContext *context = build->context;
    const char *current = NULL;

    if (strcmp(value, "new") == 0)
        current = new_name(context);
    else if (strcmp(value, "moment") == 0)
        current = context->moment ? context->moment->name : NULL;
    else if (strcmp(value, "parent") == 0)
        current = existing_parent(context);
    else if (strcmp(value, "none") != 0)
        return FALSE;
    g_free(build->expected->current);
    build->expected->current = g_strdup(current);
    return TRUE;
}

static const EffectRow effect_rows[] = {
    {"state:", apply_state},
    {"event:", apply_event},
    {"domain:", apply_domain},
    {"persistent:", apply_persistent},
    {"autostart:", apply_autostart},
    {"managed-save:", apply_managed_save},
    {"live:", apply_live},
    {"config:", apply_config},
    {"sources:", apply_sources},
    {"disks:", apply_disks},
    {"ram:", apply_ram},
    {"images:", apply_images},
    {"files:", apply_files},
    {"layers:", apply_layers},
    {"tree:", apply_tree},
    {"new:", apply_new},
    {"current:", apply_current},
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

    expected->name = context->domain_name;
    expected->state = -2;
    expected->reason = -2;
    expected->events = g_array_new(FALSE, FALSE, sizeof(ExpectEvent));
    expected->tree = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; domain && i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        const char *parent = moment->doc->parent;

        g_hash_table_replace(expected->tree, g_strdup(moment->name),
                             g_strdup(parent ? parent : ""));
    }
    expected->current = domain ? g_strdup(domain->current) : NULL;
    return expected;
}

Expectation *
expectation_new(const StepContext *context, const OutcomeRow *row)
{
    Expectation *expected = expectation_same(context);
    Build build = {expected, context};
    const GPtrArray *effects = outcome_row_effects(row);

    for (guint i = 0; i < effects->len; i++) {
        const OutcomeEffect *effect = g_ptr_array_index(effects, i);
        const EffectRow *handler = find_effect(effect->word);

        if (effect->when &&
            outcome_expr_eval(effect->when, context_atom, (gpointer)context) != OUTCOME_YES)
            continue;
        if (!handler || !handler->apply(&build, effect->word + strlen(handler->kind)))
            g_error("outcome row %s of %s: unknown effect '%s'", row->rule, row->call,
                    effect->word);
    }
    return expected;
}

void
expectation_free(Expectation *expectation)
{
    if (!expectation)
        return;
    g_hash_table_unref(expectation->tree);
    g_array_unref(expectation->events);
    layers_free(expectation->layers);
    g_free(expectation->current);
    g_free(expectation);
}
