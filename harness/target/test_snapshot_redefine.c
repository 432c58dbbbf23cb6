/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

static char *
xml_of(const char *snapshot)
{
    char *xml = NULL;
    assert_done(vm_snapshot_get_xml(driver, "vm", snapshot, VIR_DOMAIN_SNAPSHOT_XML_SECURE, &xml,
                                    &failure));
    return xml;
}

static gboolean
redefine(const char *xml, guint32 flags)
{
    g_autofree char *name = NULL;
    return vm_snapshot_create_xml(driver, "vm", xml, CREATE(REDEFINE) | flags, &name, &failure);
}

static void
own_xml_is_taken_back_unchanged(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *before = xml_of("s1");
    assert_done(redefine(before, 0));
    g_autofree char *after = xml_of("s1");
    assert_string_equal(before, after);
    assert_tree_stays("s1< s2<s1*");
}

static void
current_moves_only_when_asked(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *xml = xml_of("s1");
    assert_done(redefine(xml, CREATE(CURRENT)));
    assert_tree_stays("s1<* s2<s1");
}

static void
deleted_metadata_comes_back(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *xml = xml_of("s1");
    assert_done(
        vm_snapshot_delete(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY, &failure));
    assert_done(redefine(xml, CREATE(CURRENT)));
    assert_tree_stays("s1<*");
    assert_done(vm_snapshot_revert(driver, "vm", "s1", 0, &failure));
}

static void
bad_parents_are_refused(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *root = xml_of("s1");
    g_autofree char *below =
        replaced(root, "<creationTime>", "<parent><name>s2</name></parent><creationTime>");
    g_autofree char *self =
        replaced(root, "<creationTime>", "<parent><name>s1</name></parent><creationTime>");
    g_autofree char *missing =
        replaced(root, "<creationTime>", "<parent><name>s9</name></parent><creationTime>");
    assert_refused(redefine(below, 0), VIR_ERR_INVALID_ARG);
    assert_refused(redefine(self, 0), VIR_ERR_INVALID_ARG);
    assert_refused(redefine(missing, 0), VIR_ERR_INVALID_ARG);
    assert_tree_stays("s1< s2<s1*");
}

static void
state_and_abi_must_fit(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *xml = xml_of("s1");
    g_autofree char *running = replaced(xml, "<state>shutoff</state>", "<state>running</state>");
    g_autofree char *live = replaced(running, "<memory snapshot='no'/>", "");
    g_autofree char *bigger = replaced(xml, "131072", "262144");
    assert_refused(redefine(live, 0), VIR_ERR_INVALID_ARG);
    assert_refused(redefine(bigger, 0), VIR_ERR_CONFIG_UNSUPPORTED);
    assert_refused(redefine(xml, CREATE(DISK_ONLY)), VIR_ERR_INVALID_ARG);
    assert_refused(redefine(xml, CREATE(NO_METADATA)), VIR_ERR_INVALID_ARG);
}

static void
unwritten_file_keeps_the_old_one(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *before = xml_of("s1");
    g_autofree char *changed = replaced(before, "<state>", "<description>new</description><state>");
    fault(METADATA "s1.xml*", SIM_FS_CHANGE, 1);
    assert_refused(redefine(changed, 0), VIR_ERR_SYSTEM_ERROR);
    fault(METADATA "s2.xml*", SIM_FS_CHANGE, 2); /* the mark in its place, then the whole file */
    assert_refused(redefine(changed, CREATE(CURRENT)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1< s2<s1*");
    g_autofree char *after = xml_of("s1");
    assert_string_equal(before, after);
}

static void
secrets_are_given_out_only_when_asked_for(void **state)
{
    (void)state;
    g_autofree char *domain = two_disk_xml(VDA, "<graphics type='vnc' passwd='hidden'/>");
    g_autofree char *open = NULL;
    assert_done(vm_domain_define(driver, domain, 0, &failure));
    assert_done(create("s1", 0));
    g_autofree char *secure = xml_of("s1");
    assert_done(vm_snapshot_get_xml(driver, "vm", "s1", 0, &open, &failure));
    assert_non_null(strstr(secure, "hidden"));
    assert_null(strstr(open, "hidden"));
    assert_non_null(strstr(open, "<graphics"));
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(own_xml_is_taken_back_unchanged),
        CASE(current_moves_only_when_asked),
        CASE(deleted_metadata_comes_back),
        CASE(bad_parents_are_refused),
        CASE(state_and_abi_must_fit),
        CASE(unwritten_file_keeps_the_old_one),
        CASE(secrets_are_given_out_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
