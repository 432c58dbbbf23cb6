/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A driver that dies at every single step of a call, with and without a power
 * cut: the next one finds a whole world, in which the call was done or not,
 * and no byte of a moment is lost.
 */
#include "harness/target/test_crash.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define SAVE "/sim/images/vm.save"
#define MEMORY "/sim/images/o1.mem"

/* Enough for whatever is called here. */
#define FOREVER 1000000

/* ---- the calls ---- */

static gboolean
snapshot_1(void)
{
    return create("s1", 0);
}

static gboolean
snapshot_2(void)
{
    return create("s2", 0);
}

static gboolean
snapshot_3(void)
{
    return create("s3", 0);
}

static gboolean
overlay(void)
{
    return create("o1", CREATE(DISK_ONLY));
}

static gboolean
overlay_unrecorded(void)
{
    return create("o1", CREATE(DISK_ONLY) | CREATE(NO_METADATA));
}

static gboolean
halt(void)
{
    return create("s2", CREATE(HALT));
}

static gboolean
overlay_halt(void)
{
    return create("o1", CREATE(DISK_ONLY) | CREATE(HALT));
}

/* With its memory in a file, and each disk at the location given. */
static gboolean
create_with_memory(const char *vda, const char *vdb, guint32 flags)
{
    g_autofree char *name = NULL;
    g_autofree char *xml = g_strdup_printf(
        "<domainsnapshot><name>o1</name><memory snapshot='external' file='" MEMORY "'/><disks>"
        "<disk name='vda' snapshot='%s'/><disk name='vdb' snapshot='%s'/></disks>"
        "</domainsnapshot>",
        vda, vdb);
    return vm_snapshot_create_xml(driver, "vm", xml, flags, &name, &failure);
}

static gboolean
memory(void)
{
    return create_with_memory("external", "external", 0);
}

static gboolean
memory_live(void)
{
    return create_with_memory("external", "external", CREATE(LIVE));
}

static gboolean
memory_halt(void)
{
    return create_with_memory("external", "external", CREATE(HALT));
}

static gboolean
memory_unrecorded(void)
{
    return create_with_memory("external", "no", CREATE(NO_METADATA));
}

static gboolean
memory_alone(void)
{
    return create_with_memory("no", "no", 0);
}

static gboolean
memory_alone_unrecorded(void)
{
    return create_with_memory("no", "no", CREATE(NO_METADATA));
}

static gboolean
memory_beside_manual(void)
{
    return create_with_memory("external", "manual", 0);
}

/* One disk inside of its image, the other one with an overlay. */
static gboolean
create_mixed(guint32 flags)
{
    g_autofree char *name = NULL;
    return vm_snapshot_create_xml(
        driver, "vm",
        "<domainsnapshot><name>o1</name><disks><disk name='vda' snapshot='internal'/>"
        "<disk name='vdb' snapshot='external'/></disks></domainsnapshot>",
        CREATE(DISK_ONLY) | flags, &name, &failure);
}

static gboolean
mixed(void)
{
    return create_mixed(0);
}

static gboolean
mixed_unrecorded(void)
{
    return create_mixed(CREATE(NO_METADATA));
}

static gboolean
destroy(void)
{
    return vm_domain_destroy(driver, "vm", 0, &failure);
}

static gboolean
suspend(void)
{
    return vm_domain_suspend(driver, "vm", &failure);
}

static gboolean
write_b(void)
{
    return sim_world_guest(world, "vm", "write vda 0 64K B", NULL, &failure) &&
           sim_world_guest(world, "vm", "write vdb 0 64K B", NULL, &failure) &&
           sim_world_guest(world, "vm", "flush", NULL, &failure);
}

static gboolean
revert_1(void)
{
    return vm_snapshot_revert(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_REVERT_FORCE, &failure);
}

static gboolean
revert_1_running(void)
{
    return vm_snapshot_revert(driver, "vm", "s1",
                              VIR_DOMAIN_SNAPSHOT_REVERT_FORCE | VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
                              &failure);
}

static gboolean
overlay_2(void)
{
    return create("o2", CREATE(DISK_ONLY));
}

static gboolean
overlay_3(void)
{
    return create("o3", CREATE(DISK_ONLY));
}

static gboolean
revert_o1(void)
{
    return vm_snapshot_revert(driver, "vm", "o1", VIR_DOMAIN_SNAPSHOT_REVERT_FORCE, &failure);
}

static gboolean
revert_o1_running(void)
{
    return vm_snapshot_revert(driver, "vm", "o1",
                              VIR_DOMAIN_SNAPSHOT_REVERT_FORCE | VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
                              &failure);
}

static gboolean
revert_and(const char *snapshot, guint32 flags)
{
    return vm_snapshot_revert(driver, "vm", snapshot, VIR_DOMAIN_SNAPSHOT_REVERT_FORCE | flags,
                              &failure);
}

static gboolean
revert_o1_alone(void)
{
    return revert_and("o1", VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN);
}

static gboolean
revert_o1_running_alone(void)
{
    return revert_and("o1", VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN |
                                VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING);
}

static gboolean
revert_o1_away(void)
{
    return revert_and("o1", VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD);
}

static gboolean
revert_o1_wholly(void)
{
    return revert_and("o1", VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD |
                                VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN);
}

static gboolean
revert_1_alone(void)
{
    return revert_and("s1", VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN);
}

static gboolean
revert_1_away(void)
{
    return revert_and("s1", VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD);
}

static gboolean
revert_o2(void)
{
    return vm_snapshot_revert(driver, "vm", "o2", VIR_DOMAIN_SNAPSHOT_REVERT_FORCE, &failure);
}

static gboolean
delete_1(void)
{
    return vm_snapshot_delete(driver, "vm", "s1", 0, &failure);
}

static gboolean
delete_2(void)
{
    return vm_snapshot_delete(driver, "vm", "s2", 0, &failure);
}

static gboolean
delete_tree(void)
{
    return vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, &failure);
}

static gboolean
delete_children(void)
{
    return vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY,
                              &failure);
}

static gboolean
delete_o1(void)
{
    return vm_snapshot_delete(driver, "vm", "o1", 0, &failure);
}

static gboolean
delete_o2(void)
{
    return vm_snapshot_delete(driver, "vm", "o2", 0, &failure);
}

static gboolean
delete_o3(void)
{
    return vm_snapshot_delete(driver, "vm", "o3", 0, &failure);
}

static gboolean
delete_o_tree(void)
{
    return vm_snapshot_delete(driver, "vm", "o1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, &failure);
}

static gboolean
delete_below_o1(void)
{
    return vm_snapshot_delete(driver, "vm", "o1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY,
                              &failure);
}

static gboolean
make_current(void)
{
    g_autofree char *xml = NULL, *name = NULL;
    assert_done(
        vm_snapshot_get_xml(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_XML_SECURE, &xml, &failure));
    return vm_snapshot_create_xml(driver, "vm", xml, CREATE(REDEFINE) | CREATE(CURRENT), &name,
                                  &failure);
}

static gboolean
save(void)
{
    return vm_domain_save(driver, "vm", SAVE, NULL, 0, &failure);
}

static gboolean
managed_save(void)
{
    return vm_domain_managed_save(driver, "vm", 0, &failure);
}

static gboolean
redefine(void)
{
    g_autofree char *xml = two_disk_xml(VDA, "");
    memcpy(strstr(xml, "131072"), "262144", 6);
    return vm_domain_define(driver, xml, 0, &failure);
}

static gboolean
undefine(void)
{
    return vm_domain_undefine_flags(driver, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &failure);
}

/* What comes before the call that is tried, at most five steps. */
typedef struct {
    const char *name;
    gboolean (*before[5])(void);
    gboolean (*call)(void);
    gboolean waits; /* it may be finished without the guest, or with one that waits */
    gboolean whole; /* done or undone too where one operation fails and the driver lives on */
} CrashCase;

static const CrashCase crash_cases[] = {
    {"snapshot", {snapshot_1}, snapshot_2, FALSE},
    {"snapshot live", {start, snapshot_1, write_b}, snapshot_2, FALSE},
    {"snapshot paused", {start, snapshot_1, write_b, suspend}, snapshot_2, FALSE},
    {"snapshot and halt", {start, snapshot_1, write_b}, halt, FALSE},
    {"overlay and halt", {start, snapshot_1, write_b}, overlay_halt, FALSE},
    {"overlay", {snapshot_1}, overlay, FALSE},
    {"overlay live", {start, snapshot_1, write_b}, overlay, FALSE},
    {"overlay unrecorded", {snapshot_1}, overlay_unrecorded, FALSE},
    {"overlay unrecorded live", {start, snapshot_1, write_b}, overlay_unrecorded, FALSE},
    {"overlay live redefined", {start, redefine, snapshot_1, write_b}, overlay, FALSE},
    {"memory", {start, snapshot_1, write_b}, memory, FALSE},
    {"memory paused", {start, snapshot_1, write_b, suspend}, memory, FALSE},
    {"memory live", {start, snapshot_1, write_b}, memory_live, FALSE},
    {"memory and halt", {start, snapshot_1, write_b}, memory_halt, FALSE},
    {"memory unrecorded", {start, snapshot_1, write_b}, memory_unrecorded, FALSE},
    {"memory redefined", {start, redefine, snapshot_1, write_b}, memory, FALSE},
    {"memory alone", {start, snapshot_1, write_b}, memory_alone, FALSE},
    {"memory alone unrecorded", {start, snapshot_1}, memory_alone_unrecorded, FALSE},
    {"memory beside a manual disk", {start, snapshot_1, write_b}, memory_beside_manual, FALSE},
    {"mixed", {snapshot_1}, mixed, FALSE},
    {"mixed live", {start, snapshot_1, write_b}, mixed, FALSE},
    {"mixed unrecorded", {snapshot_1}, mixed_unrecorded, FALSE},
    {"mixed unrecorded live", {start, snapshot_1, write_b}, mixed_unrecorded, FALSE},
    {"revert", {snapshot_1, redefine, start, write_b, destroy}, revert_1, TRUE},
    {"revert live", {start, snapshot_1, write_b, snapshot_2}, revert_1, TRUE},
    {"revert live to off", {snapshot_1, start, write_b}, revert_1, TRUE},
    {"revert live to off and run", {snapshot_1, start, write_b}, revert_1_running, TRUE},
    {"revert by a start", {start, snapshot_1, write_b, destroy}, revert_1, TRUE},
    {"revert over a save", {start, snapshot_1, write_b, managed_save}, revert_1, TRUE},
    {"revert to an overlay", {overlay, start, write_b, destroy}, revert_o1, TRUE, TRUE},
    {"revert to an overlay from a guest", {overlay, start, write_b}, revert_o1, TRUE, TRUE},
    {"revert to an overlay and run", {start, write_b, overlay}, revert_o1_running, TRUE, TRUE},
    {"revert over children", {overlay, overlay_2, start, write_b}, revert_o1, TRUE, TRUE},
    {"revert over children and run", {overlay, overlay_2}, revert_o1_running, TRUE, TRUE},
    {"revert to a branch", {overlay, overlay_2, revert_o1, overlay_3}, revert_o2, TRUE, TRUE},
    {"revert away", {overlay, overlay_2, revert_o1, start, write_b}, revert_o2, TRUE, TRUE},
    {"revert into an overlay",
     {overlay, start, write_b, snapshot_1, revert_o1},
     revert_1,
     TRUE,
     TRUE},
    {"revert into one off", {overlay, snapshot_1, revert_o1, start, write_b}, revert_1, TRUE, TRUE},
    {"revert to memory", {start, write_b, memory, destroy}, revert_o1, TRUE, TRUE},
    {"revert to memory from a guest", {start, memory, write_b}, revert_o1, TRUE, TRUE},
    {"revert to memory over a save", {start, memory, managed_save}, revert_o1, TRUE, TRUE},
    {"revert to mixed disks", {mixed, start, write_b, destroy}, revert_o1, TRUE, TRUE},
    {"revert to mixed disks and run", {mixed, start, write_b}, revert_o1_running, TRUE, TRUE},
    {"revert over a save", {overlay, start, managed_save}, revert_o1, TRUE, TRUE},
    {"revert and delete below", {overlay, overlay_2, overlay_3}, revert_o1_alone, TRUE},
    {"revert and delete below and run",
     {start, overlay, overlay_2, write_b},
     revert_o1_running_alone,
     TRUE},
    {"revert to memory and delete below", {start, memory, overlay_2}, revert_o1_alone, TRUE},
    {"revert and discard", {overlay, start, write_b, destroy}, revert_o1_away, TRUE},
    {"revert and discard above children", {overlay, overlay_2}, revert_o1_away, TRUE},
    {"revert to memory and discard", {start, memory, write_b}, revert_o1_away, TRUE},
    {"revert and discard all", {overlay, overlay_2, start, write_b}, revert_o1_wholly, TRUE},
    {"revert inside and delete below", {snapshot_1, snapshot_2}, revert_1_alone, TRUE},
    {"revert inside and discard", {snapshot_1, snapshot_2, start, write_b}, revert_1_away, TRUE},
    {"revert live and delete below",
     {start, snapshot_1, write_b, snapshot_2},
     revert_1_alone,
     TRUE},
    {"revert live and discard", {start, snapshot_1, write_b, snapshot_2}, revert_1_away, TRUE},
    {"delete", {snapshot_1, snapshot_2}, delete_2, FALSE},
    {"delete live", {start, snapshot_1, write_b, snapshot_2}, delete_2, FALSE},
    {"delete a parent", {snapshot_1, snapshot_2, snapshot_3}, delete_1, FALSE},
    {"delete a parent live", {start, snapshot_1, snapshot_2, snapshot_3}, delete_1, FALSE},
    {"delete all", {snapshot_1, snapshot_2, snapshot_3}, delete_tree, FALSE},
    {"delete below live", {start, snapshot_1, snapshot_2, snapshot_3}, delete_children, FALSE},
    {"delete the last overlay", {start, overlay, write_b, suspend}, delete_o1, FALSE},
    {"delete the last overlay live", {start, overlay, write_b}, delete_o1, FALSE},
    {"delete the last overlay off", {start, overlay, write_b, destroy}, delete_o1, FALSE},
    {"delete a lower overlay live", {start, overlay, write_b, overlay_2}, delete_o1, FALSE},
    {"delete a lower one off", {start, overlay, write_b, overlay_2, destroy}, delete_o1, FALSE},
    {"delete all overlays live", {start, overlay, write_b, overlay_2}, delete_o_tree, FALSE},
    {"delete overlays below",
     {start, overlay, overlay_2, write_b, overlay_3},
     delete_below_o1,
     FALSE},
    {"delete a branch live", {overlay, overlay_2, revert_o1_running, write_b}, delete_o2, FALSE},
    {"delete a fork",
     {overlay, overlay_2, revert_o1_running, write_b, overlay_3},
     delete_o1,
     FALSE},
    {"delete beside", {overlay, overlay_2, revert_o1, overlay_3, start}, delete_o2, FALSE},
    {"delete an end", {overlay, overlay_2, revert_o1, overlay_3, revert_o2}, delete_o3, FALSE},
    {"delete with memory", {start, write_b, memory}, delete_o1, FALSE},
    {"make current", {snapshot_1, snapshot_2}, make_current, FALSE},
    {"save", {start, snapshot_1, write_b}, save, FALSE},
    {"managed save", {start, snapshot_1, write_b}, managed_save, FALSE},
    {"start from a save", {start, snapshot_1, write_b, managed_save}, start, TRUE},
    {"start", {snapshot_1}, start, FALSE},
    {"destroy", {start, snapshot_1, write_b}, destroy, FALSE},
    {"suspend", {start, snapshot_1, write_b}, suspend, FALSE},
    {"redefine", {snapshot_1}, redefine, FALSE},
    {"redefine live", {start, snapshot_1}, redefine, FALSE},
    {"undefine", {snapshot_1, snapshot_2}, undefine, FALSE},
};

/* ---- the world, as far as it must be whole ---- */

static gboolean
is_defined(void)
{
    g_autofree char *uuid = NULL;
    return vm_domain_get_uuid(driver, "vm", &uuid, NULL);
}

static char *
disk_path(const char *target)
{
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &xml, &failure));
    const char *at = xml;
    for (const char *file; (file = strstr(at, "<source file='")) != NULL; at = file + 1) {
        file += strlen("<source file='");
        const char *dev = strstr(file, "<target dev='");
        if (dev != NULL && g_str_has_prefix(dev + strlen("<target dev='"), target))
            return g_strndup(file, strcspn(file, "'"));
    }
    fail_msg("no disk %s in %s", target, xml);
    return NULL;
}

/* What the image below each snapshot of vda holds. */
static char *
held(void)
{
    g_autofree char **names = NULL;
    guint32 flags = VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL;
    GString *text = g_string_new(NULL);
    assert_done(vm_snapshot_list(driver, "vm", NULL, flags, &names, &failure));
    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *xml = NULL;
        const char *name = names[i];
        assert_done(vm_snapshot_get_xml(driver, "vm", name, 0, &xml, &failure));
        const char *file = strstr(strstr(xml, "<domain "), "<source file='");
        if (strstr(xml, "snapshot='external'") == NULL || file == NULL)
            continue;
        file += strlen("<source file='");
        g_autofree char *path = g_strndup(file, strcspn(file, "'"));
        g_autofree char *holds = content(path);
        g_string_append_printf(text, "\n%s %s %s", name, path, holds);
    }
    return g_string_free(text, FALSE);
}

/* The tree, the state, and what the disks and moments hold. */
static char *
describe(gboolean states)
{
    GString *text = g_string_new(NULL);
    int state = 0, reason = 0;
    if (!is_defined())
        return g_string_free(g_string_append(text, "undefined"), FALSE);
    g_autofree char *moments = tree();
    g_autofree char *vda = disk_path("vda"), *vdb = disk_path("vdb");
    g_autofree char *a = content(vda), *b = content(vdb);
    g_autofree char *tags_a = tags(VDA), *tags_b = tags(VDB), *below = held();
    g_autofree char *config = NULL;
    assert_done(vm_domain_get_state(driver, "vm", &state, &reason, &failure));
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &config, &failure));
    g_string_append_printf(text, "tree %s\n%s %s\n%s %s\ntags %s, %s\nsaved %d %d %d\nconfig %u%s",
                           moments, vda, a, vdb, b, tags_a, tags_b,
                           vm_store_kind(sim_world_store(world), SAVE),
                           vm_store_kind(sim_world_store(world), MEMORY),
                           vm_store_kind(sim_world_store(world), ROOT "/lib/qemu/save/vm.save"),
                           g_str_hash(config), below);
    if (states)
        g_string_append_printf(text, "\nstate %d", state);
    return g_string_free(text, FALSE);
}

static gboolean
has_suffix_of_ours(const char *path)
{
    return g_str_has_suffix(path, ".new") || g_str_has_suffix(path, ".gone") ||
           g_str_has_suffix(path, ".partial") || strstr(path, "/intent/") != NULL;
}

/* The definitions that name images which are needed: the domain's, and those of its snapshots'
 * moments.  What a snapshot lists as its overlays may be gone. */
static char *
definitions(void)
{
    g_autofree char **names = NULL;
    guint32 flags = VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL;
    g_autofree char *now = NULL, *next = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &now, &failure));
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &next, &failure));
    assert_done(vm_snapshot_list(driver, "vm", NULL, flags, &names, &failure));
    GString *text = g_string_new(now);
    g_string_append(text, next);
    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *xml = NULL;
        assert_done(vm_snapshot_get_xml(driver, "vm", names[i], 0, &xml, &failure));
        g_string_append(text, strstr(xml, "<domain "));
    }
    return g_string_free(text, FALSE);
}

/* Nothing of an interrupted call is left lying about. */
static const char *
find_leaving(void)
{
    static char found[512];
    json_t *files = sim_inspect_files(world, "/sim");
    g_autofree char *needed = is_defined() ? definitions() : NULL;
    const char *leaving = NULL;
    gsize i;
    json_t *file;
    json_array_foreach(files, i, file)
    {
        const char *path = json_string_value(json_object_get(file, "path"));
        gboolean image = g_str_has_prefix(path, "/sim/images/vd");
        if (has_suffix_of_ours(path) || (image && needed != NULL && strstr(needed, path) == NULL)) {
            g_strlcpy(found, path, sizeof(found));
            leaving = found;
        }
    }
    json_decref(files);
    return leaving;
}

/* ---- trying ---- */

typedef enum {
    DAEMON_DIES,
    POWER_CUT,
    GUEST_DIES_TOO,
    STEP_FAILS, /* and the driver lives on */
} Disaster;

static const char *const disasters[] = {"the daemon dies", "the power is cut",
                                        "daemon and guest die", "one operation fails"};

static void
prepare(const CrashCase *test)
{
    open_world(VM_PROFILE_RFC);
    for (guint i = 0; i < G_N_ELEMENTS(test->before) && test->before[i] != NULL; i++)
        assert_done(test->before[i]());
    open_mortal_driver(FOREVER);
    steps_done = 0;
}

static void
strike(Disaster disaster)
{
    if (disaster == POWER_CUT)
        sim_world_power_cut(world);
    if (disaster == GUEST_DIES_TOO)
        sim_world_disturb(world, "vm", "kill", NULL);
    open_mortal_driver(FOREVER);
}

/* How the call leaves the world, and how many steps it takes. */
static char *
describe_success(const CrashCase *test, Disaster disaster, int *steps)
{
    prepare(test);
    assert_done(test->call());
    *steps = steps_done;
    strike(disaster);
    char *text = describe(disaster == DAEMON_DIES && !test->waits);
    close_world(NULL);
    driver = NULL;
    return text;
}

static char *
describe_nothing_done(const CrashCase *test, Disaster disaster)
{
    prepare(test);
    strike(disaster);
    char *text = describe(disaster == DAEMON_DIES && !test->waits);
    close_world(NULL);
    driver = NULL;
    return text;
}

static int misses;

static void
miss(const CrashCase *test, Disaster disaster, int at, const char *what, const char *text)
{
    print_error("%s, %s at step %d: %s\n%s\n", test->name, disasters[disaster], at, what, text);
    misses++;
}

static void
try_step(const CrashCase *test, Disaster disaster, int at, const char *before, const char *success)
{
    prepare(test);
    if (disaster == STEP_FAILS)
        failing_step = at;
    else
        steps_left = at;
    test->call();
    failing_step = -1;
    g_clear_error(&failure);
    strike(disaster);
    g_autofree char *found = describe(disaster == DAEMON_DIES && !test->waits);
    const char *leaving = find_leaving();
    if (leaving != NULL)
        miss(test, disaster, at, "is left", leaving);
    if (strcmp(found, before) != 0 && strcmp(found, success) != 0) {
        miss(test, disaster, at, "found", found);
        print_error("before:\n%s\nafter:\n%s\n", before, success);
    }
    open_mortal_driver(FOREVER);
    g_autofree char *again = describe(disaster == DAEMON_DIES && !test->waits);
    if (strcmp(found, again) != 0)
        miss(test, disaster, at, "one more start makes it", again);
    close_world(NULL);
    driver = NULL;
}

/* Under valgrind (VM_TEST_SAMPLE) every fifth step, another one to begin with in each case. */
static void
try_disaster(Disaster disaster)
{
    int stride = g_getenv("VM_TEST_SAMPLE") != NULL ? 5 : 1;
    misses = 0;
    for (guint i = 0; i < G_N_ELEMENTS(crash_cases); i++) {
        const CrashCase *test = &crash_cases[i];
        int steps = 0;
        if (disaster == STEP_FAILS && !test->whole)
            continue;
        g_autofree char *success = describe_success(test, disaster, &steps);
        g_autofree char *before = describe_nothing_done(test, disaster);
        for (int at = (int)i % stride; at < steps; at += stride)
            try_step(test, disaster, at, before, success);
    }
    assert_int_equal(misses, 0);
}

static void
driver_that_dies_leaves_a_whole_world(void **state)
{
    (void)state;
    try_disaster(DAEMON_DIES);
}

static void
power_cut_leaves_a_whole_world(void **state)
{
    (void)state;
    try_disaster(POWER_CUT);
}

static void
guest_that_dies_too_leaves_a_whole_world(void **state)
{
    (void)state;
    try_disaster(GUEST_DIES_TOO);
}

static void
operation_that_fails_leaves_a_whole_world(void **state)
{
    (void)state;
    try_disaster(STEP_FAILS);
}

static char *
memory_of_guest(void)
{
    json_t *ram = sim_inspect_ram(world, "vm");
    char *digest = g_strdup(json_string_value(json_object_get(ram, "digest")));
    json_decref(ram);
    return digest;
}

/* Its image goes before its CPUs run: in between there is nothing but the process. */
static void
guest_whose_image_is_used_up_lives_on(void **state)
{
    (void)state;
    gboolean seen = FALSE;
    for (int at = 0; at < 30; at++) {
        open_world(VM_PROFILE_RFC);
        assert_done(start());
        guest("ram set 1 7");
        assert_done(suspend());
        g_autofree char *before = memory_of_guest();
        assert_done(managed_save());
        open_mortal_driver(at);
        start();
        g_clear_error(&failure);
        open_mortal_driver(FOREVER);
        if (vm_store_kind(sim_world_store(world), ROOT "/lib/qemu/save/vm.save") ==
            VM_FILE_MISSING) {
            g_autofree char *after = memory_of_guest();
            assert_non_null(after);
            assert_string_equal(after, before);
            assert_done(vm_domain_resume(driver, "vm", &failure));
            seen = TRUE;
        }
        close_world(NULL);
        driver = NULL;
    }
    assert_true(seen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driver_that_dies_leaves_a_whole_world),
        cmocka_unit_test(power_cut_leaves_a_whole_world),
        cmocka_unit_test(guest_that_dies_too_leaves_a_whole_world),
        cmocka_unit_test(operation_that_fails_leaves_a_whole_world),
        cmocka_unit_test(guest_whose_image_is_used_up_lives_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
