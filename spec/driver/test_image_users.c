/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/image_users.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UUID "c7a5fdbd-edaf-9455-926a-d65c16db1809"

/* ---- a driver over images that are only headers ---- */

/* path, what lies below it (or NULL) */
static const char *const headers[][2] = {
    {"/base.qcow2", NULL},
    {"/o1.qcow2", "/base.qcow2"},
    {"/o2.qcow2", "o1.qcow2"},
    {"/n.qcow2", "/./o1.qcow2"},
    {"/other.qcow2", NULL},
    {"/far.qcow2", "nbd://host/x"},
    {"/stranger.qcow2", "/o1.qcow2"},
};

static gboolean
fake_stat(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    (void)store, (void)error;
    st->kind = strcmp(path, "/gone.qcow2") == 0 ? VM_FILE_MISSING : VM_FILE_REGULAR;
    return TRUE;
}

static VmImageInfo *
fake_info(VmHypervisor *hv, const char *path, GError **error)
{
    (void)hv;
    for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
        if (strcmp(headers[i][0], path) != 0)
            continue;
        VmImageInfo *info = g_new0(VmImageInfo, 1);
        info->format = g_strdup("qcow2");
        info->backing = g_strdup(headers[i][1]);
        info->backing_format = g_strdup(headers[i][1] != NULL ? "qcow2" : NULL);
        info->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)vm_image_snapshot_free);
        info->bitmaps = g_ptr_array_new_with_free_func(g_free);
        return info;
    }
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "no sense in it");
    return NULL;
}

static const VmStoreOps store_ops = {.stat = fake_stat};
static const VmHypervisorOps hypervisor_ops = {.image_info = fake_info};
static VmStore store = {.ops = &store_ops};
static VmHypervisor hypervisor = {.ops = &hypervisor_ops};
static VmDriver driver;

static VmDomainDef *
domain_def(const char *name, const char *image)
{
    g_autofree char *xml = g_strdup_printf(
        "<domain type='qemu'><name>%s</name><uuid>" UUID "</uuid><memory>1024</memory>"
        "<os><type>hvm</type></os><devices><disk type='file' device='disk'>"
        "<driver type='qcow2'/><source file='%s'/><target dev='vda'/></disk></devices></domain>",
        name, image);
    VmDomainDef *def = vm_domain_def_parse(xml, NULL, 0, NULL);
    assert_non_null(def);
    return def;
}

static VmDomain *
add_domain(const char *name, const char *image)
{
    VmDomain *domain = g_new0(VmDomain, 1);
    domain->driver = &driver;
    domain->def = domain_def(name, image);
    domain->snapshots = vm_moment_tree_new((GDestroyNotify)vm_snapshot_def_unref);
    g_hash_table_insert(driver.by_name, g_strdup(name), domain);
    return domain;
}

/* Without an overlay the disk is left out. */
static VmMoment *
add_moment(VmDomain *domain, const char *name, VmMoment *parent, const char *image,
           const char *overlay)
{
    g_autofree char *xml = g_strdup_printf(
        "<domainsnapshot><name>%s</name><state>shutoff</state><creationTime>1</creationTime>"
        "<disks><disk name='vda' snapshot='%s'>%s%s%s</disk></disks></domainsnapshot>",
        name, overlay ? "external" : "no", overlay ? "<source file='" : "", overlay ? overlay : "",
        overlay ? "'/>" : "");
    VmSnapshotDef *def = vm_snapshot_def_parse(xml, VM_SNAPSHOT_PARSE_REDEFINE, NULL);
    assert_non_null(def);
    def->domain = domain_def(domain->def->name, image);
    return vm_moment_tree_add(domain->snapshots, name, parent, def);
}

static void
free_domain(gpointer data)
{
    VmDomain *domain = data;
    vm_domain_def_unref(domain->def);
    vm_domain_def_unref(domain->next_def);
    vm_moment_tree_free(domain->snapshots);
    g_free(domain);
}

static int
setup(void **state)
{
    (void)state;
    driver = (VmDriver){.hypervisor = &hypervisor, .store = &store};
    driver.by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_domain);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    g_hash_table_unref(driver.by_name);
    return 0;
}

static VmImageUsers *
take(void)
{
    VmImageUsers *users = vm_image_users_take(&driver, NULL);
    assert_non_null(users);
    return users;
}

/* ---- counting ---- */

static void
tops_holders_and_chains_are_users(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o2.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_int_equal(vm_image_users_find(users, "/o2.qcow2")->users->len, 1);
    assert_int_equal(vm_image_users_find(users, "/base.qcow2")->users->len, 2);
    assert_true(vm_image_users_others(users, "/base.qcow2", s1)); /* o1 lies above it */
    assert_true(vm_image_users_others(users, "/o2.qcow2", s1));
    assert_string_equal(vm_image_users_find(users, "/o2.qcow2")->backing, "/o1.qcow2");
    assert_false(vm_image_users_any(users, "/other.qcow2"));
}

static void
a_snapshot_alone_is_no_other_user(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_others(users, "/o1.qcow2", s1));
    assert_true(vm_image_users_others(users, "/o1.qcow2", NULL));
}

static void
a_disk_left_out_is_only_mentioned(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    add_moment(vm, "s1", NULL, "/o1.qcow2", NULL);
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_others(users, "/o1.qcow2", NULL));
    assert_true(vm_image_users_any(users, "/o1.qcow2"));
}

static void
paths_are_compared_as_they_lead(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/n.qcow2");
    add_domain("twin", "//images/../o2.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_int_equal(vm_image_users_find(users, "/o1.qcow2")->users->len, 2);
    assert_false(vm_image_users_only_of(users, "/o1.qcow2", vm));
    assert_true(vm_image_users_only_of(users, "/n.qcow2", vm));
}

static void
a_protocol_ends_a_chain(void **state)
{
    (void)state;
    add_domain("vm", "/far.qcow2");
    g_autoptr(VmImageUsers) users = take();
    assert_null(vm_image_users_find(users, "/far.qcow2")->backing);
}

static void
an_unreadable_image_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    add_domain("vm", "/damaged.qcow2");
    assert_null(vm_image_users_take(&driver, &error));
    assert_int_equal(error->code, VIR_ERR_OPERATION_FAILED);
    assert_non_null(strstr(error->message, "/damaged.qcow2"));
}

/* ---- ours ---- */

static void
recorded_overlays_are_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/n.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_ptr_array_add(vm_moment_snapshot(s1)->overlays, g_strdup("/base.qcow2"));
    g_ptr_array_add(vm_moment_snapshot(s1)->overlays, g_strdup("/n.qcow2"));
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/o1.qcow2"));
    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/base.qcow2")); /* a bottom */
}

static void
strange_overlays_are_not_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/stranger.qcow2");
    add_moment(vm, "s1", NULL, "/o1.qcow2", "/o2.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_is_ours(users, "/stranger.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/o1.qcow2")); /* the disk as it was given */
}

static void
a_layer_above_an_ancestors_is_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/n.qcow2", "/gone.qcow2");
    add_moment(vm, "s3", s2, "/base.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/o1.qcow2"));
}

/* ---- planning ---- */

static void
a_merge_passes_the_uses_down(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o2.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_autoptr(VmImageUsers) users = take();
    vm_image_users_release(users, s1);
    vm_image_users_merge(users, "/o1.qcow2");

    assert_null(vm_image_users_find(users, "/o1.qcow2"));
    assert_string_equal(vm_image_users_find(users, "/o2.qcow2")->backing, "/base.qcow2");
    const VmUsedImage *base = vm_image_users_find(users, "/base.qcow2");
    assert_int_equal(base->users->len, 1);
    const VmImageUser *user = g_ptr_array_index(base->users, 0);
    assert_string_equal(user->overlay, "/o2.qcow2");

    vm_image_users_merge(users, "/o2.qcow2");
    user = g_ptr_array_index(base->users, 0);
    assert_int_equal(user->use, VM_USE_TOP);
}

static void
a_dropped_image_is_no_user(void **state)
{
    (void)state;
    add_domain("vm", "/o2.qcow2");
    add_domain("twin", "/n.qcow2");
    g_autoptr(VmImageUsers) users = take();
    vm_image_users_drop(users, "/n.qcow2");
    assert_int_equal(vm_image_users_find(users, "/o1.qcow2")->users->len, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tops_holders_and_chains_are_users, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_alone_is_no_other_user, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_left_out_is_only_mentioned, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_are_compared_as_they_lead, setup, teardown),
        cmocka_unit_test_setup_teardown(a_protocol_ends_a_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unreadable_image_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(recorded_overlays_are_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_overlays_are_not_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(a_layer_above_an_ancestors_is_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(a_merge_passes_the_uses_down, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dropped_image_is_no_user, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
