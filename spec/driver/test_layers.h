/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of images and their users share: a driver whose images are
 * only headers, and domains with one disk.
 */
#pragma once

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
    {"/above.qcow2", "/gone.qcow2"},
};

static inline gboolean
fake_stat(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    (void)store, (void)error;
    st->kind = strcmp(path, "/gone.qcow2") == 0 ? VM_FILE_MISSING : VM_FILE_REGULAR;
    return TRUE;
}

static inline GPtrArray *
fake_list(VmStore *store, const char *path, GError **error)
{
    (void)store, (void)path, (void)error;
    return g_ptr_array_new_with_free_func(g_free);
}

static inline VmImageInfo *
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

static inline void
fake_log(VmEnv *env, const char *line)
{
    (void)env, (void)line;
}

static const VmEnvOps env_ops = {.log = fake_log};
static const VmStoreOps store_ops = {.stat = fake_stat, .list = fake_list};
static const VmHypervisorOps hypervisor_ops = {.image_info = fake_info};
static VmEnv env = {.ops = &env_ops};
static VmStore store = {.ops = &store_ops};
static VmHypervisor hypervisor = {.ops = &hypervisor_ops};
static VmDriver driver;

static inline VmDomainDef *
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

static inline VmDomain *
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
static inline VmMoment *
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

static inline void
free_domain(gpointer data)
{
    VmDomain *domain = data;
    vm_domain_def_unref(domain->def);
    vm_domain_def_unref(domain->next_def);
    vm_moment_tree_free(domain->snapshots);
    g_free(domain);
}

static inline int
setup(void **state)
{
    (void)state;
    driver = (VmDriver){.hypervisor = &hypervisor, .store = &store, .env = &env};
    driver.by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_domain);
    return 0;
}

static inline int
teardown(void **state)
{
    (void)state;
    g_hash_table_unref(driver.by_name);
    return 0;
}

static inline VmImageUsers *
take(void)
{
    VmImageUsers *users = vm_image_users_take(&driver, NULL);
    assert_non_null(users);
    return users;
}
