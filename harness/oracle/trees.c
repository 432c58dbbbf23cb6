/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I1: the moment trees are trees, and every list agrees with the documents.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

#define LIST(name) VIR_DOMAIN_SNAPSHOT_LIST_##name

/* A moment in its tree. */
typedef struct {
    const ObservedMoment *moment;
    int parent;      /* the number of the one that its document names, or -1 */
    gboolean forks;  /* another one's document names it */
    guint32 kept_by; /* flags of the lists that must have it */
    gboolean listed; /* in the list that is being looked at */
} Branch;

/* The moments of a domain, in listed order. */
typedef struct {
    const ObserveView *view;
    const ObservedDomain *domain;
    Branch *branches;
    guint count;
    struct vm_error *err; /* of the call that is being made: its text is long */
} Tree;

/* A list: what it is called where it is wrong, and what it must have. */
typedef struct {
    const char *before, *what, *after;
    guint32 flag; /* a filter's; or, where there is none, */
    int parent;   /* the one whose children are listed */
} List;

/* The lists, one filter each. */
static const struct {
    guint32 flag;
    const char *word;
} filters[] = {
    {LIST(ROOTS), "roots"},       {LIST(LEAVES), "leaves"},     {LIST(NO_LEAVES), "no-leaves"},
    {LIST(INACTIVE), "inactive"}, {LIST(ACTIVE), "active"},     {LIST(DISK_ONLY), "disk-only"},
    {LIST(INTERNAL), "internal"}, {LIST(EXTERNAL), "external"},
};

/* ---- what the documents say ---- */

/* The number of a moment, or -1: looked for from `near` on, where a list goes on as a rule. */
static int
number_of(const Tree *tree, const char *name, guint near)
{
    for (guint i = 0; name && i < tree->count; i++) {
        guint at = near + i < tree->count ? near + i : near + i - tree->count;

        if (strcmp(tree->branches[at].moment->name, name) == 0)
            return (int)at;
    }
    return -1;
}

static guint32
status_list(const MomentDoc *doc)
{
    if (g_strcmp0(doc->state, "shutoff") == 0)
        return LIST(INACTIVE);
    return g_strcmp0(doc->state, "disk-snapshot") == 0 ? LIST(DISK_ONLY) : LIST(ACTIVE);
}

static guint32
lists_of(const Branch *branch)
{
    const MomentDoc *doc = branch->moment->doc;

    return (branch->parent < 0 ? LIST(ROOTS) : 0) |
           (branch->forks ? LIST(NO_LEAVES) : LIST(LEAVES)) | status_list(doc) |
           (document_is_external(doc) ? LIST(EXTERNAL) : LIST(INTERNAL));
}

/* The caller frees the branches. */
static Tree
tree_of(const ObserveView *view, const ObservedDomain *domain, struct vm_error *err)
{
    guint count = domain->moments->len;
    Tree tree = {view, domain, g_new0(Branch, count + 1), count, err};

    for (guint i = 0; i < tree.count; i++)
        tree.branches[i].moment = g_ptr_array_index(domain->moments, i);
    for (guint i = 0; i < tree.count; i++) {
        int parent = number_of(&tree, tree.branches[i].moment->doc->parent, i > 0 ? i - 1 : 0);

        tree.branches[i].parent = parent;
        if (parent >= 0)
            tree.branches[parent].forks = TRUE;
    }
    for (guint i = 0; i < tree.count; i++)
        tree.branches[i].kept_by = lists_of(&tree.branches[i]);
    return tree;
}

static gboolean
is_own_ancestor(const Tree *tree, guint number)
{
    int at = tree->branches[number].parent;

    for (guint steps = 0; at >= 0 && steps <= tree->count; steps++) {
        if (at == (int)number)
            return TRUE;
        at = tree->branches[at].parent;
    }
    return FALSE;
}

/* ---- lists ---- */

/* Marks what the list has, and gives it back.  How many names there are. */
static guint
take_listed(const Tree *tree, char **names)
{
    guint count = 0;
    guint next = 0;

    for (; names && names[count]; count++) {
        int number = number_of(tree, names[count], next);

        if (number < 0)
            continue;
        tree->branches[number].listed = TRUE;
        next = (guint)number + 1 < tree->count ? (guint)number + 1 : 0;
    }
    if (names)
        tree->view->target->free_list(names);
    return count;
}

/* Whether a list has what it must, once each; *wanted is how many.  Takes the marks away. */
static char *
check_listed(const Tree *tree, char **names, const List *list, guint *wanted)
{
    guint given = take_listed(tree, names);

    *wanted = 0;
    for (guint i = 0; i < tree->count; i++) {
        Branch *branch = &tree->branches[i];
        gboolean wants =
            list->flag ? (branch->kept_by & list->flag) != 0 : branch->parent == list->parent;

        if (wants != branch->listed)
            return g_strdup_printf("'%s': snapshot '%s' is %s %s%s%s, against its document",
                                   tree->domain->name, branch->moment->name,
                                   wants ? "not in" : "in", list->before, list->what, list->after);
        *wanted += wants != FALSE;
        branch->listed = FALSE;
    }
    if (given == *wanted)
        return NULL;
    return g_strdup_printf("'%s': %s%s%s has %u names, expected %u", tree->domain->name,
                           list->before, list->what, list->after, given, *wanted);
}

static char *
check_filter(const Tree *tree, guint which)
{
    const struct vm_target *target = tree->view->target;
    const List list = {"the list of ", filters[which].word, "", filters[which].flag, -1};
    const char *domain = tree->domain->name;
    char **names = NULL;
    guint kept = 0;
    int count = 0;
    char *found;

    if (target->snapshot_list(tree->view->conn, domain, NULL, list.flag, &names, tree->err) != 0)
        return g_strdup_printf("'%s': the list of %s is refused: %s", domain, list.what,
                               tree->err->text);
    found = check_listed(tree, names, &list, &kept);
    if (!found && target->snapshot_num &&
        target->snapshot_num(tree->view->conn, domain, NULL, list.flag, &count, tree->err) == 0 &&
        count != (int)kept)
        return g_strdup_printf("'%s': the number of %s is %d, the list has %u", domain, list.what,
                               count, kept);
    return found;
}

static char *
check_children(const Tree *tree, guint number)
{
    const char *moment = tree->branches[number].moment->name;
    const List list = {"the children of '", moment, "'", 0, (int)number};
    char **names = NULL;
    guint children = 0;

    if (tree->view->target->snapshot_list(tree->view->conn, tree->domain->name, moment, 0, &names,
                                          tree->err) != 0)
        return NULL;
    return check_listed(tree, names, &list, &children);
}

/* ---- single moments ---- */

static char *
check_parent(const Tree *tree, guint number)
{
    const ObserveView *view = tree->view;
    const ObservedDomain *domain = tree->domain;
    const ObservedMoment *moment = tree->branches[number].moment;
    char *parent = NULL;
    char *found = NULL;

    if (!view->target->snapshot_parent ||
        (view->damaged && moment->doc->parent && tree->branches[number].parent < 0))
        return NULL;
    if (view->target->snapshot_parent(view->conn, domain->name, moment->name, 0, &parent,
                                      tree->err) != 0)
        return moment->doc->parent ? g_strdup_printf("'%s': the parent of '%s' is refused: %s",
                                                     domain->name, moment->name, tree->err->text)
                                   : NULL;
    if (g_strcmp0(parent, moment->doc->parent) != 0)
        found = g_strdup_printf("'%s': the parent of '%s' is '%s', its document says '%s'",
                                domain->name, moment->name, parent,
                                moment->doc->parent ? moment->doc->parent : "");
    view->target->free_string(parent);
    return found;
}

static char *
check_moment(const Tree *tree, guint number)
{
    const ObserveView *view = tree->view;
    const ObservedDomain *domain = tree->domain;
    const Branch *branch = &tree->branches[number];
    const ObservedMoment *moment = branch->moment;
    char *found;

    if (g_strcmp0(moment->doc->name, moment->name) != 0)
        return g_strdup_printf("'%s': snapshot '%s' calls itself '%s'", domain->name, moment->name,
                               moment->doc->name ? moment->doc->name : "");
    if (moment->doc->parent && !view->damaged && branch->parent < 0)
        return g_strdup_printf("'%s': the parent '%s' of snapshot '%s' does not exist",
                               domain->name, moment->doc->parent, moment->name);
    if (is_own_ancestor(tree, number))
        return g_strdup_printf("'%s': snapshot '%s' is its own ancestor", domain->name,
                               moment->name);
    if (view->target->snapshot_lookup &&
        view->target->snapshot_lookup(view->conn, domain->name, moment->name, 0, tree->err) != 0)
        return g_strdup_printf("'%s': snapshot '%s' is listed, but not found: %s", domain->name,
                               moment->name, tree->err->text);
    found = check_parent(tree, number);
    return found ? found : check_children(tree, number);
}

static char *
check_current(const Tree *tree)
{
    const ObserveView *view = tree->view;
    const ObservedDomain *domain = tree->domain;
    guint claims = 0;

    if (domain->current && !observed_moment(domain, domain->current))
        return g_strdup_printf("'%s': the current snapshot '%s' is not listed", domain->name,
                               domain->current);
    for (guint i = 0; view->target->snapshot_is_current && i < tree->count; i++) {
        const ObservedMoment *moment = tree->branches[i].moment;
        int yes = 0;

        if (view->target->snapshot_is_current(view->conn, domain->name, moment->name, 0, &yes,
                                              tree->err) != 0)
            continue;
        claims += yes != 0;
        if ((yes != 0) != (g_strcmp0(domain->current, moment->name) == 0))
            return g_strdup_printf("'%s': snapshot '%s' says that it is %scurrent", domain->name,
                                   moment->name, yes ? "" : "not ");
    }
    return claims > 1 ? g_strdup_printf("'%s': %u snapshots are current", domain->name, claims)
                      : NULL;
}

static char *
check_tree(const ObserveView *view, const ObservedDomain *domain)
{
    struct vm_error err = {0};
    const Tree tree = tree_of(view, domain, &err);
    g_autofree Branch *branches = tree.branches;
    char *found = check_current(&tree);
    int count = 0;

    for (guint i = 0; !found && i < tree.count; i++)
        found = check_moment(&tree, i);
    for (guint i = 0; !found && i < G_N_ELEMENTS(filters); i++)
        found = check_filter(&tree, i);
    if (found || !view->target->snapshot_num ||
        view->target->snapshot_num(view->conn, domain->name, NULL, 0, &count, &err) != 0)
        return found;
    if (count != (int)domain->moments->len)
        return g_strdup_printf("'%s': the number of snapshots is %d, the list has %u", domain->name,
                               count, domain->moments->len);
    return NULL;
}

char *
invariant_trees(const ObserveView *view, const Observation *world, Seen *seen)
{
    char *found = world->fault ? g_strdup(world->fault) : NULL;

    *seen = view->target->snapshot_list ? SEEN_WHOLE : SEEN_NOT;
    for (guint i = 0; !found && *seen != SEEN_NOT && i < world->domains->len; i++)
        found = check_tree(view, g_ptr_array_index(world->domains, i));
    return found;
}
