/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/moment_tree.h"
#include "spec/api/text_hash.h"
#include <string.h>

/** A list of siblings: the roots, or the children of one moment. */
typedef struct {
    VmMoment **first, **last;
} Siblings;

struct VmMomentTree {
    GHashTable *by_name; /* name → VmMoment *; the name is the moment's own */
    VmMoment *oldest, *newest;
    GByteArray *names; /* each with its NUL, oldest first; NULs where one was removed */
    gsize removed;     /* how many bytes of them */
    VmMoment *first_root, *last_root;
    VmMoment *current;
    GDestroyNotify unref;
    gboolean (*is_counted)(gconstpointer def); /* or NULL */
    guint counted;
};

VmMomentTree *
vm_moment_tree_new(GDestroyNotify unref)
{
    VmMomentTree *tree = g_new0(VmMomentTree, 1);

    tree->by_name = g_hash_table_new(vm_text_hash, g_str_equal);
    tree->names = g_byte_array_new();
    tree->unref = unref;
    return tree;
}

void
vm_moment_tree_count(VmMomentTree *tree, gboolean (*counted)(gconstpointer def))
{
    g_assert(tree->oldest == NULL);
    tree->is_counted = counted;
}

guint
vm_moment_tree_counted(const VmMomentTree *tree)
{
    return tree->counted;
}

/* Whether a definition of a moment counts: 1 or 0. */
static guint
weight(const VmMomentTree *tree, gconstpointer def)
{
    return tree->is_counted != NULL && def != NULL && tree->is_counted(def) ? 1 : 0;
}

/* A moment and its name. */
static gsize
block_size(const char *name)
{
    return sizeof(VmMoment) + strlen(name) + 1;
}

static void
drop_def(const VmMomentTree *tree, gpointer def)
{
    if (tree->unref != NULL && def != NULL)
        tree->unref(def);
}

static void
moment_free(VmMomentTree *tree, VmMoment *moment)
{
    drop_def(tree, moment->def);
    drop_def(tree, moment->recorded);
    g_slice_free1(block_size(moment->name), moment);
}

void
vm_moment_tree_free(VmMomentTree *tree)
{
    if (tree == NULL)
        return;
    g_hash_table_destroy(tree->by_name);
    g_byte_array_unref(tree->names);
    for (VmMoment *at = tree->oldest; at != NULL;) {
        VmMoment *newer = at->newer;
        moment_free(tree, at);
        at = newer;
    }
    g_free(tree);
}

guint
vm_moment_tree_size(const VmMomentTree *tree)
{
    return g_hash_table_size(tree->by_name);
}

VmMoment *
vm_moment_tree_find(const VmMomentTree *tree, const char *name)
{
    return g_hash_table_lookup(tree->by_name, name);
}

static Siblings
siblings_of(VmMomentTree *tree, VmMoment *parent)
{
    if (parent == NULL)
        return (Siblings){&tree->first_root, &tree->last_root};
    return (Siblings){&parent->first_child, &parent->last_child};
}

static void
link_last(VmMomentTree *tree, VmMoment *moment, VmMoment *parent)
{
    Siblings in = siblings_of(tree, parent);

    moment->parent = parent;
    moment->next = NULL;
    moment->prev = *in.last;
    if (*in.last != NULL)
        (*in.last)->next = moment;
    else
        *in.first = moment;
    *in.last = moment;
    if (parent != NULL)
        parent->children++;
}

static void
unlink_moment(VmMomentTree *tree, VmMoment *moment)
{
    Siblings in = siblings_of(tree, moment->parent);

    *(moment->prev != NULL ? &moment->prev->next : in.first) = moment->next;
    *(moment->next != NULL ? &moment->next->prev : in.last) = moment->prev;
    if (moment->parent != NULL)
        moment->parent->children--;
    moment->parent = moment->next = moment->prev = NULL;
}

static void
note_name(VmMomentTree *tree, VmMoment *moment)
{
    moment->place = tree->names->len;
    g_byte_array_append(tree->names, (const guint8 *)moment->name, (guint)strlen(moment->name) + 1);
}

/* The names move together once most of them are gone. */
static void
forget_name(VmMomentTree *tree, const VmMoment *moment)
{
    const gsize size = strlen(moment->name) + 1;

    memset(tree->names->data + moment->place, 0, size);
    tree->removed += size;
    if (tree->removed <= tree->names->len / 2)
        return;
    g_byte_array_set_size(tree->names, 0);
    tree->removed = 0;
    for (VmMoment *at = tree->oldest; at != NULL; at = at->newer)
        note_name(tree, at);
}

char **
vm_moment_tree_names(const VmMomentTree *tree)
{
    const guint count = vm_moment_tree_size(tree);
    char **names = g_malloc((count + 1) * sizeof(char *) + tree->names->len);
    char *text = (char *)(names + count + 1);

    if (tree->names->len > 0)
        memcpy(text, tree->names->data, tree->names->len);
    for (guint i = 0; i < count; i++) {
        while (*text == '\0')
            text++;
        names[i] = text;
        text += strlen(text) + 1;
    }
    names[count] = NULL;
    return names;
}

static void
link_newest(VmMomentTree *tree, VmMoment *moment)
{
    moment->older = tree->newest;
    *(tree->newest != NULL ? &tree->newest->newer : &tree->oldest) = moment;
    tree->newest = moment;
    note_name(tree, moment);
}

static void
unlink_age(VmMomentTree *tree, VmMoment *moment)
{
    *(moment->older != NULL ? &moment->older->newer : &tree->oldest) = moment->newer;
    *(moment->newer != NULL ? &moment->newer->older : &tree->newest) = moment->older;
    forget_name(tree, moment);
}

VmMoment *
vm_moment_tree_add(VmMomentTree *tree, const char *name, VmMoment *parent, gpointer def)
{
    /* Moments lie side by side, not between the documents that came with them: walks are quicker.
     */
    VmMoment *moment = g_slice_alloc0(block_size(name));
    memcpy(moment->name, name, strlen(name) + 1);
    moment->def = def;
    tree->counted += weight(tree, def);
    gboolean fresh = g_hash_table_insert(tree->by_name, moment->name, moment);
    g_assert(fresh);
    link_newest(tree, moment);
    link_last(tree, moment, parent);
    return moment;
}

void
vm_moment_tree_replace(VmMomentTree *tree, VmMoment *moment, gpointer def)
{
    gpointer old = moment->def;

    moment->def = def;
    tree->counted += weight(tree, def);
    tree->counted -= weight(tree, old);
    drop_def(tree, old);
}

void
vm_moment_tree_note_recorded(VmMomentTree *tree, VmMoment *moment, gpointer def)
{
    gpointer old = moment->recorded;

    moment->recorded = def;
    drop_def(tree, old);
}

void
vm_moment_tree_move(VmMomentTree *tree, VmMoment *moment, VmMoment *parent)
{
    if (moment->parent == parent)
        return;
    g_assert(parent == NULL || (parent != moment && !vm_moment_is_ancestor(moment, parent)));
    unlink_moment(tree, moment);
    link_last(tree, moment, parent);
}

/** Put the children of a moment before it, among its siblings. */
static void
lift_children(VmMomentTree *tree, VmMoment *moment)
{
    Siblings in = siblings_of(tree, moment->parent);

    if (moment->first_child == NULL)
        return;
    for (VmMoment *child = moment->first_child; child != NULL; child = child->next)
        child->parent = moment->parent;
    moment->first_child->prev = moment->prev;
    *(moment->prev != NULL ? &moment->prev->next : in.first) = moment->first_child;
    moment->last_child->next = moment;
    moment->prev = moment->last_child;
    if (moment->parent != NULL)
        moment->parent->children += moment->children;
    moment->first_child = moment->last_child = NULL;
    moment->children = 0;
}

void
vm_moment_tree_remove(VmMomentTree *tree, VmMoment *moment)
{
    if (tree->current == moment)
        tree->current = moment->parent;
    lift_children(tree, moment);
    unlink_moment(tree, moment);
    unlink_age(tree, moment);
    g_hash_table_remove(tree->by_name, moment->name);
    tree->counted -= weight(tree, moment->def);
    moment_free(tree, moment);
}

VmMoment *
vm_moment_tree_current(const VmMomentTree *tree)
{
    return tree->current;
}

void
vm_moment_tree_set_current(VmMomentTree *tree, VmMoment *moment)
{
    tree->current = moment;
}

gboolean
vm_moment_is_ancestor(const VmMoment *ancestor, const VmMoment *moment)
{
    if (ancestor->first_child == NULL)
        return FALSE;
    for (const VmMoment *at = moment->parent; at != NULL; at = at->parent) {
        if (at == ancestor)
            return TRUE;
    }
    return FALSE;
}

VmMoment *
vm_moment_tree_first_root(const VmMomentTree *tree)
{
    return tree->first_root;
}

/* No stack, so no depth is too deep. */
VmMoment *
vm_moment_tree_next(const VmMoment *at, const VmMoment *top)
{
    if (at->first_child != NULL)
        return at->first_child;
    while (at != top && at->next == NULL) {
        at = at->parent;
        if (at == NULL)
            return NULL;
    }
    return at == top ? NULL : at->next;
}

GPtrArray *
vm_moment_tree_walk(const VmMomentTree *tree, VmMoment *top)
{
    GPtrArray *found =
        g_ptr_array_sized_new(top != NULL ? top->children : vm_moment_tree_size(tree));
    VmMoment *at = top != NULL ? top->first_child : tree->first_root;

    for (; at != NULL; at = vm_moment_tree_next(at, top))
        g_ptr_array_add(found, at);
    return found;
}

static void
check_siblings(const VmMoment *first, const VmMoment *last, const VmMoment *parent)
{
    const VmMoment *before = NULL;
    guint count = 0;

    for (const VmMoment *at = first; at != NULL; before = at, at = at->next) {
        g_assert(at->parent == parent);
        g_assert(at->prev == before);
        count++;
    }
    g_assert(last == before);
    g_assert(parent == NULL || parent->children == count);
}

static void
check_ages(const VmMomentTree *tree)
{
    const VmMoment *before = NULL;
    gsize size = 0;
    guint count = 0;

    for (const VmMoment *at = tree->oldest; at != NULL; before = at, at = at->newer) {
        g_assert(at->older == before);
        g_assert(vm_moment_tree_find(tree, at->name) == at);
        g_assert(strcmp((const char *)tree->names->data + at->place, at->name) == 0);
        size += strlen(at->name) + 1;
        count++;
    }
    g_assert(tree->newest == before);
    g_assert(size == tree->names->len - tree->removed);
    g_assert(count == g_hash_table_size(tree->by_name));
}

void
vm_moment_tree_check(const VmMomentTree *tree)
{
    g_autoptr(GPtrArray) reached = vm_moment_tree_walk(tree, NULL);
    gboolean current_met = tree->current == NULL;

    check_siblings(tree->first_root, tree->last_root, NULL);
    for (guint i = 0; i < reached->len; i++) {
        const VmMoment *at = g_ptr_array_index(reached, i);
        check_siblings(at->first_child, at->last_child, at);
        g_assert(vm_moment_tree_find(tree, at->name) == at);
        current_met |= tree->current == at;
    }
    g_assert(current_met);
    check_ages(tree);
    g_assert(reached->len == g_hash_table_size(tree->by_name));
}
