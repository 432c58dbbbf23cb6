/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Holds our tables against the installed libvirt headers, both ways.  Our own
 * enumerators have the same names, so api.h cannot be included here: the
 * tables are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <glib.h>

#ifdef VM_HAVE_LIBVIRT_HEADERS
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

/* The release that our tables describe, 11.3.0: later headers may have more names. */
#define REFERENCE_VERSION 11003000
/* What stands for a name that libvirt 7.0.0, the oldest that we look at, does not have. */
#define NOT_INSTALLED (-1000)
/* The states of a snapshot's XML have no public names, and flags of ours have none in libvirt. */
#define NOT_PUBLIC (-2000)
#define VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD NOT_PUBLIC

#if !LIBVIR_CHECK_VERSION(7, 1, 0)
#define VIR_ERR_MULTIPLE_DOMAINS NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(8, 0, 0)
#define VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES NOT_INSTALLED
#define VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(8, 1, 0)
#define VIR_DOMAIN_START_RESET_NVRAM NOT_INSTALLED
#define VIR_DOMAIN_SAVE_RESET_NVRAM NOT_INSTALLED
#define VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(8, 3, 0)
#define VIR_DOMAIN_DESTROY_REMOVE_LOGS NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(8, 5, 0)
#define VIR_DOMAIN_ABORT_JOB_POSTCOPY NOT_INSTALLED
#define VIR_MIGRATE_POSTCOPY_RESUME NOT_INSTALLED
#define VIR_MIGRATE_ZEROCOPY NOT_INSTALLED
#define VIR_DOMAIN_RUNNING_POSTCOPY_FAILED NOT_INSTALLED
#define VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(8, 9, 0)
#define VIR_DOMAIN_UNDEFINE_TPM NOT_INSTALLED
#define VIR_DOMAIN_UNDEFINE_KEEP_TPM NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(9, 2, 0)
#define VIR_DOMAIN_PAUSED_API_ERROR NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(9, 7, 0)
#define VIR_ERR_NO_NETWORK_METADATA NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(10, 0, 0)
#define VIR_DOMAIN_BLOCK_RESIZE_CAPACITY NOT_INSTALLED
#endif
#if !LIBVIR_CHECK_VERSION(11, 2, 0)
#define VIR_ERR_AGENT_COMMAND_TIMEOUT NOT_INSTALLED
#define VIR_ERR_AGENT_COMMAND_FAILED NOT_INSTALLED
#endif
#define VIR_DOMAIN_SNAPSHOT_STATE_NOSTATE NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_RUNNING NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_BLOCKED NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_PAUSED NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_SHUTDOWN NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_SHUTOFF NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_CRASHED NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_PMSUSPENDED NOT_PUBLIC
#define VIR_DOMAIN_SNAPSHOT_STATE_DISK_SNAPSHOT NOT_PUBLIC

static const struct {
    const char *name;
    int ours;
    int theirs;
    const char *since;
} rows[] = {
#define VM_ERR(name, number, since) {"VIR_ERR_" #name, number, VIR_ERR_##name, since},
#include "spec/api/errors.def"
#define VM_FLAG(set, name, value, option, since, profile) {"VIR_" #name, value, VIR_##name, since},
#include "spec/api/flags.def"
#define VM_ENUM(group, name, value, word, since) {"VIR_" #name, value, VIR_##name, since},
#include "spec/api/enums.def"
};

/* "9.7.0" as 9007000. */
static unsigned long
version_number(const char *text)
{
    g_auto(GStrv) part = g_strsplit(text, ".", 3);

    assert_int_equal(g_strv_length(part), 3);
    return strtoul(part[0], NULL, 10) * 1000000 + strtoul(part[1], NULL, 10) * 1000 +
           strtoul(part[2], NULL, 10);
}

static void
test_our_numbers_are_the_installed_ones(void **state)
{
    (void)state;
    gsize compared = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].theirs == NOT_PUBLIC)
            continue;
        if (rows[i].theirs == NOT_INSTALLED) {
            assert_true(version_number(rows[i].since) > LIBVIR_VERSION_NUMBER);
            print_message("newer than the installed headers: %s (%s)\n", rows[i].name,
                          rows[i].since);
            continue;
        }
        if (rows[i].ours != rows[i].theirs)
            fail_msg("%s is %d in our table, %d in libvirt", rows[i].name, rows[i].ours,
                     rows[i].theirs);
        assert_true(version_number(rows[i].since) <= LIBVIR_VERSION_NUMBER);
        compared++;
    }
    assert_true(compared > 300);
}

/* Which enumerators of the headers belong to our tables. */
#define OURS                                                                                       \
    "VIR_(?:ERR|MIGRATE|CONNECT_LIST_DOMAINS|DOMAIN_(?:NOSTATE|RUNNING|BLOCKED|PAUSED|SHUTDOWN|"   \
    "SHUTOFF|CRASHED|PMSUSPENDED|START|DEFINE|UNDEFINE|DESTROY|SAVE|XML|SNAPSHOT|CHECKPOINT|"      \
    "BACKUP|ABORT_JOB|JOB_STATS|BLOCK_(?:COMMIT|PULL|REBASE|COPY|JOB_ABORT|JOB_INFO|JOB_SPEED|"    \
    "RESIZE)|EVENT_(?:DEFINED|UNDEFINED|STARTED|SUSPENDED|RESUMED|STOPPED|SHUTDOWN|PMSUSPENDED|"   \
    "CRASHED)))(?:_\\w+)?"

/* Names of that pattern which are no flag, state or code: the ends of enumerations, "no flag",
 * the levels of an error, flags of calls that we do not have, typed parameters, and the reason of a
 * state that does not exist. */
#define NOT_OURS                                                                                   \
    "_LAST$|_DEFAULT$|^VIR_ERR_(?:NONE|WARNING|ERROR)$|^VIR_DOMAIN_SAVE_(?:PARAM|IMAGE)_|"         \
    "^VIR_MIGRATE_PARAM_|_DISK_UNKNOWN$"

static void
check_header(const char *file, GHashTable *known, gsize *found)
{
    g_autofree char *path = g_build_filename(LIBVIRT_HEADERS, file, NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));

    /* An enumerator stands first on its line. */
    g_autoptr(GRegex) names = g_regex_new("^ +(" OURS ")\\b(?! *\\()", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GRegex) others = g_regex_new(NOT_OURS, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(names, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        if (g_regex_match(others, name, 0, NULL))
            continue;
        (*found)++;
        if (g_hash_table_contains(known, name))
            continue;
        if (LIBVIR_VERSION_NUMBER > REFERENCE_VERSION)
            print_message("newer than our tables: %s\n", name);
        else
            fail_msg("%s of %s is not in our tables", name, file);
    }
}

static void
test_our_tables_lack_no_installed_name(void **state)
{
    (void)state;
    static const char *const files[] = {"virterror.h", "libvirt-domain.h",
                                        "libvirt-domain-snapshot.h", "libvirt-domain-checkpoint.h"};
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    gsize found = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_hash_table_add(known, (gpointer)rows[i].name);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        check_header(files[i], known, &found);
    assert_true(found > 300);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_our_numbers_are_the_installed_ones),
        cmocka_unit_test(test_our_tables_lack_no_installed_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int
main(void)
{
    print_message("skipped: no libvirt headers\n");
    return 77;
}

#endif
