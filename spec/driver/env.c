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

/* So many hexadecimal digits, the lowest ones, and what separates them from the next. */
static char *
put_hex(char *to, guint32 value, guint digits, const char *separator)
{
    for (guint i = digits; i-- > 0; value >>= 4)
        to[i] = "0123456789abcdef"[value & 0xf];
    return g_stpcpy(to + digits, separator);
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
    char uuid[37], *at = put_hex(uuid, word[0], 8, "-");
    at = put_hex(at, word[1] >> 16, 4, "-");
    at = put_hex(at, word[1], 4, "-");
    at = put_hex(at, word[2] >> 16, 4, "-");
    at = put_hex(at, word[2], 4, "");
    put_hex(at, word[3], 8, "");
    return g_strdup(uuid);
}
