/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/moment_tree.h"
#include "spec/model/test_documents.h"

static int dropped;
static char def_a[] = "A", def_b[] = "B", def_c[] = "C", def_c2[] = "C2", def_d[] = "D",
            def_e[] = "E", def_f[] = "F";

static void
count_drop(gpointer def)
{
    (void)def;
    dropped++;
}

static VmMomentTree *
family(void)
{
    VmMomentTree *tree = vm_moment_tree_new(count_drop);
    VmMoment *a = vm_moment_tree_add(tree, "a", NULL, def_a);
    VmMoment *b = vm_moment_tree_add(tree, "b", a, def_b);

    vm_moment_tree_add(tree, "c", a, def_c);
    vm_moment_tree_add(tree, "d", b, def_d);
    vm_moment_tree_add(tree, "e", b, def_e);
    vm_moment_tree_add(tree, "f", NULL, def_f);
    return tree;
}

static void
assert_walk(const VmMomentTree *tree, VmMoment *top, const char *names)
{
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(tree, top);
    GString *seen = g_string_new(NULL);

    for (guint i = 0; i < all->len; i++)
        g_string_append(seen, ((VmMoment *)g_ptr_array_index(all, i))->name);
    assert_string_equal(seen->str, names);
    g_string_free(seen, TRUE);
}

static void
a_walk_shows_parents_before_children(void **state)
{
    g_autoptr(VmMomentTree) tree = family();

    (void)state;
    vm_moment_tree_check(tree);
    assert_walk(tree, NULL, "abdecf");
    assert_walk(tree, vm_moment_tree_find(tree, "b"), "de");
    assert_walk(tree, vm_moment_tree_find(tree, "f"), "");
    assert_walk(tree, vm_moment_tree_find(tree, "c"), "");
}

static void
children_take_the_place_of_a_removed_moment(void **state)
{
    g_autoptr(VmMomentTree) tree = family();

    (void)state;
    vm_moment_tree_set_current(tree, vm_moment_tree_find(tree, "b"));
    vm_moment_tree_remove(tree, vm_moment_tree_find(tree, "b"));
    vm_moment_tree_check(tree);
    assert_walk(tree, NULL, "adecf");
    assert_string_equal(vm_moment_tree_current(tree)->name, "a");
    assert_int_equal(vm_moment_tree_find(tree, "a")->children, 3);
    assert_null(vm_moment_tree_find(tree, "b"));
}

static void
without_a_parent_nothing_becomes_current(void **state)
{
    g_autoptr(VmMomentTree) tree = family();

    (void)state;
    vm_moment_tree_set_current(tree, vm_moment_tree_find(tree, "a"));
    vm_moment_tree_remove(tree, vm_moment_tree_find(tree, "a"));
    vm_moment_tree_check(tree);
    assert_null(vm_moment_tree_current(tree));
    assert_walk(tree, NULL, "bdecf");
    assert_string_equal(vm_moment_tree_first_root(tree)->name, "b");
}

static void
a_moved_moment_takes_its_descendants_along(void **state)
{
    g_autoptr(VmMomentTree) tree = family();
    VmMoment *b = vm_moment_tree_find(tree, "b");

    (void)state;
    vm_moment_tree_move(tree, b, vm_moment_tree_find(tree, "f"));
    vm_moment_tree_check(tree);
    assert_walk(tree, NULL, "acfbde");
    vm_moment_tree_move(tree, b, NULL);
    assert_walk(tree, NULL, "acfbde");
    assert_null(b->parent);
    assert_true(vm_moment_is_ancestor(b, vm_moment_tree_find(tree, "d")));
    assert_false(vm_moment_is_ancestor(b, b));
}

static void
names_are_listed_oldest_first(void **state)
{
    g_autoptr(VmMomentTree) tree = family();

    (void)state;
    vm_moment_tree_move(tree, vm_moment_tree_find(tree, "b"), vm_moment_tree_find(tree, "f"));
    vm_moment_tree_remove(tree, vm_moment_tree_find(tree, "a"));
    vm_moment_tree_remove(tree, vm_moment_tree_find(tree, "d"));
    vm_moment_tree_add(tree, "a", NULL, def_a);
    vm_moment_tree_check(tree);
    g_autofree char **names = vm_moment_tree_names(tree);
    g_autofree char *seen = g_strjoinv(" ", names);
    assert_string_equal(seen, "b c e f a");
}

static void
an_emptied_tree_lists_nothing(void **state)
{
    g_autoptr(VmMomentTree) tree = family();

    (void)state;
    for (char c = 'a'; c <= 'f'; c++)
        vm_moment_tree_remove(tree, vm_moment_tree_find(tree, (char[]){c, '\0'}));
    vm_moment_tree_check(tree);
    g_autofree char **none = vm_moment_tree_names(tree);
    assert_null(none[0]);
    vm_moment_tree_add(tree, "g", NULL, NULL);
    g_autofree char **one = vm_moment_tree_names(tree);
    assert_string_equal(one[0], "g");
    assert_null(one[1]);
}

static void
every_definition_is_dropped_once(void **state)
{
    VmMomentTree *tree = family();

    (void)state;
    dropped = 0;
    vm_moment_tree_replace(tree, vm_moment_tree_find(tree, "c"), def_c2);
    assert_int_equal(dropped, 1);
    vm_moment_tree_remove(tree, vm_moment_tree_find(tree, "d"));
    assert_int_equal(dropped, 2);
    vm_moment_tree_free(tree);
    assert_int_equal(dropped, 7);
}

/* ---- against a model that is too simple to be wrong ------------------------ */

#define MODEL_SIZE 60

/** parent[i] is the number of a parent, NONE for a root, ABSENT for no such moment. */
enum { NONE = -1, ABSENT = -2 };

typedef struct {
    VmMomentTree *tree;
    int parent[MODEL_SIZE];
    int current;
    GRand *rand;
} Model;

static VmMoment *
moment_of(const Model *model, int i)
{
    g_autofree char *name = g_strdup_printf("m%d", i);

    return vm_moment_tree_find(model->tree, name);
}

static gboolean
is_below(const Model *model, int moment, int top)
{
    for (int at = moment; at >= 0; at = model->parent[at]) {
        if (at == top)
            return TRUE;
    }
    return FALSE;
}

static int
pick(Model *model)
{
    int i = g_rand_int_range(model->rand, 0, MODEL_SIZE);

    return model->parent[i] == ABSENT ? NONE : i;
}

static void
step_add_or_move(Model *model, int i, int parent)
{
    VmMoment *under = parent >= 0 ? moment_of(model, parent) : NULL;
    g_autofree char *name = g_strdup_printf("m%d", i);

    if (model->parent[i] == ABSENT)
        vm_moment_tree_add(model->tree, name, under, NULL);
    else if (parent >= 0 && is_below(model, parent, i))
        return;
    else
        vm_moment_tree_move(model->tree, moment_of(model, i), under);
    model->parent[i] = parent;
}

static void
step_remove(Model *model, int i)
{
    if (model->parent[i] == ABSENT)
        return;
    vm_moment_tree_remove(model->tree, moment_of(model, i));
    for (int k = 0; k < MODEL_SIZE; k++) {
        if (model->parent[k] == i)
            model->parent[k] = model->parent[i];
    }
    if (model->current == i)
        model->current = model->parent[i];
    model->parent[i] = ABSENT;
}

static void
compare(const Model *model)
{
    guint present = 0;

    vm_moment_tree_check(model->tree);
    for (int i = 0; i < MODEL_SIZE; i++) {
        const VmMoment *moment = moment_of(model, i);
        assert_int_equal(moment != NULL, model->parent[i] != ABSENT);
        if (moment == NULL)
            continue;
        present++;
        assert_ptr_equal(moment->parent,
                         model->parent[i] >= 0 ? moment_of(model, model->parent[i]) : NULL);
    }
    assert_int_equal(vm_moment_tree_size(model->tree), present);
    assert_ptr_equal(vm_moment_tree_current(model->tree),
                     model->current >= 0 ? moment_of(model, model->current) : NULL);
}

static void
random_steps_agree_with_a_naive_model(void **state)
{
    Model model = {
        .tree = vm_moment_tree_new(NULL), .current = NONE, .rand = g_rand_new_with_seed(20260117)};

    (void)state;
    for (int i = 0; i < MODEL_SIZE; i++)
        model.parent[i] = ABSENT;
    for (int step = 0; step < 5000; step++) {
        int i = g_rand_int_range(model.rand, 0, MODEL_SIZE);
        switch (g_rand_int_range(model.rand, 0, 4)) {
        case 0:
            step_remove(&model, i);
            break;
        case 1:
            model.current = pick(&model);
            vm_moment_tree_set_current(
                model.tree, model.current >= 0 ? moment_of(&model, model.current) : NULL);
            break;
        default:
            step_add_or_move(&model, i, pick(&model));
        }
        compare(&model);
    }
    g_rand_free(model.rand);
    vm_moment_tree_free(model.tree);
}

static void
a_chain_of_100000_moments_is_no_burden(void **state)
{
    g_autoptr(VmMomentTree) tree = vm_moment_tree_new(NULL);
    VmMoment *last = NULL;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_autofree char *name = g_strdup_printf("m%d", i);
        last = vm_moment_tree_add(tree, name, last, NULL);
    }
    vm_moment_tree_check(tree);
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(tree, NULL);
    assert_int_equal(all->len, 100000);
    assert_ptr_equal(g_ptr_array_index(all, 99999), last);
}

static void
what_is_recorded_is_held_like_a_definition(void **state)
{
    VmMomentTree *tree = family();
    VmMoment *a = vm_moment_tree_find(tree, "a");
    int before = dropped;

    (void)state;
    assert_null(a->recorded);
    vm_moment_tree_note_recorded(tree, a, a->def);
    assert_ptr_equal(a->recorded, a->def);
    vm_moment_tree_note_recorded(tree, a, def_b);
    assert_int_equal(dropped, before + 1);
    vm_moment_tree_note_recorded(tree, a, NULL);
    assert_int_equal(dropped, before + 2);
    vm_moment_tree_note_recorded(tree, a, def_b);
    vm_moment_tree_remove(tree, a);
    assert_int_equal(dropped, before + 4);
    vm_moment_tree_free(tree);
}

static gboolean
is_def_b(gconstpointer def)
{
    return def == def_b;
}

static void
definitions_of_a_kind_are_counted(void **state)
{
    g_autoptr(VmMomentTree) tree = vm_moment_tree_new(NULL);

    (void)state;
    vm_moment_tree_count(tree, is_def_b);
    VmMoment *a = vm_moment_tree_add(tree, "a", NULL, def_a);
    assert_int_equal(vm_moment_tree_counted(tree), 0);
    VmMoment *b = vm_moment_tree_add(tree, "b", a, def_b);
    vm_moment_tree_replace(tree, a, def_b);
    assert_int_equal(vm_moment_tree_counted(tree), 2);
    vm_moment_tree_replace(tree, a, def_b);
    vm_moment_tree_move(tree, b, NULL);
    assert_int_equal(vm_moment_tree_counted(tree), 2);
    vm_moment_tree_replace(tree, a, def_c);
    assert_int_equal(vm_moment_tree_counted(tree), 1);
    vm_moment_tree_remove(tree, b);
    assert_int_equal(vm_moment_tree_counted(tree), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_shows_parents_before_children),
        cmocka_unit_test(children_take_the_place_of_a_removed_moment),
        cmocka_unit_test(without_a_parent_nothing_becomes_current),
        cmocka_unit_test(a_moved_moment_takes_its_descendants_along),
        cmocka_unit_test(names_are_listed_oldest_first),
        cmocka_unit_test(an_emptied_tree_lists_nothing),
        cmocka_unit_test(every_definition_is_dropped_once),
        cmocka_unit_test(what_is_recorded_is_held_like_a_definition),
        cmocka_unit_test(definitions_of_a_kind_are_counted),
        cmocka_unit_test(random_steps_agree_with_a_naive_model),
        cmocka_unit_test(a_chain_of_100000_moments_is_no_burden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
