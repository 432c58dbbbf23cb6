/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a case made whose worker died before it could clean up.
 */
#include "harness/run/leftovers.h"

#include <glib/gstdio.h>
#include <string.h>

#define LEDGER_PREFIX "ledger-"

/* Errors are not looked at: the ledger is written before the object is made, so that it may name
 * what never was. */
static void
remove_domain(const struct vm_target *target, struct vm_conn *conn, const char *name)
{
    struct vm_error err = {0};

    if (target->domain_destroy != NULL) {
        target->domain_destroy(conn, name, 0, &err);
    }
    if (target->domain_undefine_flags != NULL) {
        target->domain_undefine_flags(
            conn, name, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
            &err);
    }
}

static void
remove_entry(const struct vm_target *target, struct vm_conn *conn, const char *line)
{
    struct vm_error err = {0};

    if (g_str_has_prefix(line, "domain ")) {
        remove_domain(target, conn, line + strlen("domain "));
    } else if (g_str_has_prefix(line, "file ") && target->file_remove != NULL) {
        target->file_remove(conn, line + strlen("file "), &err);
    }
}

static void
remove_by_ledger(const struct vm_target *target, struct vm_conn *conn, const char *path)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = g_strv_length(lines); i > 0; i--) {
        remove_entry(target, conn, lines[i - 1]);
    }
    g_unlink(path);
}

static GPtrArray *
find_ledgers(const char *workdir)
{
    GPtrArray *ledgers = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(workdir, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_prefix(name, LEDGER_PREFIX)) {
            g_ptr_array_add(ledgers, g_build_filename(workdir, name, NULL));
        }
    }
    return ledgers;
}

void
leftovers_remove(const ScnRunOptions *options)
{
    struct vm_target_options open = {
        .uri = options->uri,
        .profile = options->profile == VM_PROFILE_LIBVIRT ? "libvirt" : "rfc",
        .workdir = options->workdir,
        .seed = options->seed,
    };
    g_autoptr(GPtrArray) ledgers = find_ledgers(options->workdir);
    struct vm_error err = {0};
    struct vm_conn *conn = NULL;

    if (ledgers->len == 0 || options->target->open(&open, &conn, &err) != 0) {
        return;
    }
    for (guint i = 0; i < ledgers->len; i++) {
        remove_by_ledger(options->target, conn, g_ptr_array_index(ledgers, i));
    }
    options->target->close(conn);
}
