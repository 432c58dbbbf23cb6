/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every example of conformance/README.md parses, and passes on the simulator
 * under both profiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

#define README VM_SOURCE_DIR "/conformance/README.md"

/* The texts between ```scn and ```. */
static GPtrArray *
examples(void)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *readme = NULL;
    g_auto(GStrv) parts = NULL;

    assert_true(g_file_get_contents(README, &readme, NULL, NULL));
    parts = g_strsplit(readme, "```scn\n", -1);
    for (guint i = 1; parts[i]; i++)
        g_ptr_array_add(texts, g_strndup(parts[i], strstr(parts[i], "```") - parts[i]));
    return texts;
}

static GPtrArray *
cases_of(const char *text, guint number, ScnFile **file)
{
    g_autofree char *name = g_strdup_printf("readme/%u", number);
    g_autoptr(GError) error = NULL;
    GPtrArray *cases;

    *file = scn_file_parse(name, text, &error);
    if (!*file)
        fail_msg("%s", error->message);
    cases = scn_file_expand(*file, &error);
    if (!cases)
        fail_msg("%s", error->message);
    return cases;
}

static void
test_examples_parse(void **state)
{
    g_autoptr(GPtrArray) texts = examples();

    (void)state;
    assert_true(texts->len >= 7);
    for (guint i = 0; i < texts->len; i++) {
        g_autoptr(ScnFile) file = NULL;
        g_autoptr(GPtrArray) cases = cases_of(g_ptr_array_index(texts, i), i + 1, &file);

        assert_true(cases->len > 0);
    }
}

static void
run_all(VmProfile profile)
{
    g_autoptr(GPtrArray) texts = examples();
    ScnRunOptions options = {
        .target = target_sim(), .profile = profile, .seed = 1, .run_id = "t", .oracle = TRUE};

    for (guint i = 0; i < texts->len; i++) {
        g_autoptr(ScnFile) file = NULL;
        g_autoptr(GPtrArray) cases = cases_of(g_ptr_array_index(texts, i), i + 1, &file);

        for (guint j = 0; j < cases->len; j++) {
            g_autoptr(CaseResult) result =
                scn_case_run(g_ptr_array_index(cases, j), &options, NULL);

            if (result->verdict != VERDICT_PASS)
                fail_msg("%s: %s: %s", result->id, verdict_word(result->verdict), result->reason);
        }
    }
}

static void
test_examples_pass_under_rfc(void **state)
{
    (void)state;
    run_all(VM_PROFILE_RFC);
}

static void
test_examples_pass_under_libvirt(void **state)
{
    (void)state;
    run_all(VM_PROFILE_LIBVIRT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_parse),
        cmocka_unit_test(test_examples_pass_under_rfc),
        cmocka_unit_test(test_examples_pass_under_libvirt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
