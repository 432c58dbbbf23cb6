/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt as a target: the domain calls.
 */
#ifdef VM_HAVE_LIBVIRT_HEADERS

#include <stdlib.h>

#include "harness/target/libvirt_int.h"

virDomainPtr
libvirt_domain(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    virDomainPtr domain = lv.virDomainLookupByName(conn->connect, name);

    if (!domain)
        libvirt_fail(err);
    return domain;
}

/* A new domain handle is of no use here: objects are addressed by name. */
static int
drop_domain(virDomainPtr domain, struct vm_error *err)
{
    if (!domain)
        return libvirt_fail(err);
    lv.virDomainFree(domain);
    return 0;
}

/* Look the domain up, make one call on it, let it go. */
#define ON_DOMAIN(call)                                                                            \
    virDomainPtr domain = libvirt_domain(conn, name, err);                                         \
    int result;                                                                                    \
    if (!domain)                                                                                   \
        return err->code;                                                                          \
    result = (call);                                                                               \
    result = libvirt_answer(result, err);                                                          \
    lv.virDomainFree(domain);                                                                      \
    return result

static int
domain_define(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    return drop_domain(lv.virDomainDefineXMLFlags(conn->connect, xml, flags), err);
}

static int
domain_create_xml(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    return drop_domain(lv.virDomainCreateXML(conn->connect, xml, flags), err);
}

static int
domain_undefine(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainUndefine(domain));
}

static int
domain_undefine_flags(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainUndefineFlags(domain, flags));
}

static int
domain_rename(struct vm_conn *conn, const char *name, const char *new_name, uint32_t flags,
              struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainRename(domain, new_name, flags));
}

static int
domain_set_autostart(struct vm_conn *conn, const char *name, int on, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainSetAutostart(domain, on));
}

static int
domain_get_autostart(struct vm_conn *conn, const char *name, int *on, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainGetAutostart(domain, on));
}

/* 0 and the text in *string, or the error. */
static int
give_string(char *text, char **string, struct vm_error *err)
{
    *string = text;
    return text ? 0 : libvirt_fail(err);
}

static int
domain_get_xml(struct vm_conn *conn, const char *name, uint32_t flags, char **xml,
               struct vm_error *err)
{
    virDomainPtr domain = libvirt_domain(conn, name, err);
    int result;

    if (!domain)
        return err->code;
    result = give_string(lv.virDomainGetXMLDesc(domain, flags), xml, err);
    lv.virDomainFree(domain);
    return result;
}

static int
domain_get_uuid(struct vm_conn *conn, const char *name, char uuid[37], struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainGetUUIDString(domain, uuid));
}

static int
domain_is_persistent(struct vm_conn *conn, const char *name, int *yes, struct vm_error *err)
{
    ON_DOMAIN(*yes = lv.virDomainIsPersistent(domain));
}

static int
domain_list(struct vm_conn *conn, uint32_t flags, char ***names, struct vm_error *err)
{
    virDomainPtr *domains = NULL;
    int count = lv.virConnectListAllDomains(conn->connect, &domains, flags);

    if (count < 0)
        return libvirt_fail(err);
    *names = g_new0(char *, count + 1);
    for (int i = 0; i < count; i++) {
        (*names)[i] = g_strdup(lv.virDomainGetName(domains[i]));
        lv.virDomainFree(domains[i]);
    }
    free(domains);
    return 0;
}

static int
domain_create(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainCreateWithFlags(domain, flags));
}

static int
domain_destroy(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainDestroyFlags(domain, flags));
}

static int
domain_shutdown(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainShutdownFlags(domain, flags));
}

static int
domain_reset(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainReset(domain, flags));
}

static int
domain_suspend(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainSuspend(domain));
}

static int
domain_resume(struct vm_conn *conn, const char *name, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainResume(domain));
}

static int
domain_get_state(struct vm_conn *conn, const char *name, int *state, int *reason,
                 struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainGetState(domain, state, reason, 0));
}

static int
domain_save(struct vm_conn *conn, const char *name, const char *path, const char *dxml,
            uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainSaveFlags(domain, path, dxml, flags));
}

static int
domain_restore(struct vm_conn *conn, const char *path, const char *dxml, uint32_t flags,
               struct vm_error *err)
{
    return libvirt_answer(lv.virDomainRestoreFlags(conn->connect, path, dxml, flags), err);
}

static int
domain_managed_save(struct vm_conn *conn, const char *name, uint32_t flags, struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainManagedSave(domain, flags));
}

static int
domain_managed_save_remove(struct vm_conn *conn, const char *name, uint32_t flags,
                           struct vm_error *err)
{
    ON_DOMAIN(lv.virDomainManagedSaveRemove(domain, flags));
}

static int
domain_has_managed_save(struct vm_conn *conn, const char *name, uint32_t flags, int *yes,
                        struct vm_error *err)
{
    ON_DOMAIN(*yes = lv.virDomainHasManagedSaveImage(domain, flags));
}

void
libvirt_fill_domain(struct vm_target *table)
{
    table->domain_define = domain_define;
    table->domain_create_xml = domain_create_xml;
    table->domain_undefine = domain_undefine;
    table->domain_undefine_flags = domain_undefine_flags;
    table->domain_rename = domain_rename;
    table->domain_set_autostart = domain_set_autostart;
    table->domain_get_autostart = domain_get_autostart;
    table->domain_get_xml = domain_get_xml;
    table->domain_get_uuid = domain_get_uuid;
    table->domain_is_persistent = domain_is_persistent;
    table->domain_list = domain_list;
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
}

#endif
