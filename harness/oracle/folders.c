/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asking for the driver's folders, once.
 */
#include "harness/oracle/folders.h"

Folders *
folders_new(void)
{
    return g_new0(Folders, 1);
}

void
folders_free(Folders *folders)
{
    if (!folders)
        return;
    g_free(folders->saves);
    g_free(folders->metadata);
    g_free(folders->own);
    g_free(folders);
}

static char *
ask(const ObserveView *view, const char *what)
{
    json_t *told = observe_inspect(view, "dir", what);
    char *path = g_strdup(json_string_value(told));

    json_decref(told);
    return path;
}

const Folders *
folders_of(const ObserveView *view)
{
    Folders *folders = view->folders;

    if (!folders->saves)
        folders->saves = ask(view, "save");
    if (!folders->metadata)
        folders->metadata = ask(view, "meta");
    if (folders->metadata && !folders->own)
        folders->own = g_path_get_dirname(folders->metadata);
    return folders;
}
