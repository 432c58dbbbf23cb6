/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Real QEMU as a target: the reference driver over processes and files of the
 * host, all of them below the workdir.
 *
 *   WORKDIR/q/root     the driver's metadata
 *   WORKDIR/q/images   the disks
 *   WORKDIR/q/look     root as a copy of the world sees it
 *   WORKDIR/q/run      sockets, logs, the guest's ROM
 */
#include <string.h>

#include "harness/folder/folder.h"
#include "harness/qemu/files.h"
#include "harness/qemu/hypervisor.h"
#include "harness/qemu/process.h"
#include "harness/target/qemu_copy.h"
#include "harness/target/qemu_inspect.h"
#include "harness/target/reference.h"
#include "harness/target/target_load.h"
#include "images/guest/rom.h"
#include "images/recipes/recipe.h"

typedef struct {
    ReferenceWorld base;
    char *folder; /* WORKDIR/q */
    char *root;
    char *images;
    char *temporary; /* a workdir of its own, where none was given; or NULL */
    gboolean copy;   /* of another world, and for looking alone */
    QemuInspector *inspector;
} QemuWorld;

static QemuWorld *
own(ReferenceWorld *world)
{
    return (QemuWorld *)world;
}

/* ---- what a world does ---- */

static char *
world_describe(ReferenceWorld *world)
{
    VmHypervisor *hypervisor = world->ports.hypervisor;
    const char *note = qemu_hypervisor_note(hypervisor);
    return g_strdup_printf("QEMU %s%s%s", qemu_hypervisor_version(hypervisor),
                           qemu_hypervisor_uses_kvm(hypervisor) ? " with KVM, " : " with TCG, ",
                           note != NULL ? note : "test guest");
}

/* What it has made stays below the workdir until the next world is made there, for a look at it. */
static void
world_close(ReferenceWorld *world)
{
    QemuWorld *self = own(world);
    qemu_inspector_free(self->inspector);
    if (self->copy)
        qemu_look_only_free(world->ports.hypervisor);
    else
        qemu_hypervisor_free(world->ports.hypervisor);
    qemu_store_free(world->ports.store);
    qemu_env_free(world->ports.env);
    if (self->copy)
        folder_remove(self->root);
    if (self->temporary != NULL)
        folder_remove(self->temporary);
    g_free(self->temporary);
    g_free(self->folder);
    g_free(self->root);
    g_free(self->images);
    g_free(self);
}

static ReferenceWorld *world_copy(ReferenceWorld *world, GError **error);

static gboolean
world_guest(ReferenceWorld *world, const char *instance, const char *command, char **answer,
            GError **error)
{
    return qemu_hypervisor_guest(world->ports.hypervisor, instance, command, answer, error);
}

static json_t *
world_inspect(ReferenceWorld *world, const char *what, const char *argument)
{
    const QemuWorld *self = own(world);
    return self->inspector != NULL ? qemu_inspect(self->inspector, what, argument) : NULL;
}

static gboolean
world_disturb(ReferenceWorld *world, const char *instance, const char *what, GError **error)
{
    VmHypervisor *hypervisor = world->ports.hypervisor;
    if (strcmp(what, "hang") == 0 || strcmp(what, "continue") == 0)
        return qemu_hypervisor_hang(hypervisor, instance, *what == 'h', error);
    if (g_str_has_prefix(what, "hang "))
        return qemu_hypervisor_hang_at(hypervisor, instance, what + strlen("hang "), error);
    if (strcmp(what, "kill") == 0)
        return qemu_hypervisor_kill(hypervisor, instance, error);
    if (g_str_has_prefix(what, "kill "))
        return qemu_hypervisor_kill_at(hypervisor, instance, what + strlen("kill "), FALSE, error);
    if (g_str_has_prefix(what, "kill-after "))
        return qemu_hypervisor_kill_at(hypervisor, instance, what + strlen("kill-after "), TRUE,
                                       error);
    return vm_refuse(error, VIR_ERR_INVALID_ARG, "nothing can '%s' a process", what);
}

static gboolean
world_recipe(ReferenceWorld *world, const char *name, const char *path, guint64 size,
             GError **error)
{
    (void)world;
    g_autofree char *script = images_recipe_script();
    g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, size);
    const char *const argv[] = {"sh", script, name, path, bytes, NULL};
    return qemu_process_run(argv, NULL, NULL, error);
}

static void
world_advance(ReferenceWorld *world, guint64 milliseconds)
{
    qemu_env_advance(world->ports.env, milliseconds);
}

static char *
world_take_log(ReferenceWorld *world)
{
    return qemu_env_take_log(world->ports.env);
}

static guint64
world_time(ReferenceWorld *world)
{
    return own(world)->copy ? 0 : qemu_hypervisor_time(world->ports.hypervisor);
}

static const ReferenceWorldOps world_ops = {
    .describe = world_describe,
    .close = world_close,
    .copy = world_copy,
    .guest = world_guest,
    .inspect = world_inspect,
    .disturb = world_disturb,
    .advance = world_advance,
    .take_log = world_take_log,
    .recipe = world_recipe,
    .hypervisor_time = world_time,
};

/* ---- worlds ---- */

static QemuWorld *
world_new(const char *folder, const char *root)
{
    QemuWorld *self = g_new0(QemuWorld, 1);
    self->base.ops = &world_ops;
    self->folder = g_strdup(folder);
    self->root = g_build_filename(folder, root, NULL);
    self->images = g_build_filename(folder, "images", NULL);
    self->base.ports.env = qemu_env_new();
    self->base.ports.root = self->root;
    self->base.ports.disk_dir = self->images;
    return self;
}

static ReferenceWorld *
world_copy(ReferenceWorld *world, GError **error)
{
    QemuWorld *copy = world_new(own(world)->folder, "look");
    copy->copy = TRUE;
    copy->base.ports.store = qemu_store_new_unsynced();
    copy->base.ports.hypervisor =
        qemu_look_only_new(world->ports.hypervisor, qemu_inspector_looks(own(world)->inspector));
    if (qemu_copy_tree(own(world)->root, copy->root, error))
        return &copy->base;
    world_close(&copy->base);
    return NULL;
}

static gboolean
make_folders(const QemuWorld *self, const char *run, GError **error)
{
    VmStore *store = self->base.ports.store;
    return store->ops->mkdir(store, self->root, error) &&
           store->ops->mkdir(store, self->images, error) && store->ops->mkdir(store, run, error);
}

static gboolean
start_hypervisor(QemuWorld *self, const char *run, gboolean tcg, GError **error)
{
    g_autofree char *rom = g_build_filename(run, "guest.rom", NULL);
    QemuOptions options = {.folder = run, .rom = rom, .tcg = tcg};
    g_autoptr(GError) failure = NULL;
    if (!g_file_set_contents(rom, (const char *)images_guest_rom, (gssize)images_guest_rom_size,
                             &failure))
        return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "%s", failure->message);
    self->base.ports.hypervisor = qemu_hypervisor_new(&options, error);
    if (self->base.ports.hypervisor == NULL)
        return FALSE;
    QemuInspectorOptions looks = {.hypervisor = self->base.ports.hypervisor,
                                  .folders = {self->root, self->images},
                                  .scratch = run};
    self->inspector = qemu_inspector_new(&looks);
    return TRUE;
}

/* What stands there already is of a world that is no more: its processes died with its owner. */
static ReferenceWorld *
world_open(const struct vm_target_options *options, GError **error)
{
    g_autofree char *temporary = NULL;
    g_autoptr(GError) failure = NULL;
    if (options->workdir == NULL)
        temporary = g_dir_make_tmp("virt-moment-XXXXXX", &failure);
    if (failure != NULL) {
        vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "%s", failure->message);
        return NULL;
    }
    g_autofree char *folder =
        g_build_filename(temporary != NULL ? temporary : options->workdir, "q", NULL);
    g_autofree char *run = g_build_filename(folder, "run", NULL);
    folder_remove(folder);
    QemuWorld *self = world_new(folder, "root");
    self->temporary = g_steal_pointer(&temporary);
    self->base.ports.store = qemu_store_new();
    if (make_folders(self, run, error) &&
        start_hypervisor(self, run, g_strcmp0(options->uri, "tcg") == 0, error))
        return &self->base;
    world_close(&self->base);
    return NULL;
}

static int
qemu_open(const struct vm_target_options *options, struct vm_conn **conn, struct vm_error *err)
{
    GError *failure = NULL;
    ReferenceWorld *world = world_open(options, &failure);
    return reference_open(options, world, failure, conn, err);
}

const struct vm_target *
target_qemu(void)
{
    static struct vm_target table = {.name = "qemu", .open = qemu_open};
    reference_fill(&table);
    return &table;
}
