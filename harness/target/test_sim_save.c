/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_sim.h"

#define IMAGE "/sim/images/vm.save"
#define MANAGED "/sim/lib/qemu/save/vm.save"

static void
define_and_start(const char *name, const char *uuid)
{
    define(name, uuid);
    assert_ok(sim->domain_create(conn, name, 0, &err));
    g_free(take_events());
}

static char *
ram(const char *name)
{
    char *answer = NULL;
    assert_ok(sim->inspect(conn, "ram", name, &answer, &err));
    char *copy = g_strdup(answer);
    sim->free_string(answer);
    return copy;
}

/* Cut a file to so many bytes, or write over its beginning. */
static void
damage(const char *path, gsize length, const char *start)
{
    char *data = NULL;
    size_t size = 0;
    assert_ok(sim->file_read(conn, path, &data, &size, &err));
    memcpy(data, start, strlen(start));
    assert_ok(sim->file_write(conn, path, data, MIN(length, size), &err));
    sim->free_string(data);
}

static void
save_and_restore_bring_the_guest_back(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_suspend(conn, "vm", &err));
    g_free(take_events());
    g_autofree char *before = ram("vm");
    assert_ok(sim->domain_save(conn, "vm", IMAGE, NULL, 0, &err));
    assert_events("stopped/saved");
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
    assert_ok(sim->domain_restore(conn, IMAGE, NULL, 0, &err));
    assert_events("started/restored suspended/restored");
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    g_autofree char *after = ram("vm");
    assert_string_equal(before, after);
    assert_true(file_exists(IMAGE));
}

static void
running_guest_is_restored_running(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_save(conn, "vm", IMAGE, NULL, 0, &err));
    assert_events("suspended/paused stopped/saved");
    assert_false(file_exists(IMAGE ".partial"));
    assert_ok(sim->domain_restore(conn, IMAGE, NULL, 0, &err));
    assert_events("started/restored resumed/from-snapshot");
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_RESTORED);
    assert_refused(sim->domain_restore(conn, IMAGE, NULL, 0, &err), VIR_ERR_OPERATION_INVALID,
                   "vm");
}

static void
flags_override_the_saved_state(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_save(conn, "vm", IMAGE, NULL, VIR_DOMAIN_SAVE_PAUSED, &err));
    assert_refused(sim->domain_restore(conn, IMAGE, NULL,
                                       VIR_DOMAIN_SAVE_PAUSED | VIR_DOMAIN_SAVE_RUNNING, &err),
                   VIR_ERR_INVALID_ARG, "DOM-API-012");
    assert_ok(sim->domain_restore(conn, IMAGE, NULL, 0, &err));
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
}

static void
image_with_a_damaged_definition_is_refused(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_save(conn, "vm", IMAGE, NULL, 0, &err));
    char *data = NULL;
    size_t size = 0;
    assert_ok(sim->file_read(conn, IMAGE, &data, &size, &err));
    char *definition = memmem(data, size, "<name>", 6);
    assert_non_null(definition);
    memcpy(definition, "<nome>", 6);
    assert_ok(sim->file_write(conn, IMAGE, data, size, &err));
    sim->free_string(data);
    assert_refused(sim->domain_restore(conn, IMAGE, NULL, 0, &err), VIR_ERR_OPERATION_FAILED,
                   IMAGE);
}

static void
managed_save_is_used_once(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_managed_save(conn, "vm", 0, &err));
    assert_true(file_exists(MANAGED));
    assert_refused(sim->domain_undefine(conn, "vm", &err), VIR_ERR_OPERATION_INVALID, "vm");
    g_free(take_events());
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_events("started/restored resumed/from-snapshot");
    assert_false(file_exists(MANAGED));
}

static void
force_boot_gives_the_image_up(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_managed_save(conn, "vm", 0, &err));
    g_free(take_events());
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_FORCE_BOOT, &err));
    assert_events("resumed/unpaused started/booted");
    assert_false(file_exists(MANAGED));
}

static void
damaged_managed_save_is_kept_and_named(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_managed_save(conn, "vm", 0, &err));
    g_free(take_events());
    damage(MANAGED, G_MAXSIZE, "LibvirtQemudSave");
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED, MANAGED);
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
    assert_true(file_exists(MANAGED));
    damage(MANAGED, 20, "virt-moment-save");
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED, MANAGED);
    assert_events("");
    assert_ok(sim->domain_managed_save_remove(conn, "vm", 0, &err));
    assert_refused(sim->domain_managed_save_remove(conn, "vm", 0, &err), VIR_ERR_SYSTEM_ERROR,
                   "DOM-MS-003");
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
}

static void
truncated_stream_does_not_start(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_managed_save(conn, "vm", 0, &err));
    damage(MANAGED, 4096, "virt-moment-save");
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED, "vm");
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED);
    assert_true(file_exists(MANAGED));
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_FORCE_BOOT, &err));
}

static void
image_of_another_domain_is_refused(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    define_and_start("other", UUID_B);
    assert_ok(sim->domain_managed_save(conn, "other", 0, &err));
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
    char *data = NULL;
    size_t size = 0;
    assert_ok(sim->file_read(conn, "/sim/lib/qemu/save/other.save", &data, &size, &err));
    assert_ok(sim->file_write(conn, MANAGED, data, size, &err));
    sim->free_string(data);
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED,
                   "DOM-START-011");
    assert_true(file_exists(MANAGED));
}

static void
a_start_looks_at_the_marks_of_others(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_save(conn, "vm", IMAGE, NULL, 0, &err));
    define_and_start("other", UUID_B);
    assert_ok(sim->domain_restore(conn, IMAGE, NULL, 0, &err));
}

static void
save_needs_a_running_domain(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_refused(sim->domain_save(conn, "vm", IMAGE, NULL, 0, &err), VIR_ERR_OPERATION_INVALID,
                   "vm");
    assert_refused(sim->domain_managed_save(conn, "vm", 0, &err), VIR_ERR_OPERATION_INVALID, "vm");
    assert_false(file_exists(IMAGE));
}

static void
undefine_with_the_flag_takes_the_image_along(void **state)
{
    (void)state;
    define_and_start("vm", UUID_A);
    assert_ok(sim->domain_managed_save(conn, "vm", 0, &err));
    assert_ok(sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, &err));
    assert_false(file_exists(MANAGED));
    assert_false(file_exists("/sim/lib/qemu/intent/vm.json"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_and_restore_bring_the_guest_back),
        TEST(running_guest_is_restored_running),
        TEST(flags_override_the_saved_state),
        TEST(image_with_a_damaged_definition_is_refused),
        TEST(managed_save_is_used_once),
        TEST(force_boot_gives_the_image_up),
        TEST(damaged_managed_save_is_kept_and_named),
        TEST(truncated_stream_does_not_start),
        TEST(image_of_another_domain_is_refused),
        TEST(a_start_looks_at_the_marks_of_others),
        TEST(save_needs_a_running_domain),
        TEST(undefine_with_the_flag_takes_the_image_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
