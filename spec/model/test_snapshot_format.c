/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define LOAD (VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL)
#define SECURE VM_SNAPSHOT_FORMAT_SECURE
#define INTERNAL VM_SNAPSHOT_FORMAT_INTERNAL

static const char canonical[] = "<domainsnapshot>\n"
                                "  <active>1</active>                   \n"
                                "  <name>s&lt;1</name>\n"
                                "  <description>two\n lines</description>\n"
                                "  <state>running</state>\n"
                                "  <parent>\n"
                                "    <name>p&amp;</name>\n"
                                "  </parent>\n"
                                "  <creationTime>1700000000</creationTime>\n"
                                "  <memory snapshot='external' file='/m&apos;'/>\n"
                                "  <disks>\n"
                                "    <disk name='vda' snapshot='external' type='file'>\n"
                                "      <snapshotDeleteInProgress/>\n"
                                "      <driver type='qcow2'>\n"
                                "        <metadata_cache>\n"
                                "          <max_size unit='bytes'>4096</max_size>\n"
                                "        </metadata_cache>\n"
                                "      </driver>\n"
                                "      <source file='/o'>\n"
                                "        <seclabel model='dac' relabel='no'/>\n"
                                "      </source>\n"
                                "    </disk>\n"
                                "    <disk name='vdb' snapshot='no'/>\n"
                                "  </disks>\n"
                                "  <revertDisks>\n"
                                "    <disk name='vda' snapshot='external' type='file'>\n"
                                "      <source file='/r'/>\n"
                                "    </disk>\n"
                                "  </revertDisks>\n"
                                "  <domain type='kvm'>\n"
                                "    <name>vm</name>\n"
                                "    <uuid>" TEST_UUID "</uuid>\n"
                                "    <memory unit='KiB'>65536</memory>\n"
                                "    <currentMemory unit='KiB'>65536</currentMemory>\n"
                                "    <vcpu>1</vcpu>\n"
                                "    <os>\n"
                                "      <type>hvm</type>\n"
                                "    </os>\n"
                                "    <description>a\n  b</description>\n"
                                "    <on_poweroff>destroy</on_poweroff>\n"
                                "    <on_reboot>restart</on_reboot>\n"
                                "    <on_crash>destroy</on_crash>\n"
                                "    <devices>\n"
                                "      <graphics type='vnc' passwd='geheim'/>\n"
                                "    </devices>\n"
                                "  </domain>\n"
                                "  <inactiveDomain type='kvm'>\n"
                                "    <name>vm</name>\n"
                                "    <uuid>" TEST_UUID "</uuid>\n"
                                "    <memory unit='KiB'>1</memory>\n"
                                "    <currentMemory unit='KiB'>1</currentMemory>\n"
                                "    <vcpu>1</vcpu>\n"
                                "    <os>\n"
                                "      <type>hvm</type>\n"
                                "    </os>\n"
                                "    <on_poweroff>destroy</on_poweroff>\n"
                                "    <on_reboot>restart</on_reboot>\n"
                                "    <on_crash>destroy</on_crash>\n"
                                "    <devices/>\n"
                                "  </inactiveDomain>\n"
                                "  <cookie>\n"
                                "    <slirpHelper/>\n"
                                "  </cookie>\n"
                                "</domainsnapshot>\n";

static VmSnapshotDef *
loaded(const char *xml)
{
    g_autoptr(GError) error = NULL;
    VmSnapshotDef *def = vm_snapshot_def_parse(xml, LOAD | VM_SNAPSHOT_PARSE_VALIDATE, &error);

    if (def == NULL)
        print_error("%s\n", error->message);
    assert_non_null(def);
    return def;
}

static void
the_canonical_form_comes_out_as_it_went_in(void **state)
{
    g_autoptr(VmSnapshotDef) def = loaded(canonical);
    g_autoptr(VmSnapshotDef) copy = vm_snapshot_def_copy(def);
    g_autofree char *xml = vm_snapshot_def_format(def, NULL, SECURE | INTERNAL);
    g_autofree char *other = vm_snapshot_def_format(copy, NULL, SECURE | INTERNAL);

    (void)state;
    assert_string_equal(xml, canonical);
    assert_string_equal(other, canonical);
}

static void
users_see_neither_secrets_nor_the_mark_of_the_current_one(void **state)
{
    g_autoptr(VmSnapshotDef) def = loaded(canonical);
    g_autofree char *xml = vm_snapshot_def_format(def, NULL, 0);

    (void)state;
    assert_null(strstr(xml, "geheim"));
    assert_null(strstr(xml, "<active>"));
    assert_non_null(strstr(xml, "<graphics type='vnc'/>"));
}

static void
secrets_of_an_overlays_source_are_kept_and_hidden(void **state)
{
    static const char xml[] =
        "<domainsnapshot><name>s</name><state>running</state><creationTime>1</creationTime><disks>"
        "<disk name='vda' type='network'><source protocol='https' name='n'>"
        "<cookies><cookie name='c'>crumb</cookie></cookies></source></disk></disks>"
        "<active>0</active></domainsnapshot>";
    g_autoptr(VmSnapshotDef) def = loaded(xml);
    g_autofree char *open = vm_snapshot_def_format(def, NULL, 0);
    g_autofree char *shown = vm_snapshot_def_format(def, NULL, SECURE);

    (void)state;
    assert_null(strstr(open, "crumb"));
    assert_non_null(strstr(open, "<cookie name='c'/>"));
    assert_non_null(strstr(shown, "<cookie name='c'>crumb</cookie>"));
}

static void
a_snapshot_without_a_definition_shows_the_domains_uuid(void **state)
{
    static const char xml[] =
        "<domainsnapshot><name>s</name><state>shutoff</state><creationTime>0</creationTime>"
        "<domain><uuid>11111111-2222-3333-4444-555555555555</uuid></domain>"
        "<active>0</active></domainsnapshot>";
    g_autoptr(VmSnapshotDef) def = loaded(xml);
    g_autofree char *now = vm_snapshot_def_format(def, TEST_UUID, 0);
    g_autofree char *file = vm_snapshot_def_format(def, NULL, INTERNAL);
    g_autoptr(VmSnapshotDef) again = loaded(file);

    (void)state;
    assert_non_null(strstr(now, TEST_UUID));
    assert_null(strstr(now, "11111111"));
    assert_non_null(strstr(file, "11111111"));
    assert_int_equal(again->creation_time, 0);
}

static void
an_empty_snapshot_has_no_elements(void **state)
{
    g_autoptr(VmSnapshotDef) def = vm_snapshot_def_parse("<domainsnapshot/>", 0, NULL);
    g_autofree char *xml = vm_snapshot_def_format(def, NULL, 0);

    (void)state;
    assert_string_equal(xml, "<domainsnapshot>\n</domainsnapshot>\n");
}

static void
a_namespace_declared_outside_the_domain_is_kept_with_it(void **state)
{
    g_autofree char *xml = g_strdup_printf(
        "<domainsnapshot xmlns:q='urn:q'><name>s</name><state>shutoff</state>"
        "<creationTime>1</creationTime><domain type='kvm'><name>vm</name><uuid>" TEST_UUID "</uuid>"
        "<memory>1</memory><os><type>hvm</type></os><q:x/></domain></domainsnapshot>");
    g_autoptr(VmSnapshotDef) def = vm_snapshot_def_parse(xml, VM_SNAPSHOT_PARSE_REDEFINE, NULL);
    g_autofree char *domain = vm_domain_def_format(def->domain, 0);

    (void)state;
    assert_true(g_str_has_prefix(domain, "<domain type='kvm' xmlns:q='urn:q'>\n"));
    assert_non_null(strstr(domain, "<q:x/>"));
}

static void
former_overlays_stand_in_the_metadata_file_alone(void **state)
{
    g_autoptr(VmSnapshotDef) def =
        vm_snapshot_def_parse("<domainsnapshot><name>s</name><state>shutoff</state>"
                              "<creationTime>1</creationTime><overlay>/a</overlay>"
                              "<overlay>/b</overlay><active>0</active></domainsnapshot>",
                              LOAD, NULL);
    g_autofree char *file = vm_snapshot_def_format(def, NULL, INTERNAL);
    g_autofree char *shown = vm_snapshot_def_format(def, NULL, 0);

    (void)state;
    assert_int_equal(def->overlays->len, 2);
    assert_non_null(strstr(file, "  <overlay>/a</overlay>\n  <overlay>/b</overlay>\n"));
    assert_null(strstr(shown, "overlay"));
    g_autoptr(VmSnapshotDef) redefined =
        vm_snapshot_def_parse(file, VM_SNAPSHOT_PARSE_REDEFINE, NULL);
    assert_int_equal(redefined->overlays->len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_form_comes_out_as_it_went_in),
        cmocka_unit_test(users_see_neither_secrets_nor_the_mark_of_the_current_one),
        cmocka_unit_test(secrets_of_an_overlays_source_are_kept_and_hidden),
        cmocka_unit_test(a_snapshot_without_a_definition_shows_the_domains_uuid),
        cmocka_unit_test(an_empty_snapshot_has_no_elements),
        cmocka_unit_test(a_namespace_declared_outside_the_domain_is_kept_with_it),
        cmocka_unit_test(former_overlays_stand_in_the_metadata_file_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
