/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The moment tree: one piece of code for snapshots and checkpoints.  Find by
 * name O(1); insert O(1); delete O(1) plus the children moved.
 *
 * The tree knows a moment's name and place, and holds one opaque definition
 * for it.  It touches no files: the driver records what the tree became, and
 * notes beside each moment what its file says.
 */
#pragma once

#include <glib.h>

typedef struct VmMomentTree VmMomentTree;
typedef struct VmMoment VmMoment;

/** One moment; its links are the tree's, read by the functions below. */
struct VmMoment {
    gpointer def;     /* held with the tree's ref/unref functions */
    VmMoment *parent; /* NULL for a root */
    VmMoment *first_child, *last_child;
    VmMoment *next, *prev; /* siblings, oldest first */
    guint children;
    VmMoment *older, *newer; /* in the order of creation, over the whole tree */
    gsize place;             /* of the name among all names */
    gpointer recorded;       /* the definition that its file says, held like def; NULL: not known */
    guint64 mark;            /* the driver's own: the mark of a current one in its file, or 0 */
    char name[];
};

/** A new, empty tree; `unref` drops a definition. */
VmMomentTree *vm_moment_tree_new(GDestroyNotify unref);

/** Keep count of the definitions of which `counted` is true, which it stays or not as long as they
 *  are in the tree.  The tree is empty. */
void vm_moment_tree_count(VmMomentTree *tree, gboolean (*counted)(gconstpointer def));

/** How many these are. */
guint vm_moment_tree_counted(const VmMomentTree *tree);

/** Free the tree and drop all definitions. */
void vm_moment_tree_free(VmMomentTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmMomentTree, vm_moment_tree_free)

/** How many moments there are. */
guint vm_moment_tree_size(const VmMomentTree *tree);

/** The moment of that name, or NULL. */
VmMoment *vm_moment_tree_find(const VmMomentTree *tree, const char *name);

/** Add a moment under parent (NULL = root); takes def.  The name must be free (invariant). */
VmMoment *vm_moment_tree_add(VmMomentTree *tree, const char *name, VmMoment *parent, gpointer def);

/** Replace the definition (taken); place and children stay. */
void vm_moment_tree_replace(VmMomentTree *tree, VmMoment *moment, gpointer def);

/** Its file says that definition (taken; NULL: nobody knows what). */
void vm_moment_tree_note_recorded(VmMomentTree *tree, VmMoment *moment, gpointer def);

/** Move a moment with its descendants under another parent (NULL = root); the parent must not be
 *  itself or a descendant (invariant; ask vm_moment_is_ancestor() first). */
void vm_moment_tree_move(VmMomentTree *tree, VmMoment *moment, VmMoment *parent);

/** Remove one moment; its children move to its parent, in its place and order.  When it was
 *  current, its parent becomes current (SNAP-TREE-009). */
void vm_moment_tree_remove(VmMomentTree *tree, VmMoment *moment);

/** The current moment, or NULL. */
VmMoment *vm_moment_tree_current(const VmMomentTree *tree);

/** Set or (NULL) clear the current moment. */
void vm_moment_tree_set_current(VmMomentTree *tree, VmMoment *moment);

/** Whether `ancestor` is a proper ancestor of `moment`. */
gboolean vm_moment_is_ancestor(const VmMoment *ancestor, const VmMoment *moment);

/** The first root (then ->next), or NULL. */
VmMoment *vm_moment_tree_first_root(const VmMomentTree *tree);

/** The moment after `at` in the walk of what is below `top` (NULL: of the whole tree), parents
 *  before children, siblings oldest first; NULL after the last. */
VmMoment *vm_moment_tree_next(const VmMoment *at, const VmMoment *top);

/** All names in the order of creation, which says nothing of parents: a moment may have been moved
 *  below a newer one.  The list ends with NULL and is one block, which the caller frees. */
char **vm_moment_tree_names(const VmMomentTree *tree);

/** All moments of a subtree, parents before children, siblings oldest first; the whole tree
 *  where `top` is NULL, without `top` itself otherwise.  The caller frees the array. */
GPtrArray *vm_moment_tree_walk(const VmMomentTree *tree, VmMoment *top);

/** Check the links (invariant; aborts on a breach). */
void vm_moment_tree_check(const VmMomentTree *tree);
