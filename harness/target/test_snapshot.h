/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the driver's snapshots on the simulated world share: a
 * world, a driver over it, a domain "vm" with two qcow2 disks, and images that
 * can be made to fail.
 */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "sim/world/inspect.h"
#include "sim/world/world.h"
#include "spec/driver/driver.h"

#define ROOT "/sim"
#define VDA "/sim/images/vda.qcow2"
#define VDB "/sim/images/vdb.qcow2"
#define METADATA "/sim/lib/qemu/snapshot/vm/"

/** A hypervisor that passes everything on, but fails one image operation. */
typedef struct {
    VmHypervisor parent;
    VmHypervisor *inner;
    VmHypervisorOps ops;
    const char *path; /* of the image whose operation fails, or NULL */
    int verb;         /* VmImageSnapshotVerb */
    gboolean dies;    /* and from then on nothing works any more, as if the daemon had died */
    gboolean dead;
    const char *command; /* QMP command that fails once, or NULL */
    const char *next;    /* and after it this one, or NULL */
    const char *counted; /* QMP command that is counted, or NULL */
    guint count;
    gboolean half_way;       /* and has done its work all the same */
    void (*meanwhile)(void); /* happens when `migrate` comes, or NULL */
} FailingImages;

static SimWorld *world;
static VmDriver *driver;
static FailingImages images;
static GError *failure;

/** Nothing that the driver does from now on leaves a trace. */
static inline void
die(void)
{
    images.dead = TRUE;
    sim_fs_set_fault(sim_world_fs(world), "*", SIM_FS_CHANGE | SIM_FS_SYNC | SIM_FS_SYNC_DIR, EIO,
                     -1);
}

/** The instance's commands come through here too. */
static inline VmInstance *
taken_over(VmHypervisor *hv, VmInstance *instance)
{
    if (instance != NULL)
        instance->hypervisor = hv;
    return instance;
}

static inline gboolean
fail_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
             json_t **reply, GError **error)
{
    FailingImages *self = (FailingImages *)instance->hypervisor;
    self->count += g_strcmp0(name, self->counted) == 0;
    if (self->meanwhile != NULL && strcmp(name, "migrate") == 0)
        self->meanwhile();
    if (g_strcmp0(name, self->command) != 0)
        return self->inner->ops->command(instance, name, arguments, pass, reply, error);
    self->command = g_steal_pointer(&self->next);
    if (self->dies)
        die();
    if (self->half_way) {
        if (json_object_get(arguments, "job-id") != NULL)
            json_object_set_new(arguments, "job-id", json_string("half-way"));
        assert_true(self->inner->ops->command(instance, name, arguments, pass, NULL, error));
    } else {
        json_decref(arguments);
    }
    g_set_error(error, VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, "Input/output error");
    return FALSE;
}

static inline VmInstance *
pass_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    VmHypervisor *inner = ((FailingImages *)hv)->inner;
    return taken_over(hv, inner->ops->start(inner, config, error));
}

static inline VmInstance *
pass_attach(VmHypervisor *hv, const char *name, GError **error)
{
    VmHypervisor *inner = ((FailingImages *)hv)->inner;
    return taken_over(hv, inner->ops->attach(inner, name, error));
}

static inline gboolean
pass_image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                  const char *backing, const char *backing_format, GError **error)
{
    VmHypervisor *inner = ((FailingImages *)hv)->inner;
    return inner->ops->image_create(inner, path, format, size, backing, backing_format, error);
}

static inline VmImageInfo *
pass_image_info(VmHypervisor *hv, const char *path, GError **error)
{
    VmHypervisor *inner = ((FailingImages *)hv)->inner;
    return inner->ops->image_info(inner, path, error);
}

static inline gboolean
fail_image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                    GError **error)
{
    FailingImages *self = (FailingImages *)hv;
    gboolean fails = self->path != NULL && strcmp(path, self->path) == 0 && self->verb == (int)verb;
    if (fails && self->dies)
        die();
    if (fails || self->dead) {
        self->path = NULL;
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': Input/output error", path);
    }
    return self->inner->ops->image_snapshot(self->inner, path, verb, tag, error);
}

static inline gboolean
pass_image_rebase(VmHypervisor *hv, const char *path, const char *backing,
                  const char *backing_format, GError **error)
{
    VmHypervisor *inner = ((FailingImages *)hv)->inner;
    return inner->ops->image_rebase(inner, path, backing, backing_format, error);
}

static inline void
open_driver(VmProfile profile)
{
    VmDriverOptions options = {.hypervisor = &images.parent,
                               .store = sim_world_store(world),
                               .env = sim_world_env(world),
                               .root = ROOT,
                               .profile = profile};
    driver = vm_driver_open(&options, &failure);
    assert_non_null(driver);
}

/** As a daemon restart. */
static inline void
restart(void)
{
    vm_driver_close(driver);
    open_driver(VM_PROFILE_RFC);
}

/** Another daemon takes over from one that died. */
static inline void
take_over(void)
{
    vm_driver_close(driver);
    images.dead = images.dies = FALSE;
    images.path = NULL;
    sim_fs_clear_faults(sim_world_fs(world));
    open_driver(VM_PROFILE_RFC);
}

#define assert_done(call)                                                                          \
    do {                                                                                           \
        g_clear_error(&failure);                                                                   \
        if (!(call))                                                                               \
            fail_msg("%s: %d %s", #call, failure ? failure->code : -1,                             \
                     failure ? failure->message : "no cause");                                     \
    } while (0)

#define assert_refused(call, expected)                                                             \
    do {                                                                                           \
        g_clear_error(&failure);                                                                   \
        assert_false(call);                                                                        \
        assert_non_null(failure);                                                                  \
        if (failure->code != (expected))                                                           \
            fail_msg("%s: %d instead of %d: %s", #call, failure->code, (expected),                 \
                     failure->message);                                                            \
    } while (0)

static inline char *
two_disk_xml(const char *vda, const char *extra)
{
    return g_strdup_printf(
        "<domain type='kvm'><name>vm</name><uuid>11111111-1111-4111-8111-111111111111</uuid>"
        "<memory unit='KiB'>131072</memory><vcpu>1</vcpu>"
        "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices>"
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/>"
        "<target dev='vda' bus='virtio'/></disk>"
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='" VDB
        "'/><target dev='vdb' bus='virtio'/></disk>%s</devices></domain>",
        vda, extra);
}

/** The text with `now` in the place of the first `old`, which must be in it. */
static inline char *
replaced(const char *text, const char *old, const char *now)
{
    const char *at = strstr(text, old);
    if (at == NULL)
        fail_msg("'%s' is not in: %s", old, text);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, now, at + strlen(old));
}

/** The domain's definition with such a change. */
static inline char *
domain_xml_with(const char *old, const char *now)
{
    g_autofree char *xml = two_disk_xml(VDA, "");
    return replaced(xml, old, now);
}

/** A file and its name outlive a power cut. */
static inline void
make_durable(const char *path)
{
    assert_done(vm_store_sync(sim_world_store(world), path, &failure));
}

static inline int
open_world(VmProfile profile)
{
    world = sim_world_new(1);
    images = (FailingImages){.inner = sim_world_hypervisor(world)};
    images.ops = *images.inner->ops;
    images.ops.start = pass_start;
    images.ops.command = fail_command;
    images.ops.attach = pass_attach;
    images.ops.image_create = pass_image_create;
    images.ops.image_info = pass_image_info;
    images.ops.device_tag = NULL; /* query-block and image_info() are asked, as on QEMU */
    images.ops.device_nodes = NULL;
    images.ops.image_tag = NULL;
    images.ops.image_snapshot = fail_image_snapshot;
    images.ops.image_rebase = pass_image_rebase;
    images.parent.ops = &images.ops;
    sim_fs_mkdir(sim_world_fs(world), "/sim/images");
    sim_fs_sync_dir(sim_world_fs(world), "/");
    sim_fs_sync_dir(sim_world_fs(world), "/sim");
    open_driver(profile);
    VmHypervisor *hv = &images.parent;
    assert_done(hv->ops->image_create(hv, VDA, "qcow2", 64 << 20, NULL, NULL, &failure));
    assert_done(hv->ops->image_create(hv, VDB, "qcow2", 64 << 20, NULL, NULL, &failure));
    make_durable(VDA);
    make_durable(VDB);
    g_autofree char *xml = two_disk_xml(VDA, "");
    assert_done(vm_domain_define(driver, xml, 0, &failure));
    return 0;
}

static inline int
open_rfc(void **state)
{
    (void)state;
    return open_world(VM_PROFILE_RFC);
}

static inline int
open_libvirt(void **state)
{
    (void)state;
    return open_world(VM_PROFILE_LIBVIRT);
}

static inline int
close_world(void **state)
{
    (void)state;
    g_clear_error(&failure);
    vm_driver_close(driver);
    sim_world_free(world);
    return 0;
}

static inline gboolean
create(const char *snapshot, guint32 flags)
{
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name></domainsnapshot>", snapshot);
    g_autofree char *name = NULL;
    return vm_snapshot_create_xml(driver, "vm", xml, flags, &name, &failure);
}

static inline gboolean
start(void)
{
    return vm_domain_create(driver, "vm", 0, &failure);
}

static inline void
guest(const char *command)
{
    assert_done(sim_world_guest(world, "vm", command, NULL, &failure));
}

/** The snapshots, parents first, each as NAME<PARENT, the current one with a star. */
static inline char *
tree(void)
{
    g_autofree char **names = NULL;
    guint32 flags = VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL;
    assert_done(vm_snapshot_list(driver, "vm", NULL, flags, &names, &failure));
    GString *text = g_string_new(NULL);
    for (guint i = 0; names[i] != NULL; i++) {
        const char *name = names[i];
        g_autofree char *parent = NULL;
        gboolean current = FALSE;
        vm_snapshot_parent(driver, "vm", name, 0, &parent, NULL);
        assert_done(vm_snapshot_is_current(driver, "vm", name, 0, &current, &failure));
        g_string_append_printf(text, "%s%s<%s%s", i > 0 ? " " : "", name, parent ? parent : "",
                               current ? "*" : "");
    }
    return g_string_free(text, FALSE);
}

#define assert_tree(expected)                                                                      \
    do {                                                                                           \
        g_autofree char *seen_tree = tree();                                                       \
        assert_string_equal(seen_tree, expected);                                                  \
    } while (0)

/** The tree is that, now and after a restart. */
#define assert_tree_stays(expected)                                                                \
    do {                                                                                           \
        assert_tree(expected);                                                                     \
        restart();                                                                                 \
        assert_tree(expected);                                                                     \
    } while (0)

/** The names of the internal snapshots of an image, joined by spaces. */
static inline char *
tags(const char *path)
{
    json_t *file = sim_inspect_file(world, path);
    GString *text = g_string_new(NULL);
    gsize i;
    json_t *entry;
    json_array_foreach(json_object_get(file, "snapshots"), i, entry) g_string_append_printf(
        text, "%s%s", i > 0 ? " " : "", json_string_value(json_object_get(entry, "name")));
    json_decref(file);
    return g_string_free(text, FALSE);
}

#define assert_tags(path, expected)                                                                \
    do {                                                                                           \
        g_autofree char *seen_tags = tags(path);                                                   \
        assert_string_equal(seen_tags, expected);                                                  \
    } while (0)

/** What a guest would see of a place. */
static inline char *
content(const char *place)
{
    json_t *found = sim_inspect_content(world, place);
    assert_non_null(found);
    char *digest = g_strdup(json_string_value(json_object_get(found, "digest")));
    json_decref(found);
    return digest;
}

#define assert_content(place, expected)                                                            \
    do {                                                                                           \
        g_autofree char *seen_content = content(place);                                            \
        assert_string_equal(seen_content, expected);                                               \
    } while (0)

#define assert_domain_state(state, reason)                                                         \
    do {                                                                                           \
        int seen_state = -1, seen_reason = -1;                                                     \
        assert_done(vm_domain_get_state(driver, "vm", &seen_state, &seen_reason, &failure));       \
        assert_int_equal(seen_state, state);                                                       \
        assert_int_equal(seen_reason, reason);                                                     \
    } while (0)

/** All events since the last time, as "type/detail type/detail". */
static inline char *
take_events(void)
{
    GString *text = g_string_new(NULL);
    VmDriverEvent *event;
    while ((event = vm_driver_next_event(driver)) != NULL) {
        const char *type = vm_enum_word("event", event->type);
        g_autofree char *group = g_strconcat("detail-", type, NULL);
        g_string_append_printf(text, "%s%s/%s", text->len > 0 ? " " : "", type,
                               vm_enum_word(group, event->detail));
        vm_driver_event_free(event);
    }
    return g_string_free(text, FALSE);
}

#define assert_events(expected)                                                                    \
    do {                                                                                           \
        g_autofree char *seen_events = take_events();                                              \
        assert_string_equal(seen_events, expected);                                                \
    } while (0)

/** Make operations on a metadata or other file fail. */
static inline void
fault(const char *glob, guint32 ops, int count)
{
    sim_fs_set_fault(sim_world_fs(world), glob, ops, EIO, count);
}

static inline void
no_faults(void)
{
    sim_fs_clear_faults(sim_world_fs(world));
}
