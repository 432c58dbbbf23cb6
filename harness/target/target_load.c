/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/target_load.h"

#include <string.h>

/* What --target may look like; the first row that matches decides. */
typedef enum {
    TARGET_SIM,
    TARGET_QEMU,
    TARGET_QEMU_TCG,
    TARGET_PLUGIN,
    TARGET_URI,
    TARGET_UNKNOWN,
} TargetKind;

static TargetKind
target_kind(const char *argument)
{
    if (strcmp(argument, "sim") == 0)
        return TARGET_SIM;
    if (strcmp(argument, "qemu") == 0)
        return TARGET_QEMU;
    if (strcmp(argument, "qemu+tcg") == 0)
        return TARGET_QEMU_TCG;
    if (g_str_has_suffix(argument, ".so"))
        return TARGET_PLUGIN;
    if (strchr(argument, ':'))
        return TARGET_URI;
    return TARGET_UNKNOWN;
}

const struct vm_target *
target_load(const char *argument, char **uri, GError **error)
{
    *uri = NULL;
    switch (target_kind(argument)) {
    case TARGET_SIM:
        return target_sim();
    case TARGET_QEMU_TCG:
        *uri = g_strdup("tcg");
        return target_qemu();
    case TARGET_QEMU:
        return target_qemu();
    case TARGET_PLUGIN:
        return target_plugin(argument, error);
    case TARGET_URI:
        *uri = g_strdup(argument);
        return target_libvirt(error);
    case TARGET_UNKNOWN:
        break;
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "unknown target '%s': expected 'sim', 'qemu', 'qemu+tcg', a libvirt URI "
                "such as test:///default, or a plug-in such as ./driver.so",
                argument);
    return NULL;
}

const char *
target_default_profile(const char *argument)
{
    return target_kind(argument) == TARGET_URI ? "libvirt" : "rfc";
}

gboolean
target_is_slow(const char *argument)
{
    switch (target_kind(argument)) {
    case TARGET_QEMU:
    case TARGET_QEMU_TCG:
        return TRUE;
    case TARGET_URI:
        return !g_str_has_prefix(argument, "test:");
    default:
        return FALSE;
    }
}
