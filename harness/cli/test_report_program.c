/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pages by the program: of a run, and of reports side by side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/cli/test_program_run.h"
#include "harness/report/exit_code.h"

#define GOOD "# Good.\ndomain vm { disk vda qcow2 1M }\nsnapshot-create-as vm s1\n"
#define BAD GOOD "undefine vm => ok\n"

static char *
text_of(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* The text of the only page of a case. */
static char *
case_page(const Fixture *fixture, const char *folder)
{
    g_autofree char *path = g_build_filename(fixture->dir, folder, "cases", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autofree char *page = NULL;

    assert_non_null(dir);
    page = g_build_filename(folder, "cases", g_dir_read_name(dir), NULL);
    assert_null(g_dir_read_name(dir));
    return text_of(fixture, page);
}

static void
test_a_run_writes_pages_with_its_steps(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *page = NULL;

    put(fixture, "bug.scn", BAD);
    assert_int_equal(run(fixture, "run --html pages bug.scn"), EXIT_CODE_UNEXPECTED);
    page = case_page(fixture, "pages");
    assert_says(page, "<pre class=\"command\">undefine vm =&gt; ok</pre>");
    assert_says(page, "<dd class=\"expected\">ok</dd>");
    assert_says(page, "<dd class=\"seen\">error OPERATION_INVALID: domain 'vm'");
    assert_says(page, "--filter bug bug.scn");
}

static void
test_the_json_report_has_steps_only_where_asked(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *without = NULL;
    g_autofree char *with = NULL;

    put(fixture, "good.scn", GOOD);
    assert_int_equal(run(fixture, "run --json a.json good.scn"), EXIT_CODE_OK);
    assert_int_equal(run(fixture, "run --json b.json --trace good.scn"), EXIT_CODE_OK);
    without = text_of(fixture, "a.json");
    with = text_of(fixture, "b.json");
    assert_null(strstr(without, "\"trace\""));
    assert_says(with, "\"step\": \"snapshot-create-as vm s1\"");
    assert_says(with, "\"backing\": null");
}

static void
test_reports_stand_side_by_side(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *index = NULL;
    g_autofree char *page = NULL;

    put(fixture, "bug.scn", BAD);
    assert_int_equal(run(fixture, "run --json a.json --trace bug.scn"), EXIT_CODE_UNEXPECTED);
    put(fixture, "bug.scn", GOOD);
    assert_int_equal(run(fixture, "run --json b.json bug.scn"), EXIT_CODE_OK);
    assert_int_equal(run(fixture, "report a.json b.json --html pages"), EXIT_CODE_OK);
    assert_string_equal(fixture->out, "pages/index.html\n");
    index = text_of(fixture, "pages/index.html");
    assert_says(index, "<h3 class=\"title\">a.json</h3>");
    assert_says(index, "<h3 class=\"title\">b.json</h3>");
    page = case_page(fixture, "pages");
    assert_says(page, "<li class=\"step bad\" id=\"run1-failed\">");
    assert_says(page, "The report has no steps");
}

static void
test_what_cannot_be_is_refused_before_anything_runs(void **state)
{
    static const struct {
        const char *line;
        const char *says;
    } rows[] = {
        {"run --html . good.scn", "no folder that is empty"},
        {"run --html good.scn good.scn", "no folder that is empty"},
        {"report good.scn --html pages", "good.scn:1: no JSON"},
        {"report odd.json --html pages", "odd.json: it is no report"},
        {"report none.json --html pages", "none.json"},
        {"report --html pages", "report takes"},
        {"report odd.json", "report takes"},
    };
    Fixture *fixture = *state;

    put(fixture, "good.scn", GOOD);
    put(fixture, "odd.json", "{\"schema\": \"other\"}");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(run(fixture, rows[i].line), EXIT_CODE_USAGE);
        assert_says(fixture->err, rows[i].says);
        assert_string_equal(fixture->out, "");
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_writes_pages_with_its_steps),
        TEST(test_the_json_report_has_steps_only_where_asked),
        TEST(test_reports_stand_side_by_side),
        TEST(test_what_cannot_be_is_refused_before_anything_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
