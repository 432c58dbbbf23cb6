/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_create.h"
#include "sim/block/image_path.h"
#include "sim/block/lock.h"
#include "spec/api/error.h"
#include <errno.h>
#include <string.h>

#define SECTOR 512
#define CLUSTER_DEFAULT 65536
#define CLUSTER_MAX (2 << 20)

static gboolean
failed(GError **error, const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s", text);
}

static gboolean
is_qcow2(const SimImageCreate *create)
{
    return strcmp(create->format, "qcow2") == 0;
}

/* The backing's file, opened for reading. */
static SimInode *
open_backing(SimFs *fs, const char *path, GError **error)
{
    int number = sim_fs_fault(fs, path, SIM_FS_READ);
    SimInode *inode = number != 0 ? NULL : sim_fs_lookup(fs, path, &number);
    if (inode != NULL && sim_inode_kind(inode) == SIM_INODE_DIR)
        number = EISDIR;
    const char *refusal =
        number != 0 ? NULL : sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_HEADER);
    if (number == 0 && refusal == NULL)
        return inode;
    vm_refuse(error, VIR_ERR_OPERATION_FAILED,
              "Could not open '%s': %s\nCould not open backing "
              "image.",
              path, refusal != NULL ? refusal : g_strerror(number));
    return NULL;
}

static gboolean
check_backing(SimFs *fs, SimImageCreate *create, GError **error)
{
    if (!is_qcow2(create))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "Backing file not supported for file format '%s'", create->format);
    if (strcmp(create->path, create->backing) == 0)
        return failed(error, "Error: Trying to create an image with the same filename as the "
                             "backing file");
    g_autofree char *path = sim_image_resolve(create->path, create->backing);
    SimInode *inode = create->unchecked ? NULL : open_backing(fs, path, error);
    if (inode == NULL && !create->unchecked)
        return FALSE;
    SimImage *image = inode == NULL ? NULL : sim_inode_image(inode);
    if (create->backing_format == NULL) {
        SimFormat format = image == NULL ? SIM_FORMAT_RAW : sim_image_format(image);
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "Backing file specified without backing format\nDetected format of %s.",
                         sim_format_name(format));
    }
    if (create->sized || inode == NULL)
        return TRUE;
    gboolean raw = strcmp(create->backing_format, "raw") == 0;
    create->size = image != NULL && !raw ? sim_image_state(image)->size : sim_inode_size(inode);
    create->sized = TRUE;
    return TRUE;
}

gboolean
sim_image_create_prepare(SimFs *fs, SimImageCreate *create, GError **error)
{
    if (!is_qcow2(create) && strcmp(create->format, "raw") != 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "Unknown file format '%s'",
                         create->format);
    if (create->backing != NULL && !check_backing(fs, create, error))
        return FALSE;
    if (!create->sized)
        return failed(error, "Image creation needs a size parameter");
    if (create->cluster_size == 0)
        create->cluster_size = CLUSTER_DEFAULT;
    return TRUE;
}

gboolean
sim_image_create(SimFs *fs, const SimImageCreate *create, GError **error)
{
    guint32 cluster = create->cluster_size;
    if (is_qcow2(create) &&
        (cluster < SECTOR || cluster > CLUSTER_MAX || (cluster & (cluster - 1)) != 0))
        return failed(error, "Cluster size must be a power of two between 512 and 2048k");
    if (create->backing == NULL && create->backing_format != NULL)
        return failed(error, "Backing format cannot be used without backing file");
    SimInode *there = sim_fs_lookup(fs, create->path, NULL);
    g_autofree char *locked = there == NULL
                                  ? NULL
                                  : sim_lock_conflict(there, NULL, SIM_PERM_WRITE | SIM_PERM_RESIZE,
                                                      SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED);
    if (locked != NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "%s\nIs another process using the image [%s]?", locked, create->path);
    guint64 size = (create->size + SECTOR - 1) / SECTOR * SECTOR;
    g_autoptr(SimImage) image = sim_image_new(is_qcow2(create) ? SIM_FORMAT_QCOW2 : SIM_FORMAT_RAW,
                                              size, create->backing, create->backing_format);
    sim_image_set_layout(image, cluster, create->version_2);
    int number = sim_fs_put_image(fs, create->path, image);
    if (number == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "Could not create '%s': %s", create->path,
                     g_strerror(number));
}

char *
sim_image_create_line(const SimImageCreate *create)
{
    if (!is_qcow2(create))
        return g_strdup_printf("Formatting '%s', fmt=%s size=%" G_GUINT64_FORMAT "\n", create->path,
                               create->format, create->size);
    GString *line = g_string_new(NULL);
    g_string_append_printf(line,
                           "Formatting '%s', fmt=qcow2 cluster_size=%u extended_l2=off "
                           "compression_type=zlib size=%" G_GUINT64_FORMAT,
                           create->path, create->cluster_size, create->size);
    if (create->version_2)
        g_string_append(line, " compat=0.10");
    if (create->backing != NULL)
        g_string_append_printf(line, " backing_file=%s", create->backing);
    if (create->backing_format != NULL)
        g_string_append_printf(line, " backing_fmt=%s", create->backing_format);
    g_string_append(line, " lazy_refcounts=off refcount_bits=16\n");
    return g_string_free(line, FALSE);
}
