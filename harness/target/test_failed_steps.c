/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One step of a call fails: what the call leaves, and what is possible then.
 */
#include "harness/target/test_snapshot_calls.h"

#define INTENTS "/sim/lib/qemu/intent/*"

static void
run(void)
{
    assert_done(start());
    g_free(take_events());
}

static void
assert_source(const char *path)
{
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &xml, &failure));
    assert_non_null(strstr(xml, path));
}

/* ---- going back ---- */

/* The overlay that is on the disk now is a user's, so that none of ours goes. */
static void
image_of_a_mixed_moment_is_put_back(void **state)
{
    (void)state;
    assert_done(create_of("<name>s1</name><disks><disk name='vda' snapshot='internal'/>"
                          "<disk name='vdb' snapshot='external'/></disks>",
                          CREATE(DISK_ONLY)));
    VmHypervisor *hv = &images.parent;
    const char *other = "/sim/images/other.qcow2";
    assert_done(hv->ops->image_create(hv, other, "qcow2", 64 << 20, NULL, NULL, &failure));
    g_autofree char *changed = domain_xml_with(VDB, other);
    assert_done(vm_domain_define(driver, changed, 0, &failure));
    run();
    guest("write vda 0 64K B");
    guest("flush");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_autofree char *before = content(VDA);
    images.ops.image_snapshot = apply_and_fail_later;
    assert_false(revert("s1", 0));
    assert_content(VDA, before);
    assert_tags(VDA, "s1");
    assert_source(other);
}

static void
disk_that_is_left_out_stays_as_it_is_today(void **state)
{
    (void)state;
    run();
    assert_done(create_of("<name>s1</name><memory snapshot='external' file='/sim/images/s1.mem'/>"
                          "<disks><disk name='vdb' snapshot='no'/></disks>",
                          0));
    assert_done(create_of("<name>s2</name><disks><disk name='vda' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_done(revert("s1", REVERT(FORCE)));
    assert_source("/sim/images/vdb.s2");
}

static void
guest_that_does_not_go_on_is_paused(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", 0));
    g_free(take_events());
    images.command = "cont";
    assert_false(revert("s1", 0));
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    assert_events("suspended/from-snapshot defined/from-snapshot");
    assert_done(vm_domain_resume(driver, "vm", &failure));
}

static void
guest_that_stands_still_is_not_stopped(void **state)
{
    (void)state;
    run();
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    assert_done(create("s1", 0));
    images.command = "stop";
    assert_done(revert("s1", 0));
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
}

static void
overlay_that_cannot_go_goes_later(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 1);
    assert_done(revert("s1", 0));
    assert_true(exists("/sim/images/vda.s1"));
    assert_false(exists("/sim/images/vdb.s1"));
    restart();
    assert_false(exists("/sim/images/vda.s1"));
    assert_tree("s1<*");
}

static void
tag_that_was_not_made_is_not_missed(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    images.path = VDB;
    images.verb = VM_IMAGE_SNAPSHOT_CREATE;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_silent();
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
}

static gboolean
fail_for_good(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
              GError **error)
{
    (void)hv;
    if (verb != VM_IMAGE_SNAPSHOT_APPLY || strcmp(path, VDB) != 0)
        return images.inner->ops->image_snapshot(images.inner, path, verb, tag, error);
    fault("/sim/lib/qemu/snapshot/*", SIM_FS_CHANGE, -1);
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': Input/output error", path);
}

static void
metadata_that_cannot_be_put_back_is_told(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    images.ops.image_snapshot = fail_for_good;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_told("metadata could not be put back");
}

static gboolean
fail_save_and_cont(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
                   json_t **reply, GError **error)
{
    if (strcmp(name, "snapshot-save") != 0 && strcmp(name, "cont") != 0)
        return images.inner->ops->command(instance, name, arguments, pass, reply, error);
    json_decref(arguments);
    g_set_error(error, VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, "Input/output error");
    return FALSE;
}

static void
guest_that_cannot_be_woken_is_told(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", 0));
    images.ops.command = fail_save_and_cont;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_told("the guest could not go on");
}

static void
lists_of_disks_are_put_back(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    fault("/sim/run/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_refused(revert("s1", REVERT(RUNNING) | REVERT(FORCE)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_source("/sim/images/vda.s2");
    assert_tree_stays("s1< s2<s1*");
    assert_done(vm_snapshot_delete(driver, "vm", "s2", 0, &failure));
    assert_source("/sim/images/vda.s1");
    assert_tree_stays("s1<*");
}

static void
current_one_stays_marked(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    fault("/sim/lib/qemu/snapshot/vm/s1.xml*", SIM_FS_CHANGE, -1);
    assert_refused(revert("s1", REVERT(FORCE)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1< s2<s1*");
}

/* ---- going back, by the next driver ---- */

static VmInstance *
die_at_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    (void)hv, (void)config;
    die();
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "the driver is dead");
    return NULL;
}

/* Without the mark of the current one, which counts up. */
static char *
metadata(const char *snapshot)
{
    g_autofree char *path = g_strdup_printf("/sim/lib/qemu/snapshot/vm/%s.xml", snapshot);
    g_autofree char *text = vm_store_read_text(sim_world_store(world), path, 1 << 20, &failure);
    assert_non_null(text);
    return g_strdup(strchr(strchr(text, '\n') + 1, '\n'));
}

/* Nobody starts a guest again whose start another driver did not live to see. */
static void
metadata_is_as_before(void **state)
{
    (void)state;
    g_autofree char *secret = two_disk_xml(VDA, "<graphics type='vnc' port='-1' passwd='secret'/>");
    assert_done(vm_domain_define(driver, secret, 0, &failure));
    run();
    assert_done(
        create_of("<name>s1</name><memory snapshot='external' file='/sim/images/s1.mem'/>", 0));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    assert_done(create("s3", CREATE(DISK_ONLY)));
    assert_done(revert("s2", REVERT(FORCE)));
    g_autofree char *s1 = metadata("s1"), *s2 = metadata("s2");
    images.ops.start = die_at_start;
    assert_false(revert("s1", REVERT(FORCE)));
    images.ops.start = pass_start;
    take_over();
    g_autofree char *s1_now = metadata("s1"), *s2_now = metadata("s2");
    assert_string_equal(s1_now, s1);
    assert_string_equal(s2_now, s2);
    assert_tree("s1< s2<s1* s3<s2");
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_SECURE, &xml, &failure));
    assert_non_null(strstr(xml, "passwd='secret'"));
}

static void
deletion_that_follows_is_done(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    images.path = VDA;
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    images.dies = TRUE;
    revert("s1", REVERT(DELETE_CHILDREN));
    take_over();
    assert_tree("s1<*");
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
}

static const char *dies_at;

static gboolean
die_at_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
               json_t **reply, GError **error)
{
    if (strcmp(name, dies_at) != 0)
        return images.inner->ops->command(instance, name, arguments, pass, reply, error);
    json_decref(arguments);
    die();
    g_set_error(error, VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, "the driver is dead");
    return FALSE;
}

static void
deletion_that_follows_a_start_is_done(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", CREATE(HALT)));
    assert_done(create("s2", 0));
    images.ops.command = die_at_command;
    dies_at = "snapshot-delete";
    revert("s1", REVERT(DELETE_CHILDREN));
    images.ops.command = fail_command;
    take_over();
    assert_tree("s1<*");
    assert_tags(VDA, "s1");
}

/* Another driver died amid a revert to s1. */
static void
leave_revert(const char *former, gboolean kept, const char *more)
{
    g_autofree char *text = g_strdup_printf(
        "{\"verb\":\"snapshot-revert\",\"domain\":\"vm\","
        "\"uuid\":\"11111111-1111-4111-8111-111111111111\",\"data\":{\"name\":\"s1\","
        "\"former\":\"%s\",\"kept\":%s,\"done\":false,%s,"
        "\"delete-children\":false,\"discard\":false,\"overlays\":[],\"tops\":[],"
        "\"old\":null,\"old-former\":null}}",
        former, kept ? "true" : "false", more);
    assert_done(vm_store_replace(sim_world_store(world), INTENT, text, &failure));
}

static void
load_that_fails_again_is_told(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", 0));
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    leave_revert("s1", TRUE, "\"drop-save\":false");
    images.command = "snapshot-load";
    restart();
    assert_told("could not be settled");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT); /* tried again */
}

static void
way_back_goes_with_the_rest(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    const char *tag = "/way-back/1";
    assert_done(hv->ops->image_snapshot(hv, VDA, VM_IMAGE_SNAPSHOT_CREATE, tag, &failure));
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_CREATE, tag, &failure));
    run();
    assert_done(create("s1", 0));
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    leave_revert("s1", TRUE, "\"drop-save\":false,\"way-back\":\"/way-back/1\"");
    restart();
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
}

static void
managed_save_goes_with_the_rest(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    run();
    assert_done(vm_domain_managed_save(driver, "vm", 0, &failure));
    leave_revert("s1", FALSE, "\"drop-save\":true");
    restart();
    gboolean saved = TRUE;
    assert_done(vm_domain_has_managed_save(driver, "vm", 0, &saved, &failure));
    assert_false(saved);
}

static void
metadata_that_fails_again_is_told(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    leave_revert("s2", FALSE, "\"drop-save\":false");
    fault("/sim/lib/qemu/snapshot/vm/s1.xml*", SIM_FS_CHANGE, -1);
    restart();
    assert_told("could not be settled");
    assert_refused(start(), VIR_ERR_OPERATION_FAILED);
    assert_refused(create("s3", 0), VIR_ERR_OPERATION_FAILED);
    no_faults();
    assert_tree("s1<* s2<s1"); /* it was tried again */
}

/* ---- deletion ---- */

static int starts_left;

static VmInstance *
start_some(VmHypervisor *hv, const json_t *config, GError **error)
{
    if (starts_left-- > 0)
        return pass_start(hv, config, error);
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "no process");
    return NULL;
}

/* The first of two is merged, the second is whole. */
static void
moment_that_is_not_touched_stays(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    images.ops.start = start_some;
    starts_left = 2; /* a process for each disk */
    assert_refused(
        vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, &failure),
        VIR_ERR_OPERATION_FAILED);
    images.ops.start = pass_start;
    assert_tree_stays("s1<");
    assert_true(exists("/sim/images/vda.s1"));
    assert_false(exists("/sim/images/vda.s2"));
}

static void
node_that_stays_hinders_no_deletion(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_silent();
    images.command = "blockdev-del";
    assert_done(vm_snapshot_delete(driver, "vm", "s1", 0, &failure));
    assert_told("left in the block graph");
    assert_tree_stays("");
}

static void
current_moment_is_put_back_without_a_word(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    images.path = VDA;
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    assert_refused(
        vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY, &failure),
        VIR_ERR_OPERATION_FAILED);
    assert_silent();
    assert_tree_stays("s1< s2<s1*");
}

static void
overlay_of_what_is_gone_goes_later(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 1);
    assert_refused(vm_snapshot_delete(driver, "vm", "s1", 0, &failure), VIR_ERR_SYSTEM_ERROR);
    assert_true(exists("/sim/images/vda.s1"));
    assert_tree(""); /* whoever looks next at the domain removes it */
    assert_false(exists("/sim/images/vda.s1"));
}

/* s2 is dropped, and nothing is merged. */
static void
image_that_nobody_needs_goes_later(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    assert_done(revert("s1", REVERT(FORCE)));
    assert_true(exists("/sim/images/vda.s1"));
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 1);
    assert_done(vm_snapshot_delete(driver, "vm", "s2", 0, &failure)); /* it is only told */
    assert_true(exists("/sim/images/vda.s1"));
    assert_tree("s1<*");
    assert_false(exists("/sim/images/vda.s1"));
}

/* The merge ends half-way, and then the snapshot cannot be unlisted. */
static void
first_cause_is_told(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    fault(VDA, SIM_FS_SYNC, 1);
    fault("/sim/lib/qemu/snapshot/*", SIM_FS_CHANGE, -1);
    assert_false(vm_snapshot_delete(driver, "vm", "s1", 0, &failure));
    assert_non_null(failure);
    assert_non_null(strstr(failure->message, "block-commit"));
}

static void
guest_that_does_not_begin_is_ended(void **state)
{
    (void)state;
    images.command = "cont";
    assert_refused(start(), VIR_ERR_OPERATION_FAILED);
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN);
    assert_done(start());
}

static void
images_behind_the_one_that_fails_are_left_alone(void **state)
{
    (void)state;
    images.path = VDA;
    images.verb = VM_IMAGE_SNAPSHOT_CREATE;
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    g_autofree char *log = sim_world_take_log(world);
    assert_non_null(strstr(log, "'vda'"));
    assert_null(strstr(log, "'vdb'"));
}

/* ---- metadata ---- */

static void
guest_goes_on_without_a_word(void **state)
{
    (void)state;
    run();
    fault("/sim/lib/qemu/snapshot/*", SIM_FS_CHANGE, -1);
    assert_refused(create("s1", 0), VIR_ERR_SYSTEM_ERROR);
    assert_silent();
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_tags(VDA, "");
}

static void
guest_that_stood_still_is_not_woken(void **state)
{
    (void)state;
    run();
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    images.command = "snapshot-save";
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    assert_false(sim_world_guest(world, "vm", "write vda 0 64K B", NULL, NULL));
}

static void
guest_whose_status_is_not_recorded_runs(void **state)
{
    (void)state;
    run();
    fault("/sim/run/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_refused(vm_domain_suspend(driver, "vm", &failure), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    int now = -1, reason = -1;
    assert_done(vm_domain_get_state(driver, "vm", &now, &reason, &failure));
    assert_int_equal(now, VIR_DOMAIN_RUNNING);
}

static void
status_that_is_not_recorded_is_told(void **state)
{
    (void)state;
    run();
    assert_done(create("s1", 0));
    fault("/sim/run/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_done(revert("s1", 0));
    assert_told("the status could not be recorded");
}

/* ---- memory ---- */

static void
save_image_without_its_name_is_none(void **state)
{
    (void)state;
    run();
    fault("/sim/images", SIM_FS_SYNC_DIR, 1);
    assert_false(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    no_faults();
    assert_false(exists("/sim/images/vm.save"));
    assert_false(exists("/sim/images/vm.save.partial"));
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED);
}

static void
memory_file_that_cannot_be_looked_at_is_refused(void **state)
{
    (void)state;
    run();
    fault("/sim/images/s1.mem", SIM_FS_STAT, -1);
    assert_refused(
        create_of("<name>s1</name><memory snapshot='external' file='/sim/images/s1.mem'/>", 0),
        VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree("");
    assert_false(exists("/sim/images/vda.s1"));
}

static VmInstance *
start_and_fail_reading(VmHypervisor *hv, const json_t *config, GError **error)
{
    fault("/sim/images/vm.save", SIM_FS_READ, 1);
    return pass_start(hv, config, error);
}

static void
image_that_cannot_be_opened_starts_nothing(void **state)
{
    (void)state;
    run();
    assert_done(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    images.ops.start = start_and_fail_reading;
    assert_refused(vm_domain_restore(driver, "/sim/images/vm.save", NULL, 0, &failure),
                   VIR_ERR_SYSTEM_ERROR);
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
    images.ops.start = pass_start;
    assert_done(vm_domain_restore(driver, "/sim/images/vm.save", NULL, 0, &failure));
}

static guint asked, waited;

static json_t *
count_waits(VmInstance *instance, gboolean wait)
{
    asked++;
    waited += wait;
    return images.inner->ops->next_event(instance, wait);
}

/* A driver that asks again and again would keep a processor busy. */
static void
job_is_waited_for(void **state)
{
    (void)state;
    run();
    images.ops.next_event = count_waits;
    assert_done(create("s1", 0));
    assert_true(waited > 0);
    assert_true(asked < 100);
}

static void
let_live(VmInstance *instance)
{
    (void)instance;
}

/* The driver dies when the image stands and the process is still there. */
static void
save_that_stands_is_told_by_the_next_driver(void **state)
{
    (void)state;
    run();
    images.ops.command = die_at_command;
    dies_at = "quit";
    images.ops.kill = let_live;
    vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, NULL);
    images.ops.command = fail_command;
    images.ops.kill = images.inner->ops->kill;
    take_over();
    assert_events("stopped/saved");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
    assert_true(exists("/sim/images/vm.save"));
}

static void
memory_that_stands_is_kept_by_the_next_driver(void **state)
{
    (void)state;
    run();
    images.ops.command = die_at_command;
    dies_at = "cont";
    create_of("<name>s1</name><memory snapshot='external' file='/sim/images/s1.mem'/><disks>"
              "<disk name='vda' snapshot='no'/><disk name='vdb' snapshot='no'/></disks>",
              CREATE(NO_METADATA));
    images.ops.command = fail_command;
    take_over();
    assert_true(exists("/sim/images/s1.mem"));
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

static void
define_with_cdrom(void)
{
    VmHypervisor *hv = &images.parent;
    g_autofree char *xml = two_disk_xml(
        VDA, "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
             "<source file='/sim/images/a.iso'/><target dev='hda' bus='ide'/><readonly/></disk>");
    assert_done(
        hv->ops->image_create(hv, "/sim/images/a.iso", "raw", 1 << 20, NULL, NULL, &failure));
    assert_done(vm_domain_define(driver, xml, 0, &failure));
}

/* The guest does not write to its medium. */
static void
medium_below_an_overlay_hinders_no_restore(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    define_with_cdrom();
    run();
    assert_done(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    assert_done(hv->ops->image_create(hv, "/sim/images/top.qcow2", "qcow2", 0, "/sim/images/a.iso",
                                      "raw", &failure));
    g_autofree char *own = two_disk_xml("/sim/images/top.qcow2", "");
    memcpy(strstr(own, "<name>vm"), "<name>vn", 8);
    memcpy(strstr(own, "11111111-1111"), "22222222-2222", 13);
    assert_done(vm_domain_define(driver, own, 0, &failure));
    assert_done(vm_domain_restore(driver, "/sim/images/vm.save", NULL, 0, &failure));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(image_of_a_mixed_moment_is_put_back),
        TEST(disk_that_is_left_out_stays_as_it_is_today),
        TEST(guest_that_does_not_go_on_is_paused),
        TEST(guest_that_stands_still_is_not_stopped),
        TEST(overlay_that_cannot_go_goes_later),
        TEST(tag_that_was_not_made_is_not_missed),
        TEST(metadata_that_cannot_be_put_back_is_told),
        TEST(guest_that_cannot_be_woken_is_told),
        TEST(current_one_stays_marked),
        TEST(metadata_is_as_before),
        TEST(deletion_that_follows_is_done),
        TEST(deletion_that_follows_a_start_is_done),
        TEST(lists_of_disks_are_put_back),
        TEST(load_that_fails_again_is_told),
        TEST(way_back_goes_with_the_rest),
        TEST(managed_save_goes_with_the_rest),
        TEST(metadata_that_fails_again_is_told),
        TEST(moment_that_is_not_touched_stays),
        TEST(node_that_stays_hinders_no_deletion),
        TEST(overlay_of_what_is_gone_goes_later),
        TEST(image_that_nobody_needs_goes_later),
        TEST(first_cause_is_told),
        TEST(images_behind_the_one_that_fails_are_left_alone),
        TEST(guest_that_does_not_begin_is_ended),
        TEST(guest_goes_on_without_a_word),
        TEST(guest_that_stood_still_is_not_woken),
        TEST(guest_whose_status_is_not_recorded_runs),
        TEST(status_that_is_not_recorded_is_told),
        TEST(save_that_stands_is_told_by_the_next_driver),
        TEST(memory_that_stands_is_kept_by_the_next_driver),
        TEST(medium_below_an_overlay_hinders_no_restore),
        TEST(job_is_waited_for),
        TEST(current_moment_is_put_back_without_a_word),
        TEST(memory_file_that_cannot_be_looked_at_is_refused),
        TEST(image_that_cannot_be_opened_starts_nothing),
        TEST(save_image_without_its_name_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
