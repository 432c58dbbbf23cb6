/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libvirt leaves to whoever uses its QEMU driver on this machine: the
 * images, and a folder that the embedded driver can work in.
 */
#ifdef VM_HAVE_LIBVIRT_HEADERS

#include <errno.h>
#include <string.h>

#include "harness/target/libvirt_int.h"

/* Everything below one folder, as the user who runs this, without confinement, without a daemon
 * that keeps logs: the driver would wait for it at each call. */
static const char settings[] = "user = \"root\"\n"
                               "group = \"root\"\n"
                               "security_driver = \"none\"\n"
                               "stdio_handler = \"file\"\n"
                               "cgroup_controllers = []\n"
                               "namespaces = []\n"
                               "remember_owner = 0\n";

/* The folder of "qemu:///embed?root=FOLDER", or NULL.  The caller frees it. */
static char *
embedded_root(const char *uri)
{
    static const char begin[] = "qemu:///embed?root=";

    if (!uri || !g_str_has_prefix(uri, begin))
        return NULL;
    return g_uri_unescape_string(uri + strlen(begin), "");
}

void
libvirt_local_prepare(const char *uri)
{
    g_autofree char *root = embedded_root(uri);
    g_autofree char *folder = root ? g_build_filename(root, "etc", NULL) : NULL;
    g_autofree char *file = folder ? g_build_filename(folder, "qemu.conf", NULL) : NULL;

    if (file && !g_file_test(file, G_FILE_TEST_EXISTS) && g_mkdir_with_parents(folder, 0755) == 0)
        g_file_set_contents(file, settings, -1, NULL);
}

static int
fail(struct vm_error *err, const char *path, const char *why)
{
    err->code = VIR_ERR_SYSTEM_ERROR;
    g_snprintf(err->text, sizeof(err->text), "cannot make the image '%s': %s", path, why);
    return err->code;
}

/* Only where the driver opens images, and on this machine. */
static int
disk_create(struct vm_conn *conn, const char *path, const char *format, uint64_t size,
            struct vm_error *err)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)size);
    const char *argv[] = {"qemu-img", "create", "-q", "-f", format, path, bytes, NULL};
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (!conn->local_images)
        return 0;
    if (g_mkdir_with_parents(folder, 0755) < 0)
        return fail(err, path, g_strerror(errno));
    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors,
                      &status, &error))
        return fail(err, path, error->message);
    if (!g_spawn_check_wait_status(status, NULL))
        return fail(err, path, errors);
    return 0;
}

void
libvirt_fill_local(struct vm_target *table)
{
    table->disk_create = disk_create;
}

#endif
