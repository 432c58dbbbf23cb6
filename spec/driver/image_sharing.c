/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/image_sharing.h"
#include "spec/driver/image_users.h"
#include "spec/driver/save_image.h"
#include "spec/driver/snapshot_steps.h"

/* ---- images that have to stay as they are ---- */

typedef struct {
    VmDriver *driver;
    GHashTable *used;   /* set of paths as they are spelled: most moments name the same ones */
    GHashTable *frozen; /* set of canonical paths */
} Look;

/* The images below one that is used.  A chain that was met before is known from there on. */
static void
freeze_below(const Look *look, const char *top)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *at = g_strdup(top);
    while (at != NULL) {
        g_autofree char *below = NULL;
        if (!vm_image_below(look->driver, at, &below, &failure)) {
            vm_env_log(look->driver->env, "%s", failure->message);
            return;
        }
        if (below == NULL || !g_hash_table_add(look->frozen, vm_image_canonical(below)))
            return;
        g_free(at);
        at = g_steal_pointer(&below);
    }
}

static void
note_used(const Look *look, const char *path)
{
    if (path == NULL || g_hash_table_contains(look->used, path))
        return;
    g_hash_table_add(look->used, g_strdup(path));
    freeze_below(look, path);
}

static void
note_tops(const Look *look, const VmDomainDef *def)
{
    for (guint i = 0; def != NULL && i < def->disks->len; i++)
        note_used(look, vm_domain_def_disk(def, i)->source.path);
}

static void
note_moment(const Look *look, const VmSnapshotDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        const char *path = vm_snapshot_disk_path(def, disk);
        if (path == NULL || disk->location == VM_LOCATION_NO)
            continue;
        note_used(look, path);
        if (disk->location == VM_LOCATION_EXTERNAL)
            g_hash_table_add(look->frozen, vm_image_canonical(path));
    }
}

static void
note_domain(const Look *look, const VmDomain *domain)
{
    note_tops(look, domain->def);
    note_tops(look, domain->next_def);
    g_autoptr(GPtrArray) moments = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < moments->len; i++)
        note_moment(look, vm_moment_snapshot(g_ptr_array_index(moments, i)));
}

static void
note_saved(const Look *look)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) paths = vm_save_disks_of_gone(look->driver, &failure);
    for (guint i = 0; paths != NULL && i < paths->len; i++)
        note_used(look, g_ptr_array_index(paths, i));
    if (paths == NULL)
        vm_env_log(look->driver->env, "%s", failure->message);
}

/* The caller unrefs it. */
static GHashTable *
frozen_images(VmDriver *driver)
{
    g_autoptr(GHashTable) used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const Look look = {driver, used, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    for (guint i = 0; i < domains->len; i++)
        note_domain(&look, g_ptr_array_index(domains, i));
    note_saved(&look);
    return look.frozen;
}

const VmDiskDef *
vm_frozen_disk(VmDriver *driver, const VmDomainDef *def)
{
    g_autoptr(GHashTable) frozen = frozen_images(driver);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path == NULL || disk->read_only || disk->transient)
            continue;
        g_autofree char *path = vm_image_canonical(disk->source.path);
        if (g_hash_table_contains(frozen, path))
            return disk;
    }
    return NULL;
}

/* ---- images that another guest has open ---- */

typedef gboolean (*DiskTest)(const VmDiskDef *theirs, const VmDiskDef *ours);

static gboolean
writes(const VmDiskDef *theirs, G_GNUC_UNUSED const VmDiskDef *ours)
{
    return !theirs->read_only;
}

static gboolean
clashes(const VmDiskDef *theirs, const VmDiskDef *ours)
{
    return !theirs->shareable && !ours->shareable && !(theirs->read_only && ours->read_only);
}

/* Whether such a disk of the definition has the same image as ours. */
static gboolean
has_such(const VmDomainDef *def, const VmDiskDef *ours, DiskTest test)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *theirs = vm_domain_def_disk(def, i);
        if (theirs->source.path != NULL && test(theirs, ours) &&
            vm_path_same(theirs->source.path, ours->source.path))
            return TRUE;
    }
    return FALSE;
}

static const VmDomain *
find_other(const VmDomain *domain, const VmDiskDef *ours, DiskTest test)
{
    if (ours->source.path == NULL || g_hash_table_size(domain->driver->by_name) < 2)
        return NULL;
    g_autoptr(GPtrArray) domains = vm_driver_domains(domain->driver);
    for (guint i = 0; i < domains->len; i++) {
        const VmDomain *other = g_ptr_array_index(domains, i);
        if (other != domain && vm_domain_is_active(other) && has_such(other->def, ours, test))
            return other;
    }
    return NULL;
}

const VmDomain *
vm_image_writer(const VmDomain *domain, const VmDiskDef *disk)
{
    return find_other(domain, disk, writes);
}

const VmDomain *
vm_image_holder(const VmDomain *domain, const VmDiskDef *disk)
{
    return find_other(domain, disk, clashes);
}

static gboolean
has_disk_at(const VmDomainDef *def, const char *path)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path != NULL && vm_path_same(disk->source.path, path))
            return TRUE;
    }
    return FALSE;
}

gboolean
vm_image_check_idle(const VmDomain *domain, const char *path, const char *rule, GError **error)
{
    if (path == NULL || g_hash_table_size(domain->driver->by_name) < 2)
        return TRUE;
    g_autoptr(GPtrArray) domains = vm_driver_domains(domain->driver);
    for (guint i = 0; i < domains->len; i++) {
        const VmDomain *other = g_ptr_array_index(domains, i);
        if (other != domain && vm_domain_is_active(other) && has_disk_at(other->def, path))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s': image '%s' cannot be written while the guest of domain "
                             "'%s' has it open (%s)",
                             domain->def->name, path, other->def->name, rule);
    }
    return TRUE;
}
