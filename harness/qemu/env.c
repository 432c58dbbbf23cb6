/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The env port on the host.
 */
#include "harness/qemu/files.h"

#include <sys/random.h>
#include <time.h>

typedef struct {
    VmEnv base;
    gint64 ahead; /* nanoseconds */
    GString *log;
} QemuEnv;

static gint64
env_now(VmEnv *env)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec + ((QemuEnv *)env)->ahead;
}

static guint32
env_random(VmEnv *env)
{
    guint32 word = 0;
    (void)env;
    ssize_t got = getrandom(&word, sizeof(word), 0);
    g_assert(got == sizeof(word));
    return word;
}

static void
env_log(VmEnv *env, const char *line)
{
    g_string_append_printf(((QemuEnv *)env)->log, "%s\n", line);
}

static const VmEnvOps env_ops = {env_now, env_random, env_log};

VmEnv *
qemu_env_new(void)
{
    QemuEnv *env = g_new0(QemuEnv, 1);
    env->base.ops = &env_ops;
    env->log = g_string_new(NULL);
    return &env->base;
}

void
qemu_env_free(VmEnv *env)
{
    if (env == NULL)
        return;
    g_string_free(((QemuEnv *)env)->log, TRUE);
    g_free(env);
}

void
qemu_env_advance(VmEnv *env, guint64 milliseconds)
{
    ((QemuEnv *)env)->ahead += (gint64)milliseconds * 1000000;
}

char *
qemu_env_take_log(VmEnv *env)
{
    GString *log = ((QemuEnv *)env)->log;
    if (log->len == 0)
        return NULL;
    char *text = g_strndup(log->str, log->len);
    g_string_truncate(log, 0);
    return text;
}
