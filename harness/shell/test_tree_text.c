/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Trees and chains as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/shell/tree_text.h"

/* Two branches below s1, an external snapshot s3 on a chain of two images. */
static const char world_text[] =
    "{'domains': [{'name': 'vm', 'state': 'shutoff', 'disks': ["
    "  {'name': 'vda', 'image': '/d/vda.s3'}, {'name': 'hda', 'image': null}],"
    " 'moments': ["
    "  {'name': 's1', 'parent': null, 'state': 'shutoff', 'kind': 'internal', 'current': false,"
    "   'disks': [{'name': 'vda', 'how': 'internal', 'image': '/d/vda.qcow2'}]},"
    "  {'name': 's2', 'parent': 's1', 'state': 'running', 'kind': 'internal', 'current': false,"
    "   'disks': []},"
    "  {'name': 's3', 'parent': 's1', 'state': 'disk-snapshot', 'kind': 'external',"
    "   'current': true, 'disks': [{'name': 'vda', 'how': 'external', 'image': '/d/vda.qcow2'}]},"
    "  {'name': 's4', 'parent': 's2', 'state': 'shutoff', 'kind': 'internal', 'current': false,"
    "   'disks': []}]},"
    " {'name': 'bare', 'state': 'shutoff', 'disks': [], 'moments': []},"
    " {'name': 'odd', 'state': 'shutoff', 'disks': [{'name': 'vda', 'image': '/d/far'}],"
    "  'moments': [{'name': 'a', 'parent': 'gone', 'state': 'shutoff', 'kind': 'internal',"
    "   'current': false, 'disks': []}]}],"
    "'images': {'/d/vda.s3': {'backing': '/d/vda.qcow2', 'tags': [], 'seen': true},"
    " '/d/vda.qcow2': {'backing': null, 'tags': ['s1', 's2'], 'seen': true},"
    " '/d/far': {'backing': null, 'tags': [], 'seen': false}}}";

static json_t *
world(void)
{
    g_autofree char *text = g_strdelimit(g_strdup(world_text), "'", '"');
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    return json;
}

static void
check_tree(const char *domain, const char *wanted)
{
    json_t *json = world();
    g_autofree char *text = tree_text(json, domain);

    assert_non_null(text);
    assert_string_equal(text, wanted);
    json_decref(json);
}

static void
test_branches_hang_below_their_parent(void **state)
{
    (void)state;
    check_tree("vm", "s1  (shutoff, internal)\n"
                     "├─ s2  (running, internal)\n"
                     "│  └─ s4  (shutoff, internal)\n"
                     "└─ s3  (disk-snapshot, external)  <- current\n");
}

static void
test_tree_without_moments_says_so(void **state)
{
    (void)state;
    check_tree("bare", "(no snapshot)\n");
}

static void
test_moment_whose_parent_is_gone_is_still_shown(void **state)
{
    (void)state;
    check_tree("odd", "a  (shutoff, internal)\n");
}

static void
test_chain_tells_what_each_image_holds(void **state)
{
    json_t *json = world();
    g_autofree char *all = chain_text(json, "vm", NULL);
    g_autofree char *one = chain_text(json, "vm", "hda");

    (void)state;
    assert_string_equal(all, "vda\n"
                             "  /d/vda.s3\n"
                             "  └─ /d/vda.qcow2  [holds s1 s2]  [is vda of s3]\n"
                             "hda  (empty)\n");
    assert_string_equal(one, "hda  (empty)\n");
    json_decref(json);
}

static void
test_image_that_cannot_be_seen_says_so(void **state)
{
    json_t *json = world();
    g_autofree char *text = chain_text(json, "odd", "vda");

    (void)state;
    assert_string_equal(text, "vda\n  /d/far  (what is behind it cannot be seen)\n");
    json_decref(json);
}

static void
test_what_is_not_there_gives_none(void **state)
{
    json_t *json = world();

    (void)state;
    assert_null(tree_text(json, "ghost"));
    assert_null(chain_text(json, "ghost", NULL));
    assert_null(chain_text(json, "vm", "vdz"));
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_branches_hang_below_their_parent),
        cmocka_unit_test(test_tree_without_moments_says_so),
        cmocka_unit_test(test_moment_whose_parent_is_gone_is_still_shown),
        cmocka_unit_test(test_chain_tells_what_each_image_holds),
        cmocka_unit_test(test_image_that_cannot_be_seen_says_so),
        cmocka_unit_test(test_what_is_not_there_gives_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
