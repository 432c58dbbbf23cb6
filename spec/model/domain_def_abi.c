/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a guest of one definition can go on as another (section 7 of the
 * domain rules): every difference that the guest would see.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

/** Children of <domain> and of <devices> that the guest does not see. */
static const char *const not_abi[] = {
    "title",   "description", "metadata",   "resource",        "iothreads",      "iothreadids",
    "cputune", "blkiotune",   "memtune",    "numatune",        "seclabel",       "graphics",
    "audio",   "lease",       "bootloader", "bootloader_args", "launchSecurity", "throttlegroups",
    "keywrap", "perf",        "pm",         "emulator",        "commandline",    NULL,
};

/** A property that must be the same. */
typedef struct {
    const char *what;
    gsize offset;
} Property;

static gboolean
differ(const VmDomainDef *old, const char *what, const char *was, const char *is, GError **error)
{
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s': %s '%s' does not match the former '%s'", old->name, what,
                     is != NULL ? is : "", was != NULL ? was : "");
}

static gboolean
check_strings(const VmDomainDef *old, const VmDomainDef *new, GError **error)
{
    static const Property properties[] = {
        {"type", offsetof(VmDomainDef, virt_type)},     {"uuid", offsetof(VmDomainDef, uuid)},
        {"name", offsetof(VmDomainDef, name)},          {"genid", offsetof(VmDomainDef, genid)},
        {"os type", offsetof(VmDomainDef, os_type)},    {"os arch", offsetof(VmDomainDef, arch)},
        {"os machine", offsetof(VmDomainDef, machine)},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        const char *was = G_STRUCT_MEMBER(char *, old, properties[i].offset);
        const char *is = G_STRUCT_MEMBER(char *, new, properties[i].offset);
        if (g_strcmp0(was, is) != 0)
            return differ(old, properties[i].what, was, is, error);
    }
    return TRUE;
}

static gboolean
check_number(const VmDomainDef *old, const char *what, guint64 was, guint64 is, GError **error)
{
    if (was == is)
        return TRUE;
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s': %s %" G_GUINT64_FORMAT
                     " does not match the former %" G_GUINT64_FORMAT,
                     old->name, what, is, was);
}

/** The piece of a kept part that begins with `start`, up to the end of its tag or value. */
static char *
piece_of(const char *part, const char *start, const char *end)
{
    const char *at = part != NULL ? strstr(part, start) : NULL;

    return at != NULL ? g_strndup(at, strcspn(at + strlen(start), end) + strlen(start)) : NULL;
}

/** What the guest sees of a disk's kept parts: where it is plugged in, and what it claims to be. */
static gboolean
check_disk_parts(const VmDomainDef *domain, const VmDiskDef *old, const VmDiskDef *new,
                 GError **error)
{
    const struct {
        const char *what, *was, *is, *start, *end;
    } pieces[] = {
        {"address", old->extra, new->extra, "<address ", ">"},
        {"block sizes", old->extra, new->extra, "<blockio ", ">"},
        {"model", old->attributes, new->attributes, " model='", "'"},
        {"rotation rate", old->target_attributes, new->target_attributes, " rotation_rate='", "'"},
        {"queues", old->driver_attributes, new->driver_attributes, " queues='", "'"},
        {"queue size", old->driver_attributes, new->driver_attributes, " queue_size='", "'"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autofree char *was = piece_of(pieces[i].was, pieces[i].start, pieces[i].end);
        g_autofree char *is = piece_of(pieces[i].is, pieces[i].start, pieces[i].end);
        if (g_strcmp0(was, is) == 0)
            continue;
        g_autofree char *what = g_strdup_printf("disk %s: %s", old->target, pieces[i].what);
        return differ(domain, what, was, is, error);
    }
    return TRUE;
}

static gboolean
check_disk(const VmDomainDef *domain, const VmDiskDef *old, const VmDiskDef *new, GError **error)
{
    static const Property properties[] = {
        {"device", offsetof(VmDiskDef, device)}, {"bus", offsetof(VmDiskDef, bus)},
        {"target", offsetof(VmDiskDef, target)}, {"serial", offsetof(VmDiskDef, serial)},
        {"wwn", offsetof(VmDiskDef, wwn)},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        const char *was = G_STRUCT_MEMBER(char *, old, properties[i].offset);
        const char *is = G_STRUCT_MEMBER(char *, new, properties[i].offset);
        if (g_strcmp0(was, is) == 0)
            continue;
        g_autofree char *what = g_strdup_printf("disk %s: %s", old->target, properties[i].what);
        return differ(domain, what, was, is, error);
    }
    if (old->read_only == new->read_only)
        return check_disk_parts(domain, old, new, error);
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s': disk %s is %s, formerly not so", domain->name, old->target,
                     new->read_only ? "read-only" : "writable");
}

static gboolean
check_disks(const VmDomainDef *old, const VmDomainDef *new, GError **error)
{
    if (!check_number(old, "the number of disks", old->disks->len, new->disks->len, error))
        return FALSE;
    for (guint i = 0; i < old->disks->len; i++) {
        if (!check_disk(old, vm_domain_def_disk(old, i), vm_domain_def_disk(new, i), error))
            return FALSE;
    }
    return TRUE;
}

/** Whether a kept part is an element of that name, whatever its prefix. */
static gboolean
part_is(const char *part, const char *name)
{
    const char *start = part + 1; /* "<" */
    const gsize length = strcspn(start, " />\n");
    const char *colon = memchr(start, ':', length);
    const char *local = colon != NULL ? colon + 1 : start;

    return strlen(name) == length - (gsize)(local - start) &&
           strncmp(local, name, strlen(name)) == 0;
}

static gboolean
part_is_abi(const char *part)
{
    for (gsize i = 0; not_abi[i] != NULL; i++) {
        if (part_is(part, not_abi[i]))
            return FALSE;
    }
    return TRUE;
}

/** The next part that the guest sees; *at is left behind it.  NULL at the end. */
static const char *
next_part(const GPtrArray *parts, guint *at)
{
    while (*at < parts->len) {
        const char *part = g_ptr_array_index(parts, (*at)++);
        if (part_is_abi(part))
            return part;
    }
    return NULL;
}

static gboolean
check_parts(const VmDomainDef *domain, const GPtrArray *old, const GPtrArray *new, GError **error)
{
    guint i = 0, k = 0;

    for (;;) {
        const char *was = next_part(old, &i);
        const char *is = next_part(new, &k);
        if (was == NULL && is == NULL)
            return TRUE;
        if (g_strcmp0(was, is) == 0)
            continue;
        const char *shown = is != NULL ? is : was;
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "domain '%s': element %.*s> does not match the former definition",
                         domain->name, (int)strcspn(shown, " />\n"), shown);
    }
}

gboolean
vm_domain_def_check_abi(const VmDomainDef *old, const VmDomainDef *new, GError **error)
{
    if (old == new)
        return TRUE;
    return check_strings(old, new, error) &&
           check_number(old, "memory", old->memory_kib, new->memory_kib, error) &&
           check_number(old, "current memory", old->current_memory_kib, new->current_memory_kib,
                        error) &&
           check_number(old, "vcpu", old->vcpus, new->vcpus, error) &&
           check_disks(old, new, error) && check_parts(old, old->extra, new->extra, error) &&
           check_parts(old, old->devices_extra, new->devices_extra, error);
}
