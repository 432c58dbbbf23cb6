/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/snapshot_list.h"
#include "spec/api/text_hash.h"
#include <string.h>

struct SimSnapshotList {
    guint refs;
    GQueue order;        /* of SimSnapshot *; ids rise, for each is the greatest plus one */
    GHashTable *by_name; /* char * → the first link of that name */
    GHashTable *by_id;   /* guint64 * → link */
    guint doubles;       /* links of a name that an older one has */
    guint64 vm_state_size;
};

/* The format has room for so many bytes of a name. */
#define NAME_MAX_BYTES 255

/* ---- a snapshot ---- */

SimSnapshot *
sim_snapshot_new(const char *name)
{
    gsize length = strnlen(name, NAME_MAX_BYTES);
    SimSnapshot *snapshot = g_malloc(sizeof(SimSnapshot) + length + 1);
    *snapshot = (SimSnapshot){.refs = 1};
    memcpy(snapshot->name, name, length);
    snapshot->name[length] = '\0';
    return snapshot;
}

static void
snapshot_unref(SimSnapshot *snapshot)
{
    if (--snapshot->refs > 0)
        return;
    sim_content_unref(snapshot->content);
    g_clear_pointer(&snapshot->vm_state, g_bytes_unref);
    json_decref(snapshot->told);
    g_free(snapshot);
}

static guint64
vm_state_size(const SimSnapshot *snapshot)
{
    return snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
}

/* ---- the list ---- */

static SimSnapshotList *
list_new(void)
{
    SimSnapshotList *list = g_new0(SimSnapshotList, 1);
    list->refs = 1;
    list->by_name = g_hash_table_new(vm_text_hash, g_str_equal);
    list->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    return list;
}

SimSnapshotList *
sim_snapshots_ref(SimSnapshotList *list)
{
    if (list != NULL)
        list->refs++;
    return list;
}

void
sim_snapshots_unref(SimSnapshotList *list)
{
    if (list == NULL || --list->refs > 0)
        return;
    g_hash_table_unref(list->by_name);
    g_hash_table_unref(list->by_id);
    g_queue_clear_full(&list->order, (GDestroyNotify)snapshot_unref);
    g_free(list);
}

static void
append(SimSnapshotList *list, SimSnapshot *snapshot)
{
    g_queue_push_tail(&list->order, snapshot);
    GList *link = list->order.tail;
    if (g_hash_table_contains(list->by_name, snapshot->name))
        list->doubles++;
    else
        g_hash_table_insert(list->by_name, snapshot->name, link);
    gboolean fresh = g_hash_table_insert(list->by_id, &snapshot->number, link);
    g_assert(fresh);
    list->vm_state_size += vm_state_size(snapshot);
}

void
sim_snapshots_own(SimSnapshotList **list)
{
    SimSnapshotList *shared = *list;
    if (shared != NULL && shared->refs == 1)
        return;
    *list = list_new();
    for (const GList *link = sim_snapshots_first(shared); link != NULL; link = link->next) {
        SimSnapshot *snapshot = link->data;
        snapshot->refs++;
        append(*list, snapshot);
    }
    sim_snapshots_unref(shared);
}

static void
set_number(SimSnapshot *snapshot, guint64 number)
{
    char digits[SIM_SNAPSHOT_ID], *first = digits + sizeof(digits);
    snapshot->number = number;
    *--first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(snapshot->id, first, (gsize)(digits + sizeof(digits) - first));
}

void
sim_snapshots_add(SimSnapshotList *list, SimSnapshot *snapshot)
{
    const SimSnapshot *last = g_queue_peek_tail(&list->order);
    g_assert(list->refs == 1 && snapshot->number == 0);
    set_number(snapshot, last == NULL ? 1 : last->number + 1);
    append(list, snapshot);
}

/* The name stands for the next link that has it. */
static void
forget_name(SimSnapshotList *list, GList *link)
{
    const char *name = ((SimSnapshot *)link->data)->name;
    if (g_hash_table_lookup(list->by_name, name) != link) {
        list->doubles--;
        return;
    }
    g_hash_table_remove(list->by_name, name);
    for (GList *next = list->doubles > 0 ? link->next : NULL; next != NULL; next = next->next) {
        SimSnapshot *other = next->data;
        if (strcmp(other->name, name) != 0)
            continue;
        g_hash_table_insert(list->by_name, other->name, next);
        list->doubles--;
        return;
    }
}

void
sim_snapshots_remove(SimSnapshotList *list, const SimSnapshot *snapshot)
{
    GList *link = g_hash_table_lookup(list->by_id, &snapshot->number);
    g_assert(list->refs == 1 && link != NULL && link->data == snapshot);
    forget_name(list, link);
    g_hash_table_remove(list->by_id, &snapshot->number);
    list->vm_state_size -= vm_state_size(snapshot);
    snapshot_unref(link->data);
    g_queue_delete_link(&list->order, link);
}

/* ---- look ---- */

guint
sim_snapshots_count(const SimSnapshotList *list)
{
    return list == NULL ? 0 : list->order.length;
}

const GList *
sim_snapshots_first(const SimSnapshotList *list)
{
    return list == NULL ? NULL : list->order.head;
}

SimSnapshot *
sim_snapshots_find_name(const SimSnapshotList *list, const char *name)
{
    const GList *link = list == NULL ? NULL : g_hash_table_lookup(list->by_name, name);
    return link == NULL ? NULL : link->data;
}

/* Most names are no numbers, and few numbers are written otherwise than an id is. */
SimSnapshot *
sim_snapshots_find_id(const SimSnapshotList *list, const char *id)
{
    if (list == NULL || !g_ascii_isdigit(*id))
        return NULL;
    guint64 number = g_ascii_strtoull(id, NULL, 10);
    const GList *link = g_hash_table_lookup(list->by_id, &number);
    SimSnapshot *found = link == NULL ? NULL : link->data;
    return found != NULL && strcmp(found->id, id) == 0 ? found : NULL;
}

guint
sim_snapshots_count_name(const SimSnapshotList *list, const char *name)
{
    const GList *link = list == NULL ? NULL : g_hash_table_lookup(list->by_name, name);
    guint count = link != NULL;
    while (count > 0 && list->doubles > 0 && (link = link->next) != NULL)
        count += strcmp(((const SimSnapshot *)link->data)->name, name) == 0;
    return count;
}

guint64
sim_snapshots_vm_state_size(const SimSnapshotList *list)
{
    return list == NULL ? 0 : list->vm_state_size;
}
