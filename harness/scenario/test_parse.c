/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files: sections, matrices, needs, and what is said of bad ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "harness/scenario/scenario.h"

#define DOMAIN "# Sentence.\ndomain vm { disk vda qcow2 64M }\n"

static GPtrArray *
expand(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScnFile) file = scn_file_parse("f/x", text, &error);
    GPtrArray *cases;

    if (!file)
        fail_msg("%s", error->message);
    cases = scn_file_expand(file, &error);
    assert_non_null(cases);
    return cases;
}

static const ScnCaseInfo *
info(const GPtrArray *cases, guint at)
{
    return scn_case_info(g_ptr_array_index(cases, at));
}

static void
assert_bad(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;

    assert_null(scn_file_parse("f/x", text, &error));
    assert_string_equal(error->message, message);
}

static void
test_file_without_cases_is_one(void **state)
{
    g_autoptr(GPtrArray) cases = expand(DOMAIN "start vm\n");

    (void)state;
    assert_int_equal(cases->len, 1);
    assert_string_equal(info(cases, 0)->id, "f/x");
    assert_string_equal(info(cases, 0)->sentence, "Sentence.");
    assert_string_equal(info(cases, 0)->file, "f/x.scn");
}

static void
test_cases_add_to_the_preamble(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# S.\ncovers A\nprofile rfc\ndomain vm { }\ncase one\ncovers B\nprofile libvirt\n"
               "case two\nlabel slow\nneeds zeal\n");

    (void)state;
    assert_int_equal(cases->len, 2);
    assert_string_equal(info(cases, 0)->id, "f/x/one");
    assert_string_equal(info(cases, 0)->rules->pdata[0], "B");
    assert_string_equal(info(cases, 0)->rules->pdata[1], "A");
    assert_int_equal(info(cases, 0)->profile, VM_PROFILE_LIBVIRT);
    assert_int_equal(info(cases, 1)->profile, VM_PROFILE_RFC);
    assert_true(info(cases, 1)->slow);
    assert_string_equal(info(cases, 1)->needs->pdata[1], "zeal");
}

static void
test_matrix_multiplies_and_excludes(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# S.\nmatrix state = shutoff running paused\nmatrix f = flags snapshot-create "
               "subset-of halt,live\nexclude state=paused f~HALT\ndomain vm { }\nstate $state\n"
               "snapshot-create vm $f => outcome\n");

    (void)state;
    assert_int_equal(cases->len, 3 * 4 - 2);
    assert_string_equal(info(cases, 0)->id, "f/x[state=shutoff,f=none]");
    assert_string_equal(info(cases, 3)->id, "f/x[state=shutoff,f=HALT|LIVE]");
    assert_false(info(cases, 0)->matrix);
}

static void
test_excludes_a_value_that_is_written_otherwise_in_ids(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# S.\nmatrix a = snapshot=no 'two words' x\nexclude a=snapshot=no\nexclude "
               "'a=two words'\ndomain vm { }\nstate shutoff\n");

    (void)state;
    assert_int_equal(cases->len, 1);
    assert_string_equal(info(cases, 0)->id, "f/x[a=x]");
}

static void
test_full_flag_matrix(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# S.\nmatrix f = flags snapshot-create all\ndomain vm { }\n"
               "snapshot-create vm $f => outcome\n");

    (void)state;
    assert_int_equal(cases->len, 1024);
    assert_true(info(cases, 0)->matrix);
}

static void
test_pairs_of_flags(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# S.\nmatrix f = flags snapshot-create pairs\ndomain vm { }\n"
               "snapshot-create vm $f => outcome\n");

    (void)state;
    assert_int_equal(cases->len, 1 + 10 + 45);
}

static void
test_needs_are_implied_and_sorted(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand(DOMAIN "case t\nstate transient\nguest vm write vda 0 4K pattern A\nmark m vm vda\n"
                      "case p\nsnapshot-create-as vm s1 --disk-only\n");
    const GPtrArray *needs = info(cases, 0)->needs;

    (void)state;
    assert_int_equal(needs->len, 3);
    assert_string_equal(needs->pdata[0], "content");
    assert_string_equal(needs->pdata[1], "guest");
    assert_string_equal(needs->pdata[2], "transient");
    needs = info(cases, 1)->needs;
    assert_int_equal(needs->len, 2);
    assert_string_equal(needs->pdata[0], "persistent");
    assert_string_equal(needs->pdata[1], "snapshot-disk-only");
}

static void
test_a_recipe_is_a_need(void **state)
{
    g_autoptr(GPtrArray) cases =
        expand("# Sentence.\ndomain vm { disk vda qcow2 recipe=bitmaps }\n");

    (void)state;
    assert_int_equal(info(cases, 0)->needs->len, 2);
    assert_string_equal(info(cases, 0)->needs->pdata[1], "recipes");
}

static void
test_bad_frames(void **state)
{
    (void)state;
    assert_bad("start vm\n", "f/x.scn:1:1: expected a comment: one sentence that says what the "
                             "file protects");
    assert_bad("# S.\nprofile rcf\n", "f/x.scn:2:9: expected 'profile rfc', 'profile libvirt' or "
                                      "'profile both'");
    assert_bad("# S.\ncase a/b\n", "f/x.scn:2:6: expected 'case NAME', a name without blanks, '/', "
                                   "',', '=' and brackets");
    assert_bad("# S.\ncase a\ncase a\n",
               "f/x.scn:3:6: case 'a' stands at line 2 already; expected another name");
    assert_bad("# S.\ndomain vm {\ndisk vda\n",
               "f/x.scn:2:11: the block does not end; expected '}'");
    assert_bad("# S.\ndocument d <<END\n<a/>\n", "f/x.scn:2:14: the text does not end; expected a "
                                                 "line that is nothing but 'END'");
    assert_bad("# S.\nmatrix a b\n",
               "f/x.scn:2:8: expected 'matrix VAR = value…' with blanks around '='");
}

static void
test_bad_matrices(void **state)
{
    g_autoptr(GString) huge = g_string_new("# S.\n");

    (void)state;
    for (char name = 'a'; name < 'q'; name++)
        g_string_append_printf(huge, "matrix %c = flags snapshot-create all\n", name);
    assert_bad(huge->str, "f/x.scn:3:1: more than 65536 combinations with this line; expected "
                          "fewer values");
    assert_bad("# S.\nmatrix a = flags snapshot-create subset-of halt,live,halt\n",
               "f/x.scn:2:44: 'halt' is there twice; expected it once");
    assert_bad("# S.\nmatrix a = 1 2\ncase c\nmatrix a = 3 4\n",
               "f/x.scn:4:8: 'a' is a matrix variable already; expected another name");
    assert_bad("# S.\nmatrix a = 1 2\nexclude b=1\n",
               "f/x.scn:3:9: no matrix variable 'b'; expected one of a 'matrix' line above this "
               "line");
    assert_bad("# S.\nmatrix a = 1 2\nexclude a=3\n",
               "f/x.scn:3:9: 'a' has no value '3'; expected one that it has");
}

static void
test_bad_steps(void **state)
{
    (void)state;
    assert_bad(DOMAIN "strat vm\n",
               "f/x.scn:3:1: unknown command 'strat'; expected a command, the nearest is 'start'");
    assert_bad(DOMAIN "start vm => error OPERATION_INVALD\n",
               "f/x.scn:3:19: expected the name of an error without VIR_ERR_, such as "
               "OPERATION_INVALID, not OPERATION_INVALD");
    assert_bad(DOMAIN "start vm => any\n",
               "f/x.scn:3:13: expected 'ok', 'error CODE', 'outcome' or "
               "'output …' after '=>', not any");
    assert_bad(DOMAIN "start vm => rfc: ok\n", "f/x.scn:3:20: expected a result for the other "
                                               "profile too: 'rfc: …; libvirt: …'");
    assert_bad(DOMAIN "snapshot-create vm $flgs\n",
               "f/x.scn:3:20: unknown variable '$flgs'; expected a matrix variable, a declared "
               "domain, dir, meta, save or '$$'");
    assert_bad(
        DOMAIN "snapshot-create vm s.xml\n",
        "f/x.scn:3:20: no document 's.xml'; expected the name of a document or of a declared "
        "domain above this line");
    assert_bad(DOMAIN "expect disk vm vda == mark m\n",
               "f/x.scn:3:28: no mark 'm'; expected the name of a 'mark' above this line");
    assert_bad(DOMAIN "expect events vm started/boted\n",
               "f/x.scn:3:18: 'started/boted' is no event; expected TYPE/DETAIL such as "
               "started/booted");
    assert_bad(
        DOMAIN "expect snapshosts vm s1\n",
        "f/x.scn:3:8: 'snapshosts' cannot be expected; expected state, domain, snapshots, …; "
        "the nearest is snapshots");
    assert_bad("# S.\ndomain vm { disk vda qcow3 }\n",
               "f/x.scn:2:22: 'qcow3' is no attribute of a disk; expected a format, a size or an "
               "attribute, the nearest is qcow2");
}

static void
test_bad_sizes_and_times(void **state)
{
    static const char clock[] = "expected 'clock 2s', with ms, s or m, and at most a day, as "
                                "'clock 1440m'";
    static const char *const times[] = {"0s", "2", "2h", "-1s", "1441m", "99999999999999999999s"};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *text = g_strdup_printf("# S.\nclock %s\n", times[i]);
        g_autofree char *message = g_strdup_printf("f/x.scn:2:7: %s", clock);

        assert_bad(text, message);
    }
    assert_bad("# S.\nfile truncate ${dir}/x 1x\n",
               "f/x.scn:2:24: '1x' is no size; expected a number from 0 to 67108864");
    assert_bad("# S.\nfile pad ${dir}/x 67108865\n",
               "f/x.scn:2:19: '67108865' is no size; expected a number from 0 to 67108864");
    assert_bad(DOMAIN "edit n.xml from vm {\nfill /domain/name -5\n}\n",
               "f/x.scn:3:19: '-5' is no size; expected a number from 0 to 67108864");
    assert_bad("# S.\ndomain vm { disk vda raw 16777216T }\n",
               "f/x.scn:2:26: '16777216T' is no attribute of a disk; expected a format, a size or "
               "an attribute");
}

static void
test_the_fault_of_a_later_case_is_found(void **state)
{
    (void)state;
    assert_bad(DOMAIN "case a\nstart vm\ncase b\nstart\n",
               "f/x.scn:6:6: 'start' lacks an argument; expected a domain");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_without_cases_is_one),
        cmocka_unit_test(test_cases_add_to_the_preamble),
        cmocka_unit_test(test_matrix_multiplies_and_excludes),
        cmocka_unit_test(test_excludes_a_value_that_is_written_otherwise_in_ids),
        cmocka_unit_test(test_full_flag_matrix),
        cmocka_unit_test(test_pairs_of_flags),
        cmocka_unit_test(test_needs_are_implied_and_sorted),
        cmocka_unit_test(test_a_recipe_is_a_need),
        cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_bad_matrices),
        cmocka_unit_test(test_bad_steps),
        cmocka_unit_test(test_bad_sizes_and_times),
        cmocka_unit_test(test_the_fault_of_a_later_case_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
