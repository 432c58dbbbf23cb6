/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "spec/api/api.h"

static void
test_calls_are_found_by_id_and_command(void **state)
{
    (void)state;
    g_autoptr(GHashTable) commands = g_hash_table_new(g_str_hash, g_str_equal);

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        const VmCallInfo *info = vm_call_info(call);
        assert_int_equal(info->id, call);
        assert_true(g_str_has_prefix(info->function, "vir"));
        if (!info->command)
            continue;
        assert_true(g_hash_table_add(commands, (gpointer)info->command));
        assert_ptr_equal(vm_call_by_command(info->command), info);
    }
    assert_null(vm_call_by_command("no-such-command"));
    assert_int_equal(vm_call_by_command("undefine")->id, VM_CALL_DOMAIN_UNDEFINE_FLAGS);
}

static void
test_every_flag_is_one_bit_once_per_set(void **state)
{
    (void)state;

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        gsize count;
        const VmFlagInfo *flags = vm_call_flags(call, &count);
        guint32 seen = 0;
        for (gsize i = 0; i < count; i++) {
            assert_int_equal(flags[i].set, vm_call_info(call)->flags);
            assert_true(flags[i].value != 0 && (flags[i].value & (flags[i].value - 1)) == 0);
            assert_int_equal(seen & flags[i].value, 0);
            seen |= flags[i].value;
        }
        assert_int_equal(vm_call_mask(call, VM_PROFILE_BOTH), seen);
    }
}

static void
test_flags_are_found_by_option_and_name(void **state)
{
    (void)state;

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        gsize count;
        const VmFlagInfo *flags = vm_call_flags(call, &count);
        for (gsize i = 0; i < count; i++) {
            assert_ptr_equal(vm_flag_by_name(call, flags[i].name), &flags[i]);
            if (flags[i].option)
                assert_ptr_equal(vm_flag_by_option(call, flags[i].option), &flags[i]);
        }
    }
    const VmFlagInfo *halt = vm_flag_by_name(VM_CALL_SNAPSHOT_CREATE_XML, "HALT");
    assert_non_null(halt);
    assert_int_equal(halt->value, VIR_DOMAIN_SNAPSHOT_CREATE_HALT);
    assert_ptr_equal(
        vm_flag_by_name(VM_CALL_SNAPSHOT_CREATE_XML, "VIR_DOMAIN_SNAPSHOT_CREATE_HALT"), halt);
    assert_null(vm_flag_by_name(VM_CALL_SNAPSHOT_CREATE_XML, "ALT"));
    assert_null(vm_flag_by_option(VM_CALL_SNAPSHOT_REVERT, "halt"));
    assert_null(vm_flag_by_name(VM_CALL_DOMAIN_RESET, "HALT"));
}

static void
test_accepted_masks_are_those_of_the_contract(void **state)
{
    (void)state;

    assert_int_equal(vm_call_mask(VM_CALL_SNAPSHOT_CREATE_XML, VM_PROFILE_LIBVIRT), 0x3ff);
    assert_int_equal(vm_call_mask(VM_CALL_SNAPSHOT_LIST, VM_PROFILE_RFC), 0x7ff);
    assert_int_equal(vm_call_mask(VM_CALL_SNAPSHOT_LIST_CHILDREN, VM_PROFILE_RFC), 0x7ff);
    assert_int_equal(vm_call_mask(VM_CALL_SNAPSHOT_REVERT, VM_PROFILE_LIBVIRT), 0xf);
    assert_int_equal(vm_call_mask(VM_CALL_SNAPSHOT_REVERT, VM_PROFILE_RFC), 0x3000000f);
    assert_int_equal(vm_call_mask(VM_CALL_DOMAIN_UNDEFINE_FLAGS, VM_PROFILE_BOTH), 0x7f);
    assert_int_equal(vm_call_mask(VM_CALL_DOMAIN_CREATE, VM_PROFILE_BOTH), 0x2f);
    assert_int_equal(vm_call_mask(VM_CALL_DOMAIN_CREATE_XML, VM_PROFILE_BOTH), 0x33);
    assert_int_equal(vm_call_mask(VM_CALL_DOMAIN_RENAME, VM_PROFILE_BOTH), 0);
    assert_int_equal(vm_call_mask(VM_CALL_DOMAIN_LIST, VM_PROFILE_BOTH), 0xffff);
}

static void
test_unknown_bits_are_refused_by_name(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;

    assert_true(vm_flags_check(VM_CALL_SNAPSHOT_CREATE_XML, 0x3ff, VM_PROFILE_RFC, &error));
    assert_null(error);
    assert_false(
        vm_flags_check(VM_CALL_SNAPSHOT_CREATE_XML, 0x3ff | 1u << 31, VM_PROFILE_RFC, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_INVALID_ARG));
    assert_non_null(strstr(error->message, "0x80000000"));
    assert_non_null(strstr(error->message, "SNAP-API-017"));
    g_clear_error(&error);
    assert_false(vm_flags_check(VM_CALL_DOMAIN_RESET, 1, VM_PROFILE_LIBVIRT, &error));
    assert_non_null(strstr(error->message, "DOM-API-023"));
}

static void
test_flags_are_formatted_in_words(void **state)
{
    (void)state;
    g_autofree char *some = vm_flags_format(VM_CALL_SNAPSHOT_CREATE_XML, 8 | 256 | 1u << 20);
    g_autofree char *none = vm_flags_format(VM_CALL_SNAPSHOT_CREATE_XML, 0);
    g_autofree char *roots = vm_flags_format(VM_CALL_SNAPSHOT_LIST, 1);
    g_autofree char *descendants = vm_flags_format(VM_CALL_SNAPSHOT_LIST_CHILDREN, 1);

    assert_string_equal(some, "HALT|LIVE|0x100000");
    assert_string_equal(none, "0");
    assert_string_equal(roots, "ROOTS");
    assert_string_equal(descendants, "DESCENDANTS");
}

static void
test_words_and_values_are_inverse(void **state)
{
    (void)state;
    gsize count;
    const VmEnumInfo *enums = vm_enums(&count);

    for (gsize i = 0; i < count; i++) {
        assert_string_equal(vm_enum_word(enums[i].group, enums[i].value), enums[i].word);
        assert_int_equal(vm_enum_value(enums[i].group, enums[i].word), enums[i].value);
    }
    assert_int_equal(vm_enum_value("state", "paused"), VIR_DOMAIN_PAUSED);
    assert_int_equal(vm_enum_value("snapshot-state", "disk-snapshot"), 8);
    assert_int_equal(vm_enum_value("state", "disk-snapshot"), -1);
    assert_null(vm_enum_word("state", 8));
    assert_null(vm_enum_word("no-such-group", 0));
}

static void
test_each_state_and_event_has_its_words(void **state)
{
    (void)state;

    for (int value = 0; vm_enum_word("state", value); value++) {
        g_autofree char *group = g_strconcat("reason-", vm_enum_word("state", value), NULL);
        assert_string_equal(vm_enum_word(group, 0), "unknown");
    }
    for (int value = 0; vm_enum_word("event", value); value++) {
        g_autofree char *group = g_strconcat("detail-", vm_enum_word("event", value), NULL);
        assert_non_null(vm_enum_word(group, 0));
    }
}

static void
test_error_names_and_numbers(void **state)
{
    (void)state;

    assert_string_equal(vm_error_name(VIR_ERR_OPERATION_INVALID), "OPERATION_INVALID");
    assert_int_equal(vm_error_number("OPERATION_INVALID"), 55);
    assert_int_equal(vm_error_number("VIR_ERR_SNAPSHOT_REVERT_RISKY"), 77);
    assert_int_equal(vm_error_number("AGENT_COMMAND_FAILED"), 113);
    assert_string_equal(vm_error_name(41), "UNKNOWN");
    assert_int_equal(vm_error_number("NO_SUCH_ERROR"), -1);
}

static void
test_refuse_fills_the_error_and_is_false(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;

    assert_false(vm_refuse(&error, VIR_ERR_NO_DOMAIN, "domain '%s' does not exist", "vm"));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_NO_DOMAIN));
    assert_string_equal(error->message, "domain 'vm' does not exist");
    assert_false(vm_refuse(NULL, VIR_ERR_NO_DOMAIN, "nobody listens"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_found_by_id_and_command),
        cmocka_unit_test(test_every_flag_is_one_bit_once_per_set),
        cmocka_unit_test(test_flags_are_found_by_option_and_name),
        cmocka_unit_test(test_accepted_masks_are_those_of_the_contract),
        cmocka_unit_test(test_unknown_bits_are_refused_by_name),
        cmocka_unit_test(test_flags_are_formatted_in_words),
        cmocka_unit_test(test_words_and_values_are_inverse),
        cmocka_unit_test(test_each_state_and_event_has_its_words),
        cmocka_unit_test(test_error_names_and_numbers),
        cmocka_unit_test(test_refuse_fills_the_error_and_is_false),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
