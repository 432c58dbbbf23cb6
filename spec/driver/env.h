/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The env seam: the driver's only way to time, randomness and a log.
 */
#pragma once

#include <glib.h>

typedef struct VmEnv VmEnv;

/** What an environment implements; every function is required. */
typedef struct {
    /** Nanoseconds since the epoch. */
    gint64 (*now)(VmEnv *env);
    /** 32 random bits. */
    guint32 (*random)(VmEnv *env);
    /** One line for the log, without a line end. */
    void (*log)(VmEnv *env, const char *line);
} VmEnvOps;

/** An environment; implementations embed it as their first member. */
struct VmEnv {
    const VmEnvOps *ops;
};

/** Nanoseconds since the epoch. */
static inline gint64
vm_env_now(VmEnv *env)
{
    return env->ops->now(env);
}

/** 32 random bits. */
static inline guint32
vm_env_random(VmEnv *env)
{
    return env->ops->random(env);
}

/** Log a printf-style line: what the loader found, what a clean-up could not do. */
void vm_env_log(VmEnv *env, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** A random UUID (version 4) in its 36-byte text form.  The caller frees it. */
char *vm_env_uuid(VmEnv *env);
