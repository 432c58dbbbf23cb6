/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A target of one domain whose answers a test sets one by one: for the
 * oracle's own tests, which make it lie.
 */
#pragma once

#include <glib.h>
#include <string.h>
#include "spec/api/api.h"
#include "spec/api/target.h"

#define FAKE_SNAPSHOTS 4

/** One snapshot of the fake domain. */
typedef struct {
    char name[16], parent[16], state[16];
    const char *digest; /* of the disk, as the image holds it */
    gboolean unlisted;  /* the image has it, the driver does not list it */
    gboolean untagged;  /* the driver lists it, the image has it not */
} FakeSnapshot;

/** What the fake target answers; copied for a probe. */
struct vm_conn {
    int state, reason;
    gboolean gone, persistent, managed_save;
    FakeSnapshot snapshots[FAKE_SNAPSHOTS];
    guint count;
    char current[16];
    const char *digest;         /* of the disk today */
    const char *files;          /* inspect "files" */
    const char *bitmap;         /* in the disk's image, or NULL */
    gboolean images;            /* it tells what an image has in it */
    const char *jobs;           /* inspect "jobs" */
    const char *dir;            /* inspect "dir", or NULL: it does not tell */
    gboolean forget_at_restart; /* a probe lacks the last snapshot */
    gboolean refuse_redefine;
    gboolean lose_leaf; /* the list of leaves lacks one */
    gboolean twice;     /* filtered lists have each name twice */
    gboolean stray;     /* lists of children have one that is no snapshot */
    gboolean hide;      /* look-up finds nothing */
};

#define UUID "11111111-2222-3333-4444-555555555555"

static const char domain_xml[] =
    "<domain type='test'><name>t-vm</name><uuid>" UUID "</uuid><memory>1024</memory><devices>"
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
    "<source file='/d/vda.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>";

static int
refuse(struct vm_error *err, int code)
{
    err->code = code;
    g_strlcpy(err->text, "refused by the fake", sizeof(err->text));
    return code;
}

static FakeSnapshot *
find(struct vm_conn *conn, const char *name)
{
    for (guint i = 0; i < conn->count; i++) {
        if (strcmp(conn->snapshots[i].name, name) == 0 && !conn->snapshots[i].unlisted)
            return &conn->snapshots[i];
    }
    return NULL;
}

static int
give_list(GPtrArray *names, char ***list)
{
    g_ptr_array_add(names, NULL);
    *list = (char **)g_ptr_array_free(names, FALSE);
    return 0;
}

static int
fake_domain_list(struct vm_conn *conn, uint32_t flags G_GNUC_UNUSED, char ***list,
                 struct vm_error *err G_GNUC_UNUSED)
{
    GPtrArray *names = g_ptr_array_new();

    if (!conn->gone)
        g_ptr_array_add(names, g_strdup("t-vm"));
    g_ptr_array_add(names, g_strdup("foreign"));
    return give_list(names, list);
}

static int
fake_xml(struct vm_conn *conn G_GNUC_UNUSED, const char *domain G_GNUC_UNUSED,
         uint32_t flags G_GNUC_UNUSED, char **xml, struct vm_error *err G_GNUC_UNUSED)
{
    *xml = g_strdup(domain_xml);
    return 0;
}

static int
fake_uuid(struct vm_conn *conn G_GNUC_UNUSED, const char *domain G_GNUC_UNUSED, char uuid[37],
          struct vm_error *err G_GNUC_UNUSED)
{
    g_strlcpy(uuid, UUID, 37);
    return 0;
}

static int
fake_state(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, int *state, int *reason,
           struct vm_error *err G_GNUC_UNUSED)
{
    *state = conn->state;
    *reason = conn->reason;
    return 0;
}

static int
fake_persistent(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, int *yes,
                struct vm_error *err G_GNUC_UNUSED)
{
    *yes = conn->persistent;
    return 0;
}

static int
fake_managed_save(struct vm_conn *conn, const char *domain G_GNUC_UNUSED,
                  uint32_t flags G_GNUC_UNUSED, int *yes, struct vm_error *err G_GNUC_UNUSED)
{
    *yes = conn->managed_save;
    return 0;
}

static gboolean
is_leaf(struct vm_conn *conn, const FakeSnapshot *snapshot)
{
    for (guint i = 0; i < conn->count; i++) {
        if (strcmp(conn->snapshots[i].parent, snapshot->name) == 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_kept(struct vm_conn *conn, const FakeSnapshot *snapshot, uint32_t flags)
{
    gboolean off = strcmp(snapshot->state, "shutoff") == 0;

    if (flags == VIR_DOMAIN_SNAPSHOT_LIST_ROOTS)
        return !*snapshot->parent;
    if (flags == VIR_DOMAIN_SNAPSHOT_LIST_LEAVES)
        return is_leaf(conn, snapshot) && !conn->lose_leaf;
    if (flags == VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES)
        return !is_leaf(conn, snapshot);
    if (flags == VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE)
        return off;
    if (flags == VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE)
        return !off;
    return flags == 0 || flags == VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL;
}

static int
fake_snapshot_list(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, const char *parent,
                   uint32_t flags, char ***list, struct vm_error *err G_GNUC_UNUSED)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < conn->count; i++) {
        const FakeSnapshot *snapshot = &conn->snapshots[i];

        if (snapshot->unlisted)
            continue;
        if (parent ? strcmp(snapshot->parent, parent) == 0 : is_kept(conn, snapshot, flags))
            g_ptr_array_add(names, g_strdup(snapshot->name));
        if (conn->twice && !parent && flags && is_kept(conn, snapshot, flags))
            g_ptr_array_add(names, g_strdup(snapshot->name));
    }
    if (conn->stray && parent)
        g_ptr_array_add(names, g_strdup("stray"));
    return give_list(names, list);
}

static int
fake_snapshot_xml(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, const char *name,
                  uint32_t flags G_GNUC_UNUSED, char **xml, struct vm_error *err)
{
    const FakeSnapshot *snapshot = find(conn, name);
    g_autofree char *parent = NULL;

    if (!snapshot)
        return refuse(err, VIR_ERR_NO_DOMAIN_SNAPSHOT);
    parent = *snapshot->parent
                 ? g_strdup_printf("<parent><name>%s</name></parent>", snapshot->parent)
                 : g_strdup("");
    *xml = g_strdup_printf("<domainsnapshot><name>%s</name><state>%s</state>%s"
                           "<creationTime>1</creationTime><memory snapshot='no'/><disks>"
                           "<disk name='vda' snapshot='internal'/></disks>%s</domainsnapshot>",
                           snapshot->name, snapshot->state, parent, domain_xml);
    return 0;
}

static int
fake_lookup(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, const char *name,
            uint32_t flags G_GNUC_UNUSED, struct vm_error *err)
{
    return conn->hide || !find(conn, name) ? refuse(err, VIR_ERR_NO_DOMAIN_SNAPSHOT) : 0;
}

static int
fake_current(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, uint32_t flags G_GNUC_UNUSED,
             char **name, struct vm_error *err)
{
    if (!*conn->current)
        return refuse(err, VIR_ERR_NO_DOMAIN_SNAPSHOT);
    *name = g_strdup(conn->current);
    return 0;
}

static int
fake_create(struct vm_conn *conn, const char *domain G_GNUC_UNUSED, const char *xml G_GNUC_UNUSED,
            uint32_t flags G_GNUC_UNUSED, char **name, struct vm_error *err)
{
    if (conn->refuse_redefine)
        return refuse(err, VIR_ERR_XML_ERROR);
    *name = g_strdup("any");
    return 0;
}

static const FakeSnapshot *
find_tag(struct vm_conn *conn, const char *name)
{
    for (guint i = 0; i < conn->count; i++) {
        if (strcmp(conn->snapshots[i].name, name) == 0 && !conn->snapshots[i].untagged)
            return &conn->snapshots[i];
    }
    return NULL;
}

static char *
image_text(struct vm_conn *conn)
{
    GString *text = g_string_new("{\"format\":\"qcow2\",\"virtual-size\":1,\"snapshots\":[");
    const char *comma = "";

    for (guint i = 0; i < conn->count; i++) {
        if (conn->snapshots[i].untagged)
            continue;
        g_string_append_printf(text, "%s{\"name\":\"%s\"}", comma, conn->snapshots[i].name);
        comma = ",";
    }
    g_string_append(text, "],\"bitmaps\":[");
    if (conn->bitmap)
        g_string_append_printf(text, "\"%s\"", conn->bitmap);
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

static int
fake_inspect(struct vm_conn *conn, const char *what, const char *argument, char **json,
             struct vm_error *err)
{
    const char *tag = strchr(argument, '@');
    const FakeSnapshot *snapshot = tag ? find_tag(conn, tag + 1) : NULL;

    if (strcmp(what, "files") == 0)
        *json = g_strdup(conn->files);
    else if (strcmp(what, "jobs") == 0)
        *json = g_strdup(conn->jobs);
    else if (strcmp(what, "dir") == 0 && conn->dir)
        *json = g_strdup(conn->dir);
    else if (strcmp(what, "nodes") == 0)
        *json = g_strdup("[]");
    else if (strcmp(what, "file") == 0 && conn->images)
        *json = image_text(conn);
    else if (strcmp(what, "content") == 0 && (!tag || snapshot))
        *json = g_strdup_printf("{\"digest\":\"%s\",\"size\":1}",
                                tag ? snapshot->digest : conn->digest);
    else
        return refuse(err, VIR_ERR_INVALID_ARG);
    return 0;
}

static int
fake_probe(struct vm_conn *conn, struct vm_conn **copy, struct vm_error *err G_GNUC_UNUSED)
{
    *copy = g_new(struct vm_conn, 1);
    **copy = *conn;
    if (conn->forget_at_restart && conn->count)
        (*copy)->count--;
    return 0;
}

static void
fake_close(struct vm_conn *conn)
{
    g_free(conn);
}

static void
fake_free_string(char *string)
{
    g_free(string);
}

static void
fake_free_list(char **list)
{
    g_strfreev(list);
}

static const struct vm_target *
fake_target(void)
{
    static const struct vm_target target = {
        .abi = VM_TARGET_ABI,
        .size = sizeof(struct vm_target),
        .name = "fake",
        .close = fake_close,
        .free_string = fake_free_string,
        .free_list = fake_free_list,
        .domain_list = fake_domain_list,
        .domain_get_xml = fake_xml,
        .domain_get_uuid = fake_uuid,
        .domain_get_state = fake_state,
        .domain_is_persistent = fake_persistent,
        .domain_has_managed_save = fake_managed_save,
        .snapshot_list = fake_snapshot_list,
        .snapshot_get_xml = fake_snapshot_xml,
        .snapshot_lookup = fake_lookup,
        .snapshot_current = fake_current,
        .snapshot_create_xml = fake_create,
        .inspect = fake_inspect,
        .probe = fake_probe,
    };

    return &target;
}

static struct vm_conn *
fake_conn_new(void)
{
    struct vm_conn *conn = g_new0(struct vm_conn, 1);

    conn->state = VIR_DOMAIN_SHUTOFF;
    conn->persistent = TRUE;
    conn->digest = "d0";
    conn->files = "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1,\"digest\":\"x\"}]";
    conn->jobs = "[]";
    return conn;
}

static void
fake_add(struct vm_conn *conn, const char *name)
{
    FakeSnapshot *snapshot = &conn->snapshots[conn->count++];

    g_assert(conn->count <= FAKE_SNAPSHOTS);
    g_strlcpy(snapshot->name, name, sizeof(snapshot->name));
    g_strlcpy(snapshot->parent, conn->current, sizeof(snapshot->parent));
    g_strlcpy(snapshot->state, "shutoff", sizeof(snapshot->state));
    snapshot->digest = conn->digest;
    g_strlcpy(conn->current, name, sizeof(conn->current));
}
