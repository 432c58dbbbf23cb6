/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define A "<disk><source file='/a'/><target dev='vda'/>"
#define B "<disk><source file='/b'/><target dev='vdb'/></disk>"

static void
compare(const char *more, const char *devices, const char *part)
{
    g_autoptr(VmDomainDef) old = domain_of("<title>x</title><features><acpi/></features>",
                                           A "</disk><graphics type='vnc'/><rng model='virtio'/>");
    g_autoptr(VmDomainDef) new = domain_of(more, devices);
    g_autoptr(GError) error = NULL;
    gboolean same = vm_domain_def_check_abi(old, new, &error);

    assert_int_equal(same, part == NULL);
    if (part != NULL)
        assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, part);
}

#define FEATURES "<features><acpi/></features>"
#define RNG "<rng model='virtio'/>"

static void
what_the_guest_does_not_see_may_differ(void **state)
{
    (void)state;
    compare(FEATURES "<metadata/>", A "</disk>" RNG, NULL);
    compare("<on_crash>restart</on_crash>" FEATURES,
            "<disk snapshot='no'><driver type='qcow2' cache='none'/><source file='/other'/>"
            "<target dev='vda'/><iotune/></disk>" RNG "<graphics type='spice'/>",
            NULL);
}

static void
what_the_guest_sees_must_not(void **state)
{
    (void)state;
    compare("", A "</disk>" RNG, "<features");
    compare(FEATURES "<vcpu>2</vcpu>", A "</disk>" RNG, "vcpu 2");
    compare(FEATURES "<genid/>", A "</disk>" RNG, "genid");
    compare(FEATURES, A "</disk>", "<rng");
    compare(FEATURES, A "</disk><rng model='virtio-transitional'/>", "<rng");
    compare(FEATURES, A "</disk>" B RNG, "number of disks");
    compare(FEATURES, B RNG, "target 'vdb'");
    compare(FEATURES, A "<serial>1</serial></disk>" RNG, "serial");
    compare(FEATURES, A "<wwn>0123456789abcdef</wwn></disk>" RNG, "wwn");
    compare(FEATURES, A "<readonly/></disk>" RNG, "read-only");
    compare(FEATURES, "<disk><source file='/a'/><target dev='vda' bus='scsi'/></disk>" RNG, "bus");
    compare(FEATURES, "<disk device='cdrom'><source file='/a'/><target dev='vda'/></disk>" RNG,
            "device 'cdrom'");
    compare(FEATURES, A "<address type='pci' slot='0x09'/></disk>" RNG, "address");
    compare(FEATURES, "<disk model='x'><source file='/a'/><target dev='vda'/></disk>" RNG, "model");
}

static void
another_name_is_another_guest(void **state)
{
    g_autoptr(VmDomainDef) old = domain_of("", "");
    g_autoptr(VmDomainDef) new = vm_domain_def_with_name(old, "other");
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(vm_domain_def_check_abi(old, old, &error));
    assert_false(vm_domain_def_check_abi(old, new, &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, "name 'other'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_guest_does_not_see_may_differ),
        cmocka_unit_test(what_the_guest_sees_must_not),
        cmocka_unit_test(another_name_is_another_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
