/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/inspect.h"
#include "sim/block/image_bitmap.h"
#include "sim/block/image_check.h"
#include "sim/block/digest.h"
#include "sim/world/inode.h"
#include "sim/world/world_private.h"
#include <string.h>

static const char *
kind_name(SimInodeKind kind)
{
    static const char *const names[] = {
        [SIM_INODE_REGULAR] = "regular",
        [SIM_INODE_BLOCK] = "block",
        [SIM_INODE_DIR] = "dir",
    };
    return names[kind];
}

static json_t *
take_text(char *text)
{
    json_t *value = text == NULL ? json_null() : json_string(text);
    g_free(text);
    return value;
}

static json_t *
text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static char *
file_digest(SimInode *inode)
{
    SimDigest digest = sim_inode_digest(inode);
    return sim_digest_text(&digest);
}

static void
add_files(SimFs *fs, const char *path, json_t *list)
{
    g_autoptr(GPtrArray) names = sim_fs_list(fs, path, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        g_autofree char *child = g_build_filename(path, names->pdata[i], NULL);
        SimInode *inode = sim_fs_lookup(fs, child, NULL);
        if (sim_inode_kind(inode) == SIM_INODE_DIR) {
            add_files(fs, child, list);
            continue;
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "path", child, "kind",
                                              kind_name(sim_inode_kind(inode)), "size",
                                              (json_int_t)sim_inode_size(inode), "digest",
                                              take_text(file_digest(inode))));
    }
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    json_t *const *left = a, *const *right = b;
    return strcmp(json_string_value(json_object_get(*left, "path")),
                  json_string_value(json_object_get(*right, "path")));
}

json_t *
sim_inspect_files(SimWorld *world, const char *prefix)
{
    json_t *found = json_array();
    add_files(world->fs, prefix, found);
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(found); i++)
        g_ptr_array_add(order, json_array_get(found, i));
    g_ptr_array_sort(order, compare_paths);
    json_t *sorted = json_array();
    for (guint i = 0; i < order->len; i++)
        json_array_append(sorted, order->pdata[i]);
    json_decref(found);
    return sorted;
}

typedef struct {
    void (*visit)(void *data, const struct vm_file *file);
    void *data;
    GString *path; /* of the folder, with a '/' at its end */
} Visit;

static void
put_name(GString *path, const SimName *name)
{
    gsize from = path->len;
    g_string_set_size(path, from + name->length);
    memcpy(path->str + from, name->name, name->length);
}

static void
visit_folder(Visit *visit, SimInode *folder)
{
    gsize length = visit->path->len;
    for (guint i = 0; i < folder->total; i++) {
        char text[SIM_DIGEST_TEXT];
        const SimName *name = folder->names[i];
        SimInode *inode = name->inode;
        if (inode == NULL)
            continue;
        put_name(visit->path, name);
        if (sim_inode_kind(inode) == SIM_INODE_DIR) {
            g_string_append_c(visit->path, '/');
            visit_folder(visit, inode);
        } else {
            SimDigest digest = sim_inode_digest(inode);
            sim_digest_write(&digest, text);
            visit->visit(visit->data,
                         &(struct vm_file){visit->path->str, kind_name(sim_inode_kind(inode)),
                                           sim_inode_size(inode), text});
        }
        g_string_truncate(visit->path, length);
    }
}

void
sim_visit_files(SimWorld *world, void (*visit)(void *data, const struct vm_file *file), void *data)
{
    g_autoptr(GString) path = g_string_new("/");
    Visit all = {visit, data, path};
    visit_folder(&all, sim_fs_lookup(world->fs, "/", NULL));
}

/* Whether nobody may write to it, as it is or as its chain is. */
static gboolean
is_damaged(SimFs *fs, const char *path, SimInode *inode)
{
    return sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_WRITE) != NULL ||
           (sim_inode_image(inode) != NULL && !sim_image_check(fs, path, NULL));
}

/* Its tags, in `tags`, which has room for them. */
static void
list_tags(const SimImage *image, struct vm_image_tag *tags)
{
    for (const GList *link = sim_snapshots_first(sim_image_snapshots(image)); link != NULL;
         link = link->next) {
        const SimSnapshot *snapshot = link->data;
        gsize size = snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
        *tags++ = (struct vm_image_tag){snapshot->id, snapshot->name, size};
    }
}

static void
list_bitmaps(const GPtrArray *bitmaps, const char **names)
{
    for (guint i = 0; bitmaps != NULL && i < bitmaps->len; i++)
        names[i] = ((const SimStoredBitmap *)bitmaps->pdata[i])->name;
}

static void
show_image(const SimImage *image, struct vm_image *shown,
           void (*visit)(void *data, const struct vm_image *image), void *data)
{
    const SimImageState *state = sim_image_state(image);
    guint tag_count = sim_snapshots_count(sim_image_snapshots(image));
    guint bitmap_count = state->bitmaps == NULL ? 0 : state->bitmaps->len;
    g_autofree struct vm_image_tag *tags = g_new(struct vm_image_tag, tag_count);
    g_autofree const char **bitmaps = g_new(const char *, bitmap_count);
    list_tags(image, tags);
    list_bitmaps(state->bitmaps, bitmaps);
    shown->backing = state->backing;
    shown->backing_format = state->backing_format;
    shown->size = state->size;
    shown->data_outside = state->data_file != NULL;
    shown->tags = tags;
    shown->tag_count = tag_count;
    shown->bitmaps = bitmaps;
    shown->bitmap_count = bitmap_count;
    visit(data, shown);
}

gboolean
sim_visit_image(SimWorld *world, const char *path,
                void (*visit)(void *data, const struct vm_image *image), void *data)
{
    SimInode *inode = sim_fs_lookup(world->fs, path, NULL);
    if (inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR)
        return FALSE;
    struct vm_image shown = {
        .format = sim_inode_format(inode),
        .size = sim_inode_size(inode),
        .damaged = is_damaged(world->fs, path, inode),
    };
    if (sim_inode_image(inode) == NULL)
        visit(data, &shown);
    else
        show_image(sim_inode_image(inode), &shown, visit, data);
    return TRUE;
}

static void
describe_image(void *data, const struct vm_image *image)
{
    json_t *info = data, *snapshots = json_array(), *bitmaps = json_array();
    for (gsize i = 0; i < image->tag_count; i++)
        json_array_append_new(snapshots, json_pack("{s:s, s:s, s:I}", "id", image->tags[i].id,
                                                   "name", image->tags[i].name, "vm-state-size",
                                                   (json_int_t)image->tags[i].memory));
    for (gsize i = 0; i < image->bitmap_count; i++)
        json_array_append_new(bitmaps, json_string(image->bitmaps[i]));
    json_object_set_new(info, "format", json_string(image->format));
    json_object_set_new(info, "damaged", json_boolean(image->damaged));
    json_object_set_new(info, "data-outside", json_boolean(image->data_outside));
    json_object_set_new(info, "virtual-size", json_integer((json_int_t)image->size));
    json_object_set_new(info, "backing", text_or_null(image->backing));
    json_object_set_new(info, "backing-format", text_or_null(image->backing_format));
    json_object_set_new(info, "snapshots", snapshots);
    json_object_set_new(info, "bitmaps", bitmaps);
}

json_t *
sim_inspect_file(SimWorld *world, const char *path)
{
    SimInode *inode = sim_fs_lookup(world->fs, path, NULL);
    if (inode == NULL)
        return NULL;
    json_t *info =
        json_pack("{s:s, s:s, s:I}", "path", path, "kind", kind_name(sim_inode_kind(inode)), "size",
                  (json_int_t)sim_inode_size(inode));
    if (sim_visit_image(world, path, describe_image, info))
        json_object_set_new(info, "digest", take_text(file_digest(inode)));
    return info;
}
