/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A driver as a contender: the reference driver and libvirt's are called
 * through the same seam.
 */
#include "harness/bench/contender.h"
#include <glib/gstdio.h>
#include <string.h>
#include "harness/target/target_load.h"
#include "spec/api/api.h"
#include "spec/api/error.h"

#define SNAPSHOT(name) "<domainsnapshot><name>" name "</name></domainsnapshot>"

typedef struct {
    Contender base;
    const struct vm_target *target;
    struct vm_conn *conn;
    char *folder;
    char *disk;
    char *overlay;
    char *save;
    char *xml;
    char *overlay_xml;
} Driver;

static Driver *
own(Contender *contender)
{
    return (Driver *)contender;
}

static gboolean
answer(int code, const struct vm_error *err, const char *what, GError **error)
{
    return code == 0 || vm_refuse(error, code, "%s: %s", what, err->text);
}

static int
create(Driver *driver, const char *xml, guint32 flags, struct vm_error *err)
{
    char *name = NULL;
    int code = driver->target->snapshot_create_xml(driver->conn, "bench", xml, flags, &name, err);
    if (code == 0)
        driver->target->free_string(name);
    return code;
}

static gboolean
driver_call(Contender *contender, BenchCall call, GError **error)
{
    Driver *d = own(contender);
    const struct vm_target *t = d->target;
    struct vm_error err = {0};
    switch (call) {
    case BENCH_START:
        return answer(t->domain_create(d->conn, "bench", 0, &err), &err, "start", error);
    case BENCH_CREATE:
        return answer(create(d, SNAPSHOT("s"), 0, &err), &err, "snapshot create", error);
    case BENCH_REVERT:
        return answer(t->snapshot_revert(d->conn, "bench", "s", 0, &err), &err, "revert", error);
    case BENCH_DELETE:
        return answer(t->snapshot_delete(d->conn, "bench", "s", 0, &err), &err, "delete", error);
    case BENCH_SAVE:
        return answer(t->domain_save(d->conn, "bench", d->save, NULL, 0, &err), &err, "save",
                      error);
    case BENCH_RESTORE:
        return answer(t->domain_restore(d->conn, d->save, NULL, 0, &err), &err, "restore", error);
    case BENCH_OVERLAY:
        return answer(create(d, d->overlay_xml, VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY, &err), &err,
                      "disk-only snapshot", error);
    case BENCH_LAST:
        break;
    }
    g_assert_not_reached();
}

/* What a round has left goes, whatever there is of it. */
static gboolean
driver_begin(Contender *contender, GError **error)
{
    Driver *d = own(contender);
    struct vm_error err = {0};
    guint32 all = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA;
    d->target->domain_destroy(d->conn, "bench", 0, &err);
    d->target->domain_undefine_flags(d->conn, "bench", all, &err);
    g_unlink(d->overlay);
    g_unlink(d->save);
    if (!bench_make_disk(d->disk, error))
        return FALSE;
    return answer(d->target->domain_define(d->conn, d->xml, 0, &err), &err, "define", error);
}

/* What a first snapshot pays once in a domain's life is not what is measured. */
static gboolean
driver_warm_up(Contender *contender, GError **error)
{
    struct vm_error err = {0};
    return answer(create(own(contender), SNAPSHOT("w"), 0, &err), &err, "first snapshot", error);
}

static void
driver_free(Contender *contender)
{
    Driver *d = own(contender);
    struct vm_error err = {0};
    if (d->conn != NULL) {
        d->target->domain_destroy(d->conn, "bench", 0, &err);
        d->target->close(d->conn);
    }
    g_free(d->folder);
    g_free(d->disk);
    g_free(d->overlay);
    g_free(d->save);
    g_free(d->xml);
    g_free(d->overlay_xml);
    g_free(d);
}

static const ContenderOps driver_ops = {driver_call, driver_begin, driver_warm_up, driver_free};

static char *
domain_xml(const BenchWorld *world, const char *loader, const char *disk)
{
    return g_strdup_printf(
        "<domain type='kvm'><name>bench</name><uuid>5a4b1c1e-0001-4b62-9d0e-2f3b1f0c7a11</uuid>"
        "<memory unit='MiB'>%u</memory><vcpu>1</vcpu>"
        "<os><type arch='x86_64' machine='pc'>hvm</type>%s</os>"
        "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'>"
        "<driver name='qemu' type='qcow2'/>"
        "<source file='%s'/><target dev='vda' bus='virtio'/></disk>"
        "<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>",
        world->memory, loader, disk);
}

static gboolean
open_driver(Driver *d, const char *target, const char *profile, const char *folder, GError **error)
{
    g_autofree char *uri = NULL;
    struct vm_error err = {0};
    d->target = target_load(target, &uri, error);
    if (d->target == NULL)
        return FALSE;
    struct vm_target_options options = {
        .uri = uri, .profile = profile, .workdir = folder, .seed = 1};
    return answer(d->target->open(&options, &d->conn, &err), &err, "open", error);
}

static Driver *
driver_new(const BenchWorld *world, const char *name, const char *loader)
{
    Driver *d = g_new0(Driver, 1);
    d->base.ops = &driver_ops;
    d->base.name = name;
    d->folder = g_build_filename(world->folder, name, NULL);
    d->disk = g_build_filename(d->folder, "disk.qcow2", NULL);
    d->overlay = g_build_filename(d->folder, "overlay.qcow2", NULL);
    d->save = g_build_filename(d->folder, "guest.save", NULL);
    d->xml = domain_xml(world, loader, d->disk);
    d->overlay_xml =
        g_strdup_printf("<domainsnapshot><name>o</name><disks><disk name='vda' snapshot='external'>"
                        "<source file='%s'/></disk></disks></domainsnapshot>",
                        d->overlay);
    g_mkdir_with_parents(d->folder, 0755);
    return d;
}

Contender *
contender_ours(const BenchWorld *world, GError **error)
{
    Driver *d = driver_new(world, "ours", "");
    g_autofree char *work = g_build_filename(d->folder, "work", NULL);
    g_mkdir_with_parents(work, 0755);
    if (open_driver(d, "qemu", "rfc", work, error))
        return &d->base;
    driver_free(&d->base);
    return NULL;
}

/* Everything below one folder, as the user who runs this, without confinement. */
static gboolean
configure(const char *root, GError **error)
{
    g_autofree char *etc = g_build_filename(root, "etc", NULL);
    g_autofree char *file = g_build_filename(etc, "qemu.conf", NULL);
    static const char text[] = "user = \"root\"\ngroup = \"root\"\nsecurity_driver = \"none\"\n"
                               "stdio_handler = \"file\"\ncgroup_controllers = []\n"
                               "namespaces = []\nremember_owner = 0\n";
    g_mkdir_with_parents(etc, 0755);
    return g_file_set_contents(file, text, -1, error);
}

Contender *
contender_libvirt(const BenchWorld *world, GError **error)
{
    g_autofree char *loader = g_strdup_printf("<loader type='rom'>%s</loader>", world->rom);
    Driver *d = driver_new(world, "libvirt", loader);
    g_autofree char *root = g_build_filename(d->folder, "root", NULL);
    g_autofree char *uri = g_strdup_printf("qemu:///embed?root=%s", root);
    g_autofree char *log = g_strdup_printf("3:file:%s/log", d->folder);
    g_setenv("LIBVIRT_LOG_OUTPUTS", log, TRUE);
    if (configure(root, error) && open_driver(d, uri, "libvirt", d->folder, error))
        return &d->base;
    driver_free(&d->base);
    return NULL;
}
