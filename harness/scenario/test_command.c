/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands against the tables of spec/api, and virsh's forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "harness/scenario/command.h"

static const ScnPlace place = {"a.scn", 3};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnCommandLine, scn_command_line_free)

static ScnCommandLine *
parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) words = scn_lex(text, &place, error);

    return scn_command_parse((ScnWord *const *)words->pdata, words->len, &place, error);
}

#define assert_refused(text, why)                                                                  \
    do {                                                                                           \
        g_autoptr(GError) refusal = NULL;                                                          \
        assert_null(parse(text, &refusal));                                                        \
        assert_string_equal(refusal->message, why);                                                \
    } while (0)

/* A line of that command with its positional arguments. */
static char *
sample(const char *command)
{
    gboolean snapshot = g_str_has_prefix(command, "snapshot-");

    if (strcmp(command, "list") == 0)
        return g_strdup("list");
    if (strcmp(command, "domrename") == 0 || strcmp(command, "save") == 0)
        return g_strdup_printf("%s vm x", command);
    if (snapshot && !strstr(command, "create") && !strstr(command, "list") &&
        !strstr(command, "current"))
        return g_strdup_printf("%s vm s1", command);
    return g_strdup_printf("%s vm", command);
}

static void
test_every_flag_with_an_option_is_accepted(void **state)
{
    g_auto(GStrv) names = scn_command_names();
    guint seen = 0;

    (void)state;
    for (guint i = 0; names[i]; i++) {
        g_autofree char *line = sample(names[i]);
        int call = scn_command_call(names[i]);
        gsize count = 0;
        const VmFlagInfo *flags = call < 0 ? NULL : vm_call_flags(call, &count);

        for (gsize j = 0; j < count; j++) {
            g_autofree char *text = NULL;
            g_autoptr(ScnCommandLine) parsed = NULL;
            g_autoptr(GError) error = NULL;

            if (!flags[j].option || scn_command_lacks(names[i], flags[j].option))
                continue;
            if (g_str_has_prefix(flags[j].option, "mode="))
                text = g_strdup_printf("%s --mode %s", line, flags[j].option + 5);
            else
                text = g_strdup_printf("%s --%s", line, flags[j].option);
            parsed = parse(text, &error);
            if (!parsed)
                fail_msg("%s", error->message);
            if (strcmp(text, "list --inactive") != 0)
                assert_int_equal(parsed->flags & flags[j].value, flags[j].value);
            seen++;
        }
    }
    assert_true(seen > 70);
}

static void
test_every_command_of_the_slice_is_known(void **state)
{
    (void)state;
    for (int call = 0; call < VM_CALL_LAST; call++) {
        const VmCallInfo *info = vm_call_info(call);

        if (info->command &&
            (strcmp(info->family, "domain") == 0 || strcmp(info->family, "snapshot") == 0))
            assert_true(scn_command_known(info->command));
    }
}

static void
test_options_in_both_forms(void **state)
{
    g_autoptr(ScnCommandLine) line = parse(
        "snapshot-create-as vm --name=s1 --diskspec vda,snapshot=no words --diskspec=vdb", NULL);

    (void)state;
    assert_string_equal(line->args[SCN_ARG_NAME], "s1");
    assert_string_equal(line->args[SCN_ARG_DESCRIPTION], "words");
    assert_int_equal(line->diskspecs->len, 2);
    assert_string_equal(line->diskspecs->pdata[1], "vdb");
}

static void
test_positional_forms(void **state)
{
    g_autoptr(ScnCommandLine) line = parse("snapshot-create-as vm s1 'two words' vda vdb", NULL);

    (void)state;
    assert_string_equal(line->args[SCN_ARG_DOMAIN], "vm");
    assert_string_equal(line->args[SCN_ARG_NAME], "s1");
    assert_string_equal(line->args[SCN_ARG_DESCRIPTION], "two words");
    assert_int_equal(line->diskspecs->len, 2);
}

static void
test_two_dashes_end_the_options(void **state)
{
    g_autoptr(ScnCommandLine) line = parse("snapshot-create-as vm -- --halt", NULL);

    (void)state;
    assert_int_equal(line->flags, 0);
    assert_string_equal(line->args[SCN_ARG_NAME], "--halt");
}

static void
test_raw_flags_are_added(void **state)
{
    g_autoptr(ScnCommandLine) line = parse("start vm --paused --flags 0x40000000", NULL);

    (void)state;
    assert_int_equal(line->flags, 0x40000001);
}

static void
test_undefine_chooses_its_call(void **state)
{
    g_autoptr(ScnCommandLine) plain = parse("undefine vm", NULL);
    g_autoptr(ScnCommandLine) flags = parse("undefine vm --managed-save", NULL);
    g_autoptr(ScnCommandLine) api = parse("api domain-undefine-flags vm", NULL);

    (void)state;
    assert_int_equal(plain->call, VM_CALL_DOMAIN_UNDEFINE);
    assert_int_equal(flags->call, VM_CALL_DOMAIN_UNDEFINE_FLAGS);
    assert_int_equal(api->call, VM_CALL_DOMAIN_UNDEFINE_FLAGS);
}

static void
test_listing_below_a_snapshot_is_another_call(void **state)
{
    g_autoptr(ScnCommandLine) line = parse("snapshot-list vm --from s1 --descendants", NULL);

    (void)state;
    assert_int_equal(line->call, VM_CALL_SNAPSHOT_LIST_CHILDREN);
    assert_int_equal(line->flags, VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS);
}

static void
test_refusals_name_the_nearest(void **state)
{
    (void)state;
    assert_refused("snapshot-lits vm", "a.scn:3:1: unknown command 'snapshot-lits'; expected a "
                                       "command, the nearest is 'snapshot-list'");
    assert_refused("snapshot-create-as vm --hlat",
                   "a.scn:3:23: command 'snapshot-create-as' has no option '--hlat'; the nearest "
                   "is '--halt'");
    assert_refused("snapshot-delete vm", "a.scn:3:19: 'snapshot-delete' lacks an argument; "
                                         "expected a snapshot");
    assert_refused("start vm x", "a.scn:3:10: 'x' is one argument too many for 'start'");
    assert_refused("start vm --paused=1", "a.scn:3:10: option '--paused' takes no value");
    assert_refused("start vm --flags seven",
                   "a.scn:3:18: 'seven' is not a number; expected a number of 32 bits");
    assert_refused("domstate vm --reason=1", "a.scn:3:13: option '--reason' takes no value");
    assert_refused("save vm x --xml", "a.scn:3:11: option '--xml' lacks its value; expected a "
                                      "document");
    assert_refused("api snapshot-nun vm", "a.scn:3:5: unknown command 'snapshot-nun'; expected a "
                                          "command, the nearest is 'snapshot-num'");
}

static void
test_needs_follow_the_flags(void **state)
{
    g_autoptr(GHashTable) needs = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(ScnCommandLine) line = parse("snapshot-create-as vm --disk-only --no-metadata", NULL);

    (void)state;
    scn_command_needs(line, needs);
    assert_int_equal(g_hash_table_size(needs), 2);
    assert_true(g_hash_table_contains(needs, "snapshot-disk-only"));
    assert_true(g_hash_table_contains(needs, "snapshot-no-metadata"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_flag_with_an_option_is_accepted),
        cmocka_unit_test(test_every_command_of_the_slice_is_known),
        cmocka_unit_test(test_options_in_both_forms),
        cmocka_unit_test(test_positional_forms),
        cmocka_unit_test(test_two_dashes_end_the_options),
        cmocka_unit_test(test_raw_flags_are_added),
        cmocka_unit_test(test_undefine_chooses_its_call),
        cmocka_unit_test(test_listing_below_a_snapshot_is_another_call),
        cmocka_unit_test(test_refusals_name_the_nearest),
        cmocka_unit_test(test_needs_follow_the_flags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
