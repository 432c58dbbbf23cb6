/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt as a target: connection, capabilities, errors.
 */
#ifdef VM_HAVE_LIBVIRT_HEADERS

#include <stdlib.h>
#include <string.h>

#include "harness/target/libvirt_int.h"
#include "harness/target/target_load.h"

int
libvirt_fail(struct vm_error *err)
{
    virErrorPtr last = lv.virGetLastError();

    err->code = last && last->code ? last->code : VIR_ERR_INTERNAL_ERROR;
    g_strlcpy(err->text, last && last->message ? last->message : "libvirt gave no error",
              sizeof(err->text));
    lv.virResetLastError();
    return err->code;
}

int
libvirt_answer(int result, struct vm_error *err)
{
    return result < 0 ? libvirt_fail(err) : 0;
}

/* What a driver of libvirt can do, by virConnectGetType(). */
static const struct {
    const char *type;
    struct vm_target_world world; /* disk_dir is filled at open */
    const char *const capabilities[20];
} drivers[] = {
    {"TEST",
     {.virt_type = "test", .arch = "", .machine = "", .os_type = "hvm"},
     {"autostart", "domain-validation", "events", "managed-save", "persistent", "rename",
      "save-restore", "snapshot-diskspec", "snapshot-internal", "snapshot-redefine",
      "snapshot-validate", "transient"}},
    {"QEMU",
     {.virt_type = "qemu", .arch = "x86_64", .machine = "pc", .os_type = "hvm"},
     {"autostart", "delete-metadata-only", "domain-validation", "events", "managed-save",
      "persistent", "rename", "save-restore", "snapshot-disk-only", "snapshot-diskspec",
      "snapshot-internal", "snapshot-no-metadata", "snapshot-redefine", "snapshot-reuse-external",
      "snapshot-validate", "start-paused", "transient"}},
};

static int
driver_index(const struct vm_conn *conn)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++) {
        if (strcmp(drivers[i].type, conn->type) == 0)
            return i;
    }
    return -1;
}

static void
close_connection(struct vm_conn *conn)
{
    libvirt_events_end(conn);
    lv.virConnectClose(conn->connect);
    g_free(conn->type);
    g_free(conn->disk_dir);
    g_free(conn);
}

static int
open_connection(const struct vm_target_options *options, struct vm_conn **result,
                struct vm_error *err)
{
    virConnectPtr connect;
    struct vm_conn *conn;

    libvirt_local_prepare(options->uri);
    connect = lv.virConnectOpen(options->uri);
    if (!connect)
        return libvirt_fail(err);
    conn = g_new0(struct vm_conn, 1);
    conn->connect = connect;
    conn->type = g_strdup(lv.virConnectGetType(connect));
    conn->disk_dir = g_strdup(options->workdir);
    conn->local_images = g_str_has_prefix(options->uri, "qemu:///");
    g_queue_init(&conn->events);
    libvirt_events_begin(conn);
    if (driver_index(conn) >= 0) {
        *result = conn;
        return 0;
    }
    err->code = VIR_ERR_NO_SUPPORT;
    g_snprintf(err->text, sizeof(err->text),
               "libvirt's '%s' driver behind '%s' is not known to virt-moment", conn->type,
               options->uri);
    close_connection(conn);
    return err->code;
}

static int
version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    unsigned long library = 0, type = 0, hypervisor = 0;

    (void)err;
    lv.virGetVersion(&library, conn->type, &type);
    lv.virConnectGetVersion(conn->connect, &hypervisor);
    *text = g_strdup_printf("libvirt %lu.%lu.%lu, %s driver", library / 1000000,
                            library / 1000 % 1000, library % 1000, conn->type);
    return 0;
}

static int
capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)err;
    *names = g_strdupv((char **)drivers[driver_index(conn)].capabilities);
    return 0;
}

static int
describe(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err)
{
    (void)err;
    *world = drivers[driver_index(conn)].world;
    g_strlcpy(world->disk_dir, conn->disk_dir, sizeof(world->disk_dir));
    return 0;
}

/* Strings are libvirt's or GLib's; both come from malloc(). */
static void
free_string(char *string)
{
    free(string);
}

const struct vm_target *
target_libvirt(GError **error)
{
    static struct vm_target table = {
        .abi = VM_TARGET_ABI,
        .size = sizeof(struct vm_target),
        .name = "libvirt",
        .open = open_connection,
        .close = close_connection,
        .version = version,
        .capabilities = capabilities,
        .describe = describe,
        .free_string = free_string,
        .free_list = g_strfreev,
    };

    if (!libvirt_library_load(error))
        return NULL;
    libvirt_fill_domain(&table);
    libvirt_fill_snapshot(&table);
    libvirt_fill_event(&table);
    libvirt_fill_local(&table);
    return &table;
}

#endif
