/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Graphs of worlds, and their drawings where dot is installed; and a trace
 * there and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/report/drawing.h"
#include "harness/report/report.h"

static const char world_text[] =
    "{'domains':[{'name':'vm','state':'shutoff','saved':true,'disks':[{'name':'vda',"
    "'image':'${dir}/top'}],'moments':["
    "{'name':'s&1','parent':null,'state':'shutoff','kind':'internal','current':false,'disks':[]},"
    "{'name':'s2','parent':'s&1','state':'disk-snapshot','kind':'external','current':true,"
    "'disks':[{'name':'vda','how':'external','image':'${dir}/base'}]}]}],"
    "'images':{'${dir}/top':{'backing':'${dir}/base','tags':[],'seen':true},"
    "'${dir}/base':{'backing':null,'tags':['s&1'],'seen':true}}}";

static json_t *
world(void)
{
    g_autofree char *text = g_strdelimit(g_strdup(world_text), "'", '"');
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    return json;
}

static char *
graph_of_world(void)
{
    json_t *json = world();
    char *graph = drawing_graph(json);

    json_decref(json);
    assert_non_null(graph);
    return graph;
}

static void
test_a_graph_has_the_tree_and_the_chain(void **state)
{
    g_autofree char *graph = graph_of_world();

    (void)state;
    assert_non_null(strstr(graph, "d0 -> d0m0;\n"));
    assert_non_null(strstr(graph, "d0m0 -> d0m1;\n"));
    assert_non_null(strstr(graph, "d0k0 -> i0;\n"));
    assert_non_null(strstr(graph, "i0 -> i1;\n"));
    assert_non_null(strstr(graph, "[class=\"moment external current\",label=\"s2\\n"));
    assert_non_null(strstr(graph, "label=\"base\\nholds s&amp;1\\nis vda of s2\""));
    assert_non_null(strstr(graph, "shutoff, saved"));
}

static void
test_a_world_without_domains_has_no_graph(void **state)
{
    json_t *json = json_pack("{s:[],s:{}}", "domains", "images");

    (void)state;
    assert_null(drawing_graph(json));
    assert_null(drawing_graph(NULL));
    json_decref(json);
}

/* What a name holds cannot end its label. */
static void
test_names_cannot_leave_their_label(void **state)
{
    json_t *json = json_pack("{s:[{s:s,s:s}],s:{}}", "domains", "name", "a\"];\\n\n&lt;", "state",
                             "\"x", "images");
    g_autofree char *graph = drawing_graph(json);

    (void)state;
    assert_non_null(strstr(graph, "label=\"a&quot;];\\\\n &amp;lt;\\n&quot;x\"];\n"));
    json_decref(json);
}

static gboolean
has_dot(void)
{
    g_autofree char *dot = g_find_program_in_path("dot");

    return dot != NULL;
}

static void
test_equal_graphs_are_drawn_once_and_without_ids(void **state)
{
    g_autofree char *graph = graph_of_world();
    g_autofree char *other = g_strconcat(graph, " ", NULL);
    g_autoptr(DrawingBook) book = drawing_book_new();
    g_autoptr(GError) error = NULL;
    const char *svg;

    (void)state;
    if (!has_dot()) {
        skip();
    }
    drawing_book_add(book, graph);
    drawing_book_add(book, graph);
    drawing_book_add(book, other);
    assert_null(drawing_book_svg(book, graph));
    assert_true(drawing_book_draw(book, &error));
    svg = drawing_book_svg(book, graph);
    assert_true(g_str_has_prefix(svg, "<svg "));
    assert_true(g_str_has_suffix(svg, "</svg>"));
    assert_null(strstr(svg, " id="));
    assert_null(strstr(svg, "<title>"));
    assert_non_null(strstr(svg, ">s&amp;1</text>"));
    assert_string_equal(svg, drawing_book_svg(book, other));
}

static void
test_a_graph_that_dot_refuses_is_an_error(void **state)
{
    g_autoptr(DrawingBook) book = drawing_book_new();
    g_autoptr(GError) error = NULL;

    (void)state;
    if (!has_dot()) {
        skip();
    }
    drawing_book_add(book, "digraph { this is no graph");
    assert_false(drawing_book_draw(book, &error));
    assert_non_null(error);
}

static void
test_a_trace_goes_there_and_back(void **state)
{
    g_autoptr(GPtrArray) trace = trace_new();
    g_autoptr(GPtrArray) back = NULL;
    TraceStep *step = trace_step_new();
    const TraceStep *other;
    json_t *json;

    (void)state;
    step->line = 7;
    step->source = g_strdup("start vm");
    step->seen = g_strdup("bad \xff byte");
    step->failed = TRUE;
    step->world = world();
    g_ptr_array_add(trace, step);
    json = trace_to_json(trace);
    back = trace_from_json(json);
    json_decref(json);
    other = g_ptr_array_index(back, 0);
    assert_int_equal(back->len, 1);
    assert_int_equal(other->line, 7);
    assert_string_equal(other->source, "start vm");
    assert_string_equal(other->seen, "bad \xef\xbf\xbd byte");
    assert_null(other->expected);
    assert_true(other->failed);
    assert_true(json_equal(other->world, step->world));
    assert_null(trace_from_json(NULL));
}

static void
test_a_run_goes_there_and_back(void **state)
{
    g_autoptr(RunReport) report = run_report_new();
    g_autoptr(RunReport) back = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_autofree char *again = NULL;
    json_t *json;

    (void)state;
    report->target = g_strdup("sim");
    report->version = g_strdup("v");
    report->profile = g_strdup("rfc");
    report->planned = 2;
    g_ptr_array_add(report->plan, g_strdup("a"));
    g_ptr_array_add(report->results, case_result_new("a"));
    g_ptr_array_add(report->plan, g_strdup("b"));
    g_ptr_array_add(report->results, NULL);
    text = report_json(report);
    json = json_loads(text, 0, NULL);
    back = run_report_from_json(json, &error);
    assert_non_null(back);
    again = report_json(back);
    assert_string_equal(text, again);
    json_object_set_new(json, "schema", json_string("another"));
    assert_null(run_report_from_json(json, &error));
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_graph_has_the_tree_and_the_chain),
        cmocka_unit_test(test_a_world_without_domains_has_no_graph),
        cmocka_unit_test(test_names_cannot_leave_their_label),
        cmocka_unit_test(test_equal_graphs_are_drawn_once_and_without_ids),
        cmocka_unit_test(test_a_graph_that_dot_refuses_is_an_error),
        cmocka_unit_test(test_a_trace_goes_there_and_back),
        cmocka_unit_test(test_a_run_goes_there_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
