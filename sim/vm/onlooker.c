/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/onlooker.h"
#include "sim/vm/qmp/command.h"
#include <string.h>

struct SimOnlooker {
    VmHypervisor base;
    SimHypervisor *hypervisor;
    gboolean strayed;
};

/* A handle of its own over the hypervisor's. */
typedef struct {
    VmInstance base;
    VmInstance *instance;
    SimMachine *machine;
} Handle;

static Handle *
handle_of(VmInstance *instance)
{
    return (Handle *)instance;
}

/* The hypervisor's own port, for what leads away from what is known of the processes. */
static VmHypervisor *
stray(VmHypervisor *hv)
{
    SimOnlooker *onlooker = (SimOnlooker *)hv;
    onlooker->strayed = TRUE;
    return sim_hypervisor_port(onlooker->hypervisor);
}

static VmInstance *
stray_with(VmInstance *instance)
{
    stray(instance->hypervisor);
    return handle_of(instance)->instance;
}

/* Takes the instance, which may be NULL. */
static VmInstance *
handle_new(VmHypervisor *hv, VmInstance *instance, const char *name)
{
    if (instance == NULL)
        return NULL;
    Handle *handle = g_new0(Handle, 1);
    handle->base.hypervisor = hv;
    handle->instance = instance;
    handle->machine = sim_hypervisor_machine(((SimOnlooker *)hv)->hypervisor, name);
    return &handle->base;
}

static VmInstance *
start(VmHypervisor *hv, const json_t *config, GError **error)
{
    VmHypervisor *real = stray(hv);
    return handle_new(hv, real->ops->start(real, config, error),
                      json_string_value(json_object_get(config, "name")));
}

static VmInstance *
attach(VmHypervisor *hv, const char *name, GError **error)
{
    VmHypervisor *real = sim_hypervisor_port(((SimOnlooker *)hv)->hypervisor);
    return handle_new(hv, real->ops->attach(real, name, error), name);
}

static void
detach(VmInstance *instance)
{
    VmInstance *real = handle_of(instance)->instance;
    real->hypervisor->ops->detach(real);
    g_free(instance);
}

static gboolean
command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
        json_t **reply, GError **error)
{
    SimMachine *machine = handle_of(instance)->machine;
    gboolean known = strcmp(name, "query-status") == 0 || strcmp(name, "query-jobs") == 0;
    if (known && sim_machine_still(machine)) {
        gboolean ok = sim_command_run(machine, name, arguments, pass, reply, error);
        json_decref(arguments);
        return ok;
    }
    VmInstance *real = stray_with(instance);
    return real->hypervisor->ops->command(real, name, arguments, pass, reply, error);
}

static gboolean
look_ahead(VmInstance *instance)
{
    (void)instance;
    return FALSE;
}

static gboolean
device_tag(VmInstance *instance, const char *device, VmImageTag *held, GError **error)
{
    VmInstance *real = stray_with(instance);
    return real->hypervisor->ops->device_tag(real, device, held, error);
}

static gboolean
device_nodes(VmInstance *instance, GHashTable *nodes, GError **error)
{
    VmInstance *real = stray_with(instance);
    return real->hypervisor->ops->device_nodes(real, nodes, error);
}

/* A process in which nothing is under way has no news for who has just come. */
static json_t *
next_event(VmInstance *instance, gboolean wait)
{
    VmInstance *real = handle_of(instance)->instance;
    if (!sim_machine_still(handle_of(instance)->machine))
        stray_with(instance);
    return real->hypervisor->ops->next_event(real, wait);
}

static gboolean
settled(VmInstance *instance)
{
    VmInstance *real = handle_of(instance)->instance;
    return real->hypervisor->ops->settled(real);
}

static gboolean
ended(VmInstance *instance, int *status)
{
    VmInstance *real = handle_of(instance)->instance;
    return real->hypervisor->ops->ended(real, status);
}

static void
kill_process(VmInstance *instance)
{
    VmInstance *real = stray_with(instance);
    real->hypervisor->ops->kill(real);
}

static gboolean
image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
             const char *backing, const char *backing_format, GError **error)
{
    VmHypervisor *real = stray(hv);
    return real->ops->image_create(real, path, format, size, backing, backing_format, error);
}

static VmImageInfo *
image_info(VmHypervisor *hv, const char *path, GError **error)
{
    VmHypervisor *real = stray(hv);
    return real->ops->image_info(real, path, error);
}

static gboolean
image_tag(VmHypervisor *hv, const char *path, VmImageTag *held, GError **error)
{
    VmHypervisor *real = stray(hv);
    return real->ops->image_tag(real, path, held, error);
}

static gboolean
image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
               GError **error)
{
    VmHypervisor *real = stray(hv);
    return real->ops->image_snapshot(real, path, verb, tag, error);
}

static gboolean
image_rebase(VmHypervisor *hv, const char *path, const char *backing, const char *backing_format,
             GError **error)
{
    VmHypervisor *real = stray(hv);
    return real->ops->image_rebase(real, path, backing, backing_format, error);
}

static const VmHypervisorOps onlooker_ops = {
    .start = start,
    .attach = attach,
    .detach = detach,
    .command = command,
    .look_ahead = look_ahead,
    .device_tag = device_tag,
    .device_nodes = device_nodes,
    .next_event = next_event,
    .settled = settled,
    .ended = ended,
    .kill = kill_process,
    .image_create = image_create,
    .image_info = image_info,
    .image_tag = image_tag,
    .image_snapshot = image_snapshot,
    .image_rebase = image_rebase,
};

SimOnlooker *
sim_onlooker_new(SimHypervisor *hypervisor)
{
    SimOnlooker *onlooker = g_new0(SimOnlooker, 1);
    onlooker->base.ops = &onlooker_ops;
    onlooker->hypervisor = hypervisor;
    return onlooker;
}

void
sim_onlooker_free(SimOnlooker *onlooker)
{
    g_free(onlooker);
}

VmHypervisor *
sim_onlooker_port(SimOnlooker *onlooker)
{
    return &onlooker->base;
}

gboolean
sim_onlooker_strayed(const SimOnlooker *onlooker)
{
    return onlooker->strayed;
}
