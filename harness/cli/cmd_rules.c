/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment rules: the catalogue, and which cases cover each rule.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include "harness/cli/layout.h"
#include "harness/cli/nearest.h"
#include "harness/cli/suite.h"
#include "harness/scenario/scenario.h"
#include "spec/rules/rules.h"

#define MEMBER_COLUMN 13

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

/* One member of a rule: a title and its text. */
static void
append_member(GString *out, const char *title, const char *text)
{
    g_string_append_printf(out, "    %-8s ", title);
    layout_append(out, text, MEMBER_COLUMN, MEMBER_COLUMN, layout_width());
}

static void
append_cover(GString *out, GHashTable *names)
{
    g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(names), compare_names);
    const char *title = "cases";

    for (GList *at = sorted; at != NULL; at = at->next) {
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(names, at->data));

        g_string_append_printf(out, "    %-8s %s", title, (const char *)at->data);
        if (count > 1) {
            g_string_append_printf(out, " (%u)", count);
        }
        g_string_append_c(out, '\n');
        title = "";
    }
}

static void
print_rule(const Rule *rule, GHashTable *cover)
{
    GHashTable *names = g_hash_table_lookup(cover, rule->id);
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s  %s  %s  %s\n    ", rule->id, rule_level_word(rule->level),
                           profile_words(rule->profile), rule_status_word(rule->status));
    layout_append(out, rule->sentence, 4, 4, layout_width());
    append_member(out, "source", rule->source);
    if (rule->reason[0] != '\0') {
        append_member(out, rule->status == RULE_ADOPTED ? "no case" : "reason", rule->reason);
    }
    if (names != NULL) {
        append_cover(out, names);
    } else if (rule->status == RULE_ADOPTED && rule->reason[0] == '\0') {
        append_member(out, "cases", "none");
    }
    puts(out->str);
}

static void
print_totals(GHashTable *cover)
{
    guint by_status[RULE_NOT_ADOPTED + 1] = {0};
    guint covered = 0;
    guint excused = 0;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        gboolean adopted = rules[i].status == RULE_ADOPTED;

        by_status[rules[i].status]++;
        covered += adopted && g_hash_table_contains(cover, rules[i].id);
        excused += adopted && rules[i].reason[0] != '\0';
    }
    printf("%" G_GSIZE_FORMAT " rules\n", count);
    printf("%5u %-12s %u covered by cases, %u with the reason why no case shows them\n",
           by_status[RULE_ADOPTED], rule_status_word(RULE_ADOPTED), covered, excused);
    printf("%5u %-12s they come with what is not built yet\n", by_status[RULE_LATER],
           rule_status_word(RULE_LATER));
    printf("%5u %-12s each with its reason\n", by_status[RULE_NOT_ADOPTED],
           rule_status_word(RULE_NOT_ADOPTED));
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
