/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/command.h"
#include <string.h>

static const char *const models[] = {"virtio-blk-pci", "virtio-blk", "scsi-hd", "ide-hd", NULL};

static const SimArgument arguments[] = {
    {"driver", SIM_ARG_STRING, TRUE}, {"id", SIM_ARG_STRING},  {"drive", SIM_ARG_STRING},
    {"serial", SIM_ARG_STRING},       {"bus", SIM_ARG_STRING}, {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *driver = sim_text(call->arguments, "driver");
    const char *id = sim_text(call->arguments, "id");
    if (!g_strv_contains(models, driver))
        return sim_qmp_refuse(error, "'%s' is not a valid device model name", driver);
    if (id != NULL && !g_ascii_isalpha(id[0]))
        return sim_qmp_refuse(error, "Parameter 'id' expects an identifier");
    if (call->machine->kind == SIM_KIND_NONE)
        return sim_qmp_refuse(error, "No 'PCI' bus found for device '%s'", driver);
    if (!sim_machine_add_device(call->machine, call->arguments, error))
        return FALSE;
    const char *drive = sim_text(call->arguments, "drive");
    if (drive != NULL)
        sim_jobs_drain(&call->machine->jobs, sim_graph_find(call->machine->graph, drive));
    return TRUE;
}

const SimCommand sim_command_device_add = {"device_add", arguments, run};
