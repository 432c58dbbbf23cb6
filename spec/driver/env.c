/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/env.h"

void
vm_env_log(VmEnv *env, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    env->ops->log(env, line);
}

char *
vm_env_uuid(VmEnv *env)
{
    guint32 word[4];
    for (guint i = 0; i < G_N_ELEMENTS(word); i++)
        word[i] = vm_env_random(env);
    /* RFC 4122: the version is the top nibble of byte 6, the variant the top bits of byte 8. */
    word[1] = (word[1] & 0xffff0fff) | 0x00004000;
    word[2] = (word[2] & 0x3fffffff) | 0x80000000;
    return g_strdup_printf("%08x-%04x-%04x-%04x-%04x%08x", word[0], word[1] >> 16, word[1] & 0xffff,
                           word[2] >> 16, word[2] & 0xffff, word[3]);
}
