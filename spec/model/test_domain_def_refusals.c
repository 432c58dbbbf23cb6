/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define HEAD "<domain type='kvm'><name>vm</name><uuid>" TEST_UUID "</uuid>"
#define OS "<os><type>hvm</type></os>"
#define TAIL "<memory>1</memory>" OS "</domain>"
#define DISK "<source file='/a'/><target dev='vda'/>"

/** One document and what it is answered with. */
typedef struct {
    const char *xml;
    int code; /* 0 = accepted */
    const char *part;
} Row;

static void
answer(const char *xml, guint flags, int code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, NULL, flags, &error);

    if ((def == NULL) != (code != 0))
        print_error("%s\n", xml);
    assert_int_equal(def == NULL, code != 0);
    if (code != 0)
        assert_refused(&error, code, part);
}

static void
bad_domains_are_refused(void **state)
{
    static const Row rows[] = {
        {HEAD TAIL, 0, NULL},
        {"<domain type='kvm'>" TAIL, VIR_ERR_NO_NAME, "DOM-DEF-002"},
        {"<domain type='kvm'><name/>" TAIL, VIR_ERR_NO_NAME, "DOM-DEF-002"},
        {"<domain type='kvm'><name>a\nb</name>" TAIL, VIR_ERR_XML_DETAIL, "DOM-DEF-004"},
        {"<domain type='kvm'><name>a/b</name>" TAIL, VIR_ERR_XML_ERROR, "DOM-DEF-004"},
        {"<domain type='kvm'><name>..</name>" TAIL, VIR_ERR_XML_ERROR, "DOM-DEF-004"},
        {"<domain type='kvm'><name>a</name>" TAIL, VIR_ERR_XML_ERROR, "no <uuid>"},
        {"<domain type='kvm'><name>a</name><uuid>1-2</uuid>" TAIL, VIR_ERR_XML_ERROR, "malformed"},
        {"<domain><name>a</name>" TAIL, VIR_ERR_XML_ERROR, "type ''"},
        {"<domain type='x'><name>a</name>" TAIL, VIR_ERR_XML_ERROR, "type 'x'"},
        {HEAD "<name>b</name>" TAIL, VIR_ERR_XML_ERROR, "second <name>"},
        {HEAD "<genid>x</genid>" TAIL, VIR_ERR_XML_ERROR, "<genid>"},
        {HEAD "<vcpu>0</vcpu>" TAIL, VIR_ERR_XML_ERROR, "<vcpu>"},
        {HEAD "<vcpu>-1</vcpu>" TAIL, VIR_ERR_XML_ERROR, "<vcpu>"},
        {HEAD "<on_crash>x</on_crash>" TAIL, VIR_ERR_XML_ERROR, "<on_crash>"},
        {HEAD "<on_reboot>coredump-destroy</on_reboot>" TAIL, VIR_ERR_XML_ERROR, "<on_reboot>"},
        {HEAD OS "</domain>", VIR_ERR_XML_ERROR, "<memory>"},
        {HEAD OS "<memory>x</memory></domain>", VIR_ERR_XML_ERROR, "<memory>"},
        {HEAD OS "<memory unit='x'>1</memory></domain>", VIR_ERR_XML_ERROR, "unit 'x'"},
        {HEAD OS "<memory unit='EiB'>99999</memory></domain>", VIR_ERR_XML_ERROR, "range"},
        {HEAD OS "<memory>99999999999999999999</memory></domain>", VIR_ERR_XML_ERROR, "range"},
        {HEAD OS "<cpu><numa><cell memory='x'/></numa></cpu></domain>", VIR_ERR_XML_ERROR, "cell"},
        {HEAD "<memory>1</memory></domain>", VIR_ERR_XML_ERROR, "<os>"},
        {HEAD "<memory>1</memory><os><type>x</type></os></domain>", VIR_ERR_XML_ERROR, "<os>"},
        {"<domain", VIR_ERR_XML_DETAIL, "line 1"},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        answer(rows[i].xml, 0, rows[i].code, rows[i].part);
}

static void
bad_disks_are_refused(void **state)
{
    static const Row rows[] = {
        {"<disk>" DISK "</disk>", 0, NULL},
        {"<disk><target dev='vda'/></disk>", VIR_ERR_NO_SOURCE, "DISK-VAL-001"},
        {"<disk><source file=''/><target dev='vda'/></disk>", VIR_ERR_NO_SOURCE, "DISK-VAL-001"},
        {"<disk type='network'><source/><target dev='vda'/></disk>", VIR_ERR_NO_SOURCE, "vda"},
        {"<disk device='cdrom'><target dev='hda'/></disk>", 0, NULL},
        {"<disk device='floppy'><target dev='fda'/></disk>", 0, NULL},
        {"<disk><source file='/a'/></disk>", VIR_ERR_NO_TARGET, "DISK-VAL-002"},
        {"<disk><source file='/a'/><target dev=''/></disk>", VIR_ERR_NO_TARGET, "/a"},
        {"<disk><source file='/a'/><target dev='../x'/></disk>", VIR_ERR_XML_ERROR, "target"},
        {"<disk><source file='/a'/><target dev='vda/x'/></disk>", VIR_ERR_XML_ERROR, "target"},
        {"<disk>" DISK "</disk><disk>" DISK "</disk>", VIR_ERR_XML_ERROR, "DISK-VAL-003"},
        {"<disk><source file='/a'/><target dev='vda' bus='x'/></disk>", VIR_ERR_XML_ERROR, "bus"},
        {"<disk snapshot='default'>" DISK "</disk>", VIR_ERR_XML_ERROR, "DISK-SN-001"},
        {"<disk snapshot='x'>" DISK "</disk>", VIR_ERR_XML_ERROR, "DISK-SN-001"},
        {"<disk type='x'>" DISK "</disk>", VIR_ERR_XML_ERROR, "type 'x'"},
        {"<disk device='x'>" DISK "</disk>", VIR_ERR_XML_ERROR, "device 'x'"},
        {"<disk><driver type='none'/>" DISK "</disk>", VIR_ERR_XML_ERROR, "<driver>"},
        {"<disk>" DISK "<wwn>12</wwn></disk>", VIR_ERR_XML_ERROR, "<wwn>"},
        {"<disk>" DISK "<serial>a\nb</serial></disk>", VIR_ERR_XML_ERROR, "<serial>"},
        {"<disk>" DISK "<transient shareBacking='x'/></disk>", VIR_ERR_XML_ERROR, "shareBacking"},
        {"<disk>" DISK "<backingStore type='file'/></disk>", VIR_ERR_XML_ERROR, "DISK-BS-002"},
        {"<disk>" DISK "<target dev='vdb'/></disk>", VIR_ERR_XML_ERROR, "second <target>"},
        {"<disk type='vhostuser' snapshot='external'><source type='unix'/><target "
         "dev='vda'/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "SNAP-ALIGN-019"},
        {"<disk type='vhostuser' snapshot='no'><source type='unix'/><target dev='vda'/></disk>", 0,
         NULL},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *xml = domain_xml("", rows[i].xml);
        answer(xml, 0, rows[i].code, rows[i].part);
    }
}

static void
what_no_hypervisor_can_do_is_refused(void **state)
{
    static const Row rows[] = {
        {"<disk>" DISK "<transient/></disk>", 0, NULL},
        {"<disk>" DISK "<transient/><readonly/></disk>", VIR_ERR_CONFIG_UNSUPPORTED, "DISK-TR-001"},
        {"<disk device='lun' type='block'><source dev='/a'/><target dev='sda'/><transient/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "DISK-TR-001"},
        {"<disk type='block'><source dev='/a'/><target dev='sda'/><transient/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "DISK-TR-001"},
        {"<disk><source file='/a'/><target dev='hda'/><transient shareBacking='yes'/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "DISK-TR-002"},
        {"<disk><source file='/a'/><target dev='hda'/><readonly/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "DISK-RO-001"},
        {"<disk><source file='/a'/><target dev='sda' bus='sata'/><readonly/></disk>",
         VIR_ERR_CONFIG_UNSUPPORTED, "DISK-RO-001"},
        {"<disk>" DISK "<readonly/></disk>", 0, NULL},
        {"<disk><driver type='qcow2'/>" DISK "<shareable/></disk>", VIR_ERR_CONFIG_UNSUPPORTED,
         "DISK-SH-001"},
        {"<disk><driver type='qcow2'/>" DISK "<shareable/><readonly/></disk>", 0, NULL},
        {"<disk>" DISK "<shareable/></disk>", 0, NULL},
        {"<disk><source file='/a' startupPolicy='requisite'/><target dev='vda'/></disk>",
         VIR_ERR_XML_ERROR, "DISK-SP-002"},
        {"<disk><source file='/a' startupPolicy='optional'/><target dev='vda'/></disk>", 0, NULL},
        {"<disk type='network'><source protocol='nbd' startupPolicy='optional'/>"
         "<target dev='vda'/></disk>",
         VIR_ERR_XML_ERROR, "DISK-SP-001"},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *xml = domain_xml("", rows[i].xml);
        answer(xml, 0, rows[i].code, rows[i].part);
    }
}

static void
a_name_is_as_long_as_files_allow(void **state)
{
    g_autofree char *fits = g_strnfill(200, 'n');
    g_autofree char *good =
        g_strdup_printf("<domain type='kvm'><name>%s</name><uuid>" TEST_UUID "</uuid>" TAIL, fits);
    g_autofree char *bad =
        g_strdup_printf("<domain type='kvm'><name>%sx</name><uuid>" TEST_UUID "</uuid>" TAIL, fits);

    (void)state;
    answer(good, 0, 0, NULL);
    answer(bad, 0, VIR_ERR_XML_ERROR, "DOM-DEF-004");
}

static void
a_missing_uuid_is_given(void **state)
{
    g_autoptr(VmDomainDef) def =
        vm_domain_def_parse("<domain type='kvm'><name>a</name>" TAIL, TEST_UUID, 0, NULL);

    (void)state;
    assert_string_equal(def->uuid, TEST_UUID);
}

static void
validation_finds_what_the_parser_tolerates(void **state)
{
    g_autofree char *good = domain_xml("<any><thing/></any><cpu mode='x'/>",
                                       "<disk snapshot='no'>" DISK
                                       "<iotune/><alias name='x'/></disk><emulator>/x</emulator>");
    g_autofree char *bad = domain_xml("", "<disk>" DISK "<readonly>x</readonly></disk>");

    (void)state;
    answer(good, VM_DOMAIN_PARSE_VALIDATE, 0, NULL);
    answer(bad, 0, 0, NULL);
    answer(bad, VM_DOMAIN_PARSE_VALIDATE, VIR_ERR_XML_INVALID_SCHEMA, "line 1: ");
    answer("<domain type='kvm'/>", VM_DOMAIN_PARSE_VALIDATE, VIR_ERR_XML_INVALID_SCHEMA, "domain");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_domains_are_refused),
        cmocka_unit_test(bad_disks_are_refused),
        cmocka_unit_test(what_no_hypervisor_can_do_is_refused),
        cmocka_unit_test(a_name_is_as_long_as_files_allow),
        cmocka_unit_test(a_missing_uuid_is_given),
        cmocka_unit_test(validation_finds_what_the_parser_tolerates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
