/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Help has words for whatever can be typed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/scenario/command.h"
#include "harness/shell/help.h"

static void
test_each_option_is_explained(void **state)
{
    g_auto(GStrv) names = scn_command_names();
    (void)state;

    assert_true(g_strv_length(names) > 20);
    for (guint i = 0; names[i]; i++) {
        g_autofree char *text = shell_help(names[i]);
        if (!text)
            fail_msg("help lists %s and knows nothing of it", names[i]);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (guint j = 0; lines[j]; j++) {
            if (g_regex_match_simple("^  --[^ ]+ *$", lines[j], 0, 0))
                fail_msg("%s: nothing is said of %s", names[i], lines[j]);
        }
    }
}

static void
test_each_statement_has_its_form(void **state)
{
    static const char *const words[] = {"domain",  "document", "edit",   "guest",     "mark",
                                        "restart", "clock",    "file",   "reconnect", "hang",
                                        "unhang",  "kill",     "expect", "power-cut"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *text = shell_help(words[i]);

        assert_non_null(text);
        assert_true(g_str_has_prefix(text, words[i]));
    }
    assert_null(shell_help("nonsense"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_option_is_explained),
        cmocka_unit_test(test_each_statement_has_its_form),
    };
    return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
