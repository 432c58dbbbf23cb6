/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pages in a real browser: from the matrix to the step that failed, by
 * the mouse.  Skipped where no Chromium is installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "harness/cli/test_devtools.h"
#include "harness/folder/folder.h"

/* What Automake and CTest take for a skip. */
#define EXIT_SKIPPED 77

static char *chromium;

typedef struct {
    char *dir;
    char *index; /* URL */
    Browser *browser;
} Fixture;

/* Two cases, the second of which breaks SNAP-GUARD-001 at its last step. */
static const char scenario[] = "# Texts with <angles>, \"quotes\" & ampersands.\n"
                               "domain vm { disk vda qcow2 1M }\n"
                               "case good\n"
                               "covers SNAP-API-006\n"
                               "snapshot-create vm --current => error INVALID_ARG\n"
                               "case bad\n"
                               "covers SNAP-GUARD-001\n"
                               "snapshot-create-as vm s1 '<b>&'\n"
                               "undefine vm => ok\n";

static void
make_pages(const Fixture *fixture)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *tests = g_path_get_dirname(self);
    g_autofree char *build = g_path_get_dirname(tests);
    g_autofree char *program = g_build_filename(build, "virt-moment", NULL);
    g_autofree char *path = g_build_filename(fixture->dir, "bug.scn", NULL);
    const char *argv[] = {program, "run", "--html", "pages", "bug.scn", NULL};
    int status;

    assert_true(g_file_set_contents(path, scenario, -1, NULL));
    assert_true(g_spawn_sync(fixture->dir, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                             NULL, NULL, NULL, &status, NULL));
    assert_int_equal(WEXITSTATUS(status), 1);
}

static int tear_down(void **state);

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autofree char *profile = NULL;

    fixture->dir = g_dir_make_tmp("browser-XXXXXX", NULL);
    fixture->index = g_strdup_printf("file://%s/pages/index.html", fixture->dir);
    profile = g_build_filename(fixture->dir, "profile", NULL);
    make_pages(fixture);
    fixture->browser = browser_start(chromium, profile);
    *state = fixture;
    if (browser_open_page(fixture->browser)) {
        return 0;
    }
    tear_down(state);
    return 1;
}

/* Each test begins where a reader does. */
static int
go_to_index(void **state)
{
    const Fixture *fixture = *state;

    return browser_go(fixture->browser, fixture->index) ? 0 : 1;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    browser_stop(fixture->browser);
    folder_remove(fixture->dir);
    g_free(fixture->dir);
    g_free(fixture->index);
    g_free(fixture);
    return 0;
}

static void
assert_page_says(Browser *browser, const char *expression, const char *part)
{
    g_autofree char *text = browser_ask(browser, expression);

    if (text == NULL || strstr(text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, text);
    }
}

static void
test_a_click_leads_from_the_matrix_to_the_failing_step(void **state)
{
    Browser *browser = ((Fixture *)*state)->browser;

    assert_page_says(browser, "document.querySelectorAll('.family a.badge.broken').length", "1");
    assert_true(browser_click(browser, ".family a.badge.broken"));
    assert_true(browser_wait(browser, "location.hash == '#run1-failed' && "
                                      "document.readyState == 'complete'"));
    assert_page_says(browser, "document.querySelector(':target pre.command').textContent",
                     "undefine vm => ok");
    assert_page_says(browser, "document.querySelector(':target dd.seen').textContent",
                     "error OPERATION_INVALID: domain 'vm': it has 1 snapshot");
    /* The reader is taken there. */
    assert_page_says(browser,
                     "(b => b.bottom > 0 && b.top < innerHeight)"
                     "(document.querySelector(':target').getBoundingClientRect())",
                     "true");
}

static void
test_the_way_back_and_through_the_rule(void **state)
{
    Browser *browser = ((Fixture *)*state)->browser;

    assert_true(browser_click(browser, "a[href='rules/SNAP-GUARD-001.html']"));
    assert_true(browser_wait(browser, "location.pathname.endsWith('/SNAP-GUARD-001.html') && "
                                      "document.readyState == 'complete'"));
    assert_true(browser_click(browser, "td a.id"));
    assert_true(browser_wait(browser, "document.title.startsWith('bug/bad') && "
                                      "document.readyState == 'complete'"));
    assert_true(browser_click(browser, "nav a.home"));
    assert_true(browser_wait(browser, "location.pathname.endsWith('/index.html') && "
                                      "document.readyState == 'complete'"));
}

static void
test_the_style_is_there_and_all_comes_from_the_folder(void **state)
{
    Browser *browser = ((Fixture *)*state)->browser;

    assert_page_says(browser,
                     "getComputedStyle(document.querySelector('.badge.fail')).borderTopLeftRadius "
                     "!= '0px'",
                     "true");
    assert_page_says(browser,
                     "(all => all.length > 0 && all.every(e => "
                     "(e.src || e.href).startsWith('file:')))"
                     "([...document.querySelectorAll('link, [src]')])",
                     "true");
    assert_page_says(browser, "document.scripts.length", "0");
}

static void
test_the_drawing_shows_the_names_as_they_are(void **state)
{
    Browser *browser = ((Fixture *)*state)->browser;
    g_autofree char *dot = g_find_program_in_path("dot");

    if (dot == NULL) {
        skip();
    }
    assert_true(browser_click(browser, ".family a.badge.broken"));
    assert_true(browser_wait(browser, "location.hash == '#run1-failed' && "
                                      "document.readyState == 'complete'"));
    assert_page_says(browser,
                     "[...document.querySelectorAll(':target svg .moment.current text')]"
                     ".map(e => e.textContent)",
                     "s1,shutoff, current");
    assert_page_says(browser, "[...document.querySelectorAll('pre.command')][1].textContent",
                     "'<b>&'");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, go_to_index)
    const struct CMUnitTest tests[] = {
        TEST(test_a_click_leads_from_the_matrix_to_the_failing_step),
        TEST(test_the_way_back_and_through_the_rule),
        TEST(test_the_style_is_there_and_all_comes_from_the_folder),
        TEST(test_the_drawing_shows_the_names_as_they_are),
    };
    int failed;

    chromium = browser_find();
    if (chromium == NULL) {
        puts("skipped: no chromium, chromium-browser or google-chrome is installed");
        return EXIT_SKIPPED;
    }
    signal(SIGPIPE, SIG_IGN);
    failed = cmocka_run_group_tests(tests, set_up, tear_down);
    g_free(chromium);
    return failed;
}
