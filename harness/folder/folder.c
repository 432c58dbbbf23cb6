/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Folders of the host that the harness makes for a while.
 */
#include "harness/folder/folder.h"

#include <ftw.h>
#include <stdio.h>

/* How many folders are open at once. */
#define FOLDERS_OPEN_MAX 16

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void
folder_remove(const char *path)
{
    nftw(path, remove_one, FOLDERS_OPEN_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
