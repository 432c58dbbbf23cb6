/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Snapshots' metadata files: written whole, or only the mark of a current one
 * in its place, where the file says the rest already.
 */
#include "spec/api/text.h"
#include "spec/driver/domain_obj.h"

/* ---- the text, made before it is known whether it will be written ---- */

gboolean
vm_record_prepare(const VmDomain *domain, VmSnapshotDef *def, GError **error)
{
    VmDriver *driver = domain->driver;
    g_clear_pointer(&driver->draft_of, vm_snapshot_def_unref);
    g_string_truncate(driver->draft, 0);
    vm_snapshot_def_put(driver->draft, def, domain->def->uuid,
                        VM_SNAPSHOT_FORMAT_SECURE | VM_SNAPSHOT_FORMAT_INTERNAL);
    gsize size = driver->draft->len;
    if (size > VM_SNAPSHOT_FILE_MAX)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s': the metadata of snapshot '%s' would be %" G_GSIZE_FORMAT
                         " bytes, more than the %d that can be read back (VM-META-006)",
                         domain->def->name, def->name, size, VM_SNAPSHOT_FILE_MAX);
    driver->draft_of = vm_snapshot_def_ref(def);
    return TRUE;
}

/* ---- writing ---- */

/* Where that snapshot's file lies; until this is asked again. */
static const char *
path_of(VmDomain *domain, const char *snapshot)
{
    GString *path = domain->driver->draft_path;
    g_string_truncate(path, 0);
    vm_text_add(path, vm_domain_path(domain, VM_KEPT_SNAPSHOTS));
    vm_text_add_byte(path, '/');
    vm_text_add(path, snapshot);
    vm_text_add(path, ".xml");
    return path->str;
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
replace_mark(VmStore *store, const char *path, guint64 former_mark, guint64 mark, gboolean synced)
{
    char former[VM_SNAPSHOT_HEAD_SIZE], marked[VM_SNAPSHOT_HEAD_SIZE];
    vm_snapshot_def_put_head(former, former_mark);
    vm_snapshot_def_put_head(marked, mark);
    const VmStoreHead head = {former, marked, VM_SNAPSHOT_HEAD_SIZE, synced};
    if (store->ops->replace_head(store, path, &head, NULL))
        return TRUE;
    const VmStoreHead back = {marked, former, VM_SNAPSHOT_HEAD_SIZE, FALSE};
    if (synced)
        store->ops->replace_head(store, path, &back, NULL);
    return FALSE;
}

/* The draft is this definition's, with that mark. */
static gboolean
make_draft(VmDomain *domain, VmSnapshotDef *def, guint64 mark, GError **error)
{
    VmDriver *driver = domain->driver;
    if (driver->draft_of != def && !vm_record_prepare(domain, def, error))
        return FALSE;
    vm_snapshot_def_put_head(driver->draft->str, mark);
    return TRUE;
}

/* The whole file: the draft.  After a failure nobody knows what the file says. */
static gboolean
write_draft(VmDomain *domain, const char *path, VmMoment *moment, const Writing *how,
            GError **error)
{
    VmDriver *driver = domain->driver;
    g_autoptr(VmSnapshotDef) def = g_steal_pointer(&driver->draft_of);
    gboolean ok = how->replace(driver->store, path, driver->draft->str, error);
    if (moment != NULL)
        vm_moment_tree_note_recorded(domain->snapshots, moment, ok ? g_steal_pointer(&def) : NULL);
    return ok;
}

static gboolean
write_snapshot(VmDomain *domain, VmSnapshotDef *def, guint64 mark, const Writing *how,
               GError **error)
{
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, def->name);
    const char *path = path_of(domain, def->name);
    gboolean said = moment != NULL && moment->recorded == def &&
                    replace_mark(domain->driver->store, path, moment->mark, mark, how->mark_synced);
    if (!said &&
        (!make_draft(domain, def, mark, error) || !write_draft(domain, path, moment, how, error)))
        return FALSE;
    if (moment != NULL)
        moment->mark = mark;
    domain->greatest_mark = MAX(domain->greatest_mark, mark);
    return TRUE;
}

static guint64
next_mark(const VmDomain *domain, gboolean current)
{
    return current ? domain->greatest_mark + 1 : 0;
}

gboolean
vm_record_snapshot(VmDomain *domain, VmSnapshotDef *def, gboolean current, GError **error)
{
    return write_snapshot(domain, def, next_mark(domain, current), &durably, error);
}

gboolean
vm_record_snapshot_before(VmDomain *domain, VmSnapshotDef *def, gboolean current, GError **error)
{
    return write_snapshot(domain, def, next_mark(domain, current), &before_another, error);
}

gboolean
vm_record_unmark(VmDomain *domain, VmSnapshotDef *def, GError **error)
{
    return write_snapshot(domain, def, 0, &unmarking, error);
}

gboolean
vm_record_drop_snapshot(VmDomain *domain, const char *snapshot, GError **error)
{
    const char *path = path_of(domain, snapshot);
    if (!vm_store_remove(domain->driver->store, path, error))
        return FALSE;
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, snapshot);
    if (moment == NULL)
        return TRUE;
    vm_moment_tree_note_recorded(domain->snapshots, moment, NULL);
    moment->mark = 0;
    return TRUE;
}

void
vm_record_note_new(VmDomain *domain, VmMoment *moment, gboolean current)
{
    vm_moment_tree_note_recorded(domain->snapshots, moment,
                                 vm_snapshot_def_ref(vm_moment_snapshot(moment)));
    moment->mark = current ? domain->greatest_mark : 0;
}

gboolean
vm_record_snapshot_reserved(const VmDomain *domain, const char *snapshot)
{
    return domain->reserved != NULL && g_hash_table_contains(domain->reserved, snapshot);
}
