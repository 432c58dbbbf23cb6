/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Backups and the bitmap that says what to copy: what it holds afterwards.
 */
#include <errno.h>
#include "sim/vm/test_backup.h"

/* How a job ends. */
typedef enum { SUCCESS, CANCELLED, CANCELLED_EARLY, FAILED } Ending;

/* Half of the disk is dirty: 0…256K; during the job 768K is written.  A job that ends early has
 * copied the first cluster only. */
static void
run_one(Rig *rig, const char *mode, Ending ending)
{
    static const char *const extra[] = {
        [SUCCESS] = "'auto-finalize':false",
        [CANCELLED] = "'auto-finalize':false",
        [CANCELLED_EARLY] = "'speed':65536",
        [FAILED] = "'speed':65536",
    };
    g_autofree char *arguments = g_strdup_printf("{'job-id':'j','device':'a','target':'b','sync':'"
                                                 "bitmap','bitmap':'m','bitmap-mode':'%s',%s}",
                                                 mode, extra[ending]);
    rig_do(rig, "blockdev-backup", arguments);
    g_free(rig_events_now(rig));
    g_free(rig_guest(rig, "write vda 768K 1K C"));
    if (ending == SUCCESS) {
        rig_do(rig, "job-finalize", "{'id':'j'}");
    } else if (ending == FAILED) {
        sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, EIO, 1);
        g_free(rig_events(rig->vm));
        return;
    } else {
        rig_do(rig, "job-cancel", "{'id':'j'}");
    }
    g_autofree char *events = rig_events_now(rig);
    assert_non_null(strstr(events, ending == SUCCESS ? "COMPLETED" : "CANCELLED"));
}

static void
test_what_is_left_in_the_bitmap(void **state)
{
    Rig *rig = *state;
    static const struct {
        const char *mode;
        Ending ending;
        const char *left;
    } rows[] = {
        {"on-success", SUCCESS, "m:64k*"},
        {"on-success", CANCELLED, "m:320k*"},
        {"on-success", CANCELLED_EARLY, "m:320k*"},
        {"on-success", FAILED, "m:320k*"},
        {"always", SUCCESS, "m:64k*"},
        {"always", CANCELLED, "m:64k*"},
        {"always", CANCELLED_EARLY, "m:256k*"},
        {"always", FAILED, "m:256k*"},
        {"never", SUCCESS, "m:320k*"},
        {"never", CANCELLED, "m:320k*"},
        {"never", CANCELLED_EARLY, "m:320k*"},
        {"never", FAILED, "m:320k*"},
    };
    rig_do(rig, "cont", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        SimBitmap *bitmap = rig_add_bitmap(rig, "m", 65536);
        g_free(rig_guest(rig, "write vda 0 256K A"));
        rig_expect_bitmaps(rig, "a", "m:256k*");
        run_one(rig, rows[i].mode, rows[i].ending);
        rig_expect_bitmaps(rig, "a", rows[i].left);
        sim_bitmap_free(bitmap);
    }
}

static void
test_only_dirty_clusters_are_copied_as_they_were(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_add_bitmap(rig, "m", 512);
    g_free(rig_guest(rig, "write vda 70K 1 B"));
    g_free(rig_guest(rig, "write vda 500K 1K B"));
    rig_expect_bitmaps(rig, "a", "m:1k*");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'incremental','bitmap':'m',"
           "'auto-finalize':false}");
    g_free(rig_guest(rig, "write vda 448K 1K C"));
    g_free(rig_guest(rig, "write vda 0 1K C"));
    g_free(rig_events_now(rig));
    assert_int_equal(rig_job_figure(rig, "len"), 131072);
    rig_expect_bitmaps(rig, "a", ":0k :2k* m:1k*!");
    rig_do(rig, "job-finalize", "{'id':'j'}");
    rig_expect_bitmaps(rig, "a", "m:2k*");
    rig_expect_extents(rig, "b", "64+6=A 70+0=B 70+57=A 448+52=A 500+1=B 501+11=A");
}

static void
test_an_empty_incremental_is_over_at_once(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 0);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'incremental','bitmap':'m'}");
    rig_refused(rig, "job-cancel", "{'id':'j'}", "Job not found");
    rig_expect_events(rig->vm, "created running paused running waiting pending BLOCK_JOB_COMPLETED "
                               "concluded null");
    rig_expect_extents(rig, "b", "");
}

static void
test_a_full_backup_begins_a_bitmap_anew(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 65536);
    rig_guest_all(rig, "write vda 0 256K A");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','bitmap':'m',"
           "'bitmap-mode':'always','speed':65536}");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_expect_bitmaps(rig, "a", "m:960k*");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','bitmap':'m',"
           "'bitmap-mode':'on-success'}");
    g_free(rig_events(rig->vm));
    rig_expect_bitmaps(rig, "a", "m:0k*");
}

static void
test_a_disabled_bitmap_stays_disabled(void **state)
{
    Rig *rig = *state;
    SimBitmap *bitmap = rig_add_bitmap(rig, "m", 65536);
    rig_guest_all(rig, "write vda 0 64K A");
    assert_true(sim_bitmap_do(bitmap, SIM_BITMAP_DISABLE, NULL));
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'incremental','bitmap':'m',"
           "'auto-finalize':false}");
    g_free(rig_guest(rig, "write vda 128K 64K A"));
    rig_expect_bitmaps(rig, "a", ":64k :0k m:64k!");
    g_free(rig_events_now(rig));
    rig_do(rig, "job-finalize", "{'id':'j'}");
    rig_expect_bitmaps(rig, "a", "m:0k");
}

static void
test_a_bitmap_takes_the_place_of_its_successor(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 0);
    rig_add_bitmap(rig, "n", 0);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'incremental','bitmap':'m',"
           "'auto-finalize':false}");
    rig_add_bitmap(rig, "o", 0);
    rig_expect_bitmaps(rig, "a", "o:0k* :0k :0k* n:0k* m:0k*!");
    rig_do(rig, "job-finalize", "{'id':'j'}");
    rig_expect_bitmaps(rig, "a", "o:0k* m:0k* n:0k*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_what_is_left_in_the_bitmap),
        RIG_TEST(test_only_dirty_clusters_are_copied_as_they_were),
        RIG_TEST(test_an_empty_incremental_is_over_at_once),
        RIG_TEST(test_a_full_backup_begins_a_bitmap_anew),
        RIG_TEST(test_a_disabled_bitmap_stays_disabled),
        RIG_TEST(test_a_bitmap_takes_the_place_of_its_successor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
