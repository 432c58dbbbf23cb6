/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

static char *
normalized(const char *xml, guint flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, NULL, 0, &error);

    if (def == NULL)
        print_error("%s\n", error->message);
    assert_non_null(def);
    return vm_domain_def_format(def, flags);
}

/** A document comes out in a form that comes out unchanged, and holds that text. */
static void
assert_kept(const char *more, const char *devices, const char *text)
{
    g_autofree char *xml = domain_xml(more, devices);
    g_autofree char *once = normalized(xml, 0);
    g_autofree char *twice = normalized(once, 0);

    if (strstr(once, text) == NULL)
        print_error("%s\n", once);
    assert_non_null(strstr(once, text));
    assert_string_equal(once, twice);
}

static void
every_modelled_part_is_read(void **state)
{
    static const char xml[] =
        "<domain type='qemu' id='7'><name>v m</name>"
        "<uuid>C7A5FDBDEDAF9455926AD65C16DB1809</uuid><genid/>"
        "<memory unit='MB' dumpCore='on'>1</memory><currentMemory unit='bytes'>1025</currentMemory>"
        "<vcpu current='1'>4</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>"
        "<on_reboot>destroy</on_reboot><on_crash>coredump-restart</on_crash></domain>";
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, NULL, 0, NULL);

    (void)state;
    assert_string_equal(def->virt_type, "qemu");
    assert_string_equal(def->name, "v m");
    assert_string_equal(def->uuid, TEST_UUID);
    assert_string_equal(def->genid, "");
    assert_int_equal(def->memory_kib, 977); /* 1,000,000 bytes, rounded up */
    assert_int_equal(def->current_memory_kib, 2);
    assert_int_equal(def->vcpus, 4);
    assert_string_equal(def->os_type, "hvm");
    assert_string_equal(def->arch, "x86_64");
    assert_string_equal(def->machine, "pc");
    assert_string_equal(def->on_poweroff, "destroy");
    assert_string_equal(def->on_reboot, "destroy");
    assert_string_equal(def->on_crash, "coredump-restart");
    assert_false(def->agent);
    assert_int_equal(def->disks->len, 0);
}

static void
cells_of_memory_add_up_where_no_sum_is_given(void **state)
{
    static const char xml[] =
        "<domain type='kvm'><name>n</name><uuid>" TEST_UUID "</uuid><os><type>hvm</type></os>"
        "<cpu><numa><cell memory='1' unit='MiB'/><cell memory='2'/></numa></cpu></domain>";
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, NULL, 0, NULL);
    g_autofree char *once = normalized(xml, 0);
    g_autofree char *twice = normalized(once, 0);

    (void)state;
    assert_int_equal(def->memory_kib, 1026);
    assert_string_equal(once, twice);
}

static void
every_part_of_a_disk_is_read(void **state)
{
    g_autoptr(VmDomainDef) def = domain_of(
        "", "<disk type='block' device='lun' snapshot='manual' model='m'><driver type='qcow2'/>"
            "<source dev='/dev/x'/><target dev='sda' bus='scsi'/><shareable/><readonly/>"
            "<serial>S 1</serial><wwn>0123456789ABCDEF</wwn>"
            "<backingStore type='file'><format type='raw'/><source file='/b'/><backingStore/>"
            "</backingStore></disk>"
            "<disk><source file='/t'/><target dev='vda'/><transient shareBacking='yes'/></disk>");
    const VmDiskDef *disk = vm_domain_def_disk(def, 0);
    const VmDiskDef *other = vm_domain_def_disk(def, 1);
    const VmDiskSource *layer = g_ptr_array_index(disk->backing, 0);

    (void)state;
    assert_string_equal(disk->device, "lun");
    assert_string_equal(disk->source.type, "block");
    assert_string_equal(disk->source.path, "/dev/x");
    assert_string_equal(disk->source.format, "qcow2");
    assert_int_equal(disk->snapshot, VM_LOCATION_MANUAL);
    assert_true(disk->shareable && disk->read_only && !disk->transient);
    assert_string_equal(disk->serial, "S 1");
    assert_string_equal(disk->wwn, "0123456789ABCDEF");
    assert_true(disk->backing_end);
    assert_string_equal(layer->path, "/b");
    assert_string_equal(other->source.format, "raw");
    assert_string_equal(other->bus, "virtio");
    assert_true(other->transient && other->transient_share);
    assert_false(other->backing_end);
}

static void
what_is_modelled_comes_back(void **state)
{
    (void)state;
    assert_kept("<genid>" TEST_UUID "</genid>", "", "<genid>" TEST_UUID "</genid>");
    assert_kept("<vcpu placement='static' current='1'>2</vcpu>", "",
                "<vcpu placement='static' current='1'>2</vcpu>");
    assert_kept(
        "", "<disk snapshot='external'><source file='/a&apos;b&lt;'/><target dev='vda'/></disk>",
        "<source file='/a&apos;b&lt;'/>");
    assert_kept("",
                "<disk type='network'><source protocol='rbd' name='p/i'><host name='h'/></source>"
                "<target dev='vda'/></disk>",
                "<source protocol='rbd' name='p/i'>\n        <host name='h'/>\n      </source>");
    assert_kept("",
                "<disk device='cdrom'><source startupPolicy='optional' file='/c'/>"
                "<target dev='sda' tray='open'/></disk>",
                "<source file='/c' startupPolicy='optional'/>");
    assert_kept("", "<disk><source file='/a'/><target dev='vda'/><backingStore/></disk>",
                "<backingStore/>\n");
}

static void
what_is_not_modelled_comes_back(void **state)
{
    (void)state;
    assert_kept(
        "<title>T</title><features><acpi/><hyperv mode='custom'><relaxed state='on'/></hyperv>"
        "</features>",
        "", "    <hyperv mode='custom'>\n      <relaxed state='on'/>\n    </hyperv>\n");
    assert_kept("<description>one\n  two &amp; &lt;three&gt;</description>", "",
                "<description>one\n  two &amp; &lt;three&gt;</description>");
    assert_kept("<metadata><a:m xmlns:a='urn:a' a:k='v'>x<a:b/> y<!-- n --></a:m></metadata>", "",
                "<a:m xmlns:a='urn:a' a:k='v'>x<a:b/> y<!-- n --></a:m>");
    assert_kept("<metadata><m xmlns='urn:m'><e> </e></m></metadata>", "", "<e> </e>");
    assert_kept("", "<interface type='network'><mac address='1'/></interface>",
                "    <interface type='network'>\n      <mac address='1'/>\n    </interface>\n");
    assert_kept(
        "",
        "<disk><driver name='q' cache='none'/><source file='/a'><reservations managed='yes'/>"
        "</source><target dev='vda' rotation_rate='1'/><iotune><x>1</x></iotune></disk>",
        "<driver name='q' cache='none' type='raw'/>");
    assert_kept("<x><![CDATA[<&>]]></x><?pi?>", "", "<x>&lt;&amp;&gt;</x>");
}

static void
namespaces_of_the_root_come_back(void **state)
{
    g_autofree char *xml = g_strdup_printf(
        "<domain type='kvm' xmlns:qemu='urn:q'><name>n</name><uuid>" TEST_UUID "</uuid>"
        "<memory>1</memory><os><type>hvm</type></os>"
        "<qemu:commandline><qemu:arg value='-x'/></qemu:commandline></domain>");
    g_autofree char *once = normalized(xml, 0);
    g_autofree char *twice = normalized(once, 0);

    (void)state;
    assert_true(g_str_has_prefix(once, "<domain type='kvm' xmlns:qemu='urn:q'>\n"));
    assert_non_null(strstr(once, "<qemu:arg value='-x'/>"));
    assert_string_equal(once, twice);
}

static void
a_namespace_declared_on_the_way_is_kept_with_its_users(void **state)
{
    (void)state;
    assert_kept("",
                "<disk xmlns:z='urn:z'><source file='/a'/><target dev='vda' z:k='1'/><z:x/></disk>",
                "<target dev='vda' bus='virtio' xmlns:z='urn:z' z:k='1'/>");
    assert_kept("",
                "<disk xmlns:z='urn:z'><source file='/a'/><target dev='vda'/><z:x z:y='1'/></disk>",
                "<z:x xmlns:z='urn:z' z:y='1'/>");
}

static void
a_read_only_disk_takes_no_snapshot_and_does_not_say_so(void **state)
{
    g_autoptr(VmDomainDef) def =
        domain_of("", "<disk><source file='/a'/><target dev='vda'/><readonly/></disk>"
                      "<disk device='cdrom'><target dev='hda'/></disk>"
                      "<disk snapshot='internal'><source file='/b'/><target dev='vdb'/></disk>");
    g_autofree char *xml = vm_domain_def_format(def, 0);

    (void)state;
    assert_int_equal(vm_domain_def_disk(def, 0)->snapshot, VM_LOCATION_NO);
    assert_int_equal(vm_domain_def_disk(def, 1)->snapshot, VM_LOCATION_NO);
    assert_true(vm_domain_def_disk(def, 1)->read_only);
    assert_null(strstr(xml, "snapshot='no'"));
    assert_non_null(strstr(xml, "snapshot='internal'"));
}

static void
an_agent_is_found_by_its_channel(void **state)
{
    g_autoptr(VmDomainDef) with = domain_of(
        "", "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>");
    g_autoptr(VmDomainDef) without = domain_of(
        "", "<channel type='unix'><target type='virtio' name='com.redhat.spice.0'/></channel>");

    (void)state;
    assert_true(with->agent);
    assert_false(without->agent);
    assert_int_equal(with->devices_extra->len, 1);
}

static void
secrets_are_shown_only_on_demand(void **state)
{
    static const char devices[] =
        "<disk type='network'><source protocol='https' name='x'><cookies>"
        "<cookie name='c'>crumb</cookie></cookies></source><target dev='vda'/>"
        "<auth username='u'><secret type='ceph' usage='ref'/></auth></disk>"
        "<graphics type='vnc' port='-1' passwd='geheim' passwdValidTo='2030-01-01T00:00:00'/>";
    g_autoptr(VmDomainDef) def = domain_of("", devices);
    g_autoptr(VmDomainDef) renamed = vm_domain_def_with_name(def, "other");
    g_autofree char *shown = vm_domain_def_format(def, VM_DOMAIN_FORMAT_SECURE);
    g_autofree char *open = vm_domain_def_format(def, 0);
    g_autofree char *other = vm_domain_def_format(renamed, 0);
    g_autofree char *again = normalized(shown, VM_DOMAIN_FORMAT_SECURE);

    (void)state;
    assert_non_null(strstr(shown, "passwd='geheim'"));
    assert_non_null(strstr(shown, ">crumb<"));
    assert_string_equal(shown, again);
    assert_null(strstr(open, "geheim"));
    assert_null(strstr(open, "2030"));
    assert_null(strstr(open, "crumb"));
    assert_non_null(strstr(open, "<secret type='ceph' usage='ref'/>"));
    assert_non_null(strstr(open, "<graphics type='vnc' port='-1'/>"));
    assert_non_null(strstr(other, "<name>other</name>"));
    assert_null(strstr(other, "geheim"));
}

static void
a_new_source_leaves_the_old_definition_alone(void **state)
{
    g_autoptr(VmDomainDef) def = domain_of(
        "", "<disk><driver type='qcow2' cache='none'/><source file='/a'><seclabel/></source>"
            "<target dev='vda'/></disk><disk><source file='/b'/><target dev='vdb'/></disk>");
    g_autoptr(VmDomainDef) pushed = vm_domain_def_with_source(def, 0, "file", "/o", "qcow2", TRUE);
    g_autoptr(VmDomainDef) dropped =
        vm_domain_def_with_source(pushed, 0, "file", "/p", "raw", FALSE);
    const VmDiskDef *disk = vm_domain_def_disk(pushed, 0);
    g_autofree char *xml = vm_domain_def_format(pushed, 0);
    g_autofree char *again = normalized(xml, 0);

    (void)state;
    assert_string_equal(vm_domain_def_disk(def, 0)->source.path, "/a");
    assert_string_equal(disk->source.path, "/o");
    assert_null(disk->source.extra);
    assert_int_equal(disk->backing->len, 1);
    assert_string_equal(((VmDiskSource *)g_ptr_array_index(disk->backing, 0))->path, "/a");
    assert_string_equal(((VmDiskSource *)g_ptr_array_index(disk->backing, 0))->format, "qcow2");
    assert_string_equal(disk->driver_attributes, " cache='none'");
    assert_string_equal(vm_domain_def_disk(dropped, 0)->source.path, "/p");
    assert_int_equal(vm_domain_def_disk(dropped, 0)->backing->len, 1);
    assert_ptr_equal(vm_domain_def_disk(def, 1), vm_domain_def_disk(pushed, 1));
    assert_string_equal(xml, again);
}

static void
disks_are_found_by_target_or_path(void **state)
{
    g_autoptr(VmDomainDef) def =
        domain_of("", "<disk><source file='/a'/><target dev='vda'/></disk>"
                      "<disk><source file='/b'/><target dev='vdb'/></disk>"
                      "<disk><source file='/b'/><target dev='vdc'/></disk>");

    (void)state;
    assert_int_equal(vm_domain_def_disk_index(def, "vdc"), 2);
    assert_int_equal(vm_domain_def_disk_index(def, "/a"), 0);
    assert_int_equal(vm_domain_def_disk_index(def, "/b"), -1);
    assert_int_equal(vm_domain_def_disk_index(def, "vdd"), -1);
}

static void
equal_definitions_say_the_same(void **state)
{
    g_autoptr(VmDomainDef) one = domain_of("<title>a</title>", "");
    g_autoptr(VmDomainDef) same = domain_of("<title>a</title>", "");
    g_autoptr(VmDomainDef) other = domain_of("<title>b</title>", "");

    (void)state;
    assert_true(vm_domain_def_equal(one, same));
    assert_false(vm_domain_def_equal(one, other));
    assert_false(vm_domain_def_equal(one, NULL));
}

static void
equal_definitions_are_held_once(void **state)
{
    g_autoptr(VmDomainDef) one = domain_of("<title>a</title>", "");
    g_autoptr(VmDomainDef) same = domain_of("<title>a</title>", "");
    g_autoptr(VmDomainDef) other = domain_of("<title>b</title>", "");

    (void)state;
    vm_domain_def_share(&same, one);
    vm_domain_def_share(&other, one);
    vm_domain_def_share(&other, NULL);
    assert_ptr_equal(same, one);
    assert_ptr_not_equal(other, one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_modelled_part_is_read),
        cmocka_unit_test(cells_of_memory_add_up_where_no_sum_is_given),
        cmocka_unit_test(every_part_of_a_disk_is_read),
        cmocka_unit_test(what_is_modelled_comes_back),
        cmocka_unit_test(what_is_not_modelled_comes_back),
        cmocka_unit_test(namespaces_of_the_root_come_back),
        cmocka_unit_test(a_namespace_declared_on_the_way_is_kept_with_its_users),
        cmocka_unit_test(a_read_only_disk_takes_no_snapshot_and_does_not_say_so),
        cmocka_unit_test(an_agent_is_found_by_its_channel),
        cmocka_unit_test(secrets_are_shown_only_on_demand),
        cmocka_unit_test(a_new_source_leaves_the_old_definition_alone),
        cmocka_unit_test(disks_are_found_by_target_or_path),
        cmocka_unit_test(equal_definitions_say_the_same),
        cmocka_unit_test(equal_definitions_are_held_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
