/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define DELETE(name) VIR_DOMAIN_SNAPSHOT_DELETE_##name

static gboolean
drop(const char *snapshot, guint32 flags)
{
    return vm_snapshot_delete(driver, "vm", snapshot, flags, &failure);
}

static void
make_chain(void)
{
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_done(create("s3", 0));
}

static void
children_move_to_the_parent(void **state)
{
    (void)state;
    make_chain();
    assert_done(drop("s2", 0));
    assert_tags(VDA, "s1 s3");
    assert_tree_stays("s1< s3<s1*");
}

static void
current_moves_to_the_parent(void **state)
{
    (void)state;
    make_chain();
    assert_done(drop("s3", 0));
    assert_tree_stays("s1< s2<s1*");
    assert_done(drop("s1", 0));
    assert_tree_stays("s2<*");
}

static void
subtree_goes_with_its_current(void **state)
{
    (void)state;
    make_chain();
    assert_done(drop("s2", DELETE(CHILDREN)));
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
}

static void
children_only_keeps_the_node(void **state)
{
    (void)state;
    make_chain();
    assert_done(drop("s1", DELETE(CHILDREN_ONLY)));
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
    assert_refused(drop("s1", DELETE(CHILDREN_ONLY) | DELETE(CHILDREN)), VIR_ERR_INVALID_ARG);
}

static void
metadata_only_leaves_the_images(void **state)
{
    (void)state;
    make_chain();
    assert_done(drop("s2", DELETE(METADATA_ONLY)));
    assert_tags(VDA, "s1 s2 s3");
    assert_tree_stays("s1< s3<s1*");
}

static void
what_cannot_be_unlinked_stays_listed(void **state)
{
    (void)state;
    make_chain();
    fault(METADATA "s2.xml*", SIM_FS_UNLINK, -1);
    assert_refused(drop("s2", DELETE(METADATA_ONLY)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1< s2<s1 s3<s2*");
    assert_done(drop("s2", DELETE(METADATA_ONLY)));
    assert_tree_stays("s1< s3<s1*");
}

/* Its tags are gone: it is not listed again, and its file goes as soon as it can. */
static void
what_cannot_be_unlinked_and_has_no_content_goes_later(void **state)
{
    (void)state;
    make_chain();
    fault(METADATA "s2.xml*", SIM_FS_UNLINK, -1);
    assert_refused(drop("s2", 0), VIR_ERR_SYSTEM_ERROR);
    assert_tree("s1< s3<s1*");
    assert_refused(drop("s2", 0), VIR_ERR_NO_DOMAIN_SNAPSHOT);
    assert_refused(drop("s3", 0), VIR_ERR_OPERATION_FAILED);
    no_faults();
    assert_tree_stays("s1< s3<s1*");
    assert_done(drop("s3", 0));
}

static void
childs_file_that_fails_keeps_all(void **state)
{
    (void)state;
    make_chain();
    fault(METADATA "s3.xml*", SIM_FS_CHANGE, 1);
    assert_refused(drop("s2", DELETE(METADATA_ONLY)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1< s2<s1 s3<s2*");
}

static void
image_error_keeps_the_metadata(void **state)
{
    (void)state;
    make_chain();
    images.path = VDB;
    images.verb = VM_IMAGE_SNAPSHOT_DELETE;
    assert_refused(drop("s2", 0), VIR_ERR_OPERATION_FAILED);
    assert_tree_stays("s1< s2<s1 s3<s2*");
    assert_done(drop("s2", 0));
    assert_tags(VDB, "s1 s3");
}

static void
missing_tag_is_tolerated_and_logged(void **state)
{
    (void)state;
    make_chain();
    VmHypervisor *hv = &images.parent;
    assert_done(hv->ops->image_snapshot(hv, VDA, VM_IMAGE_SNAPSHOT_DELETE, "s2", &failure));
    g_free(sim_world_take_log(world));
    assert_done(drop("s2", 0));
    g_autofree char *log = sim_world_take_log(world);
    assert_non_null(log);
    assert_non_null(strstr(log, "s2"));
    assert_tags(VDB, "s1 s3");
}

static void
live_deletion_is_a_job(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(drop("s1", 0));
    assert_tags(VDA, "");
    assert_tree_stays("");
}

static void
across_an_overlay_it_is_refused_off_and_live(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("e1", CREATE(DISK_ONLY)));
    assert_refused(drop("s1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_refused(drop("e1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_refused(drop("s1", DELETE(CHILDREN)), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_done(start());
    assert_refused(drop("e1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_refused(drop("s1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_tags(VDA, "s1");
    assert_done(drop("e1", DELETE(METADATA_ONLY)));
    assert_tree_stays("s1<*");
}

static char *
first_source(void)
{
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &xml, &failure));
    const char *file = strstr(xml, "<source file='");
    assert_non_null(file);
    file += strlen("<source file='");
    return g_strndup(file, strcspn(file, "'"));
}

static void
assert_source(const char *expected)
{
    g_autofree char *path = first_source();
    assert_string_equal(path, expected);
}

static void
refused_merge_changes_nothing(void **state)
{
    (void)state;
    for (guint live = 0; live < 2; live++) {
        assert_done(live == 0 || start());
        assert_done(create("e1", CREATE(DISK_ONLY)));
        images.command = "block-commit";
        assert_refused(drop("e1", 0), VIR_ERR_OPERATION_FAILED);
        assert_tree_stays("e1<*");
        assert_source("/sim/images/vda.e1");
        assert_done(drop("e1", 0));
        assert_source(VDA);
    }
}

/* What was below it may hold a part of what was above it: nobody shall go back to that. */
static void
broken_merge_takes_the_snapshot_along(void **state)
{
    (void)state;
    assert_done(start());
    guest("write vda 0 64K A");
    assert_done(create("e1", CREATE(DISK_ONLY)));
    guest("write vda 64K 64K B");
    guest("flush");
    g_autofree char *before = content("/sim/images/vda.e1");
    images.command = "job-complete";
    assert_refused(drop("e1", 0), VIR_ERR_OPERATION_FAILED);
    assert_non_null(strstr(failure->message, "'e1' is gone"));
    assert_tree_stays("");
    assert_source("/sim/images/vda.e1");
    g_autofree char *after = content("/sim/images/vda.e1");
    assert_string_equal(before, after);
    int found = 0, reason = 0;
    assert_done(vm_domain_get_state(driver, "vm", &found, &reason, &failure));
    assert_int_equal(found, VIR_DOMAIN_RUNNING);
    assert_done(create("e2", CREATE(DISK_ONLY)));
    assert_done(drop("e2", 0));
    assert_source("/sim/images/vda.e1");
}

/* The error came, but so did the switch. */
static void
merge_that_only_seemed_to_fail_is_done(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("e1", CREATE(DISK_ONLY)));
    images.command = "job-complete";
    images.half_way = TRUE;
    assert_done(drop("e1", 0));
    assert_tree_stays("");
    assert_source(VDA);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(children_move_to_the_parent),
        CASE(current_moves_to_the_parent),
        CASE(subtree_goes_with_its_current),
        CASE(children_only_keeps_the_node),
        CASE(metadata_only_leaves_the_images),
        CASE(what_cannot_be_unlinked_stays_listed),
        CASE(what_cannot_be_unlinked_and_has_no_content_goes_later),
        CASE(childs_file_that_fails_keeps_all),
        CASE(image_error_keeps_the_metadata),
        CASE(missing_tag_is_tolerated_and_logged),
        CASE(live_deletion_is_a_job),
        CASE(across_an_overlay_it_is_refused_off_and_live),
        CASE(refused_merge_changes_nothing),
        CASE(broken_merge_takes_the_snapshot_along),
        CASE(merge_that_only_seemed_to_fail_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
