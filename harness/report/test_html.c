/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pages: well-formed, complete, and right about texts that hold markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <string.h>
#include "harness/folder/folder.h"
#include "harness/report/html.h"

#define NASTY "<b>&\"'x\x01\xff</b>"

static const char world_text[] =
    "{\"domains\":[{\"name\":\"v<m\",\"state\":\"running\",\"disks\":[{\"name\":\"vda\","
    "\"image\":\"${dir}/a&b\"}],\"moments\":[{\"name\":\"<s1> & \\\"x\\\"\",\"parent\":null,"
    "\"state\":\"running\",\"kind\":\"internal\",\"current\":true,\"disks\":[]}]}],"
    "\"images\":{\"${dir}/a&b\":{\"backing\":null,\"tags\":[\"s1\"],\"seen\":true}}}";

static void
add_step(CaseResult *result, const char *source, gboolean failed)
{
    TraceStep *step = trace_step_new();

    step->line = result->trace->len + 3;
    step->source = g_strdup(source);
    step->expected = g_strdup("ok");
    step->seen = g_strdup(failed ? "error NO_DOMAIN: " NASTY : "ok");
    step->output = g_strdup(failed ? NULL : "<domain>" NASTY "</domain>");
    step->failed = failed;
    step->world = json_loads(world_text, 0, NULL);
    g_ptr_array_add(result->trace, step);
}

static void
add_case(RunReport *report, const char *id, Verdict verdict)
{
    CaseResult *result = case_result_new(id);

    result->verdict = verdict;
    result->trace = trace_new();
    g_ptr_array_add(result->rules, g_strdup("SNAP-GUARD-001"));
    add_step(result, "start vm # " NASTY, FALSE);
    if (verdict == VERDICT_FAIL) {
        add_step(result, "undefine vm", TRUE);
        result->rule = g_strdup("SNAP-API-006");
        result->reason = g_strdup("seen " NASTY);
    }
    g_ptr_array_add(report->plan, g_strdup(id));
    g_ptr_array_add(report->results, result);
    report->planned++;
}

static RunReport *
run_of(const char *target, Verdict verdict)
{
    RunReport *report = run_report_new();

    report->target = g_strdup(target);
    report->profile = g_strdup("rfc");
    report->version = g_strdup("one " NASTY);
    report->seed = 1;
    add_case(report, "a/case[x=<1>]", verdict);
    add_case(report, "a/other", VERDICT_PASS);
    return report;
}

/* A folder of pages about two runs. */
typedef struct {
    char *dir;
    GPtrArray *reports, *titles;
} Fixture;

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->dir = g_dir_make_tmp("html-XXXXXX", NULL);
    fixture->reports = g_ptr_array_new_with_free_func((GDestroyNotify)run_report_free);
    fixture->titles = g_ptr_array_new();
    g_ptr_array_add(fixture->reports, run_of("sim", VERDICT_FAIL));
    g_ptr_array_add(fixture->titles, (gpointer) "one <&>.json");
    g_ptr_array_add(fixture->reports, run_of("qemu", VERDICT_PASS));
    g_ptr_array_add(fixture->titles, (gpointer) "two.json");
    /* One that only the second has, and that did not end. */
    {
        RunReport *second = g_ptr_array_index(fixture->reports, 1);

        g_ptr_array_add(second->plan, g_strdup("a/never"));
        g_ptr_array_add(second->results, NULL);
        second->planned++;
    }
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    folder_remove(fixture->dir);
    g_free(fixture->dir);
    g_ptr_array_unref(fixture->reports);
    g_ptr_array_unref(fixture->titles);
    g_free(fixture);
    return 0;
}

static void
write_pages(const Fixture *fixture, const char *below, char **note)
{
    HtmlOptions options = {.reports = fixture->reports, .titles = fixture->titles};
    g_autofree char *folder = g_build_filename(fixture->dir, below, NULL);
    g_autoptr(GError) error = NULL;

    if (!html_prepare(folder, &error) || !html_write(&options, folder, note, &error)) {
        fail_msg("%s", error->message);
    }
}

static char *
page_text(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        fail_msg("there is no %s", name);
    }
    return text;
}

/* Paths of all pages below the folder, relative to it. */
static GPtrArray *
all_pages(const Fixture *fixture, const char *below)
{
    static const char *const folders[] = {"", "cases/", "rules/"};
    GPtrArray *pages = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(fixture->dir, below, folders[i], NULL);
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;

        assert_non_null(dir);
        while ((name = g_dir_read_name(dir)) != NULL) {
            if (g_str_has_suffix(name, ".html")) {
                g_ptr_array_add(pages, g_strconcat(below, "/", folders[i], name, NULL));
            }
        }
    }
    return pages;
}

/* libxml2 knows no element of HTML 5. */
static void
take_error(void *count, xmlErrorPtr error)
{
    if (error->code != XML_HTML_UNKNOWN_TAG) {
        print_error("%s:%d: %s", error->file, error->line, error->message);
        *(guint *)count += 1;
    }
}

static htmlDocPtr
parse(const Fixture *fixture, const char *name, guint *errors)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    htmlDocPtr doc;

    xmlSetStructuredErrorFunc(errors, (xmlStructuredErrorFunc)take_error);
    doc = htmlReadFile(path, "utf-8", HTML_PARSE_NONET);
    xmlSetStructuredErrorFunc(NULL, NULL);
    assert_non_null(doc);
    return doc;
}

static guint
count_nodes(htmlDocPtr doc, const char *path)
{
    xmlXPathContextPtr context = xmlXPathNewContext(doc);
    xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)path, context);
    guint count = found->nodesetval != NULL ? (guint)found->nodesetval->nodeNr : 0;

    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return count;
}

/* The target of a link in a page: the file is there, and has what the fragment names. */
static void
check_link(const Fixture *fixture, const char *page, const char *href)
{
    g_auto(GStrv) parts = g_strsplit(href, "#", 2);
    g_autofree char *folder = g_path_get_dirname(page);
    g_autofree char *target =
        *parts[0] != '\0' ? g_build_filename(folder, parts[0], NULL) : g_strdup(page);
    g_autofree char *text = page_text(fixture, target);
    g_autofree char *id = parts[1] != NULL ? g_strdup_printf(" id=\"%s\"", parts[1]) : NULL;

    assert_null(strstr(href, ":"));
    if (id != NULL && strstr(text, id) == NULL) {
        fail_msg("%s: no %s", page, href);
    }
}

static void
check_links(const Fixture *fixture, const char *page, htmlDocPtr doc)
{
    xmlXPathContextPtr context = xmlXPathNewContext(doc);
    xmlXPathObjectPtr found =
        xmlXPathEvalExpression((const xmlChar *)"//a/@href|//link/@href", context);

    for (int i = 0; i < found->nodesetval->nodeNr; i++) {
        xmlChar *href = xmlNodeGetContent(found->nodesetval->nodeTab[i]);

        check_link(fixture, page, (const char *)href);
        xmlFree(href);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
}

static void
test_each_page_is_well_formed_and_each_link_leads_somewhere(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GPtrArray) pages = NULL;
    guint errors = 0;

    write_pages(fixture, "out", NULL);
    pages = all_pages(fixture, "out");
    assert_in_range(pages->len, 100, 2000);
    for (guint i = 0; i < pages->len; i++) {
        const char *page = g_ptr_array_index(pages, i);
        htmlDocPtr doc = parse(fixture, page, &errors);

        assert_int_equal(count_nodes(doc, "//script"), 0);
        check_links(fixture, page, doc);
        xmlFreeDoc(doc);
    }
    assert_int_equal(errors, 0);
}

static void
test_markup_in_texts_stays_text(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GPtrArray) pages = NULL;
    guint errors = 0, steps = 0;

    write_pages(fixture, "out", NULL);
    pages = all_pages(fixture, "out");
    for (guint i = 0; i < pages->len; i++) {
        const char *page = g_ptr_array_index(pages, i);
        htmlDocPtr doc = parse(fixture, page, &errors);

        /* The texts' <b> begins with an ampersand; ours never does. */
        assert_int_equal(count_nodes(doc, "//b[starts-with(., '&')]|//domain"), 0);
        steps += count_nodes(doc, "//li[contains(@class, 'bad')]"
                                  "/dl/dd[contains(., 'error NO_DOMAIN: <b>&\"')]");
        xmlFreeDoc(doc);
    }
    assert_int_equal(steps, 1);
}

static void
test_the_matrix_leads_to_the_failing_step(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *index = NULL;
    htmlDocPtr doc;
    guint errors = 0;

    write_pages(fixture, "out", NULL);
    doc = parse(fixture, "out/index.html", &errors);
    /* Broken in the first run by one case, and held in the second. */
    assert_int_equal(count_nodes(doc, "//tr[td/a='SNAP-GUARD-001']"
                                      "/td/a[@class='badge broken' and "
                                      "contains(@href, '#run1-failed')]"),
                     1);
    assert_int_equal(count_nodes(doc, "//tr[td/a='SNAP-GUARD-001']/td/a[@class='badge held']"), 1);
    assert_int_equal(count_nodes(doc, "//tr[td/a='SNAP-API-006']/td/a[@class='badge broken']"), 1);
    assert_int_equal(count_nodes(doc, "//a[@class='badge crash']"), 1);
    xmlFreeDoc(doc);
}

static void
test_equal_reports_give_equal_pages(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GPtrArray) pages = NULL;

    write_pages(fixture, "out", NULL);
    write_pages(fixture, "again", NULL);
    pages = all_pages(fixture, "out");
    for (guint i = 0; i < pages->len; i++) {
        const char *page = g_ptr_array_index(pages, i);
        g_autofree char *other = g_strconcat("again", page + strlen("out"), NULL);
        g_autofree char *a = page_text(fixture, page);
        g_autofree char *b = page_text(fixture, other);

        assert_string_equal(a, b);
    }
}

static void
test_without_graphviz_the_pages_say_so(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autofree char *note = NULL;
    g_autoptr(GPtrArray) pages = NULL;
    guint said = 0;

    g_setenv("PATH", "/nonexistent", TRUE);
    write_pages(fixture, "out", &note);
    g_setenv("PATH", path, TRUE);
    assert_non_null(note);
    pages = all_pages(fixture, "out");
    for (guint i = 0; i < pages->len; i++) {
        g_autofree char *text = page_text(fixture, g_ptr_array_index(pages, i));

        assert_null(strstr(text, "<svg"));
        said += strstr(text, "Without drawings: Graphviz") != NULL;
    }
    assert_int_equal(said, 2);
}

static void
test_only_an_empty_folder_or_a_report_is_written_over(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *stray = g_build_filename(fixture->dir, "out", "cases", "old.html", NULL);
    g_autofree char *other = g_build_filename(fixture->dir, "other", NULL);
    g_autofree char *file = g_build_filename(other, "mine.txt", NULL);
    g_autoptr(GError) error = NULL;

    write_pages(fixture, "out", NULL);
    assert_true(g_file_set_contents(stray, "x", -1, NULL));
    write_pages(fixture, "out", NULL);
    assert_false(g_file_test(stray, G_FILE_TEST_EXISTS));
    assert_int_equal(g_mkdir(other, 0700), 0);
    assert_true(g_file_set_contents(file, "x", -1, NULL));
    assert_false(html_prepare(other, &error));
    assert_non_null(strstr(error->message, "/other"));
    assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_page_is_well_formed_and_each_link_leads_somewhere),
        TEST(test_markup_in_texts_stays_text),
        TEST(test_the_matrix_leads_to_the_failing_step),
        TEST(test_equal_reports_give_equal_pages),
        TEST(test_without_graphviz_the_pages_say_so),
        TEST(test_only_an_empty_folder_or_a_report_is_written_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
