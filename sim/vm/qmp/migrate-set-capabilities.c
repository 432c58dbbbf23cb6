/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"
#include <string.h>

static const char *const capabilities[] = {"xbzrle",       "auto-converge",           "events",
                                           "postcopy-ram", "dirty-bitmaps",           "multifd",
                                           "return-path",  "pause-before-switchover", NULL};

static const SimArgument members[] = {
    {"capability", SIM_ARG_ENUM, TRUE, .values = capabilities},
    {"state", SIM_ARG_BOOLEAN, TRUE},
    {0},
};
static const SimArgument element = {"", SIM_ARG_OBJECT, .members = members};
static const SimArgument arguments[] = {
    {"capabilities", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *list = json_object_get(call->arguments, "capabilities");
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *name = sim_text(entry, "capability");
        gboolean on = json_is_true(json_object_get(entry, "state"));
        if (strcmp(name, "events") == 0)
            call->machine->migration_events = on;
        else if (on)
            return sim_qmp_refuse(error, "Capability '%s' is not simulated", name);
    }
    return TRUE;
}

const SimCommand sim_command_migrate_set_capabilities = {"migrate-set-capabilities", arguments,
                                                         run};
