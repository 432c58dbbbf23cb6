/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment rules: the catalogue, and which cases cover each rule.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include "harness/cli/nearest.h"
#include "harness/cli/suite.h"
#include "harness/scenario/scenario.h"
#include "spec/rules/rules.h"

/* rule id → (scenario id without its matrix part → number of cases). */
static GHashTable *
cover_of(const GPtrArray *cases)
{
    GHashTable *cover =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_hash_table_unref);

    for (guint i = 0; i < cases->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(cases, i));

        for (guint j = 0; j < info->rules->len; j++) {
            gpointer rule = g_ptr_array_index(info->rules, j);
            GHashTable *names = g_hash_table_lookup(cover, rule);
            char *name = g_strndup(info->id, strcspn(info->id, "["));
            guint count;

            if (names == NULL) {
                names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
                g_hash_table_insert(cover, rule, names);
            }
            count = GPOINTER_TO_UINT(g_hash_table_lookup(names, name));
            g_hash_table_replace(names, name, GUINT_TO_POINTER(count + 1));
        }
    }
    return cover;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void
print_cover(GHashTable *names)
{
    g_autoptr(GList) sorted = NULL;

    if (names == NULL) {
        return;
    }
    sorted = g_list_sort(g_hash_table_get_keys(names), compare_names);
    for (GList *at = sorted; at != NULL; at = at->next) {
        printf("    %s (%u)\n", (const char *)at->data,
               GPOINTER_TO_UINT(g_hash_table_lookup(names, at->data)));
    }
}

static const char *
profile_words(VmProfile profile)
{
    switch (profile) {
    case VM_PROFILE_RFC:
        return "rfc";
    case VM_PROFILE_LIBVIRT:
        return "libvirt";
    case VM_PROFILE_BOTH:
        return "rfc, libvirt";
    }
    g_assert_not_reached();
}

static void
print_rule(const Rule *rule, GHashTable *cover)
{
    GHashTable *names = g_hash_table_lookup(cover, rule->id);

    printf("%s  %s  %s  %s\n    %s\n    source: %s\n", rule->id, rule_level_word(rule->level),
           profile_words(rule->profile), rule_status_word(rule->status), rule->sentence,
           rule->source);
    if (rule->reason != NULL && rule->reason[0] != '\0') {
        printf("    reason: %s\n", rule->reason);
    }
    print_cover(names);
    if (names == NULL && rule->status == RULE_ADOPTED && rule->reason[0] == '\0') {
        printf("    no case covers it\n");
    }
}

static void
print_totals(GHashTable *cover)
{
    guint by_status[RULE_NOT_ADOPTED + 1] = {0};
    guint covered = 0;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        by_status[rules[i].status]++;
        covered += rules[i].status == RULE_ADOPTED && g_hash_table_contains(cover, rules[i].id);
    }
    printf("%" G_GSIZE_FORMAT " rules:", count);
    for (guint status = 0; status <= RULE_NOT_ADOPTED; status++) {
        printf("%s %u %s", status > 0 ? "," : "", by_status[status], rule_status_word(status));
    }
    printf("; cases cover %u of the adopted\n", covered);
}

static int
refuse_rule(const char *id)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    const char *nearest;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        g_ptr_array_add(ids, (gpointer)rules[i].id);
    }
    g_ptr_array_add(ids, NULL);
    nearest = nearest_of(id, (const char *const *)ids->pdata);
    return cli_refuse("there is no rule '%s'%s%s%s", id, nearest != NULL ? "; did you mean '" : "",
                      nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static int
print_some(char **ids, GHashTable *cover)
{
    for (guint i = 0; ids[i] != NULL; i++) {
        const Rule *rule = rule_find(ids[i]);

        if (rule == NULL) {
            return refuse_rule(ids[i]);
        }
        print_rule(rule, cover);
    }
    return EXIT_CODE_OK;
}

static int
print_all(GHashTable *cover)
{
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        print_rule(&rules[i], cover);
    }
    print_totals(cover);
    return EXIT_CODE_OK;
}

static int
run(char **words)
{
    g_autofree char *suite = suite_dir();
    const char *whole[] = {suite, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) cases = scn_load(whole, &error);
    g_autoptr(GHashTable) cover = NULL;

    if (cases == NULL) {
        return cli_refuse("%s", error->message);
    }
    cover = cover_of(cases);
    return words[0] != NULL ? print_some(words, cover) : print_all(cover);
}

const CliCommand cmd_rules = {
    .name = "rules",
    .arguments = "[RULE…]",
    .summary = "List the rules, or some of them, with the cases that cover each",
    .run = run,
};
