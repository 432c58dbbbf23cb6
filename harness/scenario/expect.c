/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `expect` in the run: domains, snapshots, events, log.
 */

#include "harness/scenario/run_int.h"

#include <stdlib.h>
#include <string.h>
#include "spec/api/name_order.h"

/* An expectation at work. */
typedef struct {
    ScnRun *run;
    const ScnStep *step;
    char **words; /* expanded, NULL-terminated */
    char *real;   /* name on the target of the domain at word 2 */
} Expect;

/* A call that only looks; FALSE with the case failed where it may not fail. */
static gboolean
look(Expect *expect, VmCall call, const char *moment, guint32 flags, ScnAnswer *answer)
{
    ScnCallArgs args = {.call = call, .domain = expect->real, .moment = moment, .flags = flags};

    scn_dispatch(expect->run, &args, answer);
    return answer->code == 0 ||
           scn_fail(expect->run, "the call succeeds", "%s: error %s: %s",
                    vm_call_info(call)->function, vm_error_name(answer->code), answer->text);
}

/* Words from `first`, sorted if wanted, joined by blanks; `none` alone is the empty list. */
static char *
wanted_list(const Expect *expect, guint first, gboolean sort)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = first; expect->words[i]; i++)
        g_ptr_array_add(names, expect->words[i]);
    if (names->len == 1 && strcmp(g_ptr_array_index(names, 0), "none") == 0)
        g_ptr_array_set_size(names, 0);
    if (sort)
        g_ptr_array_sort(names, vm_compare_names);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static char *
seen_list(const ScnAnswer *answer, gboolean sort)
{
    g_auto(GStrv) names = g_strsplit(answer->output, "\n", -1);

    if (sort)
        qsort(names, g_strv_length(names), sizeof(char *), vm_compare_names);
    return g_strjoinv(" ", names);
}

static gboolean
compare_lists(Expect *expect, const ScnAnswer *answer, guint first, gboolean sort)
{
    g_autofree char *wanted = wanted_list(expect, first, sort);
    g_autofree char *seen = seen_list(answer, sort);

    return strcmp(wanted, seen) == 0 ||
           scn_fail(expect->run, *wanted ? wanted : "none", "%s", *seen ? seen : "none");
}

static gboolean
expect_state(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};
    g_autofree char *wanted = expect->words[4]
                                  ? g_strdup_printf("%s (%s)", expect->words[3], expect->words[4])
                                  : g_strdup(expect->words[3]);
    gsize length;

    if (!look(expect, VM_CALL_DOMAIN_GET_STATE, NULL, 0, &answer))
        return FALSE;
    if (strcmp(answer.output, wanted) == 0 ||
        (!expect->words[4] && g_str_has_prefix(answer.output, wanted) &&
         answer.output[strlen(wanted)] == ' '))
        return TRUE;
    length = strlen(expect->words[3]);
    if (strncmp(answer.output, expect->words[3], length) == 0 && answer.output[length] == ' ')
        return scn_told(expect->run, NULL, "reason", wanted, answer.output);
    return scn_fail(expect->run, wanted, "%s", answer.output);
}

/* What `expect domain` may ask. */
static const struct {
    const char *word;
    VmCall call;
    const char *answer;
} qualities[] = {
    {"persistent", VM_CALL_DOMAIN_IS_PERSISTENT, "yes"},
    {"transient", VM_CALL_DOMAIN_IS_PERSISTENT, "no"},
    {"autostart", VM_CALL_DOMAIN_GET_AUTOSTART, "yes"},
    {"no-autostart", VM_CALL_DOMAIN_GET_AUTOSTART, "no"},
    {"managed-save", VM_CALL_DOMAIN_HAS_MANAGED_SAVE, "yes"},
    {"no-managed-save", VM_CALL_DOMAIN_HAS_MANAGED_SAVE, "no"},
};

static gboolean
expect_quality(Expect *expect, const char *word)
{
    g_auto(ScnAnswer) answer = {0};

    for (guint i = 0; i < G_N_ELEMENTS(qualities); i++) {
        if (strcmp(qualities[i].word, word) != 0)
            continue;
        if (!look(expect, qualities[i].call, NULL, 0, &answer))
            return FALSE;
        return strcmp(answer.output, qualities[i].answer) == 0 ||
               scn_fail(expect->run, word, "that it is not so");
    }
    return scn_fail(expect->run, "a quality of conformance/README.md", "'%s'", word);
}

static gboolean
domain_exists(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};
    g_auto(GStrv) names = NULL;
    ScnCallArgs args = {.call = VM_CALL_DOMAIN_LIST};

    scn_dispatch(expect->run, &args, &answer);
    names = g_strsplit(answer.output ? answer.output : "", "\n", -1);
    return g_strv_contains((const char *const *)names, expect->real);
}

static gboolean
expect_domain(Expect *expect)
{
    if (!domain_exists(expect))
        return scn_fail(expect->run, "the domain exists", "no domain '%s'", expect->words[2]);
    for (guint i = 3; expect->words[i]; i++) {
        if (!expect_quality(expect, expect->words[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
expect_no_domain(Expect *expect)
{
    return !domain_exists(expect) ||
           scn_fail(expect->run, "no such domain", "domain '%s' exists", expect->words[2]);
}

static gboolean
expect_snapshots(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};

    return look(expect, VM_CALL_SNAPSHOT_LIST, NULL, 0, &answer) &&
           compare_lists(expect, &answer, 3, TRUE);
}

static gboolean
expect_order(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};

    return look(expect, VM_CALL_SNAPSHOT_LIST, NULL, VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL,
                &answer) &&
           compare_lists(expect, &answer, 3, FALSE);
}

static gboolean
expect_children(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};

    return look(expect, VM_CALL_SNAPSHOT_LIST_CHILDREN, expect->words[3], 0, &answer) &&
           compare_lists(expect, &answer, 4, TRUE);
}

/* A name, or `none` where the call says that there is none. */
static gboolean
expect_name(Expect *expect, VmCall call, const char *moment, const char *wanted)
{
    g_auto(ScnAnswer) answer = {0};
    ScnCallArgs args = {.call = call, .domain = expect->real, .moment = moment};

    scn_dispatch(expect->run, &args, &answer);
    if (answer.code == 0)
        return strcmp(answer.name, wanted) == 0 || scn_fail(expect->run, wanted, "%s", answer.name);
    if (answer.code == VIR_ERR_NO_DOMAIN_SNAPSHOT && strcmp(wanted, "none") == 0)
        return TRUE;
    return scn_fail(expect->run, wanted, "error %s: %s", vm_error_name(answer.code), answer.text);
}

static gboolean
expect_current(Expect *expect)
{
    return expect_name(expect, VM_CALL_SNAPSHOT_CURRENT, NULL, expect->words[3]);
}

static gboolean
expect_parent(Expect *expect)
{
    return expect_name(expect, VM_CALL_SNAPSHOT_PARENT, expect->words[3], expect->words[4]);
}

static gboolean
expect_count(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};
    guint32 flags = 0;

    for (guint i = 4; expect->words[i]; i++) {
        const VmFlagInfo *flag = g_str_has_prefix(expect->words[i], "--")
                                     ? vm_flag_by_option(VM_CALL_SNAPSHOT_NUM, expect->words[i] + 2)
                                     : NULL;

        if (!flag)
            return scn_fail(expect->run, "an option of snapshot-list", "'%s'", expect->words[i]);
        flags |= flag->value;
    }
    return look(expect, VM_CALL_SNAPSHOT_NUM, NULL, flags, &answer) &&
           (strcmp(answer.output, expect->words[3]) == 0 ||
            scn_fail(expect->run, expect->words[3], "%s", answer.output));
}

/* ---- trees ---------------------------------------------------------------------- */

/* Siblings of a tree's text, sorted at every level: reads from *at to the end or `)`. */
static char *
sort_tree(const char **at)
{
    g_autoptr(GPtrArray) siblings = g_ptr_array_new_with_free_func(g_free);

    for (;;) {
        gsize length;
        g_autofree char *name = NULL;

        while (**at == ' ')
            (*at)++;
        length = strcspn(*at, " ()");
        if (length == 0)
            break;
        name = g_strndup(*at, length);
        *at += length;
        if (**at == '(') {
            g_autofree char *children = NULL;

            (*at)++;
            children = sort_tree(at);
            if (**at == ')')
                (*at)++;
            g_ptr_array_add(siblings, g_strdup_printf("%s(%s)", name, children));
        } else {
            g_ptr_array_add(siblings, g_steal_pointer(&name));
        }
    }
    g_ptr_array_sort(siblings, vm_compare_names);
    g_ptr_array_add(siblings, NULL);
    return g_strjoinv(" ", (char **)siblings->pdata);
}

/* The tree below a moment (NULL: the roots) by listings of children. */
static char *
tree_below(ScnRun *run, const char *domain, const char *moment, guint depth)
{
    g_auto(ScnAnswer) answer = {0};
    ScnCallArgs args = {.call = moment ? VM_CALL_SNAPSHOT_LIST_CHILDREN : VM_CALL_SNAPSHOT_LIST,
                        .flags = moment ? 0 : VIR_DOMAIN_SNAPSHOT_LIST_ROOTS,
                        .domain = domain,
                        .moment = moment};
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) names = NULL;

    scn_dispatch(run, &args, &answer);
    if (answer.code || depth > 1000)
        return g_strdup_printf("(error %s)", vm_error_name(answer.code));
    names = g_strsplit(answer.output, "\n", -1);
    for (guint i = 0; names[i] && *names[i]; i++) {
        g_autofree char *below = tree_below(run, domain, names[i], depth + 1);

        g_string_append_printf(text, "%s%s", text->len ? " " : "", names[i]);
        if (*below)
            g_string_append_printf(text, "(%s)", below);
    }
    return g_strdup(text->str);
}

char *
scn_tree_text(ScnRun *run, const char *domain, ScnAnswer *answer)
{
    ScnCallArgs args = {.call = VM_CALL_SNAPSHOT_LIST, .domain = domain};
    g_autofree char *text = NULL;
    const char *at;

    scn_dispatch(run, &args, answer);
    if (answer->code)
        return NULL;
    text = tree_below(run, domain, NULL, 0);
    at = text;
    return sort_tree(&at);
}

static gboolean
expect_tree(Expect *expect)
{
    g_auto(ScnAnswer) answer = {0};
    g_autofree char *seen = scn_tree_text(expect->run, expect->real, &answer);
    g_autofree char *list = wanted_list(expect, 3, FALSE);
    const char *at = list;
    g_autofree char *wanted = sort_tree(&at);

    if (!seen)
        return scn_fail(expect->run, wanted, "error %s: %s", vm_error_name(answer.code),
                        answer.text);
    return strcmp(seen, wanted) == 0 ||
           scn_fail(expect->run, *wanted ? wanted : "none", "%s", *seen ? seen : "none");
}

/* ---- content --------------------------------------------------------------------- */

/* `… == mark NAME` at the end of the words. */
static gboolean
compare_digest(Expect *expect, const char *moment, const char *disk)
{
    guint count = g_strv_length(expect->words);
    const char *mark = expect->words[count - 1];
    gboolean equal = strcmp(expect->words[count - 3], "==") == 0;
    g_autofree char *key = g_strjoin("/", mark, expect->words[2], disk, NULL);
    const char *marked = g_hash_table_lookup(expect->run->marks, key);
    g_autofree char *digest = NULL;

    if (!marked)
        return scn_fail(expect->run, "a mark of it", "mark '%s' has no %s of '%s'", mark, disk,
                        expect->words[2]);
    digest = scn_digest(expect->run, expect->words[2], moment, disk);
    if (!digest)
        return FALSE;
    if ((strcmp(digest, marked) == 0) == equal)
        return TRUE;
    return scn_fail(expect->run,
                    equal ? "the content of the mark" : "other content than the mark's",
                    "content %.16s, the mark's is %.16s", digest, marked);
}

static gboolean
expect_disk(Expect *expect)
{
    return compare_digest(expect, NULL, expect->words[3]);
}

static gboolean
expect_snapshot(Expect *expect)
{
    return compare_digest(expect, expect->words[3], expect->words[4]);
}

static gboolean
expect_ram(Expect *expect)
{
    return compare_digest(expect, NULL, "ram");
}

/* ---- files, events, log ------------------------------------------------------------- */

static gboolean
expect_file(Expect *expect)
{
    ScnRun *run = expect->run;
    struct vm_error err = {0};
    char *text = NULL;
    gboolean there = run->target.inspect &&
                     run->target.inspect(run->conn, "file", expect->words[2], &text, &err) == 0;

    if (there)
        run->target.free_string(text);
    if (there == (strcmp(expect->words[3], "exists") == 0))
        return TRUE;
    return scn_fail(run, expect->words[3], "%s", there ? "that it exists" : "that it is missing");
}

static gboolean
expect_image(Expect *expect)
{
    json_t *file = scn_inspect(expect->run, "file", expect->words[2]);
    g_autoptr(GString) names = g_string_new(NULL);
    g_auto(ScnAnswer) answer = {0};
    json_t *entry;
    size_t i;

    if (!file)
        return FALSE;
    json_array_foreach(json_object_get(file, "snapshots"), i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));

        g_string_append_printf(names, "%s%s", names->len ? "\n" : "", name ? name : "");
    }
    json_decref(file);
    answer.output = g_strdup(names->str);
    return compare_lists(expect, &answer, 4, TRUE);
}

/* "vm started/booted other stopped/destroyed": each event after its domain's name. */
static char *
seen_events(const Expect *expect)
{
    const GArray *events = expect->run->events;
    GString *text = g_string_new(NULL);
    const char *last = "";

    for (guint i = 0; i < events->len; i++) {
        const struct vm_event *event = &g_array_index(events, struct vm_event, i);
        const char *word = scn_event_word(event);

        if (strcmp(event->domain, last) != 0)
            g_string_append_printf(text, "%s%s", text->len ? " " : "",
                                   event->domain + strlen(expect->run->prefix));
        g_string_append_printf(text, " %s", word);
        last = event->domain;
    }
    return g_string_free(text, FALSE);
}

static gboolean
expect_events(Expect *expect)
{
    g_autofree char *seen = NULL;
    g_autofree char *wanted = wanted_list(expect, 2, FALSE);

    scn_take_events(expect->run);
    seen = seen_events(expect);
    if (expect->words[3] && strcmp(expect->words[3], "none") == 0 && !expect->words[4])
        *wanted = 0;
    return strcmp(seen, wanted) == 0 ||
           scn_told(expect->run, NULL, "events", *wanted ? wanted : "none", *seen ? seen : "none");
}

static gboolean
expect_log(Expect *expect)
{
    const char *log = expect->run->log ? expect->run->log : "";

    if (strstr(log, expect->words[3]))
        return TRUE;
    return scn_fail(expect->run, expect->words[3], "the log '%s'", log);
}

static gboolean
expect_xml(Expect *expect)
{
    return scn_expect_xml(expect->run, expect->step);
}

static gboolean
expect_same_xml(Expect *expect)
{
    g_autofree char *xml = scn_fetch_xml(expect->run, expect->words[2], VIR_DOMAIN_XML_SECURE);
    const char *other = scn_document(expect->run, expect->words[3]);

    if (!xml)
        return FALSE;
    return g_strcmp0(xml, other) == 0 || scn_fail(expect->run, other ? other : "(none)", "%s", xml);
}

static const struct {
    const char *word;
    gboolean (*check)(Expect *expect);
} checks[] = {
    {"state", expect_state},     {"domain", expect_domain},     {"no-domain", expect_no_domain},
    {"order", expect_order},     {"tree", expect_tree},         {"snapshots", expect_snapshots},
    {"current", expect_current}, {"parent", expect_parent},     {"children", expect_children},
    {"count", expect_count},     {"xml", expect_xml},           {"same-xml", expect_same_xml},
    {"disk", expect_disk},       {"snapshot", expect_snapshot}, {"ram", expect_ram},
    {"file", expect_file},       {"image", expect_image},       {"events", expect_events},
    {"log", expect_log},
};

gboolean
scn_run_expect(ScnRun *run, const ScnStep *step)
{
    g_auto(GStrv) words = g_new0(char *, step->words->len + 1);
    g_autofree char *real = NULL;
    Expect expect = {.run = run, .step = step, .words = words};

    for (guint i = 0; i < step->words->len; i++)
        words[i] = scn_word(run, step, i);
    real = scn_real_name(run, words[2]);
    expect.real = real;
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (strcmp(checks[i].word, words[1]) == 0)
            return checks[i].check(&expect);
    }
    g_assert_not_reached();
}
