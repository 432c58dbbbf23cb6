/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world as a report shows it.
 */
#include "harness/oracle/describe.h"

#include <string.h>
#include "spec/api/api.h"

/* A chain may be a circle. */
#define CHAIN_SHOWN 64

typedef struct {
    GString *text;
    const ObservedDomain *domain;
    GPtrArray *left; /* of ObservedMoment *: not shown yet, sorted by name */
} Tree;

static int
compare_moments(gconstpointer a, gconstpointer b)
{
    const ObservedMoment *const *x = a;
    const ObservedMoment *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static void
append_moment(const Tree *tree, const ObservedMoment *moment, guint depth, const char *note)
{
    const char *current = tree->domain->current;

    g_string_append_printf(tree->text, "  %*ssnapshot %s: %s%s%s\n", (int)depth * 2, "",
                           moment->name, moment->doc->state ? moment->doc->state : "?",
                           g_strcmp0(current, moment->name) == 0 ? ", current" : "", note);
}

/* Show the children of `parent` (NULL = the roots), each above its own. */
static void
append_children(Tree *tree, const char *parent, guint depth)
{
    guint i = 0;

    while (i < tree->left->len) {
        const ObservedMoment *moment = g_ptr_array_index(tree->left, i);

        if (g_strcmp0(moment->doc->parent, parent) != 0) {
            i++;
            continue;
        }
        g_ptr_array_remove_index(tree->left, i);
        append_moment(tree, moment, depth, "");
        append_children(tree, moment->name, depth + 1);
        i = 0; /* the children are gone from the list */
    }
}

/* What a broken tree does not connect with a root comes last. */
static void
append_tree(GString *text, const ObservedDomain *domain)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    Tree tree = {.text = text, .domain = domain, .left = left};

    for (guint i = 0; i < domain->moments->len; i++)
        g_ptr_array_add(left, g_ptr_array_index(domain->moments, i));
    g_ptr_array_sort(left, compare_moments);
    append_children(&tree, NULL, 0);
    for (guint i = 0; i < left->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(left, i);
        g_autofree char *note = g_strdup_printf(", child of %s", moment->doc->parent);

        append_moment(&tree, moment, 0, note);
    }
}

/* The images below `top`, as far as the target can tell. */
static void
append_chain(GString *text, const Observation *world, const char *top)
{
    const char *at = top;

    for (guint depth = 0; at && depth < CHAIN_SHOWN; depth++) {
        at = observed_backing(world, at);
        if (at)
            g_string_append_printf(text, " <- %s", at);
    }
}

static void
append_domain(GString *text, const Observation *world, const ObservedDomain *domain)
{
    g_string_append_printf(text, "domain %s: %s%s%s\n", domain->name,
                           vm_enum_word("state", domain->state),
                           domain->persistent ? ", persistent" : ", transient",
                           domain->managed_save ? ", managed save" : "");
    for (guint i = 0; i < domain->live->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(domain->live->disks, i);

        g_string_append_printf(text, "  disk %s: %s", disk->name,
                               disk->source ? disk->source : "empty");
        append_chain(text, world, disk->source);
        g_string_append_c(text, '\n');
    }
    append_tree(text, domain);
}

char *
world_describe(const Observation *world)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < world->domains->len; i++)
        append_domain(text, world, g_ptr_array_index(world->domains, i));
    return g_string_free(text, FALSE);
}
