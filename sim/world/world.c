/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/world.h"
#include "sim/tool/recipe.h"
#include "sim/vm/guest.h"
#include "sim/vm/hang.h"
#include "sim/world/store.h"
#include "sim/world/world_private.h"
#include <errno.h>
#include <string.h>

static gint64
env_now(VmEnv *env)
{
    return ((SimWorld *)env)->clock.now;
}

static guint32
env_random(VmEnv *env)
{
    return (guint32)(sim_random_next(&((SimWorld *)env)->random) >> 32);
}

static void
env_log(VmEnv *env, const char *line)
{
    SimWorld *world = (SimWorld *)env;
    g_string_append(world->log, line);
    g_string_append_c(world->log, '\n');
}

static const VmEnvOps env_ops = {env_now, env_random, env_log};

SimWorld *
sim_world_new(guint64 seed)
{
    SimWorld *world = g_new0(SimWorld, 1);
    world->env.ops = &env_ops;
    world->clock.now = SIM_CLOCK_START;
    world->random.state = seed;
    world->log = g_string_new(NULL);
    world->fs = sim_fs_new();
    world->store = sim_store_new(world->fs, FALSE, &world->clock);
    world->hypervisor = sim_hypervisor_new(world->fs, &world->clock);
    return world;
}

void
sim_world_free(SimWorld *world)
{
    if (world == NULL)
        return;
    sim_hypervisor_free(world->hypervisor);
    sim_store_free(world->store);
    sim_fs_free(world->fs);
    g_string_free(world->log, TRUE);
    g_free(world);
}

VmStore *
sim_world_store(SimWorld *world)
{
    return world->store;
}

VmEnv *
sim_world_env(SimWorld *world)
{
    return &world->env;
}

VmHypervisor *
sim_world_hypervisor(SimWorld *world)
{
    return sim_hypervisor_port(world->hypervisor);
}

SimHypervisor *
sim_world_machines(SimWorld *world)
{
    return world->hypervisor;
}

SimFs *
sim_world_fs(SimWorld *world)
{
    return world->fs;
}

void
sim_world_advance(SimWorld *world, guint64 milliseconds)
{
    sim_clock_advance(&world->clock, (gint64)milliseconds * 1000000);
}

char *
sim_world_take_log(SimWorld *world)
{
    if (world->log->len == 0)
        return NULL;
    char *text = g_strdup(world->log->str);
    g_string_truncate(world->log, 0);
    return text;
}

gboolean
sim_world_guest(SimWorld *world, const char *instance, const char *command, char **answer,
                GError **error)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID, "no instance '%s' runs", instance);
    if (machine->hung)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID, "the process of '%s' hangs", instance);
    return sim_guest_command(machine, command, answer, error);
}

gboolean
sim_world_recipe(SimWorld *world, const char *name, const char *path, guint64 size, GError **error)
{
    const SimRecipeImage image = {name, path, size};
    return sim_recipe_make(world->fs, &world->clock, &image, error);
}

gboolean
sim_world_copy_image(SimWorld *world, const char *from, const char *to, gboolean *done,
                     GError **error)
{
    int number = 0;
    SimInode *file = sim_fs_lookup(world->fs, from, &number);
    SimImage *image = file != NULL ? sim_inode_image(file) : NULL;
    *done = FALSE;
    if (file != NULL && image == NULL)
        return TRUE;
    if (image != NULL) {
        g_autoptr(SimImage) copy = sim_image_copy(image);
        g_autofree char *folder = g_path_get_dirname(to);
        sim_fs_change(world->fs);
        number = sim_fs_put_image(world->fs, to, copy);
        if (number == 0)
            sim_inode_sync(sim_fs_lookup(world->fs, to, NULL));
        if (number == 0)
            number = sim_fs_sync_dir(world->fs, folder);
    }
    if (number != 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot copy '%s' to '%s': %s", from, to,
                         g_strerror(number));
    *done = TRUE;
    return TRUE;
}

gboolean
sim_world_file_open(SimWorld *world, const char *path)
{
    SimInode *file = sim_fs_lookup(world->fs, path, NULL);
    return file != NULL && sim_inode_kind(file) != SIM_INODE_DIR && sim_inode_locks(file)->len > 0;
}

gboolean
sim_world_disturb(SimWorld *world, const char *instance, const char *what, GError **error)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID, "no instance '%s' runs", instance);
    if (strcmp(what, "continue") == 0)
        sim_hang_end(machine);
    else if (strcmp(what, "kill") == 0)
        sim_machine_end(machine, -9, FALSE);
    else if (g_str_has_prefix(what, "kill "))
        sim_hang_end_at(machine, what + strlen("kill "), FALSE);
    else if (g_str_has_prefix(what, "kill-after "))
        sim_hang_end_at(machine, what + strlen("kill-after "), TRUE);
    else if (strcmp(what, "hang") == 0)
        sim_hang(machine, NULL);
    else if (g_str_has_prefix(what, "hang "))
        sim_hang(machine, what + strlen("hang "));
    else
        return vm_refuse(error, VIR_ERR_INVALID_ARG, "a process cannot be told to '%s'", what);
    return TRUE;
}

static const struct {
    const char *name;
    SimFsOp op;
} fault_ops[] = {
    {"read", SIM_FS_READ},         {"create", SIM_FS_CREATE}, {"write", SIM_FS_WRITE},
    {"sync", SIM_FS_SYNC},         {"rename", SIM_FS_RENAME}, {"unlink", SIM_FS_UNLINK},
    {"sync-dir", SIM_FS_SYNC_DIR},
};

gboolean
sim_world_store_fault(SimWorld *world, const char *what, GError **error)
{
    g_auto(GStrv) words = g_strsplit(what, " ", 3);
    guint count = g_strv_length(words);
    gboolean known = TRUE;
    if (count == 1 && strcmp(what, "heal") == 0)
        sim_fs_clear_faults(world->fs);
    else if (count == 1 && strcmp(what, "power-cut") == 0)
        sim_world_power_cut(world);
    else
        known = count == 3 && (strcmp(words[0], "fail") == 0 || strcmp(words[0], "fail-once") == 0);
    if (known && count < 3)
        return TRUE;
    for (guint i = 0; known && i < G_N_ELEMENTS(fault_ops); i++) {
        if (strcmp(words[1], fault_ops[i].name) != 0)
            continue;
        sim_fs_set_fault(world->fs, words[2], fault_ops[i].op, EIO,
                         strcmp(words[0], "fail") == 0 ? -1 : 1);
        return TRUE;
    }
    return vm_refuse(error, VIR_ERR_INVALID_ARG, "files cannot be told to '%s'", what);
}

void
sim_world_power_cut(SimWorld *world)
{
    sim_hypervisor_power_cut(world->hypervisor);
    sim_fs_power_cut(world->fs);
}

VmStore *
sim_world_store_copy(SimWorld *world)
{
    return sim_store_new(sim_fs_copy(world->fs), TRUE, &world->clock);
}

void
sim_world_store_free(VmStore *store)
{
    sim_store_free(store);
}
