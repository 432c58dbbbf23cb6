/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the names in a folder stand for, now and durably.
 */
#include "sim/world/inode.h"
#include "spec/api/text_hash.h"
#include <string.h>

static void
free_name(gpointer data)
{
    SimName *name = data;
    sim_inode_unref(name->inode);
    sim_inode_unref(name->former);
    g_free(name);
}

void
sim_folder_init(SimInode *folder)
{
    folder->names = g_hash_table_new_full(vm_text_hash, g_str_equal, NULL, free_name);
    folder->changed = g_ptr_array_new();
}

void
sim_folder_clear(SimInode *folder)
{
    g_clear_pointer(&folder->changed, g_ptr_array_unref);
    g_clear_pointer(&folder->names, g_hash_table_unref);
}

SimName *
sim_folder_find(const SimInode *folder, const char *name)
{
    return g_hash_table_lookup(folder->names, name);
}

SimInode *
sim_folder_look(const SimInode *folder, const char *name)
{
    const SimName *found = sim_folder_find(folder, name);
    return found == NULL ? NULL : found->inode;
}

static SimName *
add_name(SimInode *folder, const char *name)
{
    gsize size = strlen(name) + 1;
    SimName *added = g_malloc(sizeof(SimName) + size);
    *added = (SimName){0};
    memcpy(added->name, name, size);
    g_hash_table_insert(folder->names, added->name, added);
    return added;
}

/* inode (may be NULL) is taken. */
static void
set(SimInode *folder, SimName *name, SimInode *inode)
{
    folder->count += (inode != NULL) - (name->inode != NULL);
    if (name->changed) {
        sim_inode_unref(name->inode);
    } else {
        name->changed = TRUE;
        name->former = name->inode;
        g_ptr_array_add(folder->changed, name);
    }
    name->inode = inode;
}

void
sim_folder_link(SimInode *folder, SimName *known, const char *name, SimInode *inode)
{
    set(folder, known != NULL ? known : add_name(folder, name), sim_inode_ref(inode));
}

void
sim_folder_unlink(SimInode *folder, SimName *known)
{
    set(folder, known, NULL);
}

/* A name stands for nothing: it goes when as many others as are kept have come after it. */
static void
let_idle(SimInode *folder, SimName *name)
{
    if (name->idle)
        return;
    SimName **place = &folder->idle[folder->next_idle++ % SIM_FOLDER_IDLE];
    SimName *oldest = *place;
    *place = name;
    name->idle = TRUE;
    if (oldest == NULL)
        return;
    oldest->idle = FALSE;
    if (oldest->inode == NULL && !oldest->changed)
        g_hash_table_remove(folder->names, oldest->name);
}

/* No name is changed any more. */
static void
settle(SimInode *folder)
{
    for (guint i = 0; i < folder->changed->len; i++) {
        SimName *name = folder->changed->pdata[i];
        name->changed = FALSE;
        g_clear_pointer(&name->former, sim_inode_unref);
        if (name->inode == NULL)
            let_idle(folder, name);
    }
    g_ptr_array_set_size(folder->changed, 0);
}

void
sim_folder_sync(SimInode *folder)
{
    settle(folder);
}

void
sim_folder_restore(SimInode *folder)
{
    for (guint i = 0; i < folder->changed->len; i++) {
        SimName *name = folder->changed->pdata[i];
        folder->count += (name->former != NULL) - (name->inode != NULL);
        sim_inode_unref(name->inode);
        name->inode = g_steal_pointer(&name->former);
    }
    settle(folder);
}

void
sim_folder_copy(const SimInode *folder, SimInode *copy)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, folder->names);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const SimName *name = value;
        if (name->inode == NULL)
            continue;
        add_name(copy, name->name)->inode = sim_inode_copy(name->inode);
        copy->count++;
    }
}
