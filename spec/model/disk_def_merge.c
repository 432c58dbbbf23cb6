/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk whose images become fewer.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

/* Two slashes at the start mean nothing here, but GLib keeps them. */
static const char *
without_double_slash(const char *path)
{
    while (path[0] == '/' && path[1] == '/')
        path++;
    return path;
}

gboolean
vm_path_same(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return FALSE;
    g_autofree char *one = g_canonicalize_filename(without_double_slash(a), "/");
    g_autofree char *other = g_canonicalize_filename(without_double_slash(b), "/");
    return strcmp(one, other) == 0;
}

static VmDiskSource *
layer(const VmDiskDef *disk, guint i)
{
    return i < disk->backing->len ? g_ptr_array_index(disk->backing, i) : NULL;
}

/* The chain may say more of the image below than its path and format. */
static void
replace_top(VmDiskDef *copy, const VmDiskSource *below)
{
    const VmDiskSource *known = layer(copy, 0);
    gboolean listed = known != NULL && vm_path_same(known->path, below->path);
    vm_disk_source_clear(&copy->source);
    vm_disk_source_copy(&copy->source, listed ? known : below);
    if (!listed)
        return;
    g_clear_pointer(&copy->source.format_extra, g_free);
    g_clear_pointer(&copy->source.layer_extra, g_free);
    g_ptr_array_remove_index(copy->backing, 0);
}

static void
replace_layer(VmDiskDef *copy, guint i, const VmDiskSource *below)
{
    const VmDiskSource *next = layer(copy, i + 1);
    if (next != NULL && vm_path_same(next->path, below->path)) {
        g_ptr_array_remove_index(copy->backing, i);
        return;
    }
    vm_disk_source_clear(layer(copy, i));
    vm_disk_source_copy(layer(copy, i), below);
}

VmDiskDef *
vm_disk_def_without_image(const VmDiskDef *disk, const char *path, const VmDiskSource *below)
{
    g_autoptr(VmDiskDef) copy = vm_disk_def_copy(disk);
    gboolean named = vm_path_same(disk->source.path, path);
    if (named)
        replace_top(copy, below);
    for (guint i = copy->backing->len; i > 0; i--) {
        if (!vm_path_same(layer(copy, i - 1)->path, path))
            continue;
        replace_layer(copy, i - 1, below);
        named = TRUE;
    }
    return named ? g_steal_pointer(&copy) : NULL;
}
