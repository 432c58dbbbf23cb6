/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plan of a run: which cases, in which order.
 */
#include "harness/run/runner.h"

#include <string.h>
#include "harness/report/exit_code.h"
#include "harness/target/target_load.h"

G_DEFINE_QUARK(virt - moment - runner - error, runner_error)

/* What selects a case. */
typedef struct {
    VmProfile profile;
    const char *const *globs; /* or NULL */
    gboolean quick;           /* what takes long is left out, unless a glob is its very id */
    GHashTable *failed;       /* set of ids, or NULL */
    guint shard, shards;
} Selection;

static void
selection_clear(Selection *selection)
{
    g_clear_pointer(&selection->failed, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Selection, selection_clear)

const char *
runner_profile(const RunOptions *options)
{
    return options->profile != NULL ? options->profile : target_default_profile(options->target);
}

VmProfile
runner_profile_bit(const char *profile)
{
    if (strcmp(profile, RUNNER_PROFILE_ALL) == 0) {
        return VM_PROFILE_BOTH;
    }
    return strcmp(profile, "rfc") == 0 ? VM_PROFILE_RFC : VM_PROFILE_LIBVIRT;
}

/* A case that ended as expected, or was skipped, need not be tried again. */
static gboolean
is_failed(const json_t *entry)
{
    const char *word = json_string_value(json_object_get(entry, "verdict"));
    Verdict verdict = word != NULL ? verdict_from_word(word) : VERDICT_LAST;

    return verdict == VERDICT_LAST || !verdict_is_expected(verdict);
}

static GHashTable *
read_failed(const char *path, GError **error)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    json_error_t cause;
    json_t *report = json_load_file(path, 0, &cause);
    json_t *cases = json_object_get(report, "cases");

    if (!json_is_array(cases)) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_USAGE, "%s: not a report: %s", path,
                    report == NULL ? cause.text : "it has no 'cases'");
        json_decref(report);
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *entry = json_array_get(cases, i);
        const char *id = json_string_value(json_object_get(entry, "id"));

        if (id != NULL && is_failed(entry)) {
            g_hash_table_add(ids, g_strdup(id));
        }
    }
    json_decref(report);
    return g_steal_pointer(&ids);
}

/* FNV-1a: which shard a case is in depends on its id alone, not on what else is there. */
static guint32
hash_id(const char *id)
{
    guint32 hash = 2166136261u;

    for (const char *at = id; *at != '\0'; at++) {
        hash = (hash ^ (guchar)*at) * 16777619u;
    }
    return hash;
}

/* Only '*' and '?' are special, so that an id with its brackets selects itself. */
static gboolean
matches_any(const char *const *globs, const char *id)
{
    for (guint i = 0; globs[i] != NULL; i++) {
        if (g_pattern_match_simple(globs[i], id)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
is_quick(const RunOptions *options)
{
    return options->length == RUN_QUICK ||
           (options->length == RUN_AS_TARGET && target_is_slow(options->target));
}

static gboolean
takes_too_long(const Selection *selection, const ScnCaseInfo *info)
{
    return selection->quick && (info->slow || info->matrix) &&
           (selection->globs == NULL || !g_strv_contains(selection->globs, info->id));
}

static gboolean
selects(const Selection *selection, const ScnCaseInfo *info)
{
    if ((info->profile & selection->profile) == 0) {
        return FALSE;
    }
    if (selection->globs != NULL && !matches_any(selection->globs, info->id)) {
        return FALSE;
    }
    if (takes_too_long(selection, info)) {
        return FALSE;
    }
    if (selection->failed != NULL && !g_hash_table_contains(selection->failed, info->id)) {
        return FALSE;
    }
    return selection->shards == 0 || hash_id(info->id) % selection->shards == selection->shard - 1;
}

static json_t *
strings(const char *const *list)
{
    json_t *json = json_array();

    for (guint i = 0; list != NULL && list[i] != NULL; i++) {
        json_array_append_new(json, json_string(list[i]));
    }
    return json;
}

static json_t *
describe_selection(const RunOptions *options)
{
    json_t *json = json_object();

    json_object_set_new(json, "filter", strings(options->filters));
    json_object_set_new(json, "shard",
                        options->shards > 0 ? json_sprintf("%u/%u", options->shard, options->shards)
                                            : json_null());
    json_object_set_new(json, "slow", json_boolean(!is_quick(options)));
    json_object_set_new(json, "failed",
                        options->failed != NULL ? json_string(options->failed) : json_null());
    json_object_set_new(json, "paths", strings(options->suite ? NULL : options->paths));
    return json;
}

static gboolean
selection_init(Selection *selection, const RunOptions *options, GError **error)
{
    g_assert(options->shard <= options->shards);
    selection->profile = runner_profile_bit(runner_profile(options));
    selection->shard = options->shard;
    selection->shards = options->shards;
    selection->globs = options->filters;
    selection->quick = is_quick(options);
    if (options->failed != NULL) {
        selection->failed = read_failed(options->failed, error);
        return selection->failed != NULL;
    }
    return TRUE;
}

static gboolean
check_unique(const GPtrArray *cases, GError **error)
{
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < cases->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(cases, i));

        if (!g_hash_table_add(ids, (gpointer)info->id)) {
            g_set_error(error, RUNNER_ERROR, EXIT_CODE_USAGE, "%s: the case '%s' is there twice",
                        info->file, info->id);
            return FALSE;
        }
    }
    return TRUE;
}

GPtrArray *
runner_plan(const RunOptions *options, json_t **selection, GError **error)
{
    g_auto(Selection) wanted = {0};
    g_autoptr(GPtrArray) cases = NULL;

    if (!selection_init(&wanted, options, error)) {
        return NULL;
    }
    cases = scn_load(options->paths, error);
    if (cases == NULL || !check_unique(cases, error)) {
        return NULL;
    }
    for (guint i = cases->len; i > 0; i--) {
        if (!selects(&wanted, scn_case_info(g_ptr_array_index(cases, i - 1)))) {
            g_ptr_array_remove_index(cases, i - 1);
        }
    }
    if (selection != NULL) {
        *selection = describe_selection(options);
    }
    return g_steal_pointer(&cases);
}
