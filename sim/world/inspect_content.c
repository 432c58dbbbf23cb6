/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a guest would see at a place.
 */
#include "sim/block/digest.h"
#include "sim/block/image_path.h"
#include "sim/vm/ram.h"
#include "sim/world/inode.h"
#include "sim/world/inspect.h"
#include "sim/world/world_private.h"
#include <string.h>

#define CHAIN_MAX 200

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

static gboolean
look_at(SimWorld *world, const char *path, const char *tag, struct vm_content *seen)
{
    SimInode *inode = sim_fs_lookup(world->fs, path, NULL);
    g_autoptr(SimImage) image = open_image(world->fs, path);
    if (image == NULL)
        return FALSE;
    const SimSnapshot *snapshot = tag == NULL ? NULL : sim_image_find_name(image, tag);
    if (tag != NULL && snapshot == NULL)
        return FALSE;
    const SimImageState *state = sim_image_state(image);
    guint64 size = snapshot == NULL ? state->size : snapshot->size;
    g_autoptr(SimContent) whole = over_chain(
        world->fs, path, image, snapshot == NULL ? state->content : snapshot->content, 0);
    if (whole == NULL)
        return FALSE;
    g_autoptr(SimContent) shown = sim_content_flatten(NULL, whole, size);
    g_autofree char *memory = memory_digest(inode, snapshot);
    SimDigest digest = sim_content_sum(shown, size);
    seen->size = size;
    sim_digest_write(&digest, seen->digest);
    g_strlcpy(seen->memory, memory == NULL ? "" : memory, sizeof(seen->memory));
    return TRUE;
}

gboolean
sim_look_at_content(SimWorld *world, const char *place, struct vm_content *seen)
{
    /* A path may hold an '@' itself: as it stands, a file goes first. */
    const char *at = strrchr(place, '@');
    if (at == NULL || sim_fs_lookup(world->fs, place, NULL) != NULL)
        return look_at(world, place, NULL, seen);
    for (at = strchr(place, '@'); at != NULL; at = strchr(at + 1, '@')) {
        g_autofree char *path = g_strndup(place, (gsize)(at - place));
        if (sim_fs_lookup(world->fs, path, NULL) != NULL)
            return look_at(world, path, at + 1, seen);
    }
    return FALSE;
}

json_t *
sim_inspect_content(SimWorld *world, const char *place)
{
    struct vm_content seen;
    if (!sim_look_at_content(world, place, &seen))
        return NULL;
    return json_pack("{s:s, s:I, s:o}", "digest", seen.digest, "size", (json_int_t)seen.size,
                     "memory", *seen.memory == '\0' ? json_null() : json_string(seen.memory));
}
