/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which save image belongs to the disks as they are: the mark of the last save
 * to a file, kept until a guest may have written to them.  It outlives the
 * domain, and names the disks itself: the domain may have others by then.
 */
#include "spec/driver/image_sharing.h"
#include "spec/driver/save_image.h"
#include "spec/model/xml.h"
#include <string.h>

/* Larger files are no marks. */
#define MARK_FILE_MAX VM_XML_SIZE_MAX

static char *
mark_folder(const VmDriver *driver)
{
    return g_strconcat(driver->root, "/lib/qemu/saved", NULL);
}

/* A new reference, or NULL where there is none that can be read. */
static json_t *
read_mark_file(VmDriver *driver, const char *path)
{
    g_autofree char *text = vm_store_read_text(driver->store, path, MARK_FILE_MAX, NULL);
    return text != NULL ? json_loads(text, 0, NULL) : NULL;
}

gboolean
vm_save_mark_set(VmDomain *domain, const char *image, const char *mark, const VmDomainDef *def,
                 GError **error)
{
    const char *path = vm_domain_path(domain, VM_KEPT_SAVE_MARK);
    GString *json = vm_json_begin();
    vm_json_text(json, "mark", mark);
    vm_json_text(json, "image", image);
    vm_json_open(json, "disks", '[');
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        vm_json_open(json, NULL, '{');
        vm_json_text(json, "path", disk->source.path);
        vm_json_flag(json, "shareable", disk->shareable);
        vm_json_close(json, '}');
    }
    vm_json_close(json, ']');
    g_autofree char *text = vm_json_end(json);
    return vm_store_replace(domain->driver->store, path, text, error);
}

gboolean
vm_save_mark_drop(VmDomain *domain, GError **error)
{
    VmStore *store = domain->driver->store;
    const char *path = vm_domain_path(domain, VM_KEPT_SAVE_MARK);
    return vm_store_kind(store, path) == VM_FILE_MISSING || vm_store_remove(store, path, error);
}

/* Whether a guest of that definition writes to a disk that the image was made with. */
static gboolean
writes_disk_of_image(const VmSaveImage *image, const VmDomainDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        for (guint j = 0;
             disk->source.path != NULL && !disk->read_only && j < image->def->disks->len; j++) {
            const VmDiskDef *then = vm_domain_def_disk(image->def, j);
            if (vm_path_same(then->source.path, disk->source.path))
                return TRUE;
        }
    }
    return FALSE;
}

/* An image without a mark is not of this driver's saves: nothing is known of it. */
static gboolean
is_stale(VmDriver *driver, const VmSaveImage *image, const VmDomainDef *def)
{
    if (image->mark == NULL)
        return FALSE;
    if (strcmp(image->mark, VM_SAVE_MARK_MOMENT) == 0)
        return writes_disk_of_image(image, def);
    g_autofree char *path = vm_path_save_mark(driver, image->def->uuid);
    json_t *file = read_mark_file(driver, path);
    gboolean same = g_strcmp0(json_string_value(json_object_get(file, "mark")), image->mark) == 0;
    json_decref(file);
    return !same;
}

static gboolean
check_frozen(VmDriver *driver, const VmSaveImage *image, const VmDomainDef *def, GError **error)
{
    const VmDiskDef *disk = vm_frozen_disk(driver, def);
    if (disk == NULL)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s': the guest of save image '%s' would write to '%s', which "
                     "lies under an overlay or is a snapshot's (VM-SAVE-005)",
                     def->name, image->path, disk->source.path);
}

gboolean
vm_save_check_fresh(VmDomain *domain, const VmSaveImage *image, const VmDomainDef *def,
                    GError **error)
{
    VmDriver *driver = domain->driver;
    if (driver->profile != VM_PROFILE_RFC)
        return TRUE;
    if (!vm_save_check_unmanaged(domain, error))
        return FALSE;
    if (is_stale(driver, image, def))
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s': its disks may have been written since save image '%s' was "
                         "made (VM-SAVE-004)",
                         def->name, image->path);
    return check_frozen(driver, image, def, error);
}

gboolean
vm_save_check_unmanaged(const VmDomain *domain, GError **error)
{
    if (domain->driver->profile != VM_PROFILE_RFC || !vm_domain_managed_save_exists(domain))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s' has a managed save image, whose memory belongs to the disks as "
                     "they are; start it from that, or remove it (VM-SAVE-003)",
                     domain->def->name);
}

/* ---- other domains on the same images ---- */

/* Whether a guest of that definition writes to what another one has as a disk, and not by
 * agreement. */
static gboolean
writes_path(const VmDomainDef *def, const char *path, gboolean shareable)
{
    for (guint i = 0; path != NULL && i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path != NULL && !disk->read_only && !disk->transient &&
            !(disk->shareable && shareable) && vm_path_same(disk->source.path, path))
            return TRUE;
    }
    return FALSE;
}

static gboolean
writes_disk_of(const VmDomainDef *def, const VmDomainDef *other)
{
    for (guint i = 0; i < other->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(other, i);
        if (writes_path(def, disk->source.path, disk->shareable))
            return TRUE;
    }
    return FALSE;
}

static gboolean
writes_marked_disk(const VmDomainDef *def, const json_t *file)
{
    gsize i;
    json_t *disk;
    json_array_foreach(json_object_get(file, "disks"), i, disk)
    {
        if (writes_path(def, json_string_value(json_object_get(disk, "path")),
                        json_is_true(json_object_get(disk, "shareable"))))
            return TRUE;
    }
    return FALSE;
}

/* The disks that its guest has open in the managed save image are those of the image: the domain
 * may be defined with others by now.  Those count where the image cannot be read. */
static gboolean
writes_under_saved(const VmDomainDef *def, const VmDomain *saved)
{
    g_autofree char *path = vm_path_managed_save(saved->driver, saved->def->name);
    g_autoptr(VmSaveImage) image = vm_save_image_read(saved->driver->store, path, NULL);
    return writes_disk_of(def, image != NULL ? image->def : saved->def);
}

gboolean
vm_save_check_neighbours(const VmDomain *domain, const VmDomainDef *def, GError **error)
{
    if (domain->driver->profile != VM_PROFILE_RFC)
        return TRUE;
    g_autoptr(GPtrArray) domains = vm_driver_domains(domain->driver);
    for (guint i = 0; i < domains->len; i++) {
        const VmDomain *other = g_ptr_array_index(domains, i);
        if (other != domain && !vm_domain_is_active(other) &&
            vm_domain_managed_save_exists(other) && writes_under_saved(def, other))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s' would write to a disk of domain '%s', whose managed save "
                             "image has the memory that belongs to it (VM-SAVE-008)",
                             def->name, other->def->name);
    }
    return TRUE;
}

/* One that cannot be read says nothing of its disks, and belongs to none. */
static gboolean
drop_written(VmDriver *driver, const char *path, const VmDomainDef *def, GError **error)
{
    json_t *file = read_mark_file(driver, path);
    gboolean written = file == NULL || writes_marked_disk(def, file);
    json_decref(file);
    return !written || vm_store_remove(driver->store, path, error);
}

gboolean
vm_save_mark_drop_written(VmDriver *driver, const VmDomainDef *def, GError **error)
{
    g_autofree char *folder = mark_folder(driver);
    g_autoptr(GPtrArray) names = driver->store->ops->list(driver->store, folder, error);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_strconcat(folder, "/", name, NULL);
        if (g_str_has_suffix(name, ".mark") && !drop_written(driver, path, def, error))
            return FALSE;
    }
    return names != NULL;
}

/* ---- of domains that are gone ---- */

static gboolean
waits(VmDriver *driver, const json_t *file)
{
    const char *image = json_string_value(json_object_get(file, "image"));
    return image == NULL || vm_store_kind(driver->store, image) != VM_FILE_MISSING;
}

static void
collect_disks(GPtrArray *paths, const json_t *file)
{
    gsize i;
    json_t *disk;
    json_array_foreach(json_object_get(file, "disks"), i, disk)
    {
        const char *path = json_string_value(json_object_get(disk, "path"));
        if (path != NULL && g_path_is_absolute(path))
            g_ptr_array_add(paths, g_strdup(path));
    }
}

/* The domain of the file's name has its own definition to tell its disks. */
static void
collect_of_gone(VmDriver *driver, const char *name, GPtrArray *paths)
{
    g_autofree char *uuid = g_strndup(name, strlen(name) - strlen(".mark"));
    if (g_hash_table_contains(driver->by_uuid, uuid))
        return;
    g_autofree char *path = vm_path_save_mark(driver, uuid);
    json_t *file = read_mark_file(driver, path);
    if (file != NULL && waits(driver, file))
        collect_disks(paths, file);
    json_decref(file);
}

GPtrArray *
vm_save_disks_of_gone(VmDriver *driver, GError **error)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = mark_folder(driver);
    g_autoptr(GPtrArray) names = driver->store->ops->list(driver->store, folder, error);
    for (guint i = 0; names != NULL && i < names->len; i++)
        if (g_str_has_suffix(g_ptr_array_index(names, i), ".mark"))
            collect_of_gone(driver, g_ptr_array_index(names, i), paths);
    if (names != NULL)
        return paths;
    g_ptr_array_unref(paths);
    return NULL;
}
