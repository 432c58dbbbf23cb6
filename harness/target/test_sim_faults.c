/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A store that fails: what a call answers, and that a call that failed has
 * changed nothing.
 */
#include <errno.h>
#include "harness/target/sim.h"
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

static int
snapshot(const char *name, unsigned int flags)
{
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name></domainsnapshot>", name);
    char *given = NULL;
    int code = sim->snapshot_create_xml(conn, "vm", xml, flags, &given, &err);
    sim->free_string(given);
    return code;
}

static int
snapshot_1(void)
{
    return snapshot("s1", 0);
}

static int
snapshot_2(void)
{
    return snapshot("s2", 0);
}

static int
snapshot_3(void)
{
    return snapshot("s3", 0);
}

static int
snapshot_disk_only(void)
{
    return snapshot("s9", VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY);
}

static int
revert_1(void)
{
    return sim->snapshot_revert(conn, "vm", "s1", 0, &err);
}

static int
revert_2(void)
{
    return sim->snapshot_revert(conn, "vm", "s2", 0, &err);
}

static int
delete_current(void)
{
    return sim->snapshot_delete(conn, "vm", "s2", 0, &err);
}

static int
delete_middle(void)
{
    return sim->snapshot_delete(conn, "vm", "s2", VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY, &err);
}

static int
delete_tree(void)
{
    return sim->snapshot_delete(
        conn, "vm", "s1",
        VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY | VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY, &err);
}

static int
make_current(void)
{
    char *xml = NULL, *name = NULL;
    assert_ok(sim->snapshot_get_xml(conn, "vm", "s1", 0, &xml, &err));
    int code = sim->snapshot_create_xml(
        conn, "vm", xml, VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT,
        &name, &err);
    sim->free_string(xml);
    sim->free_string(name);
    return code;
}

static int
undefine_with_snapshots(void)
{
    return sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err);
}

/* What comes before the call that is tried, at most four steps. */
typedef struct {
    const char *name;
    int (*before[4])(void);
    int (*call)(void);
    gboolean finishes; /* what failed past its point of no return, the next call does */
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
    {"undefine with snapshots", {snapshot_1, snapshot_2}, undefine_with_snapshots},
    {"snapshot", {snapshot_1}, snapshot_2},
    {"snapshot live", {create, snapshot_1}, snapshot_2},
    {"overlay", {snapshot_1}, snapshot_disk_only},
    {"overlay live", {create, snapshot_1}, snapshot_disk_only},
    {"revert", {snapshot_1, redefine, snapshot_2}, revert_1},
    {"revert live", {create, snapshot_1, snapshot_2}, revert_1},
    {"revert by a start", {create, snapshot_2, destroy}, revert_2},
    {"delete", {snapshot_1, snapshot_2}, delete_current, TRUE},
    {"delete a middle one", {snapshot_1, snapshot_2, snapshot_3}, delete_middle},
    {"delete children", {snapshot_1, snapshot_2, snapshot_3}, delete_tree},
    {"make current", {snapshot_1, snapshot_2}, make_current},
};

/* A mark that was undone may have become greater: that it is one counts. */
static guint
digest_of(char *content)
{
    char *mark = strstr(content, "<active>");
    for (char *digit = mark ? mark + strlen("<active>") : NULL; digit && *digit != '<'; digit++)
        *digit = *digit == '0' ? '0' : '1';
    return g_str_hash(content);
}

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
        g_string_append_printf(text, "%s: %u\n", path, content ? digest_of(content) : 0);
    }
}

static void
describe_snapshots(GString *text, const char *domain)
{
    char **names = NULL;
    assert_ok(
        sim->snapshot_list(conn, domain, NULL, VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL, &names, &err));
    for (char **name = names; *name != NULL; name++) {
        int current = 0;
        char *parent = NULL;
        struct vm_error none = {0};
        sim->snapshot_parent(conn, domain, *name, 0, &parent, &none);
        assert_ok(sim->snapshot_is_current(conn, domain, *name, 0, &current, &err));
        g_string_append_printf(text, "  %s < %s%s\n", *name, parent ? parent : "",
                               current ? " *" : "");
        sim->free_string(parent);
    }
    sim->free_list(names);
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
        describe_snapshots(text, *name);
    }
    sim->free_list(names);
    describe_folder(text, sim_world_store(target_sim_world(conn)), "/sim/etc");
    describe_folder(text, sim_world_store(target_sim_world(conn)), "/sim/lib");
    describe_folder(text, sim_world_store(target_sim_world(conn)), "/sim/images");
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
    sim_fs_set_fault(sim_world_fs(target_sim_world(conn)), glob, op, EIO, 1);
    int code = test->call();
    sim_fs_clear_faults(sim_world_fs(target_sim_world(conn)));
    g_autofree char *after = describe();
    gboolean done = test->finishes && strcmp(success, after) == 0;
    if (code != 0 && !done && strcmp(before, after) != 0)
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
    static const guint32 ops[] = {SIM_FS_CREATE, SIM_FS_WRITE, SIM_FS_SYNC,    SIM_FS_RENAME,
                                  SIM_FS_UNLINK, SIM_FS_MKDIR, SIM_FS_SYNC_DIR};
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
