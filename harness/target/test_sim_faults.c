/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A store that fails: what a call answers, and that a call that failed has
 * changed nothing.
 */
#include <errno.h>
#include "harness/target/sim_int.h"
#include "harness/target/test_sim.h"
#include "sim/world/fs.h"

static int
create(void)
{
    return sim->domain_create(conn, "vm", 0, &err);
}

static int
destroy(void)
{
    return sim->domain_destroy(conn, "vm", 0, &err);
}

static int
suspend(void)
{
    return sim->domain_suspend(conn, "vm", &err);
}

static int
resume(void)
{
    return sim->domain_resume(conn, "vm", &err);
}

static int
managed_save(void)
{
    return sim->domain_managed_save(conn, "vm", 0, &err);
}

static int
save_remove(void)
{
    return sim->domain_managed_save_remove(conn, "vm", 0, &err);
}

static int
autostart_on(void)
{
    return sim->domain_set_autostart(conn, "vm", 1, &err);
}

static int
redefine(void)
{
    g_autofree char *xml = domain_xml("vm", UUID_A);
    char *memory = strstr(xml, "131072");
    memcpy(memory, "262144", 6);
    return sim->domain_define(conn, xml, 0, &err);
}

static int
define_other(void)
{
    g_autofree char *xml = domain_xml("other", UUID_B);
    return sim->domain_define(conn, xml, 0, &err);
}

static int
rename_it(void)
{
    return sim->domain_rename(conn, "vm", "vm2", 0, &err);
}

static int
undefine(void)
{
    return sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, &err);
}

/* What comes before the call that is tried, at most three steps. */
typedef struct {
    const char *name;
    int (*before[3])(void);
    int (*call)(void);
} FaultCase;

static const FaultCase fault_cases[] = {
    {"define", {NULL}, define_other},
    {"redefine", {NULL}, redefine},
    {"redefine live", {create}, redefine},
    {"start", {NULL}, create},
    {"start from image", {create, managed_save}, create},
    {"destroy", {create}, destroy},
    {"suspend", {create}, suspend},
    {"resume", {create, suspend}, resume},
    {"managed save", {create}, managed_save},
    {"managed save removal", {create, managed_save}, save_remove},
    {"autostart", {NULL}, autostart_on},
    {"rename", {autostart_on}, rename_it},
    {"undefine", {NULL}, undefine},
    {"undefine with leftovers", {autostart_on, create, managed_save}, undefine},
    {"undefine live", {autostart_on, create}, undefine},
};

/* Everything that a user can see, and every file with its content. */
static void
describe_folder(GString *text, VmStore *store, const char *folder)
{
    g_autoptr(GPtrArray) names = store->ops->list(store, folder, NULL);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path =
            g_strdup_printf("%s/%s", folder, (char *)g_ptr_array_index(names, i));
        if (vm_store_kind(store, path) == VM_FILE_DIR) {
            describe_folder(text, store, path);
            continue;
        }
        g_autofree char *content = vm_store_read_text(store, path, G_MAXSIZE, NULL);
        g_string_append_printf(text, "%s: %u\n", path, content ? g_str_hash(content) : 0);
    }
}

static char *
describe(void)
{
    GString *text = g_string_new(NULL);
    char **names = NULL;
    assert_ok(sim->domain_list(conn, 0, &names, &err));
    for (char **name = names; *name != NULL; name++) {
        int state = 0, reason = 0, on = 0;
        char *xml = NULL;
        assert_ok(sim->domain_get_state(conn, *name, &state, &reason, &err));
        assert_ok(sim->domain_get_autostart(conn, *name, &on, &err));
        assert_ok(sim->domain_get_xml(conn, *name, VIR_DOMAIN_XML_INACTIVE, &xml, &err));
        g_string_append_printf(text, "%s: %d %d\n%s\n", *name, state, on, xml);
        sim->free_string(xml);
    }
    sim->free_list(names);
    describe_folder(text, sim_world_store(conn->world), "/sim/etc");
    describe_folder(text, sim_world_store(conn->world), "/sim/lib");
    return g_string_free(text, FALSE);
}

static void
prepare(const FaultCase *test)
{
    open_profile("rfc");
    define("vm", UUID_A);
    make_disk("other");
    for (guint i = 0; i < G_N_ELEMENTS(test->before) && test->before[i] != NULL; i++)
        assert_ok(test->before[i]());
}

/* What the call makes of the world when nothing fails. */
static char *
describe_success(const FaultCase *test)
{
    prepare(test);
    assert_ok(test->call());
    char *text = describe();
    close_sim(NULL);
    return text;
}

/* One operation fails once: a call that failed has changed nothing, and a restart finds what was
 * there before it, or finishes what could not be finished. */
static void
try_fault(const FaultCase *test, guint32 op, const char *glob)
{
    g_autofree char *success = describe_success(test);
    prepare(test);
    g_autofree char *before = describe();
    sim_fs_set_fault(sim_world_fs(conn->world), glob, op, EIO, 1);
    int code = test->call();
    sim_fs_clear_faults(sim_world_fs(conn->world));
    g_autofree char *after = describe();
    if (code != 0 && strcmp(before, after) != 0)
        fail_msg("%s, fault %x at %s: answered %d, and yet\n%s\nbecame\n%s", test->name, op, glob,
                 code, before, after);
    assert_ok(sim->restart(conn, &err));
    g_autofree char *loaded = describe();
    if (strcmp(after, loaded) != 0 && strcmp(success, loaded) != 0)
        fail_msg("%s, fault %x at %s: after a restart\n%s\nbecame\n%s", test->name, op, glob, after,
                 loaded);
    close_sim(NULL);
}

static void
failed_call_has_changed_nothing(void **state)
{
    (void)state;
    static const guint32 ops[] = {SIM_FS_CREATE, SIM_FS_WRITE,  SIM_FS_SYNC,
                                  SIM_FS_RENAME, SIM_FS_UNLINK, SIM_FS_MKDIR};
    static const char *const globs[] = {"/sim/etc/*", "/sim/run/*",  "/sim/lib/*",
                                        "*.save*",    "*autostart*", "*intent*"};
    for (guint i = 0; i < G_N_ELEMENTS(fault_cases); i++)
        for (guint op = 0; op < G_N_ELEMENTS(ops); op++)
            for (guint glob = 0; glob < G_N_ELEMENTS(globs); glob++)
                try_fault(&fault_cases[i], ops[op], globs[glob]);
}

static void
call_without_a_fault_succeeds(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(fault_cases); i++) {
        prepare(&fault_cases[i]);
        assert_ok(fault_cases[i].call());
        close_sim(NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_without_a_fault_succeeds),
        cmocka_unit_test(failed_call_has_changed_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
