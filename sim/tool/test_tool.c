/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/test_tool.h"

static void
test_what_is_not_simulated_is_refused_by_name(void **state)
{
    tool_refused(*state, "nbdinfo x", "program 'nbdinfo' is not simulated");
    tool_refused(*state, "qemu-img dd a b", "qemu-img: 'dd' is not simulated");
    tool_refused(*state, "qemu-img create -z a 1M", "qemu-img: option '-z' is not simulated");
    tool_refused(*state, "qemu-img info nbd://x", "qemu-img: 'nbd://x' is not simulated");
    tool_refused(*state, "qemu-img info a", "qemu-img info without --output=json is not simulated");
}

static void
test_images_are_made_and_listed(void **state)
{
    tool_prints(*state, "qemu-img create -f qcow2 base.qcow2 1M", 0,
                "Formatting 'base.qcow2', fmt=qcow2 cluster_size=65536 extended_l2=off "
                "compression_type=zlib size=1048576 lazy_refcounts=off refcount_bits=16\n");
    tool_do(*state, "qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2");
    tool_prints(*state, "ls .", 0, "base.qcow2\ntop.qcow2\n");
    tool_prints_json(*state, "qemu-img info --output=json --backing-chain top.qcow2",
                     "actual-size format-specific format cluster-size dirty-flag",
                     "[{'filename':'top.qcow2','virtual-size':1048576,'backing-filename':"
                     "'base.qcow2','full-backing-filename':'base.qcow2',"
                     "'backing-filename-format':'qcow2'},"
                     "{'filename':'base.qcow2','virtual-size':1048576}]");
}

static void
test_an_overlay_needs_a_format_and_a_backing(void **state)
{
    tool_do(*state, "qemu-img create -q -f qcow2 base 1M");
    tool_prints(*state, "qemu-img create -f qcow2 -b base x", 1,
                "qemu-img: x: Backing file specified without backing format\n"
                "Detected format of qcow2.\n");
    tool_prints(*state, "qemu-img create -f qcow2 -b no -F qcow2 x 1M", 1,
                "qemu-img: x: Could not open 'no': No such file or directory\n"
                "Could not open backing image.\n");
    tool_do(*state, "qemu-img create -q -f qcow2 -u -b no -F qcow2 x 1M");
    tool_prints(*state, "qemu-img info --output=json --backing-chain x", 1,
                "qemu-img: Could not open 'no': Could not open 'no': No such file or directory\n");
    tool_prints(*state, "qemu-img create -f qcow2 y", 1,
                "qemu-img: y: Image creation needs a size parameter\n");
}

static void
test_a_version_and_clusters_can_be_chosen(void **state)
{
    tool_do(*state, "qemu-img create -q -f qcow2 -o compat=0.10,cluster_size=4k v2 1M");
    tool_prints_json(*state, "qemu-img info --output=json v2", "actual-size filename dirty-flag",
                     "{'virtual-size':1048576,'cluster-size':4096,'format':'qcow2',"
                     "'format-specific':{'type':'qcow2','data':{'compat':'0.10',"
                     "'compression-type':'zlib','refcount-bits':16}}}");
    tool_prints(*state, "qemu-img create -q -f qcow2 -o cluster_size=1000 x 1M", 1,
                "qemu-img: x: Cluster size must be a power of two between 512 and 2048k\n");
}

static void
test_the_lock_of_a_machine_holds(void **state)
{
    ToolRig *rig = *state;
    const char *const argv[] = {"qemu-storage-daemon", "--blockdev",
                                "driver=qcow2,node-name=a,file.driver=file,file.filename=a", NULL};
    tool_do(rig, "qemu-img create -q -f qcow2 a 1M");
    SimMachine *machine = sim_machine_start_argv(rig->fs, &rig->clock, argv, NULL);
    assert_non_null(machine);
    tool_prints(rig, "qemu-img resize a 2M", 1,
                "qemu-img: Could not open 'a': Failed to get \"write\" lock\n"
                "Is another process using the image [a]?\n");
    tool_prints(rig, "qemu-img info --output=json a", 1,
                "qemu-img: Could not open 'a': Failed to get shared \"write\" lock\n"
                "Is another process using the image [a]?\n");
    tool_prints(rig, "qemu-img create -q -f qcow2 a 1M", 1,
                "qemu-img: a: Failed to get \"write\" lock\n"
                "Is another process using the image [a]?\n");
    tool_prints(rig, "qemu-io -c 'read 0 1' a", 1,
                "qemu-io: can't open device a: Failed to get \"write\" lock\n"
                "Is another process using the image [a]?\n");
    tool_do(rig, "qemu-img info -U --output=json a");
    sim_machine_unref(machine);
    tool_prints(rig, "qemu-img resize a 2M", 0, "Image resized.\n");
}

static void
test_data_are_mapped_through_the_chain(void **state)
{
    ToolRig *rig = *state;
    tool_do(rig, "qemu-img create -q -f qcow2 base 1M");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -P 1 100 1' base");
    tool_do(rig, "qemu-img create -q -f qcow2 -b base -F qcow2 top");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -z 64k 64k' -c 'write 128k 512' top");
    tool_prints_json(
        rig, "qemu-img map --output=json top", "offset",
        "[{'start':0,'length':65536,'depth':1,'present':true,'zero':false,'data':true},"
        "{'start':65536,'length':65536,'depth':0,'present':true,'zero':true,"
        "'data':false},"
        "{'start':131072,'length':65536,'depth':0,'present':true,'zero':false,"
        "'data':true},"
        "{'start':196608,'length':851968,'depth':1,'present':false,'zero':true,"
        "'data':false}]");
    tool_prints(rig, "qemu-img map top", 0,
                "Offset          Length          Mapped to       File\n"
                "0               0x10000         0x50000         base\n"
                "0x20000         0x10000         0x50000         top\n");
    tool_prints_json(rig, "qemu-img check --output=json top", "image-end-offset",
                     "{'total-clusters':16,'allocated-clusters':1,'check-errors':0,"
                     "'filename':'top','format':'qcow2'}");
    tool_prints_json(rig, "qemu-img measure --output=json -O qcow2 top", "",
                     "{'required':458752,'fully-allocated':1376256,'bitmaps':0}");
}

static void
test_a_map_ends_with_a_backing_that_ends_early(void **state)
{
    ToolRig *rig = *state;
    tool_do(rig, "qemu-img create -q -f qcow2 base 64k");
    tool_do(rig, "qemu-img create -q -f qcow2 -b base -F qcow2 top 256k");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -q 128k 64k' -c 'discard -q 100k 92k' top");
    tool_prints_json(rig, "qemu-img map --output=json top", "offset",
                     "[{'start':0,'length':65536,'depth':1,'present':false,'zero':true,"
                     "'data':false},"
                     "{'start':65536,'length':65536,'depth':0,'present':false,'zero':true,"
                     "'data':false},"
                     "{'start':131072,'length':65536,'depth':0,'present':true,'zero':true,"
                     "'data':false},"
                     "{'start':196608,'length':65536,'depth':0,'present':false,'zero':true,"
                     "'data':false}]");
}

static void
test_zeroes_over_a_part_of_a_cluster_are_data(void **state)
{
    ToolRig *rig = *state;
    tool_do(rig, "qemu-img create -q -f qcow2 base 128k");
    tool_do(rig, "qemu-img create -q -f qcow2 -b base -F qcow2 top");
    tool_do(rig, "qemu-io -f qcow2 -c 'write -q -z 512 65024' -c 'write -q -z 64k 64k' top");
    tool_prints_json(rig, "qemu-img map --output=json top", "offset",
                     "[{'start':0,'length':65536,'depth':0,'present':true,'zero':false,"
                     "'data':true},"
                     "{'start':65536,'length':65536,'depth':0,'present':true,'zero':true,"
                     "'data':false}]");
}

static void
test_an_empty_disk_has_a_map_too(void **state)
{
    ToolRig *rig = *state;
    tool_do(rig, "qemu-img create -q -f qcow2 none 0");
    tool_prints_json(rig, "qemu-img map --output=json none", "offset",
                     "[{'start':0,'length':0,'depth':0,'present':false,'zero':false,"
                     "'data':false}]");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TOOL_TEST(test_what_is_not_simulated_is_refused_by_name),
        TOOL_TEST(test_images_are_made_and_listed),
        TOOL_TEST(test_an_overlay_needs_a_format_and_a_backing),
        TOOL_TEST(test_a_version_and_clusters_can_be_chosen),
        TOOL_TEST(test_the_lock_of_a_machine_holds),
        TOOL_TEST(test_data_are_mapped_through_the_chain),
        TOOL_TEST(test_a_map_ends_with_a_backing_that_ends_early),
        TOOL_TEST(test_zeroes_over_a_part_of_a_cluster_are_data),
        TOOL_TEST(test_an_empty_disk_has_a_map_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
