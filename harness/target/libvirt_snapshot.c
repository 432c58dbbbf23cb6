/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt as a target: the snapshot calls.
 */
#ifdef VM_HAVE_LIBVIRT_HEADERS

#include <stdlib.h>

#include "harness/target/libvirt_int.h"

/* A domain, and one of its snapshots, for the time of a call. */
typedef struct {
    virDomainPtr domain;
    virDomainSnapshotPtr snapshot; /* NULL where the call needs none */
} Handles;

static void
handles_clear(Handles *handles)
{
    if (handles->snapshot)
        lv.virDomainSnapshotFree(handles->snapshot);
    if (handles->domain)
        lv.virDomainFree(handles->domain);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Handles, handles_clear)

/* Look up the domain and, where `snapshot` is given, the snapshot. */
static int
handles_find(struct vm_conn *conn, const char *domain, const char *snapshot, Handles *handles,
             struct vm_error *err)
{
    handles->domain = libvirt_domain(conn, domain, err);
    if (!handles->domain)
        return err->code;
    if (!snapshot)
        return 0;
    handles->snapshot = lv.virDomainSnapshotLookupByName(handles->domain, snapshot, 0);
    return handles->snapshot ? 0 : libvirt_fail(err);
}

/* Make one call on the handles of domain and snapshot. */
#define ON_SNAPSHOT(domain_name, snapshot_name, call)                                              \
    g_auto(Handles) on = {NULL, NULL};                                                             \
    if (handles_find(conn, domain_name, snapshot_name, &on, err))                                  \
        return err->code;                                                                          \
    return (call)

/* The name behind a handle, which is let go. */
static int
give_name(virDomainSnapshotPtr snapshot, char **name, struct vm_error *err)
{
    if (!snapshot)
        return libvirt_fail(err);
    *name = g_strdup(lv.virDomainSnapshotGetName(snapshot));
    lv.virDomainSnapshotFree(snapshot);
    return 0;
}

static int
snapshot_create_xml(struct vm_conn *conn, const char *domain, const char *xml, uint32_t flags,
                    char **name, struct vm_error *err)
{
    ON_SNAPSHOT(domain, NULL,
                give_name(lv.virDomainSnapshotCreateXML(on.domain, xml, flags), name, err));
}

static int
snapshot_get_xml(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                 char **xml, struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                (*xml = lv.virDomainSnapshotGetXMLDesc(on.snapshot, flags)) ? 0
                                                                            : libvirt_fail(err));
}

static int
give_names(virDomainSnapshotPtr *snapshots, int count, char ***names, struct vm_error *err)
{
    if (count < 0)
        return libvirt_fail(err);
    *names = g_new0(char *, count + 1);
    for (int i = 0; i < count; i++) {
        (*names)[i] = g_strdup(lv.virDomainSnapshotGetName(snapshots[i]));
        lv.virDomainSnapshotFree(snapshots[i]);
    }
    free(snapshots);
    return 0;
}

static int
snapshot_list(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
              char ***names, struct vm_error *err)
{
    g_auto(Handles) on = {NULL, NULL};
    virDomainSnapshotPtr *snapshots = NULL;
    int count;

    if (handles_find(conn, domain, parent, &on, err))
        return err->code;
    count = parent ? lv.virDomainSnapshotListAllChildren(on.snapshot, &snapshots, flags)
                   : lv.virDomainListAllSnapshots(on.domain, &snapshots, flags);
    return give_names(snapshots, count, names, err);
}

static int
snapshot_num(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
             int *count, struct vm_error *err)
{
    ON_SNAPSHOT(domain, parent,
                libvirt_answer(*count = parent ? lv.virDomainSnapshotNumChildren(on.snapshot, flags)
                                               : lv.virDomainSnapshotNum(on.domain, flags),
                               err));
}

static int
snapshot_list_names(struct vm_conn *conn, const char *domain, const char *parent, int max,
                    uint32_t flags, char ***names, int *count, struct vm_error *err)
{
    g_auto(Handles) on = {NULL, NULL};
    g_autofree char **room = g_new0(char *, MAX(max, 0) + 1);

    if (handles_find(conn, domain, parent, &on, err))
        return err->code;
    *count = parent ? lv.virDomainSnapshotListChildrenNames(on.snapshot, room, max, flags)
                    : lv.virDomainSnapshotListNames(on.domain, room, max, flags);
    if (*count < 0)
        return libvirt_fail(err);
    /* Some releases return more than they filled (SNAP-LIST-025). */
    *names = g_new0(char *, MIN(*count, max) + 1);
    for (int i = 0; i < MIN(*count, max); i++) {
        (*names)[i] = g_strdup(room[i]);
        free(room[i]);
    }
    return 0;
}

static int
snapshot_lookup(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                struct vm_error *err)
{
    g_autofree char *found = NULL;

    ON_SNAPSHOT(domain, NULL,
                give_name(lv.virDomainSnapshotLookupByName(on.domain, name, flags), &found, err));
}

static int
snapshot_has_current(struct vm_conn *conn, const char *domain, uint32_t flags, int *yes,
                     struct vm_error *err)
{
    ON_SNAPSHOT(domain, NULL,
                libvirt_answer(*yes = lv.virDomainHasCurrentSnapshot(on.domain, flags), err));
}

static int
snapshot_current(struct vm_conn *conn, const char *domain, uint32_t flags, char **name,
                 struct vm_error *err)
{
    ON_SNAPSHOT(domain, NULL, give_name(lv.virDomainSnapshotCurrent(on.domain, flags), name, err));
}

static int
snapshot_parent(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                char **name, struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                give_name(lv.virDomainSnapshotGetParent(on.snapshot, flags), name, err));
}

static int
snapshot_is_current(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                    int *yes, struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                libvirt_answer(*yes = lv.virDomainSnapshotIsCurrent(on.snapshot, flags), err));
}

static int
snapshot_has_metadata(struct vm_conn *conn, const char *domain, const char *snapshot,
                      uint32_t flags, int *yes, struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                libvirt_answer(*yes = lv.virDomainSnapshotHasMetadata(on.snapshot, flags), err));
}

static int
snapshot_revert(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                libvirt_answer(lv.virDomainRevertToSnapshot(on.snapshot, flags), err));
}

static int
snapshot_delete(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                struct vm_error *err)
{
    ON_SNAPSHOT(domain, snapshot,
                libvirt_answer(lv.virDomainSnapshotDelete(on.snapshot, flags), err));
}

void
libvirt_fill_snapshot(struct vm_target *table)
{
    table->snapshot_create_xml = snapshot_create_xml;
    table->snapshot_get_xml = snapshot_get_xml;
    table->snapshot_list = snapshot_list;
    table->snapshot_num = snapshot_num;
    table->snapshot_list_names = snapshot_list_names;
    table->snapshot_lookup = snapshot_lookup;
    table->snapshot_has_current = snapshot_has_current;
    table->snapshot_current = snapshot_current;
    table->snapshot_parent = snapshot_parent;
    table->snapshot_is_current = snapshot_is_current;
    table->snapshot_has_metadata = snapshot_has_metadata;
    table->snapshot_revert = snapshot_revert;
    table->snapshot_delete = snapshot_delete;
}

#endif
