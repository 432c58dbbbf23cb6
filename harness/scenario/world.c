/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A case's own world: connection, ledger, clean-up.
 */

#include "harness/scenario/run_int.h"

#include <glib/gstdio.h>
#include <string.h>

/* FNV-1a; stable over runs and machines. */
static guint32
hash_name(const char *text)
{
    guint32 hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (guchar)*text) * 16777619u;
    return hash;
}

static gboolean
harness_fault(ScnRun *run, char *reason)
{
    run->result->verdict = VERDICT_ERROR;
    run->result->reason = reason;
    return FALSE;
}

/* Domains of this case's names that exist, in the target's order. */
static GPtrArray *
own_domains(ScnRun *run)
{
    g_autoptr(GPtrArray) all = NULL;
    GPtrArray *own = g_ptr_array_new_with_free_func(g_free);
    char **names = NULL;
    struct vm_error err = {0};

    if (!run->target.domain_list || run->target.domain_list(run->conn, 0, &names, &err) != 0)
        return own;
    all = scn_take_list(run, names, TRUE);
    for (guint i = 0; i < all->len; i++) {
        if (g_str_has_prefix(g_ptr_array_index(all, i), run->prefix))
            g_ptr_array_add(own, g_strdup(g_ptr_array_index(all, i)));
    }
    return own;
}

static gboolean
open_oracle(ScnRun *run)
{
    OracleOptions options = {.target = &run->target,
                             .conn = run->conn,
                             .profile = run->options->profile,
                             .capabilities = (const char *const *)run->capabilities,
                             .name_prefix = run->prefix};
    g_autoptr(GError) error = NULL;

    if (!run->options->oracle && !run->scenario->outcome)
        return TRUE;
    run->oracle = oracle_new(&options, &error);
    return run->oracle ||
           harness_fault(run, g_strdup_printf("the oracle does not start: %s", error->message));
}

static gboolean
open_connection(ScnRun *run)
{
    struct vm_target_options options = {
        .uri = run->options->uri,
        .profile = run->options->profile == VM_PROFILE_LIBVIRT ? "libvirt" : "rfc",
        .workdir = run->options->workdir,
        .seed = run->options->seed,
    };
    struct vm_error err = {0};
    char **names = NULL;

    if (run->target.open(&options, &run->conn, &err) != 0)
        return harness_fault(run, g_strdup_printf("the target does not open: %s", err.text));
    if (run->target.describe(run->conn, &run->world, &err) != 0)
        return harness_fault(
            run, g_strdup_printf("the target does not describe its world: %s", err.text));
    if (run->target.capabilities(run->conn, &names, &err) != 0)
        return harness_fault(
            run, g_strdup_printf("the target does not tell its capabilities: %s", err.text));
    run->capabilities = names;
    run->own_files = g_strconcat(run->world.disk_dir, "/", run->prefix, NULL);
    return TRUE;
}

gboolean
scn_world_open(ScnRun *run)
{
    guint32 hash = hash_name(run->scenario->id);
    g_autoptr(GPtrArray) foreign = NULL;

    memcpy(&run->target, run->options->target,
           MIN(run->options->target->size, sizeof(run->target)));
    /* Where names need not tell cases apart, what was worked out of texts in one serves others. */
    run->prefix =
        g_strdup_printf("vmt-%s-%08x-", run->options->run_id, run->target.own_world ? 0 : hash);
    run->prefix_length = strlen(run->prefix);
    if (!open_connection(run))
        return FALSE;
    /* A world that goes with its connection has nothing left for a later run to remove. */
    if (run->options->workdir && !run->target.own_world)
        run->ledger = g_strdup_printf("%s/ledger-%08x", run->options->workdir, hash);
    foreign = own_domains(run);
    if (foreign->len)
        return harness_fault(run, g_strdup_printf("foreign object: domain '%s' exists before the "
                                                  "case began",
                                                  (char *)g_ptr_array_index(foreign, 0)));
    return TRUE;
}

/* Take the metadata of a domain's snapshots away, children first. */
static void
forget_snapshots(ScnRun *run, const char *domain)
{
    gboolean metadata_only =
        g_strv_contains((const char *const *)run->capabilities, "delete-metadata-only");
    struct vm_error err = {0};
    char **list = NULL;
    g_autoptr(GPtrArray) names = NULL;

    if (!run->target.snapshot_list || !run->target.snapshot_delete ||
        run->target.snapshot_list(run->conn, domain, NULL, VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL,
                                  &list, &err) != 0)
        return;
    names = scn_take_list(run, list, FALSE);
    for (guint i = names->len; i-- > 0;) {
        err.code = 0;
        run->target.snapshot_delete(run->conn, domain, g_ptr_array_index(names, i),
                                    metadata_only ? VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY : 0,
                                    &err);
    }
}

static void
remove_domain(ScnRun *run, const char *domain)
{
    struct vm_error err = {0};
    int persistent = 1;

    forget_snapshots(run, domain);
    if (run->target.domain_is_persistent)
        run->target.domain_is_persistent(run->conn, domain, &persistent, &err);
    if (run->target.domain_destroy)
        run->target.domain_destroy(run->conn, domain, 0, &err);
    if (persistent && run->target.domain_managed_save_remove)
        run->target.domain_managed_save_remove(run->conn, domain, 0, &err);
    if (persistent && run->target.domain_undefine_flags)
        run->target.domain_undefine_flags(
            run->conn, domain,
            VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err);
}

/* Files of this case's names that the target still lists: NULL, or what is said of one that stays.
 * Where it lists none, those that the case had made, which may be gone.  Those of a world that goes
 * with its connection go with it. */
static char *
remove_files(ScnRun *run)
{
    struct vm_error err = {0};
    char *text = NULL, *left = NULL;
    json_t *files = NULL, *file;
    size_t i;

    if (!run->target.file_remove || run->target.own_world)
        return NULL;
    if (run->target.inspect &&
        run->target.inspect(run->conn, "files", run->world.disk_dir, &text, &err) == 0) {
        files = json_loads(text, 0, NULL);
        run->target.free_string(text);
    }
    json_array_foreach(files, i, file)
    {
        const char *path = json_string_value(json_object_get(file, "path"));
        const char *kind = json_string_value(json_object_get(file, "kind"));

        if (!path || !g_str_has_prefix(path, run->own_files) || g_strcmp0(kind, "dir") == 0)
            continue;
        if (run->target.file_remove(run->conn, path, &err) != 0 && !left)
            left = g_strdup_printf("clean-up: file '%s' cannot be removed: %s", path, err.text);
    }
    for (guint j = run->images->len; !files && j-- > 0;)
        run->target.file_remove(run->conn, g_ptr_array_index(run->images, j), &err);
    json_decref(files);
    return left;
}

char *
scn_world_clean(ScnRun *run)
{
    g_autoptr(GPtrArray) domains = own_domains(run);
    g_autoptr(GPtrArray) left = NULL;
    char *file;

    for (guint i = domains->len; i-- > 0;)
        remove_domain(run, g_ptr_array_index(domains, i));
    left = own_domains(run);
    if (left->len)
        return g_strdup_printf("clean-up: domain '%s' cannot be removed",
                               (char *)g_ptr_array_index(left, 0));
    file = remove_files(run);
    if (run->ledger && !file)
        g_remove(run->ledger);
    return file;
}

gboolean
scn_world_watch(ScnRun *run)
{
    return open_oracle(run);
}

void
scn_world_close(ScnRun *run)
{
    g_clear_pointer(&run->oracle, oracle_free);
    if (run->capabilities)
        run->target.free_list(run->capabilities);
    if (run->conn)
        run->target.close(run->conn);
    g_free(run->prefix);
    g_free(run->own_files);
    g_hash_table_unref(run->folders);
    g_free(run->ledger);
    g_free(run->log);
    g_hash_table_unref(run->templates);
    g_hash_table_unref(run->documents);
    g_hash_table_unref(run->variables);
    g_hash_table_unref(run->marks);
    g_ptr_array_unref(run->images);
    g_array_unref(run->events);
}
