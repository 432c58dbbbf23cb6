/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver as a target: the snapshot calls.
 */
#include "harness/target/reference.h"

/* Make one call of the driver, and answer. */
#define CALL(function, ...)                                                                        \
    GError *failure = NULL;                                                                        \
    gboolean ok = function(conn->driver, __VA_ARGS__, &failure);                                   \
    return reference_answer(ok, failure, err)

static int
snapshot_create_xml(struct vm_conn *conn, const char *domain, const char *xml, uint32_t flags,
                    char **name, struct vm_error *err)
{
    CALL(vm_snapshot_create_xml, domain, xml, flags, name);
}

static int
snapshot_get_xml(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                 char **xml, struct vm_error *err)
{
    CALL(vm_snapshot_get_xml, domain, snapshot, flags, xml);
}

static int
snapshot_num(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
             int *count, struct vm_error *err)
{
    CALL(vm_snapshot_num, domain, parent, flags, count);
}

static int
snapshot_lookup(struct vm_conn *conn, const char *domain, const char *name, uint32_t flags,
                struct vm_error *err)
{
    CALL(vm_snapshot_lookup, domain, name, flags);
}

static int
snapshot_has_current(struct vm_conn *conn, const char *domain, uint32_t flags, int *yes,
                     struct vm_error *err)
{
    CALL(vm_snapshot_has_current, domain, flags, yes);
}

static int
snapshot_current(struct vm_conn *conn, const char *domain, uint32_t flags, char **name,
                 struct vm_error *err)
{
    CALL(vm_snapshot_current, domain, flags, name);
}

static int
snapshot_parent(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                char **name, struct vm_error *err)
{
    CALL(vm_snapshot_parent, domain, snapshot, flags, name);
}

static int
snapshot_is_current(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                    int *yes, struct vm_error *err)
{
    CALL(vm_snapshot_is_current, domain, snapshot, flags, yes);
}

static int
snapshot_has_metadata(struct vm_conn *conn, const char *domain, const char *snapshot,
                      uint32_t flags, int *yes, struct vm_error *err)
{
    CALL(vm_snapshot_has_metadata, domain, snapshot, flags, yes);
}

static int
snapshot_revert(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                struct vm_error *err)
{
    CALL(vm_snapshot_revert, domain, snapshot, flags);
}

static int
snapshot_delete(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
                struct vm_error *err)
{
    CALL(vm_snapshot_delete, domain, snapshot, flags);
}

static int
snapshot_list(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
              char ***names, struct vm_error *err)
{
    GError *failure = NULL;
    gboolean ok = vm_snapshot_list(conn->driver, domain, parent, flags, names, &failure);
    return reference_answer(ok, failure, err);
}

static int
snapshot_list_names(struct vm_conn *conn, const char *domain, const char *parent, int max,
                    uint32_t flags, char ***names, int *count, struct vm_error *err)
{
    GError *failure = NULL;
    gboolean ok =
        vm_snapshot_list_names(conn->driver, domain, parent, max, flags, names, count, &failure);
    return reference_answer(ok, failure, err);
}

void
reference_fill_snapshot(struct vm_target *table)
{
    table->snapshot_create_xml = snapshot_create_xml;
    table->snapshot_get_xml = snapshot_get_xml;
    table->snapshot_num = snapshot_num;
    table->snapshot_lookup = snapshot_lookup;
    table->snapshot_has_current = snapshot_has_current;
    table->snapshot_current = snapshot_current;
    table->snapshot_parent = snapshot_parent;
    table->snapshot_is_current = snapshot_is_current;
    table->snapshot_has_metadata = snapshot_has_metadata;
    table->snapshot_revert = snapshot_revert;
    table->snapshot_delete = snapshot_delete;
    table->snapshot_list = snapshot_list;
    table->snapshot_list_names = snapshot_list_names;
}
