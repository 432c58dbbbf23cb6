/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_copy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "harness/qemu/hypervisor.h"

/* ---- look only ---- */

typedef struct {
    VmHypervisor base;
    VmHypervisor *inner;
    QemuLooks *looks;
} LookOnly;

typedef struct {
    VmInstance base;
    char *name;
} LookInstance;

static VmHypervisor *
inner(VmHypervisor *hypervisor)
{
    return ((LookOnly *)hypervisor)->inner;
}

static gboolean
refuse(GError **error, const char *what)
{
    return vm_refuse(error, VIR_ERR_OPERATION_DENIED, "%s: this copy of the world is for looking",
                     what);
}

static VmInstance *
look_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    (void)hv;
    (void)config;
    refuse(error, "start");
    return NULL;
}

static VmInstance *
look_attach(VmHypervisor *hv, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(inner(hv));
    (void)error;
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        return NULL;
    LookInstance *instance = g_new0(LookInstance, 1);
    instance->base.hypervisor = hv;
    instance->name = g_strdup(name);
    return &instance->base;
}

static void
look_detach(VmInstance *instance)
{
    g_free(((LookInstance *)instance)->name);
    g_free(instance);
}

static gboolean
look_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
             json_t **reply, GError **error)
{
    if (pass != NULL || !g_str_has_prefix(name, "query-")) {
        json_decref(arguments);
        return refuse(error, name);
    }
    const char *of = ((LookInstance *)instance)->name;
    if (arguments != NULL || strcmp(name, "query-jobs") != 0)
        return qemu_hypervisor_look(inner(instance->hypervisor), of, name, arguments, reply, error);
    json_t *jobs = qemu_looks_ask(((LookOnly *)instance->hypervisor)->looks, of, name);
    if (jobs == NULL)
        return refuse(error, name);
    if (reply != NULL)
        *reply = json_incref(jobs);
    json_decref(jobs);
    return TRUE;
}

/* The events are the other driver's to take. */
static json_t *
look_next_event(VmInstance *instance, gboolean wait)
{
    (void)instance;
    (void)wait;
    return NULL;
}

static gboolean
look_ahead(VmInstance *instance)
{
    (void)instance;
    return FALSE;
}

static gboolean
look_settled(VmInstance *instance)
{
    (void)instance;
    return TRUE;
}

static gboolean
look_ended(VmInstance *instance, int *status)
{
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(inner(instance->hypervisor));
    if (status != NULL)
        *status = 0;
    return !g_ptr_array_find_with_equal_func(names, ((LookInstance *)instance)->name, g_str_equal,
                                             NULL);
}

static void
look_kill(VmInstance *instance)
{
    (void)instance;
}

static gboolean
look_image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                  const char *backing, const char *backing_format, GError **error)
{
    (void)hv;
    (void)format;
    (void)size;
    (void)backing;
    (void)backing_format;
    return refuse(error, path);
}

static VmImageInfo *
look_image_info(VmHypervisor *hv, const char *path, GError **error)
{
    return inner(hv)->ops->image_info(inner(hv), path, error);
}

static gboolean
look_image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                    GError **error)
{
    (void)hv;
    (void)verb;
    (void)tag;
    return refuse(error, path);
}

static gboolean
look_image_rebase(VmHypervisor *hv, const char *path, const char *backing,
                  const char *backing_format, GError **error)
{
    (void)hv;
    (void)backing;
    (void)backing_format;
    return refuse(error, path);
}

static const VmHypervisorOps look_ops = {
    .start = look_start,
    .attach = look_attach,
    .detach = look_detach,
    .command = look_command,
    .look_ahead = look_ahead,
    .next_event = look_next_event,
    .settled = look_settled,
    .ended = look_ended,
    .kill = look_kill,
    .image_create = look_image_create,
    .image_info = look_image_info,
    .image_snapshot = look_image_snapshot,
    .image_rebase = look_image_rebase,
};

VmHypervisor *
qemu_look_only_new(VmHypervisor *hypervisor, QemuLooks *looks)
{
    LookOnly *look = g_new0(LookOnly, 1);
    look->base.ops = &look_ops;
    look->inner = hypervisor;
    look->looks = looks;
    return &look->base;
}

void
qemu_look_only_free(VmHypervisor *hypervisor)
{
    g_free(hypervisor);
}

/* ---- trees of files ---- */

static gboolean
copy_entry(const char *from, const char *to, GError **error)
{
    if (g_file_test(from, G_FILE_TEST_IS_DIR))
        return qemu_copy_tree(from, to, error);
    if (link(from, to) == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot link '%s' to '%s': %s", to, from,
                     g_strerror(errno));
}

gboolean
qemu_copy_tree(const char *from, const char *to, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
    const char *name;
    if (g_mkdir_with_parents(to, 0700) < 0)
        return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot make folder '%s': %s", to,
                         g_strerror(errno));
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *target = g_build_filename(to, name, NULL);
        if (!copy_entry(source, target, error))
            return FALSE;
    }
    return TRUE;
}
