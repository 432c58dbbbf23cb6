/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_check.h"
#include "sim/block/image_path.h"
#include "spec/api/error.h"

static gboolean
check_layer(const char *path, const SimImage *image, GError **error)
{
    if (sim_image_state(image)->damage != SIM_DAMAGE_TABLES)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "image '%s' is truncated or corrupt: its tables refer to what is not there",
                     path);
}

/* The qcow2 image in a file (may be NULL), or NULL. */
static const SimImage *
qcow2_in(SimInode *inode)
{
    const SimImage *image =
        inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR ? NULL : sim_inode_image(inode);
    return image != NULL && sim_image_format(image) == SIM_FORMAT_QCOW2 ? image : NULL;
}

static const SimImage *
qcow2_at(SimFs *fs, const char *path)
{
    return qcow2_in(sim_fs_lookup(fs, path, NULL));
}

/* Most chains are of one layer, and of that there is nothing to remember. */
static void
remember(GPtrArray **seen, const SimImage *image)
{
    if (*seen == NULL)
        *seen = g_ptr_array_new();
    g_ptr_array_add(*seen, (gpointer)image);
}

/* The chain of the image (may be NULL) at `top`; `replaced` (may be NULL) is one that it must not
 * come to. */
static gboolean
check_chain(SimFs *fs, const char *top, const SimImage *image, const SimImage *replaced,
            GError **error)
{
    g_autoptr(GPtrArray) seen = NULL;
    g_autofree char *below = NULL;
    const char *path = top;
    for (; image != NULL; image = qcow2_at(fs, path)) {
        if (image == replaced || (seen != NULL && g_ptr_array_find(seen, image, NULL)))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "image '%s' has a backing chain that comes back to '%s'", top, path);
        if (!check_layer(path, image, error))
            return FALSE;
        const SimImageState *state = sim_image_state(image);
        if (state->backing == NULL || g_strcmp0(state->backing_format, "raw") == 0)
            return TRUE;
        remember(&seen, image);
        char *next = sim_image_resolve(path, state->backing);
        g_free(below);
        path = below = next;
    }
    return TRUE;
}

gboolean
sim_image_check(SimFs *fs, const char *path, GError **error)
{
    return check_chain(fs, path, qcow2_at(fs, path), NULL, error);
}

gboolean
sim_image_check_file(SimFs *fs, const char *path, SimInode *inode, GError **error)
{
    return check_chain(fs, path, qcow2_in(inode), NULL, error);
}

gboolean
sim_image_check_backing(SimFs *fs, const char *backing, const char *path, GError **error)
{
    return check_chain(fs, backing, qcow2_at(fs, backing), qcow2_at(fs, path), error);
}

gboolean
sim_image_check_config(SimFs *fs, const json_t *config, GError **error)
{
    const json_t *nodes = json_object_get(config, "blockdev");
    for (gsize i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        const char *format = json_string_value(json_object_get(node, "driver"));
        const char *path =
            json_string_value(json_object_get(json_object_get(node, "file"), "filename"));
        if (g_strcmp0(format, "qcow2") == 0 && path != NULL && !sim_image_check(fs, path, error))
            return FALSE;
    }
    return TRUE;
}
