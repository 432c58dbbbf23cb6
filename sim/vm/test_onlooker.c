/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/onlooker.h"
#include "sim/vm/test_machine.h"

typedef struct {
    Rig *rig;
    SimOnlooker *onlooker;
    VmInstance *vm;
} Look;

static Look
look_at(Rig *rig)
{
    SimOnlooker *onlooker = sim_onlooker_new(sim_world_machines(rig->world));
    VmHypervisor *port = sim_onlooker_port(onlooker);
    VmInstance *vm = port->ops->attach(port, "vm", NULL);
    assert_non_null(vm);
    return (Look){rig, onlooker, vm};
}

static void
look_away(Look *look)
{
    look->vm->hypervisor->ops->detach(look->vm);
    sim_onlooker_free(look->onlooker);
}

static void
the_run_state_is_told_at_once_and_as_it_is(void **state)
{
    Rig *rig = *state;
    Look look = look_at(rig);
    gint64 before = vm_env_now(sim_world_env(rig->world));
    json_t *first = vm_qmp_ask(look.vm, "query-status", NULL, NULL);
    assert_int_equal(vm_env_now(sim_world_env(rig->world)), before);
    assert_true(json_is_false(json_object_get(first, "running")));
    rig_do(rig, "cont", NULL);
    json_t *second = vm_qmp_ask(look.vm, "query-status", NULL, NULL);
    assert_true(json_is_true(json_object_get(second, "running")));
    assert_false(sim_onlooker_strayed(look.onlooker));
    json_decref(first);
    json_decref(second);
    look_away(&look);
}

static void
all_else_is_noted(void **state)
{
    Look look = look_at(*state);
    assert_false(sim_onlooker_strayed(look.onlooker));
    json_t *nodes = vm_qmp_ask(look.vm, "query-named-block-nodes", NULL, NULL);
    assert_true(json_array_size(nodes) > 0);
    assert_true(sim_onlooker_strayed(look.onlooker));
    json_decref(nodes);
    look_away(&look);
}

static void
images_that_are_looked_into_are_noted(void **state)
{
    Look look = look_at(*state);
    VmHypervisor *port = sim_onlooker_port(look.onlooker);
    g_autoptr(VmImageInfo) info = port->ops->image_info(port, "/a.qcow2", NULL);
    assert_non_null(info);
    assert_true(sim_onlooker_strayed(look.onlooker));
    look_away(&look);
}

static void
who_hangs_gives_no_answer_here_either(void **state)
{
    Rig *rig = *state;
    Look look = look_at(rig);
    g_autoptr(GError) error = NULL;
    assert_true(sim_world_disturb(rig->world, "vm", "hang", NULL));
    assert_false(vm_qmp(look.vm, "query-status", NULL, &error));
    assert_int_equal(error->code, VM_QMP_TIMED_OUT);
    assert_true(sim_onlooker_strayed(look.onlooker));
    look_away(&look);
}

static char *
beginning(Rig *rig)
{
    char digest[33];
    return sim_inspect_beginning(rig->world, digest) ? g_strdup(digest) : NULL;
}

/* Tells whether a driver would find something else after `change` than before. */
static gboolean
tells(Rig *rig, void (*change)(Rig *rig))
{
    g_autofree char *before = beginning(rig);
    change(rig);
    g_autofree char *after = beginning(rig);
    return g_strcmp0(before, after) != 0;
}

static void
write_file(Rig *rig)
{
    assert_true(vm_store_replace(sim_world_store(rig->world), "/m/s1.xml", "one", NULL));
}

static void
write_another_byte(Rig *rig)
{
    assert_true(vm_store_replace(sim_world_store(rig->world), "/m/s1.xml", "onf", NULL));
}

static void
rename_file(Rig *rig)
{
    VmStore *store = sim_world_store(rig->world);
    assert_true(store->ops->rename(store, "/m/s1.xml", "/m/s2.xml", NULL));
}

static void
make_folder(Rig *rig)
{
    VmStore *store = sim_world_store(rig->world);
    assert_true(store->ops->mkdir(store, "/m/empty", NULL));
}

static void
let_cpus_run(Rig *rig)
{
    rig_do(rig, "cont", NULL);
}

static void
let_time_pass(Rig *rig)
{
    sim_world_advance(rig->world, 10);
}

static void
write_to_disk(Rig *rig)
{
    g_free(rig_guest(rig, "write vda 0 64K A"));
}

static void
a_beginning_tells_every_change_but_time(void **state)
{
    Rig *rig = *state;
    assert_true(tells(rig, write_file));
    assert_false(tells(rig, write_file));
    assert_true(tells(rig, write_another_byte));
    assert_true(tells(rig, rename_file));
    assert_true(tells(rig, make_folder));
    assert_true(tells(rig, let_cpus_run));
    assert_true(tells(rig, write_to_disk));
    assert_false(tells(rig, let_time_pass));
}

static void
nothing_is_told_of_one_that_hangs(void **state)
{
    Rig *rig = *state;
    assert_true(sim_world_disturb(rig->world, "vm", "hang query-status", NULL));
    assert_null(beginning(rig));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_run_state_is_told_at_once_and_as_it_is),
        TEST(all_else_is_noted),
        TEST(images_that_are_looked_into_are_noted),
        TEST(who_hangs_gives_no_answer_here_either),
        TEST(a_beginning_tells_every_change_but_time),
        TEST(nothing_is_told_of_one_that_hangs),
    };
    return cmocka_run_group_tests_name("onlooker", tests, NULL, NULL);
}
