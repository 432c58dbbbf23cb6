/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Domains of the simulated target on images that a recipe made, or another hand.
 */
#include "harness/target/test_sim.h"

#define IMAGE "/sim/images/vm.qcow2"

static void
define_on(const char *format)
{
    g_autofree char *xml = domain_xml("vm", UUID_A);
    assert_ok(sim->disk_create(conn, IMAGE, format, 4 << 20, &err));
    assert_ok(sim->domain_define(conn, xml, 0, &err));
}

static char *
look(const char *what, const char *argument)
{
    char *json = NULL;
    assert_ok(sim->inspect(conn, what, argument, &json, &err));
    char *copy = g_strdup(json);
    sim->free_string(json);
    return copy;
}

static void
test_recipes_are_a_capability(void **state)
{
    (void)state;
    char **names = NULL;
    guint count = 0;
    assert_ok(sim->capabilities(conn, &names, &err));
    for (guint i = 0; names[i] != NULL; i++)
        count += strcmp(names[i], "recipes") == 0;
    assert_int_equal(count, 1);
    assert_true(g_strv_contains((const char *const *)names, "snapshot-internal"));
    sim->free_list(names);
}

static void
test_a_recipe_that_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_refused(sim->disk_create(conn, IMAGE, "recipe:no-such", 4 << 20, &err),
                   VIR_ERR_OPERATION_UNSUPPORTED, "'no-such'");
    assert_false(file_exists(IMAGE));
}

static void
test_a_domain_does_not_start_on_what_nobody_can_read(void **state)
{
    (void)state;
    define_on("recipe:bad-version");
    g_autofree char *before = look("file", IMAGE);
    assert_non_null(strstr(before, "\"damaged\":true"));
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED, IMAGE);
    assert_non_null(strstr(err.text, "Unsupported qcow2 version 9"));
    g_autofree char *after = look("file", IMAGE);
    assert_string_equal(before, after);
}

static void
test_a_domain_starts_on_what_the_next_writer_repairs(void **state)
{
    (void)state;
    define_on("recipe:dirty");
    g_autofree char *before = look("content", IMAGE);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    g_autofree char *after = look("content", IMAGE);
    assert_string_equal(before, after);
}

static void
test_nobody_writes_over_what_a_guest_has_open(void **state)
{
    (void)state;
    define_on("qcow2");
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    g_autofree char *before = look("content", IMAGE);
    assert_refused(sim->file_write(conn, IMAGE, "QFI", 3, &err), VIR_ERR_OPERATION_INVALID, IMAGE);
    g_autofree char *after = look("content", IMAGE);
    assert_string_equal(before, after);
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
    assert_ok(sim->file_write(conn, IMAGE, "QFI", 3, &err));
}

#define RECIPE_TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RECIPE_TEST(test_recipes_are_a_capability),
        RECIPE_TEST(test_a_recipe_that_is_not_there_is_refused),
        RECIPE_TEST(test_a_domain_does_not_start_on_what_nobody_can_read),
        RECIPE_TEST(test_a_domain_starts_on_what_the_next_writer_repairs),
        RECIPE_TEST(test_nobody_writes_over_what_a_guest_has_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
