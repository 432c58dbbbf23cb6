/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulator as a target: the reference driver over a simulated world.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/target/sim_int.h"
#include "harness/target/target_load.h"
#include "sim/world/inspect.h"

#define SIM_ROOT "/sim"
#define SIM_DISK_DIR SIM_ROOT "/images"
#define SIM_META_DIR SIM_ROOT "/lib/qemu/snapshot"
#define SIM_SAVE_DIR SIM_ROOT "/lib/qemu/save"

static const char *const sim_capabilities[] = {
    "persistent",
    "transient",
    "snapshot-internal",
    "snapshot-disk-only",
    "snapshot-redefine",
    "snapshot-no-metadata",
    "snapshot-reuse-external",
    "snapshot-validate",
    "snapshot-diskspec",
    "domain-validation",
    "delete-metadata-only",
    "managed-save",
    "save-restore",
    "rename",
    "autostart",
    "events",
    "start-paused",
    "start-force-boot",
    "guest",
    "memory",
    "content",
    "files",
    "inspect",
    "restart",
    "persistence",
    "clock",
    "log",
    "disk-formats",
    "texts",
    NULL,
};

int
sim_fail(GError *failure, struct vm_error *err)
{
    g_assert(failure != NULL && failure->domain == VM_ERROR);
    err->code = failure->code;
    g_strlcpy(err->text, failure->message, sizeof(err->text));
    g_error_free(failure);
    return err->code;
}

int
sim_answer(gboolean ok, GError *failure, struct vm_error *err)
{
    g_assert(ok == (failure == NULL));
    return ok ? 0 : sim_fail(failure, err);
}

char **
sim_list(GPtrArray *names)
{
    char **list = g_new0(char *, names->len + 1);
    for (guint i = 0; i < names->len; i++)
        list[i] = g_strdup(g_ptr_array_index(names, i));
    g_ptr_array_unref(names);
    return list;
}

/* ---- a probe's environment ---- */

static gint64
quiet_now(VmEnv *env)
{
    return vm_env_now(((SimQuietEnv *)env)->world);
}

/* A draw would be one that the world's own driver then lacks. */
static guint32
quiet_random(VmEnv *env)
{
    (void)env;
    return 0;
}

static void
quiet_log(VmEnv *env, const char *line)
{
    (void)env;
    (void)line;
}

static const VmEnvOps quiet_ops = {quiet_now, quiet_random, quiet_log};

/* ---- connection ---- */

static gboolean
open_driver(struct vm_conn *conn, GError **error)
{
    conn->quiet = (SimQuietEnv){{&quiet_ops}, sim_world_env(conn->world)};
    VmDriverOptions options = {
        .hypervisor = sim_world_hypervisor(conn->world),
        .store = conn->copy != NULL ? conn->copy : sim_world_store(conn->world),
        .env = conn->copy != NULL ? &conn->quiet.base : sim_world_env(conn->world),
        .root = SIM_ROOT,
        .profile = conn->profile,
    };
    conn->driver = vm_driver_open(&options, error);
    return conn->driver != NULL;
}

static void
close_connection(struct vm_conn *conn)
{
    vm_driver_close(conn->driver);
    sim_world_store_free(conn->copy);
    if (conn->owns_world)
        sim_world_free(conn->world);
    g_free(conn);
}

static int
open_connection(const struct vm_target_options *options, struct vm_conn **result,
                struct vm_error *err)
{
    struct vm_conn *conn = g_new0(struct vm_conn, 1);
    GError *failure = NULL;
    gboolean libvirt = g_strcmp0(options->profile, "libvirt") == 0;
    conn->profile = libvirt ? VM_PROFILE_LIBVIRT : VM_PROFILE_RFC;
    conn->world = sim_world_new(options->seed);
    conn->owns_world = TRUE;
    VmStore *store = sim_world_store(conn->world);
    if (!store->ops->mkdir(store, SIM_DISK_DIR, &failure) || !open_driver(conn, &failure)) {
        close_connection(conn);
        return sim_fail(failure, err);
    }
    *result = conn;
    return 0;
}

static int
version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *text = g_strdup("virt-moment " VM_VERSION ", simulated hypervisor");
    return 0;
}

static int
capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *names = g_strdupv((char **)sim_capabilities);
    return 0;
}

static int
describe(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *world = (struct vm_target_world){
        .virt_type = "kvm",
        .arch = "x86_64",
        .machine = "pc",
        .os_type = "hvm",
        .disk_dir = SIM_DISK_DIR,
    };
    return 0;
}

static void
free_string(char *string)
{
    free(string); /* GLib's and jansson's strings both come from malloc() */
}

static int
restart(struct vm_conn *conn, struct vm_error *err)
{
    GError *failure = NULL;
    g_clear_pointer(&conn->driver, vm_driver_close);
    gboolean ok = open_driver(conn, &failure);
    return sim_answer(ok, failure, err);
}

static int
probe(struct vm_conn *conn, struct vm_conn **copy, struct vm_error *err)
{
    struct vm_conn *other = g_new0(struct vm_conn, 1);
    GError *failure = NULL;
    other->world = conn->world;
    other->profile = conn->profile;
    other->copy = sim_world_store_copy(conn->world);
    if (!open_driver(other, &failure)) {
        close_connection(other);
        return sim_fail(failure, err);
    }
    *copy = other;
    return 0;
}

static int
next_event(struct vm_conn *conn, struct vm_event *event)
{
    g_autoptr(VmDriverEvent) next = vm_driver_next_event(conn->driver);
    if (next == NULL)
        return 0;
    g_strlcpy(event->domain, next->domain, sizeof(event->domain));
    event->type = next->type;
    event->detail = next->detail;
    return 1;
}

/* ---- the world around the driver ---- */

static int
disk_create(struct vm_conn *conn, const char *path, const char *format, uint64_t size,
            struct vm_error *err)
{
    VmHypervisor *hypervisor = sim_world_hypervisor(conn->world);
    GError *failure = NULL;
    gboolean ok =
        hypervisor->ops->image_create(hypervisor, path, format, size, NULL, NULL, &failure);
    return sim_answer(ok, failure, err);
}

static gboolean
write_file(VmStore *store, const char *path, const void *data, size_t length, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!store->ops->mkdir(store, folder, error))
        return FALSE;
    VmStoreFile *file = store->ops->create(store, path, error);
    if (file == NULL)
        return FALSE;
    gboolean ok =
        store->ops->write(file, data, length, error) && store->ops->sync_file(file, error);
    store->ops->close(file);
    return ok && store->ops->sync_dir(store, folder, error);
}

static int
file_write(struct vm_conn *conn, const char *path, const void *data, size_t length,
           struct vm_error *err)
{
    GError *failure = NULL;
    gboolean ok = write_file(sim_world_store(conn->world), path, data, length, &failure);
    return sim_answer(ok, failure, err);
}

static int
file_read(struct vm_conn *conn, const char *path, char **data, size_t *length, struct vm_error *err)
{
    VmStore *store = sim_world_store(conn->world);
    GError *failure = NULL;
    g_autoptr(GBytes) bytes = store->ops->read(store, path, G_MAXSIZE, &failure);
    if (bytes == NULL)
        return sim_fail(failure, err);
    gsize size = 0;
    const void *content = g_bytes_get_data(bytes, &size);
    *data = g_malloc0(size + 1);
    if (size > 0)
        memcpy(*data, content, size);
    *length = size;
    return 0;
}

static int
file_remove(struct vm_conn *conn, const char *path, struct vm_error *err)
{
    VmStore *store = sim_world_store(conn->world);
    GError *failure = NULL;
    gboolean ok = store->ops->unlink(store, path, &failure);
    return sim_answer(ok, failure, err);
}

static int
guest(struct vm_conn *conn, const char *domain, const char *command, char **reply,
      struct vm_error *err)
{
    GError *failure = NULL;
    gboolean ok = sim_world_guest(conn->world, domain, command, reply, &failure);
    return sim_answer(ok, failure, err);
}

static json_t *
inspect_files(SimWorld *world, const char *argument)
{
    return sim_inspect_files(world, *argument != '\0' ? argument : "/");
}

static json_t *
inspect_dir(SimWorld *world, const char *argument)
{
    (void)world;
    if (strcmp(argument, "save") == 0)
        return json_string(SIM_SAVE_DIR);
    return strcmp(argument, "disk") == 0 ? json_string(SIM_DISK_DIR) : json_string(SIM_META_DIR);
}

static json_t *
inspect_instances(SimWorld *world, const char *argument)
{
    (void)argument;
    return sim_inspect_instances(world);
}

static const struct {
    const char *what;
    json_t *(*look)(SimWorld *world, const char *argument);
} inspect_rows[] = {
    {"files", inspect_files},         {"file", sim_inspect_file}, {"content", sim_inspect_content},
    {"nodes", sim_inspect_nodes},     {"jobs", sim_inspect_jobs}, {"ram", sim_inspect_ram},
    {"instances", inspect_instances}, {"dir", inspect_dir},
};

static int
inspect(struct vm_conn *conn, const char *what, const char *argument, char **json,
        struct vm_error *err)
{
    json_t *found = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(inspect_rows); i++)
        if (strcmp(what, inspect_rows[i].what) == 0)
            found = inspect_rows[i].look(conn->world, argument != NULL ? argument : "");
    if (found == NULL) {
        GError *failure = NULL;
        vm_refuse(&failure, VIR_ERR_INVALID_ARG, "there is no %s '%s' to look at", what,
                  argument != NULL ? argument : "");
        return sim_fail(failure, err);
    }
    *json = json_dumps(found, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(found);
    return 0;
}

static int
advance_clock(struct vm_conn *conn, uint64_t ms, struct vm_error *err)
{
    (void)err;
    sim_world_advance(conn->world, ms);
    return 0;
}

static int
take_log(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)err;
    *text = sim_world_take_log(conn->world);
    return 0;
}

const struct vm_target *
target_sim(void)
{
    static struct vm_target table = {
        .abi = VM_TARGET_ABI,
        .size = sizeof(struct vm_target),
        .name = "sim",
        .open = open_connection,
        .close = close_connection,
        .version = version,
        .capabilities = capabilities,
        .describe = describe,
        .free_string = free_string,
        .free_list = g_strfreev,
        .next_event = next_event,
        .disk_create = disk_create,
        .file_write = file_write,
        .file_read = file_read,
        .file_remove = file_remove,
        .guest = guest,
        .inspect = inspect,
        .restart = restart,
        .probe = probe,
        .advance_clock = advance_clock,
        .take_log = take_log,
    };
    sim_fill_domain(&table);
    sim_fill_snapshot(&table);
    return &table;
}
