/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was to be put right after one failure fails as well, or is left to the
 * next call or driver: who does it then, and who is told.
 */
#include "harness/target/test_snapshot_calls.h"

#define OTHER "/sim/images/other.qcow2"
#define WAY_BACK "/way-back/1"

static void
make_image(const char *path, const char *backing)
{
    VmHypervisor *hv = &images.parent;
    assert_done(hv->ops->image_create(hv, path, "qcow2", backing != NULL ? 0 : 64 << 20, backing,
                                      backing != NULL ? "qcow2" : NULL, &failure));
}

/* ---- a process that fails twice ---- */

static void
next_driver_knows_why_the_guest_stands(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    images.command = "snapshot-load";
    images.next = "cont";
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    restart();
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
}

static void
begin_deletion_and_die(const char *command)
{
    assert_done(start());
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.command = command;
    images.dies = TRUE;
    assert_false(drop("s1"));
}

static void
guest_that_the_next_driver_cannot_wake_is_told(void **state)
{
    (void)state;
    begin_deletion_and_die("cont");
    images.command = "cont";
    take_over();
    assert_told("the guest could not go on");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN);
    assert_done(vm_domain_resume(driver, "vm", &failure));
}

/* The guest's own definition says what its reboot does, and the snapshot's something else. */
static void
end_that_could_not_be_set_is_told(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_autofree char *ends = domain_xml_with("<devices>", "<on_reboot>destroy</on_reboot><devices>");
    assert_done(vm_domain_define(driver, ends, 0, &failure));
    assert_done(start());
    images.command = "set-action";
    assert_done(revert("s1", REVERT(FORCE)));
    assert_told("what is done at the guest's end could not be set");
}

static const char *unreadable;

static VmImageInfo *
fail_image_info(VmHypervisor *hv, const char *path, GError **error)
{
    (void)hv;
    if (g_strcmp0(path, unreadable) != 0)
        return pass_image_info(hv, path, error);
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': Input/output error", path);
    return NULL;
}

/* Whether somebody else has an image by now is not known while one of them cannot be read. */
static void
nothing_is_merged_while_an_image_cannot_be_read(void **state)
{
    (void)state;
    begin_deletion_and_die("block-commit");
    images.ops.image_info = fail_image_info;
    unreadable = "/sim/images/vdb.s1";
    take_over();
    assert_told("could not be completed");
    assert_true(exists("/sim/images/vda.s1"));
}

/* Another snapshot that leaves the disk out knows its image: that is no use of it. */
static void
merge_goes_on_into_an_image_that_is_mentioned(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create_of("<name>s0</name><disks><disk name='vda' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.command = "block-commit";
    images.dies = TRUE;
    assert_false(drop("s1"));
    take_over();
    assert_tree("s0<*");
    assert_false(exists("/sim/images/vda.s1"));
}

static json_t *
lose_ready(VmInstance *instance, gboolean wait)
{
    json_t *event = images.inner->ops->next_event(instance, wait);
    const json_t *data = event != NULL ? json_object_get(event, "data") : NULL;
    if (data == NULL || g_strcmp0(json_string_value(json_object_get(data, "status")), "ready") != 0)
        return event;
    json_decref(event);
    return NULL;
}

static void
job_whose_news_is_lost_is_asked_for(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.ops.next_event = lose_ready;
    assert_done(drop("s1"));
    assert_tree("");
}

/* ---- what else fails while it is undone ---- */

static gboolean
fail_tag_and_info(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                  GError **error)
{
    (void)hv, (void)verb, (void)tag;
    images.ops.image_info = fail_image_info;
    unreadable = path;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': Input/output error", path);
}

static void
tag_that_was_not_made_is_not_looked_for(void **state)
{
    (void)state;
    images.ops.image_snapshot = fail_tag_and_info;
    assert_refused(create_of("<name>s1</name><disks><disk name='vda' snapshot='internal'/>"
                             "<disk name='vdb' snapshot='external'/></disks>",
                             CREATE(DISK_ONLY)),
                   VIR_ERR_OPERATION_FAILED);
    assert_false(exists(INTENT));
}

static gboolean
delete_tag_and_fail_reading(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb,
                            const char *tag, GError **error)
{
    (void)hv;
    if (strcmp(path, VDB) == 0)
        images.ops.image_info = fail_image_info;
    unreadable = VDA;
    return images.inner->ops->image_snapshot(images.inner, path, verb, tag, error);
}

static void
image_is_not_read_again_without_its_tag(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    images.ops.image_snapshot = delete_tag_and_fail_reading;
    assert_done(drop("s1"));
}

/* The second disk came later, so that its overlay goes with the revert. */
static void
image_is_put_back_beside_an_overlay_that_goes(void **state)
{
    (void)state;
    g_autofree char *one = one_disk_xml(), *both = two_disk_xml(VDA, "");
    assert_done(vm_domain_define(driver, one, 0, &failure));
    assert_done(create("s1", 0));
    assert_done(vm_domain_define(driver, both, 0, &failure));
    assert_done(create_of("<name>s2</name><disks><disk name='vda' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_done(start());
    guest("write vda 0 64K B");
    guest("flush");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_autofree char *before = content(VDA);
    images.ops.image_snapshot = apply_and_fail_later;
    assert_false(revert("s1", REVERT(FORCE)));
    assert_content(VDA, before);
    assert_true(exists("/sim/images/vdb.s2"));
}

/* Without a disk in common, which would forbid it. */
static void
define_other(void)
{
    g_autofree char *shared = other_domain_xml(OTHER);
    g_autofree char *own = replaced(shared, VDB, "/sim/images/vdo.qcow2");
    make_image(OTHER, NULL);
    make_image("/sim/images/vdo.qcow2", NULL);
    assert_done(vm_domain_define(driver, own, 0, &failure));
}

static void
unreadable_image_of_another_domain_is_told(void **state)
{
    (void)state;
    define_other();
    assert_done(create("s1", 0));
    images.ops.image_info = fail_image_info;
    unreadable = OTHER;
    assert_done(revert("s1", 0));
    assert_told(OTHER);
}

static void
nothing_is_deleted_while_an_image_cannot_be_read(void **state)
{
    (void)state;
    define_other();
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    images.ops.image_info = fail_image_info;
    unreadable = OTHER;
    assert_refused(revert("s1", REVERT(DELETE_CHILDREN)), VIR_ERR_OPERATION_FAILED);
    assert_tree("s1< s2<s1*");
}

static void
nothing_is_merged_by_a_call_either(void **state)
{
    (void)state;
    define_other();
    assert_done(create("s1", CREATE(DISK_ONLY)));
    images.ops.image_info = fail_image_info;
    unreadable = OTHER;
    assert_refused(drop("s1"), VIR_ERR_OPERATION_FAILED);
    assert_tree("s1<*");
}

static void
intent_that_is_not_known_is_told(void **state)
{
    (void)state;
    leave_intent("dance", "");
    restart();
    assert_told("is not known or is damaged");
    assert_true(exists(INTENT));
}

/* ---- what is left to be done ---- */

static void
use_another_image(void)
{
    g_autofree char *xml = two_disk_xml(OTHER, "");
    g_autofree char *changed = replaced(xml, VDB, "/sim/images/third.qcow2");
    make_image(OTHER, NULL);
    make_image("/sim/images/third.qcow2", NULL);
    assert_done(vm_domain_define(driver, changed, 0, &failure));
}

static void
nothing_is_left_where_no_overlay_goes(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    use_another_image();
    assert_done(revert("s1", 0));
    assert_false(exists(INTENT));
}

/* Its end comes after two attempts at the overlay that goes; the third succeeds. */
static void
transient_domain_leaves_no_intent(void **state)
{
    (void)state;
    g_autofree char *xml = two_disk_xml(VDA, "");
    assert_done(vm_domain_undefine(driver, "vm", &failure));
    assert_done(vm_domain_create_xml(driver, xml, 0, &failure));
    assert_done(create("s1", CREATE(DISK_ONLY)));
    fault("/sim/images/vda.s1", SIM_FS_UNLINK, 2);
    assert_false(drop("s1"));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_false(exists("/sim/images/vda.s1"));
    assert_false(exists(INTENT));
}

/* Another driver died amid a revert in the guest's own process, which died too. */
static void
deletion_follows_a_way_back_that_was_going(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_CREATE, WAY_BACK, &failure));
    leave_intent("snapshot-revert",
                 "\"name\":\"s1\",\"former\":\"s2\",\"kept\":true,\"done\":false,"
                 "\"drop-save\":false,\"way-back\":\"" WAY_BACK "\",\"delete-children\":true,"
                 "\"discard\":false,\"overlays\":[],\"tops\":[],\"old\":null,\"old-former\":null");
    restart();
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
}

static void
mark_file(const char *path, guint64 mark)
{
    VmStore *store = sim_world_store(world);
    char head[VM_SNAPSHOT_HEAD_SIZE];
    vm_snapshot_def_put_head(head, mark);
    const VmStoreHead other = {.bytes = head, .length = sizeof(head)};
    assert_done(store->ops->replace_head(store, path, &other, &failure));
}

/* A power cut has left two that say that they are current. */
static void
mark_that_stays_delays_the_deletion(void **state)
{
    (void)state;
    const char *s2 = "/sim/lib/qemu/snapshot/vm/s2.xml";
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_done(revert("s1", 0));
    mark_file(s2, 1);
    restart();
    assert_tree("s1<* s2<s1");
    fault("/sim/lib/qemu/snapshot/vm/s2.xml*", SIM_FS_CHANGE, -1);
    assert_refused(drop("s1"), VIR_ERR_SYSTEM_ERROR);
    assert_refused(drop("s2"), VIR_ERR_OPERATION_FAILED);
    no_faults();
    assert_tree_stays("s2<");
}

/* Its own mark had gone already when the other one's could not be removed. */
static void
mark_of_the_current_one_comes_back(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_done(create("s3", 0));
    assert_done(revert("s2", 0));
    mark_file("/sim/lib/qemu/snapshot/vm/s3.xml", 1);
    restart();
    fault("/sim/lib/qemu/snapshot/vm/s3.xml*", SIM_FS_CHANGE, -1);
    assert_refused(
        vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, &failure),
        VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1< s2<s1* s3<s2");
}

static VmInstance *
spoil_what_comes_back(VmHypervisor *hv, const json_t *config, GError **error)
{
    (void)hv, (void)config;
    fault("/sim/lib/qemu/snapshot/vm/s2.xml*", SIM_FS_CHANGE, 3);
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "no process");
    return NULL;
}

/* Putting the lists back fails once; what is current is settled behind it. */
static void
mark_comes_back_at_the_second_attempt(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_done(create("s2", CREATE(DISK_ONLY)));
    images.ops.start = spoil_what_comes_back;
    assert_false(revert("s1", REVERT(RUNNING) | REVERT(FORCE)));
    no_faults();
    assert_tree_stays("s1< s2<s1*");
}

/* The snapshot's file as older drivers wrote it: in the place of what stands from `begin` to `end`
 * there is `text`. */
static void
write_older_file(const char *begin, const char *end, const char *text)
{
    VmStore *store = sim_world_store(world);
    const char *path = "/sim/lib/qemu/snapshot/vm/s1.xml";
    g_autofree char *now = vm_store_read_text(store, path, 1 << 20, &failure);
    g_auto(GStrv) before = g_strsplit(now, begin, 2);
    assert_non_null(before[1]);
    g_autofree char *older =
        g_strconcat(before[0], text, strstr(before[1], end) + strlen(end), NULL);
    assert_done(vm_store_replace(store, path, older, &failure));
}

/* The oldest form lists no disks: a read-only one has no part in it. */
static void
snapshot_without_a_list_leaves_out_what_is_read_only(void **state)
{
    (void)state;
    g_autofree char *read_only =
        domain_xml_with("<target dev='vdb'", "<readonly/><target dev='vdb'");
    assert_done(vm_domain_define(driver, read_only, 0, &failure));
    assert_done(create("s1", 0));
    write_older_file("<disks>", "</disks>", "");
    write_older_file("<domain ", "</domain>",
                     "<domain><uuid>11111111-1111-4111-8111-111111111111</uuid></domain>");
    restart();
    assert_done(revert("s1", REVERT(FORCE)));
}

static void
file_that_names_no_domain_is_read(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    write_older_file("<domain ", "</domain>", "");
    restart();
    assert_tree("s1<*");
}

/* A file of another domain lies in front of the domain's own. */
static void
folder_belongs_to_whom_it_has_a_file_of(void **state)
{
    (void)state;
    VmStore *store = sim_world_store(world);
    const char *folder = "/sim/lib/qemu/snapshot/vm";
    assert_done(create("s1", 0));
    g_autofree char *own = g_strdup_printf("%s/s1.xml", folder);
    g_autofree char *foreign = g_strdup_printf("%s/a.xml", folder);
    g_autofree char *text = vm_store_read_text(store, own, 1 << 20, &failure);
    g_auto(GStrv) parts = g_strsplit(text, "11111111-1111-4111-8111-111111111111", -1);
    g_autofree char *other = g_strjoinv("22222222-2222-4222-8222-222222222222", parts);
    g_auto(GStrv) names = g_strsplit(other, "<name>s1<", 2);
    g_autofree char *named = g_strjoinv("<name>a<", names);
    assert_done(vm_store_replace(store, foreign, named, &failure));
    assert_done(store->ops->unlink(store, "/sim/etc/qemu/vm.xml", &failure));
    restart();
    g_autofree char *xml = two_disk_xml(VDA, "");
    g_free(sim_world_take_log(world));
    assert_done(vm_domain_define(driver, xml, 0, &failure));
    g_autofree char *log = sim_world_take_log(world);
    assert_true(log == NULL || strstr(log, "is not empty") == NULL);
    assert_tree("s1<*");
}

/* ---- images of other kinds ---- */

static VmStoreOps stores;
static const VmStoreOps *own_store;

static gboolean
see_a_device(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    if (!own_store->stat(store, path, st, error))
        return FALSE;
    if (strcmp(path, OTHER) == 0)
        st->kind = VM_FILE_BLOCK;
    return TRUE;
}

static void
block_device_that_is_there_is_taken(void **state)
{
    (void)state;
    make_image(OTHER, NULL);
    VmStore *store = sim_world_store(world);
    own_store = store->ops;
    stores = *own_store;
    stores.stat = see_a_device;
    store->ops = &stores;
    assert_done(create_of("<name>s1</name><disks><disk name='vda' snapshot='external' type='block'>"
                          "<source dev='" OTHER
                          "'/></disk><disk name='vdb' snapshot='no'/></disks>",
                          CREATE(DISK_ONLY)));
    assert_tree("s1<*");
    store->ops = own_store;
}

static char *
transient_disk_xml(void)
{
    return domain_xml_with("<target dev='vda'", "<transient/><target dev='vda'");
}

static void
overlay_goes_with_a_process_that_ended_unseen(void **state)
{
    (void)state;
    VmHypervisor *hv = images.inner;
    g_autofree char *xml = transient_disk_xml();
    assert_done(vm_domain_undefine(driver, "vm", &failure));
    assert_done(vm_domain_create_xml(driver, xml, 0, &failure));
    assert_true(exists(VDA ".TRANSIENT-vm"));
    vm_driver_close(driver);
    VmInstance *instance = hv->ops->attach(hv, "vm", NULL);
    assert_non_null(instance);
    hv->ops->kill(instance);
    hv->ops->detach(instance);
    open_driver(VM_PROFILE_RFC);
    assert_false(exists(VDA ".TRANSIENT-vm"));
}

/* It looks like an overlay that a crash has left, but for what is kept in it. */
static void
overlay_with_a_snapshot_is_a_users(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    const char *overlay = VDA ".TRANSIENT-vm";
    g_autofree char *xml = transient_disk_xml();
    assert_done(vm_domain_define(driver, xml, 0, &failure));
    make_image(overlay, VDA);
    assert_done(hv->ops->image_snapshot(hv, overlay, VM_IMAGE_SNAPSHOT_CREATE, "mine", &failure));
    assert_refused(start(), VIR_ERR_OPERATION_FAILED);
    assert_tags(overlay, "mine");
    assert_done(hv->ops->image_snapshot(hv, overlay, VM_IMAGE_SNAPSHOT_DELETE, "mine", &failure));
    assert_done(start());
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(next_driver_knows_why_the_guest_stands),
        TEST(guest_that_the_next_driver_cannot_wake_is_told),
        TEST(end_that_could_not_be_set_is_told),
        TEST(nothing_is_merged_while_an_image_cannot_be_read),
        TEST(merge_goes_on_into_an_image_that_is_mentioned),
        TEST(job_whose_news_is_lost_is_asked_for),
        TEST(tag_that_was_not_made_is_not_looked_for),
        TEST(image_is_not_read_again_without_its_tag),
        TEST(image_is_put_back_beside_an_overlay_that_goes),
        TEST(unreadable_image_of_another_domain_is_told),
        TEST(nothing_is_deleted_while_an_image_cannot_be_read),
        TEST(nothing_is_merged_by_a_call_either),
        TEST(intent_that_is_not_known_is_told),
        TEST(nothing_is_left_where_no_overlay_goes),
        TEST(transient_domain_leaves_no_intent),
        TEST(deletion_follows_a_way_back_that_was_going),
        TEST(mark_that_stays_delays_the_deletion),
        TEST(mark_of_the_current_one_comes_back),
        TEST(mark_comes_back_at_the_second_attempt),
        TEST(snapshot_without_a_list_leaves_out_what_is_read_only),
        TEST(file_that_names_no_domain_is_read),
        TEST(folder_belongs_to_whom_it_has_a_file_of),
        TEST(block_device_that_is_there_is_taken),
        TEST(overlay_goes_with_a_process_that_ended_unseen),
        TEST(overlay_with_a_snapshot_is_a_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
