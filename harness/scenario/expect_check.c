/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The forms of `expect`, checked before the run.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>

static const struct {
    const char *word;
    guint least, most; /* words of the statement */
    const char *need;
    const char *form;
} forms[] = {
    {"state", 4, 5, NULL, "expect state DOMAIN STATE [REASON]"},
    {"domain", 3, 99, NULL, "expect domain DOMAIN [persistent|transient|autostart|…]"},
    {"no-domain", 3, 3, NULL, "expect no-domain DOMAIN"},
    {"snapshots", 4, 9999, NULL, "expect snapshots DOMAIN NAME…|none"},
    {"order", 4, 9999, NULL, "expect order DOMAIN NAME…|none"},
    {"tree", 4, 9999, NULL, "expect tree DOMAIN s1(s2 s3)|none"},
    {"current", 4, 4, NULL, "expect current DOMAIN NAME|none"},
    {"parent", 5, 5, NULL, "expect parent DOMAIN NAME PARENT|none"},
    {"children", 5, 9999, NULL, "expect children DOMAIN NAME CHILD…|none"},
    {"count", 4, 99, NULL, "expect count DOMAIN N [--leaves …]"},
    {"xml", 5, 7, NULL,
     "expect xml DOMAIN[/SNAPSHOT] XPATH ==|!=|contains|exists|missing|count [VALUE]"},
    {"same-xml", 4, 4, NULL, "expect same-xml DOMAIN[/SNAPSHOT] DOCUMENT"},
    {"disk", 7, 7, "content", "expect disk DOMAIN DISK ==|!= mark NAME"},
    {"snapshot", 8, 8, "content", "expect snapshot DOMAIN SNAPSHOT DISK ==|!= mark NAME"},
    {"ram", 6, 6, "memory", "expect ram DOMAIN ==|!= mark NAME"},
    {"file", 4, 4, "files", "expect file PATH exists|missing"},
    {"image", 5, 9999, "files", "expect image PATH snapshots NAME…|none"},
    {"events", 3, 9999, "events", "expect events DOMAIN EVENT/DETAIL…|none"},
    {"log", 4, 4, "log", "expect log contains TEXT"},
};

const char *
scn_expect_form(guint index)
{
    return index < G_N_ELEMENTS(forms) ? forms[index].form : NULL;
}

static const char *
text_at(const GPtrArray *words, guint at)
{
    return at < words->len ? ((ScnWord *)g_ptr_array_index(words, at))->text : "";
}

/* The words before the last that a comparison with a mark has. */
static gboolean
compares_mark(const GPtrArray *words)
{
    const char *sign = text_at(words, words->len - 3);

    return (strcmp(sign, "==") == 0 || strcmp(sign, "!=") == 0) &&
           strcmp(text_at(words, words->len - 2), "mark") == 0;
}

static gboolean
check_xml(const GPtrArray *words)
{
    guint at = strcmp(text_at(words, 3), "--inactive") == 0 ? 4 : 3;
    const char *op = text_at(words, at + 1);
    gboolean alone = strcmp(op, "exists") == 0 || strcmp(op, "missing") == 0;
    gboolean value = strcmp(op, "==") == 0 || strcmp(op, "!=") == 0 ||
                     strcmp(op, "contains") == 0 || strcmp(op, "count") == 0;

    return (alone && words->len == at + 2) || (value && words->len == at + 3);
}

static gboolean
check_events(const GPtrArray *words, const ScnPlace *place, GError **error)
{
    for (guint i = 2; i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);
        g_auto(GStrv) parts = g_strsplit(word->text, "/", 2);
        g_autofree char *group = g_strconcat("detail-", parts[0], NULL);

        if (!parts[0] || !parts[1] || strchr(word->text, '$'))
            continue;
        if (vm_enum_value("event", parts[0]) < 0 || vm_enum_value(group, parts[1]) < 0)
            return scn_syntax_error(error, place, word->column,
                                    "'%s' is no event; expected TYPE/DETAIL such as started/booted",
                                    word->text);
    }
    return TRUE;
}

static gboolean
check_state(const GPtrArray *words, const ScnPlace *place, GError **error)
{
    const ScnWord *state = g_ptr_array_index(words, 3);
    const ScnWord *reason = words->len > 4 ? g_ptr_array_index(words, 4) : NULL;
    g_autofree char *group = g_strconcat("reason-", state->text, NULL);

    if (vm_enum_value("state", state->text) < 0)
        return scn_syntax_error(error, place, state->column,
                                "'%s' is no state; expected running, paused, shutoff, …",
                                state->text);
    if (reason && vm_enum_value(group, reason->text) < 0)
        return scn_syntax_error(error, place, reason->column, "'%s' is no reason of state '%s'",
                                reason->text, state->text);
    return TRUE;
}

gboolean
scn_expect_check(const GPtrArray *words, const ScnPlace *place, GHashTable *needs, GError **error)
{
    const ScnWord *word = words->len > 1 ? g_ptr_array_index(words, 1) : NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;

    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        gboolean good = TRUE;

        g_ptr_array_add(names, (char *)forms[i].word);
        if (!word || strcmp(word->text, forms[i].word) != 0)
            continue;
        good = words->len >= forms[i].least && words->len <= forms[i].most;
        if (strcmp(text_at(words, words->len - 2), "mark") == 0 && good)
            good = compares_mark(words);
        if (good && strcmp(word->text, "xml") == 0)
            good = check_xml(words);
        if (!good)
            return scn_syntax_error(error, place, word->column, "expected '%s'", forms[i].form);
        if (forms[i].need)
            g_hash_table_add(needs, (gpointer)forms[i].need);
        if (strcmp(word->text, "state") == 0)
            return check_state(words, place, error);
        return strcmp(word->text, "events") != 0 || check_events(words, place, error);
    }
    g_ptr_array_add(names, NULL);
    nearest = word ? scn_nearest(word->text, (const char *const *)names->pdata) : NULL;
    return scn_syntax_error(error, place, word ? word->column : 1,
                            "'%s' cannot be expected; expected state, domain, snapshots, …%s%s",
                            word ? word->text : "", nearest ? "; the nearest is " : "",
                            nearest ? nearest : "");
}
