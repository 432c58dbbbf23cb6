/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/test_tool.h"

/* base <- mid <- top of 1 MiB; each writes its number: 0…128k, 64…192k, 512…576k. */
static void
make_chain(ToolRig *rig)
{
    tool_do(rig, "qemu-img create -q -f qcow2 base 1M");
    tool_do(rig, "qemu-img create -q -f qcow2 -b base -F qcow2 mid");
    tool_do(rig, "qemu-img create -q -f qcow2 -b mid -F qcow2 top");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -P 1 0 128k' base");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -P 2 64k 128k' mid");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -P 3 512k 64k' top");
    tool_do(rig, "qemu-img convert -O raw top flat");
    tool_prints(rig, "qemu-img compare top flat", 0, "Images are identical.\n");
}

static void
expect_same(ToolRig *rig)
{
    tool_prints(rig, "qemu-img compare top flat", 0, "Images are identical.\n");
}

static void
expect_backing(ToolRig *rig, const char *backing)
{
    g_autofree char *out = tool_output(rig, "qemu-img info --output=json top", 0);
    json_t *info = json_loads(out, 0, NULL);
    const char *seen = json_string_value(json_object_get(info, "backing-filename"));
    if (backing == NULL)
        assert_null(seen);
    else
        assert_string_equal(seen, backing);
    json_decref(info);
}

static void
test_rebase_keeps_what_a_guest_sees(void **state)
{
    make_chain(*state);
    tool_do(*state, "qemu-img rebase -b base -F qcow2 top");
    expect_backing(*state, "base");
    expect_same(*state);
    tool_do(*state, "qemu-img rebase -b '' top");
    expect_backing(*state, NULL);
    expect_same(*state);
}

static void
test_rebase_unsafe_changes_the_header_alone(void **state)
{
    make_chain(*state);
    tool_do(*state, "qemu-img rebase -u -b base -F qcow2 top");
    expect_backing(*state, "base");
    tool_prints(*state, "qemu-img compare top flat", 1, "Content mismatch at offset 65536!\n");
    tool_prints(*state, "qemu-img rebase -b no -F qcow2 top", 1,
                "qemu-img: Could not open new backing file 'no': Could not open 'no': No such file "
                "or directory\n");
}

static void
test_commit_writes_down_and_empties(void **state)
{
    make_chain(*state);
    tool_prints(*state, "qemu-img commit mid", 0, "Image committed.\n");
    expect_same(*state);
    tool_prints(*state, "qemu-io -f qcow2 -c 'read -q -P 2 64k 128k' base", 0, "");
    tool_prints_json(*state, "qemu-img check --output=json mid", "image-end-offset",
                     "{'total-clusters':16,'check-errors':0,'filename':'mid','format':'qcow2'}");
    tool_prints(*state, "qemu-img commit base", 1,
                "qemu-img: Image does not have a backing file\n");
}

static void
test_shrinking_must_be_meant(void **state)
{
    make_chain(*state);
    tool_prints(*state, "qemu-img resize base 2M", 0, "Image resized.\n");
    g_autofree char *out = tool_output(*state, "qemu-img resize base 1M", 1);
    assert_true(g_str_has_prefix(out, "qemu-img: Use the --shrink option"));
    tool_prints(*state, "qemu-img resize --shrink base -1536k", 0, "Image resized.\n");
    tool_prints(*state, "qemu-io -c length base", 0, "512 KiB\n");
}

static void
test_snapshots_bring_data_and_size_back(void **state)
{
    make_chain(*state);
    tool_do(*state, "qemu-img snapshot -c s base");
    tool_do(*state, "qemu-io -c 'write -q -P 9 0 1M' base");
    tool_do(*state, "qemu-img resize base 2M");
    tool_do(*state, "qemu-img snapshot -a s base");
    tool_prints(*state, "qemu-io -c length -c 'read -q -P 1 0 128k' base", 0, "1 MiB\n");
    tool_prints(
        *state, "qemu-img snapshot -l base", 0,
        "Snapshot list:\n"
        "ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT\n"
        "1         s                     0 B 2026-01-01 00:00:00 00:00:00.000          0\n");
    tool_do(*state, "qemu-img snapshot -d s base");
    tool_prints(*state, "qemu-img snapshot -d s base", 1,
                "qemu-img: Could not delete snapshot 's': snapshot not found\n");
    tool_prints(*state, "qemu-img snapshot -c s flat", 1,
                "qemu-img: Could not create snapshot 's': -95 (Operation not supported)\n");
}

static void
test_version_2_is_not_resized_under_snapshots(void **state)
{
    tool_do(*state, "qemu-img create -q -f qcow2 -o compat=0.10 v2 1M");
    tool_do(*state, "qemu-img snapshot -c s v2");
    tool_prints(*state, "qemu-img resize v2 2M", 1,
                "qemu-img: Can't resize a v2 image which has snapshots\n");
}

static void
test_bitmaps_are_kept_and_stand_in_the_way(void **state)
{
    make_chain(*state);
    tool_do(*state, "qemu-img bitmap --add base p");
    tool_do(*state, "qemu-img bitmap --add --disable -g 128k base d");
    tool_do(*state, "qemu-io -c 'write -q 0 1' base");
    tool_do(*state, "qemu-img bitmap --merge p base d");
    tool_prints(*state, "qemu-img bitmap --add base p", 1,
                "qemu-img: Operation add on bitmap p failed: Bitmap already exists: p\n");
    tool_do(*state, "qemu-img snapshot -c s base");
    tool_prints(*state, "qemu-img snapshot -a s base", 1,
                "qemu-img: Could not apply snapshot 's': Device has active dirty bitmaps\n");
    tool_do(*state, "qemu-img convert -O qcow2 --bitmaps base copy");
    g_autofree char *copied = tool_output(*state, "qemu-img info --output=json copy", 0);
    assert_non_null(strstr(copied, "\"name\": \"d\""));
    tool_do(*state, "qemu-img amend -o compat=0.10 base");
    g_autofree char *amended = tool_output(*state, "qemu-img info --output=json base", 0);
    assert_null(strstr(amended, "bitmaps"));
    tool_prints(*state, "qemu-img bitmap base p", 1,
                "qemu-img: Need at least one of --add, --remove, --clear, --enable, --disable, or "
                "--merge\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TOOL_TEST(test_rebase_keeps_what_a_guest_sees),
        TOOL_TEST(test_rebase_unsafe_changes_the_header_alone),
        TOOL_TEST(test_commit_writes_down_and_empties),
        TOOL_TEST(test_shrinking_must_be_meant),
        TOOL_TEST(test_snapshots_bring_data_and_size_back),
        TOOL_TEST(test_version_2_is_not_resized_under_snapshots),
        TOOL_TEST(test_bitmaps_are_kept_and_stand_in_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
