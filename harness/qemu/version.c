/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/version.h"

#include <string.h>
#include "harness/qemu/process.h"
#include "spec/api/error.h"

char *
qemu_version_in(const char *text)
{
    const char *word = strstr(text, "version ");
    if (word == NULL)
        return NULL;
    word += strlen("version ");
    gsize length = strspn(word, "0123456789.");
    return length > 0 ? g_strndup(word, length) : NULL;
}

gboolean
qemu_version_suffices(const char *found, const char *least)
{
    while (*least != '\0') {
        char *after_found = NULL, *after_least = NULL;
        guint64 has = g_ascii_strtoull(found, &after_found, 10);
        guint64 needs = g_ascii_strtoull(least, &after_least, 10);
        if (has != needs)
            return has > needs;
        found = after_found + (*after_found == '.');
        least = after_least + (*after_least == '.');
    }
    return TRUE;
}

static char *
look(const char *program, const char *least, GError **error)
{
    const char *argv[] = {program, "--version", NULL};
    g_autofree char *text = NULL;
    g_autoptr(GError) failure = NULL;
    if (!qemu_process_run(argv, NULL, &text, &failure)) {
        vm_refuse(error, VIR_ERR_NO_SUPPORT, "QEMU %s or later is needed: %s", least,
                  failure->message);
        return NULL;
    }
    char *version = qemu_version_in(text);
    if (version == NULL)
        vm_refuse(error, VIR_ERR_NO_SUPPORT, "QEMU %s or later is needed: %s does not tell its own",
                  least, program);
    return version;
}

const char *
qemu_version_check(const char *least, GError **error)
{
    static const char *const programs[] = {"qemu-img", "qemu-system-x86_64"};
    static char *versions[G_N_ELEMENTS(programs)];
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (versions[i] == NULL)
            versions[i] = look(programs[i], least, error);
        if (versions[i] == NULL)
            return NULL;
        if (!qemu_version_suffices(versions[i], least)) {
            vm_refuse(error, VIR_ERR_NO_SUPPORT, "QEMU %s or later is needed: %s is of version %s",
                      least, programs[i], versions[i]);
            return NULL;
        }
    }
    return versions[G_N_ELEMENTS(programs) - 1];
}
