/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/inspect.h"
#include "sim/block/image_bitmap.h"
#include "sim/block/image_check.h"
#include "sim/block/digest.h"
#include "sim/block/image_path.h"
#include "sim/vm/ram.h"
#include "sim/world/inode.h"
#include "sim/world/world_private.h"
#include <string.h>

#define CHAIN_MAX 200

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
visit_folder(Visit *visit, SimInode *folder)
{
    gsize length = visit->path->len;
    for (guint i = 0; i < folder->total; i++) {
        char text[SIM_DIGEST_TEXT];
        const SimName *name = folder->names[i];
        SimInode *inode = name->inode;
        if (inode == NULL)
            continue;
        g_string_append(visit->path, name->name);
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

static json_t *
list_snapshots(const SimImage *image)
{
    const GList *link = image == NULL ? NULL : sim_snapshots_first(sim_image_snapshots(image));
    json_t *list = json_array();
    for (; link != NULL; link = link->next) {
        const SimSnapshot *snapshot = link->data;
        gsize size = snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "id", snapshot->id, "name",
                                              snapshot->name, "vm-state-size", (json_int_t)size));
    }
    return list;
}

/* Whether nobody may write to it, as it is or as its chain is. */
static gboolean
is_damaged(SimFs *fs, const char *path, SimInode *inode)
{
    return sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_WRITE) != NULL ||
           (sim_inode_image(inode) != NULL && !sim_image_check(fs, path, NULL));
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
    if (sim_inode_kind(inode) == SIM_INODE_DIR)
        return info;
    SimImage *image = sim_inode_image(inode);
    const SimImageState *state = image == NULL ? NULL : sim_image_state(image);
    guint64 size = state == NULL ? sim_inode_size(inode) : state->size;
    json_t *bitmaps = json_array();
    for (guint i = 0; state != NULL && state->bitmaps != NULL && i < state->bitmaps->len; i++)
        json_array_append_new(bitmaps,
                              json_string(((SimStoredBitmap *)state->bitmaps->pdata[i])->name));
    json_object_set_new(info, "format", json_string(sim_inode_format(inode)));
    json_object_set_new(info, "damaged", json_boolean(is_damaged(world->fs, path, inode)));
    json_object_set_new(info, "data-outside",
                        json_boolean(state != NULL && state->data_file != NULL));
    json_object_set_new(info, "virtual-size", json_integer((json_int_t)size));
    json_object_set_new(info, "backing", text_or_null(state == NULL ? NULL : state->backing));
    json_object_set_new(info, "backing-format",
                        text_or_null(state == NULL ? NULL : state->backing_format));
    json_object_set_new(info, "snapshots", list_snapshots(image));
    json_object_set_new(info, "bitmaps", bitmaps);
    json_object_set_new(info, "digest", take_text(file_digest(inode)));
    return info;
}

/* ---- content ---- */

/* The image of a path; plain bytes are a raw one, made for the moment.  The caller unrefs it. */
static SimImage *
open_image(SimFs *fs, const char *path)
{
    SimInode *inode = sim_fs_lookup(fs, path, NULL);
    if (inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR)
        return NULL;
    SimImage *image = sim_inode_image(inode);
    if (sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_READ) != NULL)
        return NULL;
    if (image != NULL)
        return sim_image_ref(image);
    g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
    return sim_image_from_bytes(bytes);
}

/* What a guest sees of a content that lies over the chain that the header names. */
static SimContent *
over_chain(SimFs *fs, const char *path, const SimImage *image, SimContent *content, guint depth)
{
    const SimImageState *state = sim_image_state(image);
    if (state->backing == NULL)
        return sim_content_flatten(NULL, content, state->size);
    if (depth > CHAIN_MAX)
        return NULL;
    g_autofree char *below = sim_image_resolve(path, state->backing);
    g_autoptr(SimImage) base = open_image(fs, below);
    if (base == NULL)
        return NULL;
    g_autoptr(SimContent) shown =
        over_chain(fs, below, base, sim_image_state(base)->content, depth + 1);
    return shown == NULL ? NULL : sim_content_flatten(shown, content, state->size);
}

static char *
memory_digest(SimInode *inode, const SimSnapshot *snapshot)
{
    if (snapshot != NULL)
        return snapshot->vm_state == NULL ? NULL : sim_ram_find_digest(snapshot->vm_state);
    if (sim_inode_image(inode) != NULL)
        return NULL;
    g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
    return sim_ram_find_digest(bytes);
}

static json_t *
describe_content(SimWorld *world, const char *path, const char *tag)
{
    SimInode *inode = sim_fs_lookup(world->fs, path, NULL);
    g_autoptr(SimImage) image = open_image(world->fs, path);
    if (image == NULL)
        return NULL;
    const SimSnapshot *snapshot = tag == NULL ? NULL : sim_image_find_name(image, tag);
    if (tag != NULL && snapshot == NULL)
        return NULL;
    const SimImageState *state = sim_image_state(image);
    guint64 size = snapshot == NULL ? state->size : snapshot->size;
    g_autoptr(SimContent) whole = over_chain(
        world->fs, path, image, snapshot == NULL ? state->content : snapshot->content, 0);
    if (whole == NULL)
        return NULL;
    g_autoptr(SimContent) shown = sim_content_flatten(NULL, whole, size);
    return json_pack("{s:o, s:I, s:o}", "digest", take_text(sim_content_digest(shown, size)),
                     "size", (json_int_t)size, "memory", take_text(memory_digest(inode, snapshot)));
}

json_t *
sim_inspect_content(SimWorld *world, const char *place)
{
    /* A path may hold an '@' itself: as it stands, a file goes first. */
    const char *at = strrchr(place, '@');
    if (at == NULL || sim_fs_lookup(world->fs, place, NULL) != NULL)
        return describe_content(world, place, NULL);
    for (at = strchr(place, '@'); at != NULL; at = strchr(at + 1, '@')) {
        g_autofree char *path = g_strndup(place, (gsize)(at - place));
        if (sim_fs_lookup(world->fs, path, NULL) != NULL)
            return describe_content(world, path, at + 1);
    }
    return NULL;
}
