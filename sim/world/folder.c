/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the names in a folder stand for, now and durably.
 */
#include "sim/world/inode.h"
#include "spec/api/text_hash.h"
#include <string.h>

/* Up to so many names are looked through one by one. */
#define FEW 12

static void
free_name(SimName *name)
{
    sim_inode_unref(name->inode);
    sim_inode_unref(name->former);
    g_free(name);
}

static void
forget_changed(SimInode *folder)
{
    folder->changed = NULL;
    folder->changed_end = &folder->changed;
}

void
sim_folder_init(SimInode *folder)
{
    forget_changed(folder);
}

void
sim_folder_clear(SimInode *folder)
{
    g_clear_pointer(&folder->by_name, g_hash_table_unref);
    for (guint i = 0; i < folder->total; i++)
        free_name(folder->names[i]);
    folder->total = folder->room = 0;
    g_clear_pointer(&folder->names, g_free);
    forget_changed(folder);
}

SimName *
sim_folder_find(const SimInode *folder, const char *name)
{
    if (folder->by_name != NULL)
        return g_hash_table_lookup(folder->by_name, name);
    gsize length = strlen(name);
    for (guint i = 0; i < folder->total; i++) {
        SimName *known = folder->names[i];
        if (known->length == length && memcmp(known->name, name, length) == 0)
            return known;
    }
    return NULL;
}

SimInode *
sim_folder_look(const SimInode *folder, const char *name)
{
    const SimName *found = sim_folder_find(folder, name);
    return found == NULL ? NULL : found->inode;
}

static void
index_names(SimInode *folder)
{
    folder->by_name = g_hash_table_new(vm_text_hash, g_str_equal);
    for (guint i = 0; i < folder->total; i++)
        g_hash_table_insert(folder->by_name, folder->names[i]->name, folder->names[i]);
}

static SimName *
add_name(SimInode *folder, const char *name)
{
    gsize length = strlen(name);
    SimName *added = g_malloc(sizeof(SimName) + length + 1);
    *added = (SimName){.at = folder->total, .length = length};
    memcpy(added->name, name, length + 1);
    if (folder->total == folder->room) {
        folder->room = MAX(4, 2 * folder->room);
        folder->names = g_renew(SimName *, folder->names, folder->room);
    }
    folder->names[folder->total++] = added;
    if (folder->by_name != NULL)
        g_hash_table_insert(folder->by_name, added->name, added);
    else if (folder->total > FEW)
        index_names(folder);
    return added;
}

static void
remove_name(SimInode *folder, SimName *name)
{
    SimName *last = folder->names[--folder->total];
    if (folder->by_name != NULL)
        g_hash_table_remove(folder->by_name, name->name);
    last->at = name->at;
    folder->names[last->at] = last;
    free_name(name);
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
        name->next = NULL;
        *folder->changed_end = name;
        folder->changed_end = &name->next;
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
        remove_name(folder, oldest);
}

/* No name is changed any more. */
static void
settle(SimInode *folder)
{
    SimName *name = folder->changed;
    forget_changed(folder);
    while (name != NULL) {
        SimName *next = name->next;
        name->changed = FALSE;
        g_clear_pointer(&name->former, sim_inode_unref);
        if (name->inode == NULL)
            let_idle(folder, name);
        name = next;
    }
}

void
sim_folder_sync(SimInode *folder)
{
    settle(folder);
}

void
sim_folder_restore(SimInode *folder)
{
    for (SimName *name = folder->changed; name != NULL; name = name->next) {
        folder->count += (name->former != NULL) - (name->inode != NULL);
        sim_inode_unref(name->inode);
        name->inode = g_steal_pointer(&name->former);
    }
    settle(folder);
}

void
sim_folder_copy(const SimInode *folder, SimInode *copy)
{
    for (guint i = 0; i < folder->total; i++) {
        const SimName *name = folder->names[i];
        if (name->inode == NULL)
            continue;
        add_name(copy, name->name)->inode = sim_inode_copy(name->inode);
        copy->count++;
    }
}
