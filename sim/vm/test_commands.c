/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands that the driver uses rarely or never, and the refusals around them.
 */
#include "sim/vm/test_machine.h"

#define SAVE "{'job-id':'j','tag':'s','vmstate':'a','devices':['a']}"

static void
test_version_and_commands_are_told(void **state)
{
    Rig *rig = *state;
    json_t *version = vm_qmp_ask(rig->vm, "query-version", NULL, NULL);
    json_t *commands = vm_qmp_ask(rig->vm, "query-commands", NULL, NULL);
    gboolean told = FALSE;
    gsize i;
    json_t *row;

    assert_true(json_is_integer(json_object_get(json_object_get(version, "qemu"), "major")));
    json_array_foreach(commands, i, row) told |=
        strcmp(json_string_value(json_object_get(row, "name")), "snapshot-save") == 0;
    assert_true(told);
    json_decref(version);
    json_decref(commands);
}

/* Each command first lets the jobs before it come to their end. */
static void
test_a_concluded_job_can_only_be_dismissed(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "snapshot-save", SAVE);
    rig_refused(rig, "job-complete", "{'id':'j'}",
                "Job 'j' in state 'concluded' cannot accept command verb 'complete'");
    rig_refused(rig, "job-finalize", "{'id':'j'}",
                "Job 'j' in state 'concluded' cannot accept command verb 'finalize'");
    rig_refused(rig, "job-cancel", "{'id':'j'}",
                "Job 'j' in state 'concluded' cannot accept command verb 'cancel'");
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_refused(rig, "job-dismiss", "{'id':'j'}", "Job not found");
}

static void
test_devices_are_added_by_model_and_drive(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "device_add", "{'driver':'floppy'}",
                "'floppy' is not a valid device model name");
    rig_refused(rig, "device_add", "{'driver':'virtio-blk-pci','id':'1x'}",
                "Parameter 'id' expects an identifier");
    rig_do(rig, "device_add", "{'driver':'virtio-blk-pci','id':'vdb','drive':'b'}");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vdb 0 64K A"));
    rig_refused(rig, "blockdev-del", "{'node-name':'b'}", "Node b is in use");
}

static void
test_an_image_in_use_is_locked(void **state)
{
    Rig *rig = *state;
    g_autoptr(GError) error = NULL;
    assert_null(rig_start(rig, "other", FALSE, &error));
    assert_non_null(strstr(error->message, "lock"));
}

static void
test_options_of_a_node_are_checked(void **state)
{
    static const struct {
        const char *arguments;
        const char *text;
    } rows[] = {
        {"{'node-name':'x'}", "Parameter 'driver' is missing"},
        {"{'driver':'none','node-name':'x'}", "Parameter 'driver' does not accept value 'none'"},
        {"{'driver':'vmdk','node-name':'x'}", "Driver 'vmdk' is not simulated"},
        {"{'driver':'raw','node-name':'x','file':1}",
         "Invalid parameter type for 'file', expected: BlockdevRef"},
        {"{'driver':'qcow2','node-name':'x','file':'fb','backing':1}",
         "Invalid parameter type for 'backing', expected: BlockdevRefOrNull"},
        {"{'driver':'raw','node-name':'x','file':'none'}",
         "Cannot find device='none' nor node-name='none'"},
    };
    Rig *rig = *state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        rig_refused(rig, "blockdev-add", rows[i].arguments, rows[i].text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_version_and_commands_are_told),
        RIG_TEST(test_a_concluded_job_can_only_be_dismissed),
        RIG_TEST(test_devices_are_added_by_model_and_drive),
        RIG_TEST(test_an_image_in_use_is_locked),
        RIG_TEST(test_options_of_a_node_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
