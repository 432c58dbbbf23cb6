/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a call has no need to do, it does not: it fails with no step that it
 * could do without, and takes nothing that is not its own.
 */
#include "harness/target/test_snapshot_calls.h"

#define OTHER "/sim/images/other.qcow2"

/* ---- steps that others need ---- */

static void
guest_that_stands_still_is_not_stopped(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    images.command = "stop";
    assert_done(create("s1", 0));
    assert_tree("s1<*");
}

static void
definition_that_stays_is_not_written(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    assert_done(create("s3", CREATE(DISK_ONLY)));
    assert_done(revert("s1", REVERT(FORCE)));
    fault("/sim/etc/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_done(drop("s2"));
    assert_tree("s1<* s3<s1");
}

static void
metadata_that_was_not_written_is_not_undone(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    fault("/sim/images/vda.s2", SIM_FS_CHANGE, 1);
    fault("/sim/lib/qemu/snapshot/*", SIM_FS_CHANGE, -1);
    assert_false(create("s2", CREATE(DISK_ONLY)));
    assert_false(exists(INTENT));
}

static void
guest_is_woken_once_for_each_disk(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.counted = "cont";
    assert_done(drop("s1"));
    assert_int_equal(images.count, 2);
}

static void
nothing_is_put_aside_where_no_image_is_reverted(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.counted = "snapshot-delete";
    assert_done(revert("s1", REVERT(RUNNING)));
    assert_int_equal(images.count, 0);
}

/* The only image that is reverted stays under the domain. */
static void
only_image_needs_no_way_back(void **state)
{
    (void)state;
    g_autofree char *read_only =
        domain_xml_with("<target dev='vdb'", "<readonly/><target dev='vdb'");
    assert_done(vm_domain_define(driver, read_only, 0, &failure));
    assert_done(create_of("<name>s1</name><disks><disk name='vdb' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_done(create("s2", 0));
    images.path = "/sim/images/vda.s1";
    images.verb = VM_IMAGE_SNAPSHOT_CREATE;
    assert_done(revert("s2", 0));
    assert_tags("/sim/images/vda.s1", "s2");
}

static void
file_that_nobody_could_have_made_is_dropped(void **state)
{
    (void)state;
    VmStore *store = sim_world_store(world);
    assert_done(vm_store_drop(store, "/sim/no-folder/file", &failure));
}

/* ---- news of a stream ---- */

static void
stream_is_asked_for_at_its_end(void **state)
{
    (void)state;
    assert_done(start());
    images.counted = "query-migrate";
    assert_done(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    assert_int_equal(images.count, 1);
}

static json_t *
lose_migration(VmInstance *instance, gboolean wait)
{
    json_t *event = images.inner->ops->next_event(instance, wait);
    const char *name = json_string_value(json_object_get(event, "event"));
    if (g_strcmp0(name, "MIGRATION") != 0)
        return event;
    json_decref(event);
    return NULL;
}

static void
stream_whose_news_is_lost_is_asked_for(void **state)
{
    (void)state;
    assert_done(start());
    images.ops.next_event = lose_migration;
    assert_done(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
}

static json_t *
hear_the_end_alone(VmInstance *instance, gboolean wait)
{
    for (;;) {
        json_t *event = images.inner->ops->next_event(instance, wait);
        const json_t *data = json_object_get(event, "data");
        const char *status = json_string_value(json_object_get(data, "status"));
        if (event == NULL || g_strcmp0(status, "completed") == 0)
            return event;
        json_decref(event);
    }
}

static void
last_news_of_a_stream_is_enough(void **state)
{
    (void)state;
    assert_done(start());
    images.ops.next_event = hear_the_end_alone;
    assert_done(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
}

/* ---- a guest that cannot go on ---- */

static void
guest_that_an_undone_snapshot_cannot_wake_is_paused(void **state)
{
    (void)state;
    assert_done(start());
    images.command = "transaction";
    images.next = "cont";
    assert_refused(
        create_of("<name>s1</name><memory snapshot='external' file='/sim/images/s1.mem'/>", 0),
        VIR_ERR_OPERATION_FAILED);
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    assert_tree("");
    assert_done(vm_domain_resume(driver, "vm", &failure));
}

static void
save_of_a_guest_that_stands_still_fails_too(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(vm_domain_suspend(driver, "vm", &failure));
    fault("/sim/images", SIM_FS_SYNC_DIR, 1);
    assert_false(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
}

static void
guest_that_a_cancelled_save_cannot_wake_is_announced(void **state)
{
    (void)state;
    assert_done(start());
    g_free(take_events());
    fault("/sim/images", SIM_FS_SYNC_DIR, 1);
    images.command = "cont";
    assert_false(vm_domain_save(driver, "vm", "/sim/images/vm.save", NULL, 0, &failure));
    assert_events("suspended/paused suspended/api-error");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
}

static void
save_takes_no_partial_file_of_others(void **state)
{
    (void)state;
    VmStore *store = sim_world_store(world);
    const char *others = "/sim/lib/qemu/save/vm.save.partial";
    assert_done(vm_store_replace(store, others, "mine", &failure));
    assert_done(start());
    assert_done(vm_domain_managed_save(driver, "vm", 0, &failure));
    g_autofree char *kept = vm_store_read_text(store, others, 64, &failure);
    assert_string_equal(kept, "mine");
}

static void
guest_that_went_off_is_listed_as_inactive(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) names = NULL;
    assert_done(start());
    guest("poweroff");
    assert_done(vm_domain_list(driver, VIR_CONNECT_LIST_DOMAINS_INACTIVE, &names, &failure));
    assert_int_equal(names->len, 1);
}

static gboolean heard;
static guint kills;

static gboolean
has_ended(VmInstance *instance, int *status)
{
    return heard && images.inner->ops->ended(instance, status);
}

static json_t *
hear(VmInstance *instance, gboolean wait)
{
    heard = wait;
    return images.inner->ops->next_event(instance, wait);
}

static void
count_kill(VmInstance *instance)
{
    kills++;
    images.inner->ops->kill(instance);
}

/* A process that was told to quit ends by itself, with all that it has still to write. */
static void
process_that_quits_is_not_killed(void **state)
{
    (void)state;
    assert_done(start());
    heard = FALSE;
    kills = 0;
    images.ops.ended = has_ended;
    images.ops.next_event = hear;
    images.ops.kill = count_kill;
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_int_equal(kills, 0);
}

static void
guest_that_goes_on_later_is_announced(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(DISK_ONLY)));
    g_free(take_events());
    images.command = "cont";
    assert_false(drop("s1"));
    assert_events("suspended/api-error");
    assert_tree("");
    assert_events("resumed/unpaused");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

static void
guest_waits_while_a_merge_is_unfinished(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.command = "cont";
    assert_false(drop("s1"));
    g_free(take_events());
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 1);
    assert_tree("");
    assert_events("");
    assert_tree("");
    assert_events("resumed/unpaused");
}

/* ---- what goes, and what stays ---- */

static gboolean
fail_deletions(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
               GError **error)
{
    (void)hv;
    if (verb != VM_IMAGE_SNAPSHOT_DELETE)
        return images.inner->ops->image_snapshot(images.inner, path, verb, tag, error);
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': Input/output error", path);
}

static void
snapshot_stays_listed_while_a_tag_of_it_stays(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    images.path = VDB;
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    images.dies = TRUE;
    assert_false(drop("s1"));
    images.ops.image_snapshot = fail_deletions;
    take_over();
    assert_tags(VDB, "s1");
    assert_tree("s1<*");
    images.ops.image_snapshot = fail_image_snapshot;
    assert_done(drop("s1"));
    assert_tags(VDB, "");
}

/* The other one has images to merge, and its turn comes later. */
static void
child_stays_listed_while_a_tag_of_it_stays(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", 0));
    images.path = "/sim/images/vdb.s1";
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    images.dies = TRUE;
    assert_false(
        vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, &failure));
    images.ops.image_snapshot = fail_deletions;
    take_over();
    assert_tags("/sim/images/vdb.s1", "s2");
    assert_tree("s1< s2<s1");
}

static void
tag_that_cannot_be_taken_out_again_is_told(void **state)
{
    (void)state;
    fault("/sim/lib/qemu/snapshot/*", SIM_FS_CHANGE, -1);
    images.path = VDA;
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    assert_refused(create_of("<name>s1</name><disks><disk name='vda' snapshot='internal'/>"
                             "<disk name='vdb' snapshot='external'/></disks>",
                             CREATE(DISK_ONLY)),
                   VIR_ERR_SYSTEM_ERROR);
    assert_told("an unfinished snapshot is left in an image");
}

static void
overlay_that_was_given_is_left_as_it_is(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    const char *body = "<name>s1</name><disks><disk name='vda' snapshot='external'>"
                       "<source file='" OTHER "'/></disk><disk name='vdb' snapshot='no'/></disks>";
    assert_done(hv->ops->image_create(hv, OTHER, "qcow2", 0, VDA, "qcow2", &failure));
    assert_done(start());
    images.command = "transaction";
    assert_refused(create_of(body, CREATE(DISK_ONLY) | CREATE(REUSE_EXT)),
                   VIR_ERR_OPERATION_FAILED);
    assert_done(create_of(body, CREATE(DISK_ONLY) | CREATE(REUSE_EXT)));
}

/* s2's image could not be removed with it, and is another domain's by now. */
static void
image_that_is_used_again_stays(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    assert_done(revert("s1", REVERT(FORCE)));
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 1);
    assert_done(drop("s2"));
    g_autofree char *other = other_domain_xml("/sim/images/vda.s1");
    assert_done(vm_domain_define(driver, other, 0, &failure));
    assert_tree("s1<*");
    assert_true(exists("/sim/images/vda.s1"));
}

/* s2 holds the image of the disk that s1 left out. */
static void
image_that_is_frozen_since_is_not_taken_back(void **state)
{
    (void)state;
    g_autofree char *read_only =
        domain_xml_with("<target dev='vdb'", "<readonly/><target dev='vdb'");
    assert_done(vm_domain_define(driver, read_only, 0, &failure));
    assert_done(create("s1", 0));
    assert_done(create_of("<name>s2</name><disks><disk name='vda' snapshot='no'/>"
                          "<disk name='vdb' snapshot='external'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_done(revert("s1", 0));
    g_autofree char *now = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &now, &failure));
    assert_non_null(strstr(now, "/sim/images/vdb.s2"));
}

static gboolean
no_device(VmInstance *instance, const char *disk, VmImageTag *held, GError **error)
{
    (void)instance, (void)disk, (void)held;
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND, "none");
    return FALSE;
}

static void
disk_without_a_node_is_named(void **state)
{
    (void)state;
    assert_done(start());
    images.ops.device_tag = no_device;
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_non_null(strstr(failure->message, "disk 'vda' has no node"));
}

/* That the files are gone could not be made sure of, which the next driver does. */
static void
undefine_that_is_not_over_stays_recorded(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    fault("/sim/lib/qemu/snapshot/vm", SIM_FS_SYNC_DIR, 1);
    assert_done(
        vm_domain_undefine_flags(driver, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &failure));
    assert_true(exists(INTENT));
    restart();
    assert_false(exists(INTENT));
    assert_false(exists("/sim/lib/qemu/snapshot/vm"));
}

/* ---- another driver died ---- */

#define REVERTED "\"name\":\"s1\",\"done\":false,\"overlays\":[],\"tops\":[],\"kept\":true"

/* The managed save image goes last, so that the snapshot has been loaded. */
static void
deletion_follows_a_save_image_that_is_gone(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    leave_intent("snapshot-revert",
                 REVERTED ",\"former\":\"s2\",\"drop-save\":true,\"delete-children\":true");
    restart();
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
}

static char *
definition_now(void)
{
    char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_SECURE, &xml, &failure));
    return xml;
}

/* The second disk came after s1, and its overlay goes with the revert; that had not come so far
 * when the driver died, nor had a managed save image been made. */
static void
overlay_stays_where_a_revert_is_taken_back(void **state)
{
    (void)state;
    g_autofree char *one = one_disk_xml(), *both = two_disk_xml(VDA, "");
    assert_done(vm_domain_define(driver, one, 0, &failure));
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_done(vm_domain_define(driver, both, 0, &failure));
    assert_done(create_of("<name>s2</name><disks><disk name='vda' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    g_autofree char *before = definition_now();
    assert_done(vm_domain_define(driver, one, 0, &failure));
    json_t *data = json_pack("{s:s, s:s, s:b, s:b, s:b, s:[], s:[s], s:s}", "name", "s1", "former",
                             "s2", "kept", 0, "done", 0, "drop-save", 1, "overlays", "tops",
                             "/sim/images/vdb.s2", "config", before);
    g_autofree char *text = json_dumps(data, JSON_COMPACT);
    json_decref(data);
    text[strlen(text) - 1] = '\0';
    leave_intent("snapshot-revert", text + 1);
    restart();
    assert_tree("s1< s2<s1*");
    g_autofree char *now = definition_now();
    assert_string_equal(now, before);
    assert_true(exists("/sim/images/vdb.s2"));
}

static void
guest_that_runs_was_not_loaded(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    leave_intent("snapshot-revert", REVERTED ",\"former\":\"s1\"");
    restart();
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    assert_false(exists(INTENT));
}

static void
save_of_a_domain_that_is_gone_is_forgotten(void **state)
{
    (void)state;
    assert_done(vm_domain_undefine(driver, "vm", &failure));
    leave_intent("save",
                 "\"path\":\"/sim/images/vm.save\",\"partial\":\"/sim/images/vm.save.partial\","
                 "\"running\":true");
    restart();
    assert_false(exists(INTENT));
}

/* Whether the guest writes to the overlay is not known where the graph cannot be looked at. */
static void
overlay_that_may_be_in_use_stays(void **state)
{
    (void)state;
    assert_done(start());
    images.command = "transaction";
    images.dies = TRUE;
    assert_false(create("s1", CREATE(DISK_ONLY)));
    images.command = "query-named-block-nodes";
    take_over();
    assert_told("the block graph cannot be looked at");
    assert_true(exists("/sim/images/vda.s1"));
}

static void
status_of_another_domain_is_left_out(void **state)
{
    (void)state;
    const char *path = "/sim/run/qemu/vm.xml";
    const char *text =
        "<!-- virt-moment status 1 22222222-2222-4222-8222-222222222222  5   6 0 -->\n";
    assert_done(vm_store_replace(sim_world_store(world), path, text, &failure));
    restart();
    assert_told("is of another domain");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN);
}

static void
definition_that_cannot_be_put_back_is_told(void **state)
{
    (void)state;
    assert_done(start());
    images.command = "transaction";
    images.dies = TRUE;
    assert_false(create("s1", CREATE(DISK_ONLY)));
    vm_driver_close(driver);
    images.dead = images.dies = FALSE;
    no_faults();
    g_free(sim_world_take_log(world));
    fault("/sim/run/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    open_driver(VM_PROFILE_RFC);
    assert_told("the former definition could not be put back");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(guest_that_stands_still_is_not_stopped),
        TEST(definition_that_stays_is_not_written),
        TEST(metadata_that_was_not_written_is_not_undone),
        TEST(guest_is_woken_once_for_each_disk),
        TEST(nothing_is_put_aside_where_no_image_is_reverted),
        TEST(only_image_needs_no_way_back),
        TEST(file_that_nobody_could_have_made_is_dropped),
        TEST(stream_is_asked_for_at_its_end),
        TEST(stream_whose_news_is_lost_is_asked_for),
        TEST(last_news_of_a_stream_is_enough),
        TEST(guest_that_an_undone_snapshot_cannot_wake_is_paused),
        TEST(save_of_a_guest_that_stands_still_fails_too),
        TEST(guest_that_a_cancelled_save_cannot_wake_is_announced),
        TEST(save_takes_no_partial_file_of_others),
        TEST(guest_that_went_off_is_listed_as_inactive),
        TEST(process_that_quits_is_not_killed),
        TEST(guest_that_goes_on_later_is_announced),
        TEST(guest_waits_while_a_merge_is_unfinished),
        TEST(snapshot_stays_listed_while_a_tag_of_it_stays),
        TEST(child_stays_listed_while_a_tag_of_it_stays),
        TEST(tag_that_cannot_be_taken_out_again_is_told),
        TEST(overlay_that_was_given_is_left_as_it_is),
        TEST(image_that_is_used_again_stays),
        TEST(image_that_is_frozen_since_is_not_taken_back),
        TEST(disk_without_a_node_is_named),
        TEST(undefine_that_is_not_over_stays_recorded),
        TEST(deletion_follows_a_save_image_that_is_gone),
        TEST(overlay_stays_where_a_revert_is_taken_back),
        TEST(guest_that_runs_was_not_loaded),
        TEST(save_of_a_domain_that_is_gone_is_forgotten),
        TEST(overlay_that_may_be_in_use_stays),
        TEST(status_of_another_domain_is_left_out),
        TEST(definition_that_cannot_be_put_back_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
