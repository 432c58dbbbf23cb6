/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define REDEFINE VM_SNAPSHOT_PARSE_REDEFINE
#define LOAD (VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL)
#define OFFLINE VM_SNAPSHOT_PARSE_OFFLINE
#define ANY VM_SNAPSHOT_PARSE_ANY_NAME
#define VALIDATE VM_SNAPSHOT_PARSE_VALIDATE

/** What a redefined snapshot needs, with `state` and `more`. */
#define FULL(state, more)                                                                          \
    "<domainsnapshot><name>s</name><state>" state "</state><creationTime>12</creationTime>" more   \
    "</domainsnapshot>"
#define NEW(more) "<domainsnapshot>" more "</domainsnapshot>"
#define DISKS(disk) NEW("<disks>" disk "</disks>")

/** One document and what it is answered with. */
typedef struct {
    const char *xml;
    guint flags;
    int code; /* 0 = accepted */
    const char *part;
} Row;

static const Row rows[] = {
    /* document */
    {"<domainsnapshot>", 0, VIR_ERR_XML_DETAIL, "line 1"},
    {"<domain/>", 0, VIR_ERR_XML_ERROR, "SNAP-XML-002"},
    {"<domainsnapshot/>", 0, 0, NULL},
    {NEW("<name>a</name><name>b</name>"), 0, VIR_ERR_XML_ERROR, "second <name>"},
    /* name */
    {NEW("<name>a/b</name>"), 0, VIR_ERR_XML_DETAIL, "SNAP-NAME-004"},
    {NEW("<name>.a</name>"), 0, VIR_ERR_XML_DETAIL, "SNAP-NAME-005"},
    {NEW("<name>.a/b</name>"), ANY, 0, NULL},
    {NEW("<state>running</state>"), REDEFINE, VIR_ERR_XML_ERROR, "SNAP-NAME-010"},
    /* what a new snapshot says is not listened to, right or wrong */
    {NEW("<creationTime>x</creationTime><state>x</state><domain type='x'/><active>x</active>"), 0,
     0, NULL},
    /* what a redefined one must say */
    {FULL("running", ""), REDEFINE, 0, NULL},
    {NEW("<name>s</name><state>running</state>"), REDEFINE, VIR_ERR_XML_ERROR, "SNAP-XML-006"},
    {FULL("running", "<creationTime>1</creationTime>"), REDEFINE, VIR_ERR_XML_ERROR, "second"},
    {NEW("<name>s</name><state>running</state><creationTime>1x</creationTime>"), REDEFINE,
     VIR_ERR_XML_ERROR, "SNAP-XML-006"},
    {NEW("<name>s</name><creationTime>1</creationTime>"), REDEFINE, VIR_ERR_XML_ERROR,
     "SNAP-XML-008"},
    {FULL("nostate", ""), REDEFINE, VIR_ERR_CONFIG_UNSUPPORTED, "SNAP-XML-009"},
    {FULL("x", ""), REDEFINE, VIR_ERR_CONFIG_UNSUPPORTED, "SNAP-XML-009"},
    {FULL("running", "<domain type='kvm'/>"), REDEFINE, VIR_ERR_NO_NAME, "<name>"},
    {FULL("running", "<domain><uuid>x</uuid></domain>"), REDEFINE, 0, NULL},
    {FULL("running", "<inactiveDomain type='kvm'/>"), REDEFINE, VIR_ERR_NO_NAME, "<name>"},
    {FULL("running", ""), LOAD, VIR_ERR_XML_ERROR, "SNAP-XML-042"},
    {FULL("running", "<active>x</active>"), LOAD, VIR_ERR_XML_ERROR, "SNAP-XML-042"},
    {FULL("running", "<active>x</active>"), REDEFINE, 0, NULL},
    {FULL("running", "<active>1</active>"), LOAD, 0, NULL},
    /* memory */
    {NEW("<memory snapshot='manual'/>"), 0, VIR_ERR_XML_ERROR, "<memory>"},
    {NEW("<memory snapshot='default'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-017"},
    {NEW("<memory snapshot='no' file='/m'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-019"},
    {NEW("<memory snapshot='external'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-020"},
    {NEW("<memory file='m'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-021"},
    {NEW("<memory snapshot='internal'/>"), OFFLINE, VIR_ERR_XML_ERROR, "SNAP-XML-022"},
    {NEW("<memory file='/m'/>"), OFFLINE, VIR_ERR_XML_ERROR, "SNAP-XML-022"},
    {NEW("<memory snapshot='no'/>"), OFFLINE, 0, NULL},
    {NEW("<memory snapshot='internal'/>"), 0, 0, NULL},
    {FULL("shutoff", "<memory snapshot='internal'/>"), REDEFINE, VIR_ERR_XML_ERROR, "SNAP-XML-024"},
    {FULL("disk-snapshot", "<memory file='/m'/>"), REDEFINE, VIR_ERR_XML_ERROR, "SNAP-XML-024"},
    {FULL("paused", "<memory file='/m'/>"), REDEFINE, 0, NULL},
    /* disks */
    {DISKS("<disk/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-029"},
    {DISKS("<anything/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-029"},
    {DISKS("<disk name='a' snapshot='default'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-030"},
    {DISKS("<disk name='a' type='volume'/>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-032"},
    {DISKS("<disk name='a' type='nvme'/>"), 0, 0, NULL},
    {DISKS("<disk name='a'><driver type='none'/></disk>"), 0, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-XML-034"},
    {DISKS("<disk name='a'><source file='x'/></disk>"), 0, VIR_ERR_XML_ERROR, "SNAP-XML-035"},
    {DISKS("<disk name='a' type='block'><source dev='x'/></disk>"), 0, VIR_ERR_XML_ERROR,
     "SNAP-XML-035"},
    /* schema */
    {FULL("pmsuspended", ""), REDEFINE, 0, NULL},
    {FULL("pmsuspended", ""), REDEFINE | VALIDATE, VIR_ERR_XML_INVALID_SCHEMA, "state"},
    {FULL("running", ""), REDEFINE | VALIDATE, 0, NULL},
    {NEW("<new/>"), 0, 0, NULL},
    {NEW("<new/>"), VALIDATE, VIR_ERR_XML_INVALID_SCHEMA, "new"},
    {NEW("<memory file='/m'/><name>after</name>"), VALIDATE, 0, NULL},
    {DISKS("<disk name='x'/>"), VALIDATE, VIR_ERR_XML_INVALID_SCHEMA, "disks"},
    {DISKS("<disk name='vda' snapshot='no'><driver type='raw'/></disk>"), VALIDATE,
     VIR_ERR_XML_INVALID_SCHEMA, "disks"},
    {DISKS("<disk name='/a' type='block'><source dev='/b'/><driver type='raw'/></disk>"), VALIDATE,
     0, NULL},
};

static void
every_document_gets_its_answer(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(VmSnapshotDef) def = vm_snapshot_def_parse(rows[i].xml, rows[i].flags, &error);
        if ((def == NULL) != (rows[i].code != 0))
            print_error("%s\n", rows[i].xml);
        assert_int_equal(def == NULL, rows[i].code != 0);
        if (rows[i].code != 0)
            assert_refused(&error, rows[i].code, rows[i].part);
    }
}

static VmSnapshotDef *
parsed(const char *xml, guint flags)
{
    g_autoptr(GError) error = NULL;
    VmSnapshotDef *def = vm_snapshot_def_parse(xml, flags, &error);

    if (def == NULL)
        print_error("%s\n", error->message);
    assert_non_null(def);
    return def;
}

static void
a_new_snapshot_decides_little(void **state)
{
    g_autoptr(VmSnapshotDef) def = parsed(
        NEW("<name/><description/><state>paused</state><creationTime>5</creationTime>"
            "<parent><name>p</name></parent><domain type='kvm'/><cookie/><active>1</active>"
            "<disks><disk name='vda'><source file=''/><snapshotDeleteInProgress/></disk></disks>"
            "<revertDisks><disk name='vda'/></revertDisks>"),
        0);
    const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, 0);

    (void)state;
    assert_null(def->name);
    assert_null(def->description);
    assert_null(def->parent);
    assert_null(def->domain);
    assert_null(def->cookie);
    assert_false(def->active);
    assert_int_equal(def->state, VM_SNAPSHOT_NOSTATE);
    assert_int_equal(def->creation_time, 0);
    assert_int_equal(def->memory, VM_LOCATION_DEFAULT);
    assert_int_equal(def->revert_disks->len, 0);
    assert_null(disk->source.path);
    assert_int_equal(disk->location, VM_LOCATION_DEFAULT);
    assert_false(disk->delete_in_progress);
}

static void
a_place_or_a_format_makes_a_disk_external(void **state)
{
    g_autoptr(VmSnapshotDef) def = parsed(
        DISKS("<disk name='a'><source file='/x'/></disk><disk name='b'><driver type='qcow2'/>"
              "</disk><disk name='c' snapshot='manual'><driver type='qcow2'/></disk>"),
        0);
    static const VmLocation expected[] = {VM_LOCATION_EXTERNAL, VM_LOCATION_EXTERNAL,
                                          VM_LOCATION_MANUAL};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_int_equal(((VmSnapshotDisk *)g_ptr_array_index(def->disks, i))->location,
                         expected[i]);
    assert_true(vm_snapshot_def_is_external(def));
}

static void
memory_follows_the_state_of_a_redefined_snapshot(void **state)
{
    static const struct {
        const char *word;
        VmLocation memory;
    } states[] = {
        {"running", VM_LOCATION_INTERNAL},  {"paused", VM_LOCATION_INTERNAL},
        {"shutdown", VM_LOCATION_INTERNAL}, {"crashed", VM_LOCATION_INTERNAL},
        {"shutoff", VM_LOCATION_NO},        {"disk-snapshot", VM_LOCATION_NO},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *xml = g_strdup_printf(FULL("%s", ""), states[i].word);
        g_autoptr(VmSnapshotDef) def = parsed(xml, REDEFINE);
        assert_string_equal(vm_snapshot_state_word(def->state), states[i].word);
        assert_int_equal(def->memory, states[i].memory);
    }
}

static void
external_is_what_has_something_outside(void **state)
{
    g_autoptr(VmSnapshotDef) none = parsed(NEW(""), 0);
    g_autoptr(VmSnapshotDef) memory = parsed(NEW("<memory file='/m'/>"), 0);
    g_autoptr(VmSnapshotDef) manual = parsed(DISKS("<disk name='a' snapshot='manual'/>"), 0);
    g_autoptr(VmSnapshotDef) revert =
        parsed(FULL("running", "<revertDisks><disk name='a' snapshot='external'/></revertDisks>"),
               REDEFINE);

    (void)state;
    assert_false(vm_snapshot_def_is_external(none));
    assert_true(vm_snapshot_def_is_external(memory));
    assert_false(vm_snapshot_def_is_external(manual));
    assert_false(vm_snapshot_def_is_external(revert));
}

static void
a_cut_document_is_one_error(void **state)
{
    static const char whole[] =
        FULL("running", "<disks><disk name='vda'><source file='/x'/></disk></disks><cookie/>");

    (void)state;
    for (gsize length = 0; length < sizeof(whole) - 1; length++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *cut = g_strndup(whole, length);
        assert_null(vm_snapshot_def_parse(cut, REDEFINE | VALIDATE, &error));
        assert_refused(&error, VIR_ERR_XML_DETAIL, "");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document_gets_its_answer),
        cmocka_unit_test(a_new_snapshot_decides_little),
        cmocka_unit_test(a_place_or_a_format_makes_a_disk_external),
        cmocka_unit_test(memory_follows_the_state_of_a_redefined_snapshot),
        cmocka_unit_test(external_is_what_has_something_outside),
        cmocka_unit_test(a_cut_document_is_one_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
