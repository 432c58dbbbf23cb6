/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define FOUR_DISKS                                                                                 \
    "<disk type='file'><driver type='qcow2'/><source file='/d/a.qcow2'/><target "                  \
    "dev='vda'/></disk>"                                                                           \
    "<disk type='file' snapshot='no'><driver type='qcow2'/><source file='/d/b'/>"                  \
    "<target dev='vdb'/></disk>"                                                                   \
    "<disk type='block' snapshot='manual'><source dev='/dev/c'/><target dev='vdc'/></disk>"        \
    "<disk type='file' device='cdrom'><target dev='hda'/></disk>"

static const VmAlignOptions internal = {.fallback = VM_LOCATION_INTERNAL, .uniform = TRUE};
static const VmAlignOptions external = {.fallback = VM_LOCATION_EXTERNAL, .uniform = TRUE};

static VmSnapshotDef *
snapshot_of(const char *name, const char *disks, const char *devices)
{
    g_autofree char *xml = g_strdup_printf("<domainsnapshot><name>%s</name><disks>%s</disks>"
                                           "</domainsnapshot>",
                                           name, disks);
    VmSnapshotDef *def = vm_snapshot_def_parse(xml, VM_SNAPSHOT_PARSE_ANY_NAME, NULL);

    assert_non_null(def);
    if (devices != NULL)
        def->domain = domain_of("", devices);
    return def;
}

/** The locations after alignment, one letter per disk. */
static void
aligned(const char *disks, const char *devices, const VmAlignOptions *options, const char *letters)
{
    g_autoptr(VmSnapshotDef) def = snapshot_of("s", disks, devices);
    g_autoptr(GError) error = NULL;

    assert_true(vm_snapshot_def_align(def, options, &error));
    assert_int_equal(def->disks->len, strlen(letters));
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        assert_string_equal(disk->name, vm_domain_def_disk(def->domain, i)->target);
        assert_int_equal(*vm_location_word(disk->location), letters[i]);
    }
}

static void
refused(const char *disks, const char *devices, const VmAlignOptions *options, const char *rule)
{
    g_autoptr(VmSnapshotDef) def = snapshot_of("s", disks, devices);
    g_autoptr(GError) error = NULL;

    assert_false(vm_snapshot_def_align(def, options, &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, rule);
}

static const char *
path_of(const VmSnapshotDef *def, guint i)
{
    return ((VmSnapshotDisk *)g_ptr_array_index(def->disks, i))->source.path;
}

static void
a_definition_is_needed(void **state)
{
    g_autoptr(VmSnapshotDef) def = snapshot_of("s", "", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(vm_snapshot_def_align(def, &internal, &error));
    assert_refused(&error, VIR_ERR_XML_ERROR, "SNAP-REDEF-014");
}

static void
a_domain_without_disks_has_nothing_to_align(void **state)
{
    (void)state;
    aligned("", "", &internal, "");
    refused("<disk name='vda'/>", "", &internal, "SNAP-ALIGN-002");
}

static void
too_many_entries_are_refused_before_their_names(void **state)
{
    (void)state;
    refused("<disk name='x'/><disk name='y'/><disk name='z'/><disk name='u'/><disk name='v'/>",
            FOUR_DISKS, &internal, "SNAP-ALIGN-002");
}

static void
an_entry_must_name_one_disk(void **state)
{
    static const char twins[] = "<disk type='file'><source file='/d/a'/><target dev='vda'/></disk>"
                                "<disk type='file'><source file='/d/a'/><target dev='vdb'/></disk>";

    (void)state;
    refused("<disk name='vdx'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-004");
    refused("<disk name='/d/x'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-005");
    refused("<disk name='/d/a'/>", twins, &internal, "SNAP-ALIGN-005");
    aligned("<disk name='vda'/>", FOUR_DISKS, &internal, "inmn");
    aligned("<disk name='/d/a.qcow2'/>", FOUR_DISKS, &internal, "inmn");
}

static void
a_disk_is_named_once(void **state)
{
    (void)state;
    refused("<disk name='vda'/><disk name='vda'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-006");
    refused("<disk name='vda'/><disk name='/d/a.qcow2'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-006");
}

static void
a_listed_disk_without_location_takes_the_domains(void **state)
{
    (void)state;
    /* external: the disk's own, else the default (008); internal: only `no` is kept (009) */
    aligned("<disk name='vdb'/><disk name='vdc'/>", FOUR_DISKS, &external, "enmn");
    aligned("<disk name='vdb'/><disk name='vdc'/>", FOUR_DISKS, &internal, "inin");
}

static void
an_internal_snapshot_is_internal_throughout(void **state)
{
    (void)state;
    refused("<disk name='vda' snapshot='external'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-010");
    refused("<disk name='vda' snapshot='no'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-010");
    refused("<disk name='vda' snapshot='manual'/>", FOUR_DISKS, &internal, "SNAP-ALIGN-010");
    aligned("<disk name='vdc' snapshot='manual'/>", FOUR_DISKS, &internal, "inmn");
    aligned("<disk name='vdb' snapshot='no'/>", FOUR_DISKS, &internal, "inmn");
    aligned("<disk name='vdb' snapshot='internal'/>", FOUR_DISKS, &internal, "iimn");
}

static void
an_explicit_location_stands_otherwise(void **state)
{
    VmAlignOptions mixed = {.fallback = VM_LOCATION_INTERNAL, .uniform = FALSE};

    (void)state;
    aligned("<disk name='vda' snapshot='no'/><disk name='vdb' snapshot='internal'/>", FOUR_DISKS,
            &external, "nimn");
    aligned("<disk name='vda' snapshot='no'/>", FOUR_DISKS, &mixed, "nnmn");
}

static void
a_source_belongs_to_external_only(void **state)
{
    (void)state;
    refused("<disk name='vda' snapshot='internal'><source file='/d/o'/></disk>", FOUR_DISKS,
            &internal, "SNAP-ALIGN-012");
    refused("<disk name='vda' snapshot='no'><source file='/d/o'/></disk>", FOUR_DISKS, &external,
            "SNAP-ALIGN-012");
    aligned("<disk name='vda' snapshot='external'><source file='/d/o'/></disk>", FOUR_DISKS,
            &external, "enmn");
}

static void
disks_that_are_not_listed_get_their_own_or_the_default(void **state)
{
    (void)state;
    aligned("", FOUR_DISKS, &internal, "inmn");
    aligned("", FOUR_DISKS, &external, "enmn");
    aligned("", "<disk type='file' device='floppy'><target dev='fda'/></disk>", &external, "n");
    aligned("", "<disk type='file'><source file='/r'/><target dev='vda'/><readonly/></disk>",
            &internal, "n");
}

static gboolean
is_not_block(const char *path, gpointer data)
{
    (void)data;
    return !g_str_has_prefix(path, "/dev/");
}

static void
an_overlay_is_named_after_the_source_and_the_snapshot(void **state)
{
    g_autoptr(VmSnapshotDef) def =
        snapshot_of("a/b", "",
                    "<disk><source file='/d.x/a.b.qcow2'/><target dev='vda'/></disk>"
                    "<disk><source file='/d.x/plain'/><target dev='vdb'/></disk>");

    (void)state;
    assert_true(vm_snapshot_def_align(def, &external, NULL));
    assert_string_equal(path_of(def, 0), "/d.x/a.b.a_b");
    assert_string_equal(path_of(def, 1), "/d.x/plain.a_b");
}

static void
no_overlay_is_named_without_a_regular_file(void **state)
{
    static const char block[] =
        "<disk type='block'><source dev='/dev/c'/><target dev='vda'/></disk>";
    static const char network[] =
        "<disk type='network'><source protocol='nbd' name='x'/><target dev='vda'/></disk>";
    VmAlignOptions looking = external;

    (void)state;
    looking.is_regular = is_not_block;
    refused("<disk name='vda' type='block' snapshot='external'/>", block, &external,
            "SNAP-ALIGN-020");
    refused("", network, &external, "SNAP-ALIGN-021");
    refused("", block, &looking, "SNAP-ALIGN-022");
    aligned("", block, &external, "e");
    aligned("<disk name='vda' snapshot='external'><source file='/d/o'/></disk>", block, &looking,
            "e");
}

static void
an_overlays_name_fits_a_folder(void **state)
{
    g_autofree char *name = g_strnfill(240, 'n');
    g_autofree char *stem = g_strnfill(20, 's');
    g_autofree char *devices =
        g_strdup_printf("<disk><source file='/d/%s.img'/><target dev='vda'/></disk>", stem);
    g_autoptr(VmSnapshotDef) def = snapshot_of(name, "", devices);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(vm_snapshot_def_align(def, &external, &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, "SNAP-ALIGN-023");
}

static void
two_disks_never_share_an_overlay(void **state)
{
    static const char alike[] = "<disk><source file='/d/a.img'/><target dev='vda'/></disk>"
                                "<disk><source file='/d/a.raw'/><target dev='vdb'/></disk>";

    (void)state;
    refused("", alike, &external, "SNAP-ALIGN-024");
    refused(
        "<disk name='vda'><source file='/o'/></disk><disk name='vdb'><source file='/o'/></disk>",
        alike, &external, "SNAP-ALIGN-025");
    refused("<disk name='vdb'><source file='/d/a.s'/></disk>", alike, &external, "SNAP-ALIGN-025");
    aligned("<disk name='vdb'><source file='/o'/></disk>", alike, &external, "ee");
}

static void
entries_come_in_the_order_of_the_domain(void **state)
{
    g_autoptr(VmSnapshotDef) def = snapshot_of(
        "s", "<disk name='vdb' snapshot='no'/><disk name='vda'><source file='/o'/></disk>",
        FOUR_DISKS);

    (void)state;
    assert_true(vm_snapshot_def_align(def, &external, NULL));
    assert_string_equal(((VmSnapshotDisk *)g_ptr_array_index(def->disks, 0))->name, "vda");
    assert_string_equal(path_of(def, 0), "/o");
    assert_null(path_of(def, 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_is_needed),
        cmocka_unit_test(a_domain_without_disks_has_nothing_to_align),
        cmocka_unit_test(too_many_entries_are_refused_before_their_names),
        cmocka_unit_test(an_entry_must_name_one_disk),
        cmocka_unit_test(a_disk_is_named_once),
        cmocka_unit_test(a_listed_disk_without_location_takes_the_domains),
        cmocka_unit_test(an_internal_snapshot_is_internal_throughout),
        cmocka_unit_test(an_explicit_location_stands_otherwise),
        cmocka_unit_test(a_source_belongs_to_external_only),
        cmocka_unit_test(disks_that_are_not_listed_get_their_own_or_the_default),
        cmocka_unit_test(an_overlay_is_named_after_the_source_and_the_snapshot),
        cmocka_unit_test(no_overlay_is_named_without_a_regular_file),
        cmocka_unit_test(an_overlays_name_fits_a_folder),
        cmocka_unit_test(two_disks_never_share_an_overlay),
        cmocka_unit_test(entries_come_in_the_order_of_the_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
