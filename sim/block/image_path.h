/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names in image headers.
 */
#pragma once

#include <glib.h>
#include <string.h>

/** A backing name as a path: a relative one is relative to the folder of its overlay.  The caller
 *  frees it. */
static inline char *
sim_image_resolve(const char *overlay, const char *name)
{
    if (g_path_is_absolute(name) || g_str_has_prefix(name, "json:") || strchr(overlay, '/') == NULL)
        return g_strdup(name);
    g_autofree char *folder = g_path_get_dirname(overlay);
    return g_build_filename(folder, name, NULL);
}
