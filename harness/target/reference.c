/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver as a target: the connection and the world around it.
 */
#include "harness/target/reference.h"

#include <stdlib.h>
#include <string.h>

int
reference_fail(GError *failure, struct vm_error *err)
{
    g_assert(failure != NULL && failure->domain == VM_ERROR);
    gsize length = MIN(strlen(failure->message), sizeof(err->text) - 1);
    err->code = failure->code;
    memcpy(err->text, failure->message, length);
    err->text[length] = '\0';
    g_error_free(failure);
    return err->code;
}

int
reference_answer(gboolean ok, GError *failure, struct vm_error *err)
{
    g_assert(ok == (failure == NULL));
    return ok ? 0 : reference_fail(failure, err);
}

char **
reference_list(GPtrArray *names)
{
    gsize size = (names->len + 1) * sizeof(char *);
    for (guint i = 0; i < names->len; i++)
        size += strlen(g_ptr_array_index(names, i)) + 1;
    char **list = g_malloc0(size);
    char *text = (char *)(list + names->len + 1);
    for (guint i = 0; i < names->len; i++) {
        list[i] = text;
        text = stpcpy(text, g_ptr_array_index(names, i)) + 1;
    }
    g_ptr_array_unref(names);
    return list;
}

static void
free_list(char **list)
{
    g_free(list);
}

/* ---- connection ---- */

static gboolean
open_driver(struct vm_conn *conn, GError **error)
{
    const ReferencePorts *ports = &conn->world->ports;
    VmDriverOptions options = {
        .hypervisor = ports->hypervisor,
        .store = ports->store,
        .env = ports->env,
        .root = ports->root,
        .profile = conn->profile,
        .readings = ports->readings,
    };
    conn->driver = vm_driver_open(&options, error);
    return conn->driver != NULL;
}

static void
close_connection(struct vm_conn *conn)
{
    vm_driver_close(conn->driver);
    conn->world->ops->close(conn->world);
    g_free(conn);
}

static int
connect_world(ReferenceWorld *world, VmProfile profile, struct vm_conn **result,
              struct vm_error *err)
{
    struct vm_conn *conn = g_new0(struct vm_conn, 1);
    GError *failure = NULL;
    conn->world = world;
    conn->profile = profile;
    if (!open_driver(conn, &failure)) {
        close_connection(conn);
        return reference_fail(failure, err);
    }
    *result = conn;
    return 0;
}

int
reference_open(const struct vm_target_options *options, ReferenceWorld *world, GError *failure,
               struct vm_conn **conn, struct vm_error *err)
{
    gboolean libvirt = g_strcmp0(options->profile, "libvirt") == 0;
    if (world == NULL)
        return reference_fail(failure, err);
    return connect_world(world, libvirt ? VM_PROFILE_LIBVIRT : VM_PROFILE_RFC, conn, err);
}

static int
version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    g_autofree char *world = conn->world->ops->describe(conn->world);
    (void)err;
    *text = g_strdup_printf("virt-moment " VM_VERSION ", %s", world);
    return 0;
}

static const char *const common_capabilities[] = {
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
    "revert-delete",
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
    "autodestroy",
    "persistence",
    "clock",
    "log",
    "disk-formats",
    "texts",
    "hang",
    "hang-at",
};

static int
capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)err;
    GPtrArray *list = g_ptr_array_sized_new(G_N_ELEMENTS(common_capabilities) + 2);
    for (guint i = 0; i < G_N_ELEMENTS(common_capabilities); i++)
        g_ptr_array_add(list, (char *)common_capabilities[i]);
    if (conn->world->ops->recipe != NULL)
        g_ptr_array_add(list, (char *)"recipes");
    if (conn->world->ops->store_fault != NULL)
        g_ptr_array_add(list, (char *)"store-faults");
    *names = reference_list(list);
    return 0;
}

static int
describe(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err)
{
    (void)err;
    *world = (struct vm_target_world){
        .virt_type = "kvm",
        .arch = "x86_64",
        .machine = "pc",
        .os_type = "hvm",
    };
    g_strlcpy(world->disk_dir, conn->world->ports.disk_dir, sizeof(world->disk_dir));
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
    if (ok)
        vm_driver_take_over(conn->driver);
    return reference_answer(ok, failure, err);
}

static int
reconnect(struct vm_conn *conn, struct vm_error *err)
{
    (void)err;
    vm_driver_disconnect(conn->driver);
    return 0;
}

static int
probe(struct vm_conn *conn, struct vm_conn **copy, struct vm_error *err)
{
    GError *failure = NULL;
    ReferenceWorld *world = conn->world->ops->copy(conn->world, &failure);
    if (world == NULL)
        return reference_fail(failure, err);
    return connect_world(world, conn->profile, copy, err);
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

/* How a format begins that is a recipe. */
#define RECIPE "recipe:"

static gboolean
make_by_recipe(ReferenceWorld *world, const char *name, const char *path, guint64 size,
               GError **error)
{
    if (world->ops->recipe == NULL)
        return vm_refuse(error, VIR_ERR_NO_SUPPORT, "no images are made by recipe here");
    return world->ops->recipe(world, name, path, size, error);
}

static int
disk_create(struct vm_conn *conn, const char *path, const char *format, uint64_t size,
            struct vm_error *err)
{
    VmHypervisor *hypervisor = conn->world->ports.hypervisor;
    GError *failure = NULL;
    gboolean ok =
        g_str_has_prefix(format, RECIPE)
            ? make_by_recipe(conn->world, format + strlen(RECIPE), path, size, &failure)
            : hypervisor->ops->image_create(hypervisor, path, format, size, NULL, NULL, &failure);
    if (ok && conn->world->ops->store_fault != NULL)
        ok = vm_store_sync(conn->world->ports.store, path, &failure);
    return reference_answer(ok, failure, err);
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
    const ReferenceWorldOps *ops = conn->world->ops;
    GError *failure = NULL;
    if (ops->is_open != NULL && ops->is_open(conn->world, path)) {
        vm_refuse(&failure, VIR_ERR_OPERATION_INVALID,
                  "file '%s' is not written over: a guest has it open", path);
        return reference_fail(failure, err);
    }
    gboolean ok = write_file(conn->world->ports.store, path, data, length, &failure);
    return reference_answer(ok, failure, err);
}

static int
file_read(struct vm_conn *conn, const char *path, char **data, size_t *length, struct vm_error *err)
{
    VmStore *store = conn->world->ports.store;
    GError *failure = NULL;
    g_autoptr(GBytes) bytes = store->ops->read(store, path, G_MAXSIZE, &failure);
    if (bytes == NULL)
        return reference_fail(failure, err);
    gsize size = 0;
    const void *content = g_bytes_get_data(bytes, &size);
    *data = g_malloc0(size + 1);
    if (size > 0)
        memcpy(*data, content, size);
    *length = size;
    return 0;
}

static int
file_copy(struct vm_conn *conn, const char *from, const char *to, struct vm_error *err)
{
    const ReferenceWorldOps *ops = conn->world->ops;
    VmStore *store = conn->world->ports.store;
    g_autofree char *folder = g_path_get_dirname(to);
    GError *failure = NULL;
    gboolean done = FALSE;
    gboolean ok =
        store->ops->mkdir(store, folder, &failure) &&
        (ops->copy_image == NULL || ops->copy_image(conn->world, from, to, &done, &failure));
    if (!ok || done)
        return reference_answer(ok, failure, err);
    g_autoptr(GBytes) bytes = store->ops->read(store, from, G_MAXSIZE, &failure);
    if (bytes == NULL)
        return reference_fail(failure, err);
    gsize size = 0;
    const void *content = g_bytes_get_data(bytes, &size);
    return file_write(conn, to, content, size, err);
}

static int
file_remove(struct vm_conn *conn, const char *path, struct vm_error *err)
{
    VmStore *store = conn->world->ports.store;
    GError *failure = NULL;
    gboolean ok = store->ops->unlink(store, path, &failure);
    return reference_answer(ok, failure, err);
}

static int
guest(struct vm_conn *conn, const char *domain, const char *command, char **reply,
      struct vm_error *err)
{
    GError *failure = NULL;
    gboolean ok = conn->world->ops->guest(conn->world, domain, command, reply, &failure);
    return reference_answer(ok, failure, err);
}

static json_t *
folder_of(const ReferencePorts *ports, const char *which)
{
    if (strcmp(which, "disk") == 0)
        return json_string(ports->disk_dir);
    return json_sprintf("%s/lib/qemu/%s", ports->root,
                        strcmp(which, "save") == 0 ? "save" : "snapshot");
}

static int
inspect_value(struct vm_conn *conn, const char *what, const char *argument, json_t **value,
              struct vm_error *err)
{
    ReferenceWorld *world = conn->world;
    const char *of = argument != NULL ? argument : "";
    json_t *found = strcmp(what, "dir") == 0 ? folder_of(&world->ports, of)
                                             : world->ops->inspect(world, what, of);
    if (found == NULL) {
        GError *failure = NULL;
        vm_refuse(&failure, VIR_ERR_INVALID_ARG, "there is no %s '%s' to look at", what, of);
        return reference_fail(failure, err);
    }
    *value = found;
    return 0;
}

static int
inspect(struct vm_conn *conn, const char *what, const char *argument, char **json,
        struct vm_error *err)
{
    json_t *found = NULL;
    int code = inspect_value(conn, what, argument, &found, err);
    if (code != 0)
        return code;
    *json = json_dumps(found, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(found);
    return 0;
}

static int
advance_clock(struct vm_conn *conn, uint64_t ms, struct vm_error *err)
{
    (void)err;
    conn->world->ops->advance(conn->world, ms);
    return 0;
}

static int
take_log(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)err;
    *text = conn->world->ops->take_log(conn->world);
    return 0;
}

static int
disturb(struct vm_conn *conn, const char *domain, const char *what, struct vm_error *err)
{
    const ReferenceWorldOps *ops = conn->world->ops;
    GError *failure = NULL;
    gboolean ok;
    if (domain != NULL)
        ok = ops->disturb(conn->world, domain, what, &failure);
    else if (ops->store_fault != NULL)
        ok = ops->store_fault(conn->world, what, &failure);
    else
        ok = vm_refuse(&failure, VIR_ERR_OPERATION_UNSUPPORTED, "files do not fail here");
    return reference_answer(ok, failure, err);
}

static int
hypervisor_time(struct vm_conn *conn, uint64_t *nanoseconds, struct vm_error *err)
{
    ReferenceWorld *world = conn->world;
    (void)err;
    *nanoseconds = world->ops->hypervisor_time != NULL ? world->ops->hypervisor_time(world) : 0;
    return 0;
}

void
reference_fill(struct vm_target *table)
{
    table->abi = VM_TARGET_ABI;
    table->size = sizeof(*table);
    table->close = close_connection;
    table->version = version;
    table->capabilities = capabilities;
    table->describe = describe;
    table->free_string = free_string;
    table->free_list = free_list;
    table->next_event = next_event;
    table->disk_create = disk_create;
    table->file_write = file_write;
    table->file_read = file_read;
    table->file_copy = file_copy;
    table->file_remove = file_remove;
    table->guest = guest;
    table->inspect = inspect;
    table->inspect_value = inspect_value;
    table->restart = restart;
    table->probe = probe;
    table->advance_clock = advance_clock;
    table->take_log = take_log;
    table->disturb = disturb;
    table->hypervisor_time = hypervisor_time;
    table->reconnect = reconnect;
    reference_fill_domain(table);
    reference_fill_snapshot(table);
}
