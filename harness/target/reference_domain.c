/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver as a target: the domain calls.
 */
#include "harness/target/reference.h"

/* Make one call of the driver, and answer. */
#define CALL(function, ...)                                                                        \
    GError *failure = NULL;                                                                        \
    gboolean ok = function(conn->driver, __VA_ARGS__, &failure);                                   \
    return reference_answer(ok, failure, err)

static int
domain_define(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_define, xml, flags);
}

static int
domain_create_xml(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_create_xml, xml, flags);
}

static int
domain_undefine(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    CALL(vm_domain_undefine, name);
}

static int
domain_undefine_flags(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_undefine_flags, name, flags);
}

static int
domain_rename(struct vm_conn *conn, const char *name, const char *new_name, uint32_t flags,
              struct vm_error *err)
{
    CALL(vm_domain_rename, name, new_name, flags);
}

static int
domain_set_autostart(struct vm_conn *conn, const char *name, int on, struct vm_error *err)
{
    CALL(vm_domain_set_autostart, name, on);
}

static int
domain_get_autostart(struct vm_conn *conn, const char *name, int *on, struct vm_error *err)
{
    CALL(vm_domain_get_autostart, name, on);
}

static int
domain_get_xml(struct vm_conn *conn, const char *name, uint32_t flags, char **xml,
               struct vm_error *err)
{
    CALL(vm_domain_get_xml, name, flags, xml);
}

static int
domain_is_persistent(struct vm_conn *conn, const char *name, int *yes, struct vm_error *err)
{
    CALL(vm_domain_is_persistent, name, yes);
}

static int
domain_create(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_create, name, flags);
}

static int
domain_destroy(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_destroy, name, flags);
}

static int
domain_shutdown(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_shutdown, name, flags);
}

static int
domain_reset(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_reset, name, flags);
}

static int
domain_suspend(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    CALL(vm_domain_suspend, name);
}

static int
domain_resume(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    CALL(vm_domain_resume, name);
}

static int
domain_get_state(struct vm_conn *conn, const char *name, int *state, int *reason,
                 struct vm_error *err)
{
    CALL(vm_domain_get_state, name, state, reason);
}

static int
domain_save(struct vm_conn *conn, const char *name, const char *path, const char *dxml,
            uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_save, name, path, dxml, flags);
}

static int
domain_restore(struct vm_conn *conn, const char *path, const char *dxml, uint32_t flags,
               struct vm_error *err)
{
    CALL(vm_domain_restore, path, dxml, flags);
}

static int
domain_managed_save(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    CALL(vm_domain_managed_save, name, flags);
}

static int
domain_managed_save_remove(struct vm_conn *conn, const char *name, uint32_t flags,
                           struct vm_error *err)
{
    CALL(vm_domain_managed_save_remove, name, flags);
}

static int
domain_has_managed_save(struct vm_conn *conn, const char *name, uint32_t flags, int *yes,
                        struct vm_error *err)
{
    CALL(vm_domain_has_managed_save, name, flags, yes);
}

static int
domain_get_uuid(struct vm_conn *conn, const char *name, char uuid[37], struct vm_error *err)
{
    GError *failure = NULL;
    g_autofree char *text = NULL;
    if (!vm_domain_get_uuid(conn->driver, name, &text, &failure))
        return reference_fail(failure, err);
    g_strlcpy(uuid, text, 37);
    return 0;
}

static int
domain_list(struct vm_conn *conn, uint32_t flags, char ***names, struct vm_error *err)
{
    GError *failure = NULL;
    GPtrArray *found = NULL;
    if (!vm_domain_list(conn->driver, flags, &found, &failure))
        return reference_fail(failure, err);
    *names = reference_list(found);
    return 0;
}

void
reference_fill_domain(struct vm_target *table)
{
    table->domain_define = domain_define;
    table->domain_create_xml = domain_create_xml;
    table->domain_undefine = domain_undefine;
    table->domain_undefine_flags = domain_undefine_flags;
    table->domain_rename = domain_rename;
    table->domain_set_autostart = domain_set_autostart;
    table->domain_get_autostart = domain_get_autostart;
    table->domain_get_xml = domain_get_xml;
    table->domain_is_persistent = domain_is_persistent;
    table->domain_create = domain_create;
    table->domain_destroy = domain_destroy;
    table->domain_shutdown = domain_shutdown;
    table->domain_reset = domain_reset;
    table->domain_suspend = domain_suspend;
    table->domain_resume = domain_resume;
    table->domain_get_state = domain_get_state;
    table->domain_save = domain_save;
    table->domain_restore = domain_restore;
    table->domain_managed_save = domain_managed_save;
    table->domain_managed_save_remove = domain_managed_save_remove;
    table->domain_has_managed_save = domain_has_managed_save;
    table->domain_get_uuid = domain_get_uuid;
    table->domain_list = domain_list;
}
