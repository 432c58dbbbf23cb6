/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents damaged at random, from a fixed seed: whatever is accepted must
 * come out in a form that is accepted and comes out unchanged.
 */
#include "spec/model/test_documents.h"

#define ROUNDS 4000

static const char domain[] =
    "<domain type='kvm' id='4' xmlns:q='urn:q'><name>vm</name><uuid>" TEST_UUID "</uuid><genid/>"
    "<memory unit='MiB' dumpCore='on'>64</memory><vcpu current='1'>2</vcpu>"
    "<os firmware='efi'><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>"
    "<description>a\n b &lt; c</description><metadata><q:m q:a='1'>x<q:n/> y</q:m></metadata>"
    "<!-- c --><features><acpi/></features><on_crash>preserve</on_crash><devices>"
    "<disk type='file' device='disk' snapshot='external'><driver name='q' "
    "type='qcow2'><m/></driver>"
    "<source file='/a' index='2'><seclabel/></source><backingStore type='block'><format "
    "type='raw'/>"
    "<source dev='/b'/><backingStore/></backingStore><target dev='vda' bus='virtio'/><serial>s"
    "</serial><alias name='x'/></disk><disk type='network'><source protocol='https' name='n'>"
    "<cookies><cookie name='c'>v</cookie></cookies></source><target dev='vdb'/><iotune/></disk>"
    "<disk type='file' device='cdrom'><target dev='hda'/></disk><graphics passwd='p'/></devices>"
    "</domain>";

static const char snapshot[] =
    "<domainsnapshot xmlns:q='urn:q'><name>s</name><description>d\ne</description>"
    "<state>running</state><parent><name>p</name></parent><creationTime>5</creationTime>"
    "<memory snapshot='external' file='/m'/><disks><disk name='vda' snapshot='external'>"
    "<snapshotDeleteInProgress/><driver type='qcow2' x='y'><c/></driver><source file='/o'><s/>"
    "</source></disk><disk name='vdb' type='network'><source protocol='nbd'><cookies>"
    "<cookie>v</cookie></cookies></source></disk></disks><revertDisks><disk name='vda'/>"
    "</revertDisks><domain type='kvm'><name>vm</name><uuid>" TEST_UUID "</uuid><memory>1</memory>"
    "<os><type>hvm</type></os><q:x/></domain><cookie><cpu>x</cpu></cookie><active>1</active>"
    "</domainsnapshot>";

/** Cut a piece, double a piece, or put a piece of the document elsewhere, once to four times. */
static char *
damaged(const char *xml, GRand *rand)
{
    static const char *const bits[] = {
        "<",        ">", "'", "/", "&amp;", "&#10;",   "<x/>", "\n", "<q:y/>", " xmlns:q='urn:r'",
        " q:z='1'", " ", "=", "0", "&#13;", "<!--a-->"};
    GString *text = g_string_new(xml);

    for (int n = g_rand_int_range(rand, 1, 5); n > 0; n--) {
        gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)text->len);
        gsize piece = (gsize)g_rand_int_range(rand, 0, 12);
        gsize from = (gsize)g_rand_int_range(rand, 0, (gint32)text->len);
        g_autofree char *copy = g_strndup(text->str + from, piece);
        switch (g_rand_int_range(rand, 0, 3)) {
        case 0:
            g_string_erase(text, (gssize)at, (gssize)MIN(piece, text->len - at - 1));
            break;
        case 1:
            g_string_insert(text, (gssize)at, copy);
            break;
        default:
            g_string_insert(text, (gssize)at, bits[g_rand_int_range(rand, 0, G_N_ELEMENTS(bits))]);
        }
    }
    return g_string_free(text, FALSE);
}

static gboolean
normalize_domain(const char *xml, guint flags, char **out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, NULL, 0, &error);

    assert_int_equal(def == NULL, error != NULL);
    *out = def != NULL ? vm_domain_def_format(def, flags) : NULL;
    return def != NULL;
}

static gboolean
normalize_snapshot(const char *xml, guint flags, char **out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmSnapshotDef) def =
        vm_snapshot_def_parse(xml, VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL, &error);

    assert_int_equal(def == NULL, error != NULL);
    *out =
        def != NULL ? vm_snapshot_def_format(def, NULL, flags | VM_SNAPSHOT_FORMAT_INTERNAL) : NULL;
    return def != NULL;
}

typedef gboolean Normalize(const char *xml, guint flags, char **out);

static void
damage(const char *xml, Normalize *normalize)
{
    GRand *rand = g_rand_new_with_seed(20260118);
    guint accepted = 0;

    for (int i = 0; i < ROUNDS; i++) {
        g_autofree char *bad = damaged(xml, rand);
        for (guint secure = 0; secure < 2; secure++) {
            g_autofree char *once = NULL, *twice = NULL;
            if (!normalize(bad, secure, &once))
                continue;
            accepted++;
            if (!normalize(once, secure, &twice) || strcmp(once, twice) != 0)
                print_error("%s\n---\n%s\n---\n%s\n", bad, once, twice != NULL ? twice : "");
            assert_non_null(twice);
            assert_string_equal(once, twice);
        }
    }
    g_rand_free(rand);
    assert_true(accepted > ROUNDS / 50);
}

static void
a_damaged_domain_is_refused_or_stays_what_it_is(void **state)
{
    (void)state;
    damage(domain, normalize_domain);
}

static void
a_damaged_snapshot_is_refused_or_stays_what_it_is(void **state)
{
    (void)state;
    damage(snapshot, normalize_snapshot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_domain_is_refused_or_stays_what_it_is),
        cmocka_unit_test(a_damaged_snapshot_is_refused_or_stays_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
