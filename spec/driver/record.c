/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is durable, and how it is written.  Every write replaces a whole file
 * atomically, and is durable when it returns.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

gboolean
vm_record_config(VmDomain *domain, const VmDomainDef *def, GError **error)
{
    g_autofree char *path = vm_path_config(domain->driver, def->name);
    g_autofree char *xml =
        vm_domain_def_format(def, VM_DOMAIN_FORMAT_SECURE | VM_DOMAIN_FORMAT_INACTIVE);
    return vm_store_replace(domain->driver->store, path, xml, error);
}

gboolean
vm_record_drop_config(VmDomain *domain, GError **error)
{
    g_autofree char *path = vm_path_config(domain->driver, domain->def->name);
    return vm_store_remove(domain->driver->store, path, error);
}

/* Whether the status file says this of the definition already. */
static gboolean
is_recorded(const VmDomain *domain, const char *xml)
{
    if (domain->status_def == NULL || domain->status_def == domain->def)
        return domain->status_def != NULL;
    g_autofree char *recorded = vm_domain_def_format(domain->status_def, VM_DOMAIN_FORMAT_SECURE);
    return strcmp(recorded, xml) == 0;
}

static gboolean
write_status(VmDomain *domain, const char *path, GError **error)
{
    VmStore *store = domain->driver->store;
    gboolean active = domain->state != VIR_DOMAIN_SHUTOFF;
    int marks = (domain->defined_before ? VM_STATUS_DEFINED_BEFORE : 0) |
                (domain->autodestroy ? VM_STATUS_AUTODESTROY : 0);
    g_autofree char *header =
        g_strdup_printf(VM_STATUS_HEADER, domain->def->uuid, domain->state, domain->reason, marks);
    g_autofree char *xml = active && domain->status_def != domain->def
                               ? vm_domain_def_format(domain->def, VM_DOMAIN_FORMAT_SECURE)
                               : NULL;
    if (active && is_recorded(domain, xml) &&
        store->ops->replace_head(store, path, header, strlen(header), NULL))
        return TRUE;
    if (active && xml == NULL)
        xml = vm_domain_def_format(domain->def, VM_DOMAIN_FORMAT_SECURE);
    g_autofree char *text = g_strconcat(header, xml, NULL);
    return vm_store_replace_volatile(store, path, text, error);
}

/* The first line is a comment that says what the definition below it cannot, and often all that
 * changes; a stopped domain keeps only that line, for the reason. */
gboolean
vm_record_status(VmDomain *domain, GError **error)
{
    const char *path = vm_domain_path(domain, VM_KEPT_STATUS);
    gboolean ok = write_status(domain, path, error);
    g_clear_pointer(&domain->status_def, vm_domain_def_unref);
    if (ok && domain->state != VIR_DOMAIN_SHUTOFF)
        domain->status_def = vm_domain_def_ref(domain->def);
    return ok;
}

void
vm_record_status_anyway(VmDomain *domain)
{
    g_autoptr(GError) error = NULL;
    if (!vm_record_status(domain, &error))
        vm_env_log(domain->driver->env, "domain '%s': the status could not be recorded: %s",
                   domain->def->name, error->message);
}

void
vm_record_drop_status(VmDomain *domain)
{
    const char *path = vm_domain_path(domain, VM_KEPT_STATUS);
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&domain->status_def, vm_domain_def_unref);
    if (!vm_store_remove(domain->driver->store, path, &error))
        vm_env_log(domain->driver->env, "domain '%s': %s", domain->def->name, error->message);
}

void
vm_record_stopped(VmDomain *domain)
{
    if (!domain->persistent || domain->reason == VIR_DOMAIN_SHUTOFF_UNKNOWN) {
        vm_record_drop_status(domain);
        return;
    }
    vm_record_status_anyway(domain);
}

gboolean
vm_record_autostart(VmDomain *domain, gboolean on, GError **error)
{
    g_autofree char *path = vm_path_autostart(domain->driver, domain->def->name);
    if (!on)
        return vm_store_remove(domain->driver->store, path, error);
    return vm_store_replace(domain->driver->store, path, "", error);
}

void
vm_record_note_mark(VmDomain *domain, const char *snapshot, guint64 mark)
{
    if (mark == 0)
        g_hash_table_remove(domain->marks, snapshot);
    else
        g_hash_table_insert(domain->marks, g_strdup(snapshot), g_memdup2(&mark, sizeof(mark)));
}

guint64
vm_record_mark(const VmDomain *domain, const char *snapshot)
{
    const guint64 *mark = g_hash_table_lookup(domain->marks, snapshot);
    return mark != NULL ? *mark : 0;
}

guint64
vm_record_greatest_mark(const VmDomain *domain)
{
    guint64 greatest = 0;
    GHashTableIter iter;
    gpointer mark;
    g_hash_table_iter_init(&iter, domain->marks);
    while (g_hash_table_iter_next(&iter, NULL, &mark))
        greatest = MAX(greatest, *(const guint64 *)mark);
    return greatest;
}

gboolean
vm_record_prepare(const VmDomain *domain, VmSnapshotDef *def, GError **error)
{
    g_free(def->file);
    def->file = vm_snapshot_def_format(def, domain->def->uuid,
                                       VM_SNAPSHOT_FORMAT_SECURE | VM_SNAPSHOT_FORMAT_INTERNAL);
    gsize size = strlen(def->file);
    if (size <= VM_SNAPSHOT_FILE_MAX)
        return TRUE;
    g_clear_pointer(&def->file, g_free);
    return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                     "domain '%s': the metadata of snapshot '%s' would be %" G_GSIZE_FORMAT
                     " bytes, more than the %d that can be read back (VM-META-006)",
                     domain->def->name, def->name, size, VM_SNAPSHOT_FILE_MAX);
}

/* Whether the file begins as it was written last. */
static gboolean
has_head(VmStore *store, const char *path, const char *head)
{
    g_autoptr(GBytes) bytes = store->ops->read_head(store, path, VM_SNAPSHOT_HEAD_SIZE, NULL);
    return bytes != NULL && g_bytes_get_size(bytes) == VM_SNAPSHOT_HEAD_SIZE &&
           memcmp(g_bytes_get_data(bytes, NULL), head, VM_SNAPSHOT_HEAD_SIZE) == 0;
}

/* How a metadata file is written; durably as far as that needs. */
typedef struct {
    gboolean (*replace)(VmStore *store, const char *path, const char *text, GError **error);
    gboolean mark_synced;
} Writing;

static const Writing durably = {vm_store_replace, TRUE};
static const Writing before_another = {vm_store_replace_either, TRUE};
static const Writing unmarking = {vm_store_replace_either, FALSE};

/* The mark alone is replaced in its place: within a sector, so that a power cut leaves the former
 * or the new one.  FALSE, and nothing has changed, where the file is to be written anew. */
static gboolean
replace_mark(VmDomain *domain, const char *path, const VmSnapshotDef *def, guint64 mark,
             gboolean synced)
{
    VmStore *store = domain->driver->store;
    char former[VM_SNAPSHOT_HEAD_SIZE], head[VM_SNAPSHOT_HEAD_SIZE];
    vm_snapshot_def_put_head(former, vm_record_mark(domain, def->name));
    vm_snapshot_def_put_head(head, mark);
    if (!def->recorded || !has_head(store, path, former) ||
        !store->ops->replace_head(store, path, head, sizeof(head), NULL))
        return FALSE;
    if (!synced || vm_store_sync_content(store, path, NULL))
        return TRUE;
    store->ops->replace_head(store, path, former, sizeof(former), NULL);
    return FALSE;
}

/* The whole file.  Where that fails, nobody knows whether the former content is what the tree
 * holds. */
static gboolean
write_whole(VmDomain *domain, const char *path, VmSnapshotDef *def, const Writing *how,
            GError **error)
{
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, def->name);
    gboolean ok = how->replace(domain->driver->store, path, def->file, error);
    if (moment != NULL)
        vm_moment_snapshot(moment)->recorded = FALSE;
    g_clear_pointer(&def->file, g_free);
    def->recorded = ok;
    return ok;
}

static gboolean
write_snapshot(VmDomain *domain, const VmSnapshotDef *said, guint64 mark, const Writing *how,
               GError **error)
{
    VmSnapshotDef *def = (VmSnapshotDef *)said; /* what is recorded is no part of what it says */
    g_autofree char *path = vm_path_snapshot(domain->driver, domain->def->name, def->name);
    if (!replace_mark(domain, path, def, mark, how->mark_synced)) {
        if (def->file == NULL && !vm_record_prepare(domain, def, error))
            return FALSE;
        vm_snapshot_def_put_head(def->file, mark);
        if (!write_whole(domain, path, def, how, error))
            return FALSE;
    }
    vm_record_note_mark(domain, def->name, mark);
    return TRUE;
}

static guint64
next_mark(const VmDomain *domain, gboolean current)
{
    return current ? vm_record_greatest_mark(domain) + 1 : 0;
}

gboolean
vm_record_snapshot(VmDomain *domain, const VmSnapshotDef *def, gboolean current, GError **error)
{
    return write_snapshot(domain, def, next_mark(domain, current), &durably, error);
}

gboolean
vm_record_snapshot_before(VmDomain *domain, const VmSnapshotDef *def, gboolean current,
                          GError **error)
{
    return write_snapshot(domain, def, next_mark(domain, current), &before_another, error);
}

gboolean
vm_record_unmark(VmDomain *domain, const VmSnapshotDef *def, GError **error)
{
    return write_snapshot(domain, def, 0, &unmarking, error);
}

gboolean
vm_record_drop_snapshot(VmDomain *domain, const char *snapshot, GError **error)
{
    g_autofree char *path = vm_path_snapshot(domain->driver, domain->def->name, snapshot);
    if (!vm_store_remove(domain->driver->store, path, error))
        return FALSE;
    vm_record_note_mark(domain, snapshot, 0);
    return TRUE;
}

gboolean
vm_record_snapshot_reserved(const VmDomain *domain, const char *snapshot)
{
    return g_hash_table_contains(domain->reserved, snapshot);
}
