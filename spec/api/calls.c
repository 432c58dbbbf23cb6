/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/api.h"

static const VmCallInfo calls[] = {
#define VM_CALL(id, function, command, family, flags, since, profile)                              \
    {VM_CALL_##id, #id, #function, command, #family, VM_FLAGS_##flags, since, VM_PROFILE_##profile},
#include "spec/api/calls.def"
};

const VmCallInfo *
vm_call_info(VmCall call)
{
    g_assert((gsize)call < G_N_ELEMENTS(calls));
    return &calls[call];
}

const VmCallInfo *
vm_call_by_command(const char *command)
{
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        if (g_strcmp0(calls[i].command, command) == 0)
            return &calls[i];
    }
    return NULL;
}
