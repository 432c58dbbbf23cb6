/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies are made one after the other, of much the same files: what one
 * driver has read of them, the next need not parse.
 */
#include "harness/target/sim_copy.h"

#include "sim/vm/onlooker.h"

/* Bytes of text whose definitions are kept. */
#define READINGS_MAX (4 * 1024 * 1024)

/* The world's environment without its log: what a copy's driver finds is not news. */
typedef struct {
    VmEnv base;
    VmEnv *inner;
    gboolean asked;
} QuietEnv;

struct SimCopy {
    VmStore *store;
    SimOnlooker *onlooker;
    QuietEnv env;
};

static VmReadings *readings; /* of all copies */
static guint copies;

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&readings, vm_readings_free);
}

static gint64
quiet_now(VmEnv *env)
{
    ((QuietEnv *)env)->asked = TRUE;
    return vm_env_now(((QuietEnv *)env)->inner);
}

/* A draw would be one that the world's own driver then lacks. */
static guint32
quiet_random(VmEnv *env)
{
    ((QuietEnv *)env)->asked = TRUE;
    return 0;
}

static void
quiet_log(VmEnv *env, const char *line)
{
    (void)env;
    (void)line;
}

static const VmEnvOps quiet_ops = {quiet_now, quiet_random, quiet_log};

SimCopy *
sim_copy_new(SimWorld *world)
{
    SimCopy *copy = g_new0(SimCopy, 1);
    if (copies++ == 0 && readings != NULL && vm_readings_bytes(readings) > READINGS_MAX)
        g_clear_pointer(&readings, vm_readings_free);
    if (readings == NULL)
        readings = vm_readings_new();
    copy->store = sim_world_store_copy(world);
    copy->onlooker = sim_onlooker_new(sim_world_machines(world));
    copy->env = (QuietEnv){{&quiet_ops}, sim_world_env(world), FALSE};
    return copy;
}

void
sim_copy_free(SimCopy *copy)
{
    if (copy == NULL)
        return;
    sim_world_store_free(copy->store);
    sim_onlooker_free(copy->onlooker);
    g_free(copy);
    copies--;
}

void
sim_copy_ports(SimCopy *copy, ReferencePorts *ports)
{
    ports->hypervisor = sim_onlooker_port(copy->onlooker);
    ports->store = copy->store;
    ports->env = &copy->env.base;
    ports->readings = readings;
}

gboolean
sim_copy_kept_to_key(const SimCopy *copy)
{
    return !copy->env.asked && !sim_onlooker_strayed(copy->onlooker);
}
