/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/image_users.h"
#include "spec/driver/save_image.h"
#include "spec/driver/snapshot_steps.h"
#include <string.h>

struct VmImageUsers {
    GHashTable *images; /* char *, canonical → VmUsedImage *, which owns it */
};

char *
vm_image_canonical(const char *path)
{
    while (path[0] == '/' && path[1] == '/')
        path++; /* as vm_path_same() */
    return g_canonicalize_filename(path, "/");
}

/* ---- the table ---- */

static void
free_user(gpointer data)
{
    VmImageUser *user = data;
    g_free(user->disk);
    g_free(user);
}

static void
free_image(gpointer data)
{
    VmUsedImage *image = data;
    g_free(image->path);
    g_free(image->backing);
    g_free(image->backing_format);
    g_free(image->format);
    g_ptr_array_unref(image->users);
    g_free(image);
}

VmImageUsers *
vm_image_users_new(void)
{
    VmImageUsers *users = g_new0(VmImageUsers, 1);
    users->images = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_image);
    return users;
}

void
vm_image_users_free(VmImageUsers *users)
{
    if (users == NULL)
        return;
    g_hash_table_unref(users->images);
    g_free(users);
}

VmUsedImage *
vm_image_users_find(const VmImageUsers *users, const char *path)
{
    g_autofree char *canonical = path != NULL ? vm_image_canonical(path) : NULL;
    return canonical != NULL ? g_hash_table_lookup(users->images, canonical) : NULL;
}

VmUsedImage *
vm_image_users_add(VmImageUsers *users, const char *path)
{
    VmUsedImage *image = vm_image_users_find(users, path);
    if (image != NULL)
        return image;
    image = g_new0(VmUsedImage, 1);
    image->path = vm_image_canonical(path);
    image->users = g_ptr_array_new_with_free_func(free_user);
    g_hash_table_insert(users->images, image->path, image);
    return image;
}

/* Once for each disk of a domain or snapshot, however many of its definitions say so. */
static void
note(VmUsedImage *image, const VmImageUser *user)
{
    for (guint i = 0; i < image->users->len; i++) {
        const VmImageUser *other = g_ptr_array_index(image->users, i);
        if (other->use == user->use && other->domain == user->domain &&
            other->moment == user->moment && g_strcmp0(other->disk, user->disk) == 0 &&
            g_strcmp0(other->overlay, user->overlay) == 0)
            return;
    }
    VmImageUser *copy = g_new0(VmImageUser, 1);
    *copy = *user;
    copy->disk = g_strdup(user->disk);
    g_ptr_array_add(image->users, copy);
}

void
vm_image_users_note(VmImageUsers *users, const char *path, const VmImageUser *user)
{
    VmImageUser own = *user;
    own.overlay = NULL;
    note(vm_image_users_add(users, path), &own);
}

void
vm_image_users_set_backing(VmImageUsers *users, const char *path, const char *backing,
                           const char *format)
{
    VmUsedImage *image = vm_image_users_add(users, path);
    g_assert(image->backing == NULL);
    image->backing = vm_image_canonical(backing);
    image->backing_format = g_strdup(format);
    note(vm_image_users_add(users, backing),
         &(const VmImageUser){.use = VM_USE_OVERLAY, .overlay = image->path});
}

/* ---- questions ---- */

gboolean
vm_image_users_others(const VmImageUsers *users, const char *path, const VmMoment *but)
{
    const VmUsedImage *image = vm_image_users_find(users, path);
    for (guint i = 0; image != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        gboolean its = user->use == VM_USE_HOLDER && user->moment == but;
        if (user->use != VM_USE_MENTION && !its)
            return TRUE;
    }
    return FALSE;
}

gboolean
vm_image_users_any(const VmImageUsers *users, const char *path)
{
    const VmUsedImage *image = vm_image_users_find(users, path);
    return image != NULL && image->users->len > 0;
}

gboolean
vm_image_users_is_ours(const VmImageUsers *users, const char *path)
{
    const VmUsedImage *image = vm_image_users_find(users, path);
    if (image == NULL || image->backing == NULL)
        return FALSE;
    return image->recorded;
}

gboolean
vm_image_users_only_of(const VmImageUsers *users, const char *path, const VmDomain *domain)
{
    const VmUsedImage *image = vm_image_users_find(users, path);
    for (guint i = 0; image != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        if (user->use != VM_USE_OVERLAY && user->domain != domain)
            return FALSE;
        if (user->use == VM_USE_OVERLAY && !vm_image_users_only_of(users, user->overlay, domain))
            return FALSE;
    }
    return TRUE;
}

/* ---- planning ---- */

/* An internal snapshot takes its tag along. */
static void
forget(VmUsedImage *image, const VmMoment *moment, const char *overlay)
{
    for (guint i = image->users->len; i > 0; i--) {
        const VmImageUser *user = g_ptr_array_index(image->users, i - 1);
        if (moment != NULL && user->moment == moment && user->location == VM_LOCATION_INTERNAL &&
            image->tags > 0)
            image->tags--;
        if ((moment != NULL && user->moment == moment) ||
            (overlay != NULL && g_strcmp0(user->overlay, overlay) == 0))
            g_ptr_array_remove_index(image->users, i - 1);
    }
}

void
vm_image_users_release(VmImageUsers *users, const VmMoment *moment)
{
    GHashTableIter iter;
    gpointer image;
    g_hash_table_iter_init(&iter, users->images);
    while (g_hash_table_iter_next(&iter, NULL, &image))
        forget(image, moment, NULL);
}

void
vm_image_users_drop(VmImageUsers *users, const char *path)
{
    VmUsedImage *image = vm_image_users_find(users, path);
    g_assert(image != NULL);
    VmUsedImage *below = vm_image_users_find(users, image->backing);
    if (below != NULL)
        forget(below, NULL, image->path);
    g_hash_table_remove(users->images, image->path);
}

void
vm_image_users_merge(VmImageUsers *users, const char *path)
{
    VmUsedImage *image = vm_image_users_find(users, path);
    g_assert(image != NULL && image->backing != NULL);
    VmUsedImage *below = vm_image_users_add(users, image->backing);
    for (guint i = 0; i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        VmUsedImage *above = vm_image_users_find(users, user->overlay);
        note(below, user);
        if (above == NULL)
            continue;
        g_free(above->backing);
        above->backing = g_strdup(below->path);
    }
    vm_image_users_drop(users, path);
}

/* ---- the count ---- */

static gboolean
is_local(const VmDiskSource *source)
{
    return source->path != NULL &&
           (g_strcmp0(source->type, "file") == 0 || g_strcmp0(source->type, "block") == 0);
}

static void
note_tops(VmImageUsers *users, VmDomain *domain, const VmDomainDef *def)
{
    for (guint i = 0; def != NULL && i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (is_local(&disk->source))
            vm_image_users_note(
                users, disk->source.path,
                &(const VmImageUser){.use = VM_USE_TOP, .domain = domain, .disk = disk->target});
    }
}

/* A guest that is saved, and whose domain is gone, comes back to its disks (VM-SAVE-009). */
static void
note_disks_of_gone(VmImageUsers *users, const GPtrArray *paths)
{
    for (guint i = 0; i < paths->len; i++)
        vm_image_users_note(users, g_ptr_array_index(paths, i),
                            &(const VmImageUser){.use = VM_USE_TOP});
}

static gboolean
note_saved(VmDriver *driver, VmImageUsers *users, GError **error)
{
    g_autoptr(GPtrArray) paths = vm_save_disks_of_gone(driver, error);
    if (paths == NULL)
        return FALSE;
    note_disks_of_gone(users, paths);
    return TRUE;
}

static VmLocation
location_of(const VmSnapshotDef *def, const char *target)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (g_strcmp0(disk->name, target) == 0)
            return disk->location;
    }
    return VM_LOCATION_DEFAULT;
}

/* A disk that was left to the caller is held too: nobody knows what the caller has done about it.
 */
static void
note_captured(VmImageUsers *users, VmDomain *domain, VmMoment *moment, const VmDomainDef *def)
{
    for (guint i = 0; def != NULL && i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        VmLocation location = location_of(vm_moment_snapshot(moment), disk->target);
        VmImageUser user = {.use = location == VM_LOCATION_NO ? VM_USE_MENTION : VM_USE_HOLDER,
                            .domain = domain,
                            .moment = moment,
                            .disk = disk->target,
                            .location = location};
        if (is_local(&disk->source))
            vm_image_users_note(users, disk->source.path, &user);
    }
}

static void
note_overlays(VmImageUsers *users, const GPtrArray *disks)
{
    for (guint i = 0; i < disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL && disk->source.path != NULL)
            vm_image_users_add(users, disk->source.path)->recorded = TRUE;
    }
}

static void
note_moment(VmImageUsers *users, VmDomain *domain, VmMoment *moment)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    note_captured(users, domain, moment, def->domain);
    note_captured(users, domain, moment, def->inactive_domain);
    note_overlays(users, def->disks);
    note_overlays(users, def->revert_disks);
    for (guint i = 0; i < def->overlays->len; i++)
        vm_image_users_add(users, g_ptr_array_index(def->overlays, i))->recorded = TRUE;
}

/* ---- chains ---- */

/* A name of a backing image that is a path; protocols and json: are not looked into. */
static char *
backing_path(const char *image, const char *backing)
{
    const char *name = g_str_has_prefix(backing, "file:") ? backing + strlen("file:") : backing;
    if (*name == '/')
        return g_strdup(name);
    if (strchr(name, ':') != NULL)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(image);
    return g_build_filename(folder, name, NULL);
}

/* NULL: it cannot be read. */
static VmImageInfo *
read_header(VmDriver *driver, const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    VmImageInfo *info = driver->hypervisor->ops->image_info(driver->hypervisor, path, &failure);
    if (info == NULL)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                  "image '%s' cannot be read, so that nobody knows which images it needs: %s", path,
                  failure->message);
    return info;
}

gboolean
vm_image_below(VmDriver *driver, const char *path, char **below, GError **error)
{
    *below = NULL;
    if (vm_store_kind(driver->store, path) == VM_FILE_MISSING)
        return TRUE;
    g_autoptr(VmImageInfo) info = read_header(driver, path, error);
    if (info != NULL && info->backing != NULL)
        *below = backing_path(path, info->backing);
    return info != NULL;
}

/* Read an image's header; *below (the caller's) is what lies under it, if anything. */
static gboolean
look_at(VmDriver *driver, VmImageUsers *users, VmUsedImage *image, char **below, GError **error)
{
    image->missing = vm_store_kind(driver->store, image->path) == VM_FILE_MISSING;
    if (image->missing)
        return TRUE;
    g_autoptr(VmImageInfo) info = read_header(driver, image->path, error);
    if (info == NULL)
        return FALSE;
    image->format = g_strdup(info->format);
    image->tags = info->snapshots->len;
    image->bitmaps = info->bitmaps->len;
    *below = info->backing != NULL ? backing_path(image->path, info->backing) : NULL;
    if (*below != NULL)
        vm_image_users_set_backing(users, image->path, *below, info->backing_format);
    return TRUE;
}

static gboolean
follow_chain(VmDriver *driver, VmImageUsers *users, const char *top, GError **error)
{
    g_autofree char *at = g_strdup(top);
    while (at != NULL) {
        VmUsedImage *image = vm_image_users_find(users, at);
        g_autofree char *below = NULL;
        if (image->format != NULL || image->missing)
            return TRUE; /* seen before */
        if (!look_at(driver, users, image, &below, error))
            return FALSE;
        g_free(at);
        at = g_steal_pointer(&below);
    }
    return TRUE;
}

static gboolean
follow_chains(VmDriver *driver, VmImageUsers *users, GError **error)
{
    g_autoptr(GList) paths = g_hash_table_get_keys(users->images);
    gboolean whole = TRUE;
    paths = g_list_sort(paths, (GCompareFunc)strcmp);
    for (GList *path = paths; path != NULL; path = path->next) {
        g_autofree char *top = g_strdup(path->data);
        if (!follow_chain(driver, users, top, whole ? error : NULL))
            whole = FALSE;
    }
    return whole;
}

/* What cannot be read stops nobody but its own domain, and hides nothing of the others. */
static void
follow_what_can_be_read(VmDriver *driver, VmImageUsers *users)
{
    g_autoptr(GError) unread = NULL;
    if (!follow_chains(driver, users, &unread))
        vm_env_log(driver->env, "%s", unread->message);
}

/* ---- of other domains ---- */

static void
note_held(VmImageUsers *users, VmDomain *domain, VmMoment *moment)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        const char *path = vm_snapshot_disk_path(def, disk);
        if (path == NULL || disk->location == VM_LOCATION_NO)
            continue;
        vm_image_users_note(users, path,
                            &(const VmImageUser){.use = VM_USE_HOLDER,
                                                 .domain = domain,
                                                 .moment = moment,
                                                 .disk = disk->name,
                                                 .location = disk->location});
    }
}

gboolean
vm_image_users_freeze(const VmImageUsers *users, const char *path, gboolean also_tops)
{
    const VmUsedImage *image = vm_image_users_find(users, path);
    for (guint i = 0; image != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        if (user->use == VM_USE_OVERLAY || (user->use == VM_USE_TOP && also_tops) ||
            (user->use == VM_USE_HOLDER && user->location == VM_LOCATION_EXTERNAL))
            return TRUE;
    }
    return FALSE;
}

/* Internal snapshots of its own are in the image, and no reason to leave it as it is. */
static void
note_moments(VmImageUsers *users, VmDomain *domain, gboolean own)
{
    g_autoptr(GPtrArray) moments = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < moments->len; i++) {
        VmMoment *moment = g_ptr_array_index(moments, i);
        if (!own || vm_snapshot_def_is_external(vm_moment_snapshot(moment)))
            note_held(users, domain, moment);
    }
}

gboolean
vm_image_rests_under(const VmDomain *domain, const char *path)
{
    VmDriver *driver = domain->driver;
    g_autoptr(GPtrArray) saved = vm_save_disks_of_gone(driver, NULL);
    if (saved == NULL)
        return TRUE; /* nobody knows */
    if (g_hash_table_size(driver->by_name) < 2 && saved->len == 0 &&
        vm_moment_tree_counted(domain->snapshots) == 0)
        return FALSE;
    g_autoptr(VmImageUsers) users = vm_image_users_new();
    note_disks_of_gone(users, saved);
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    for (guint i = 0; i < domains->len; i++) {
        VmDomain *one = g_ptr_array_index(domains, i);
        note_moments(users, one, one == domain);
        if (one == domain)
            continue;
        note_tops(users, one, one->def);
        note_tops(users, one, one->next_def);
    }
    follow_what_can_be_read(driver, users);
    return vm_image_users_freeze(users, path, TRUE);
}

/* ---- ours ---- */

/* The image that the snapshot holds for a disk which is external in it, or NULL. */
static const char *
external_image(const VmMoment *moment, const char *disk)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *entry = g_ptr_array_index(def->disks, i);
        if (entry->location == VM_LOCATION_EXTERNAL && g_strcmp0(entry->name, disk) == 0)
            return vm_snapshot_disk_path(def, entry);
    }
    return NULL;
}

/* Whether the snapshot's nearest ancestor that has the disk's content in a frozen image has it in
 * the image right below. */
static gboolean
is_above_ancestor(const VmUsedImage *image, const VmImageUser *user)
{
    for (const VmMoment *at = user->moment->parent; at != NULL; at = at->parent) {
        const char *path = external_image(at, user->disk);
        if (path == NULL)
            continue;
        return vm_path_same(path, image->backing);
    }
    return FALSE;
}

static void
find_ours(VmUsedImage *image)
{
    for (guint i = 0; image->backing != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        if (user->use == VM_USE_HOLDER && is_above_ancestor(image, user))
            image->recorded = TRUE;
    }
}

static void
note_all(VmDriver *driver, VmImageUsers *users)
{
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    for (guint i = 0; i < domains->len; i++) {
        VmDomain *domain = g_ptr_array_index(domains, i);
        note_tops(users, domain, domain->def);
        note_tops(users, domain, domain->next_def);
        g_autoptr(GPtrArray) moments = vm_moment_tree_walk(domain->snapshots, NULL);
        for (guint j = 0; j < moments->len; j++)
            note_moment(users, domain, g_ptr_array_index(moments, j));
    }
}

VmImageUsers *
vm_image_users_take(VmDriver *driver, GError **error)
{
    g_autoptr(VmImageUsers) users = vm_image_users_new();
    note_all(driver, users);
    if (!note_saved(driver, users, error) || !follow_chains(driver, users, error))
        return NULL;
    GHashTableIter iter;
    gpointer image;
    g_hash_table_iter_init(&iter, users->images);
    while (g_hash_table_iter_next(&iter, NULL, &image))
        find_ours(image);
    return g_steal_pointer(&users);
}
