/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A vendor's plug-in: a shared object that exports virt_moment_target().
 */
#include <dlfcn.h>
#include <string.h>

#include "harness/target/target_load.h"

static const struct vm_target *
refuse(const char *path, const char *cause, GError **error)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "plug-in '%s': %s", path, cause);
    return NULL;
}

/* A plug-in built against an older, shorter table: what it does not know is NULL.  The copy lives
 * as long as the plug-in, until the process ends. */
static const struct vm_target *
widen(const struct vm_target *table)
{
    struct vm_target *wide = g_new0(struct vm_target, 1);

    memcpy(wide, table, MIN(table->size, sizeof(*wide)));
    return wide;
}

/* Methods without which nothing can be run at all. */
static const char *
missing_method(const struct vm_target *table)
{
    if (!table->open || !table->close)
        return "open() or close() is missing";
    if (!table->capabilities || !table->describe)
        return "capabilities() or describe() is missing";
    if (!table->free_string || !table->free_list)
        return "free_string() or free_list() is missing";
    if (!table->domain_define || !table->domain_list)
        return "domain_define() or domain_list() is missing";
    return NULL;
}

const struct vm_target *
target_plugin(const char *path, GError **error)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    void *object = dlopen(absolute, RTLD_NOW | RTLD_LOCAL);
    const struct vm_target *table;
    vm_target_entry *entry;
    const char *cause;

    if (!object)
        return refuse(path, dlerror(), error);
    entry = (vm_target_entry *)dlsym(object, VM_TARGET_SYMBOL);
    table = entry ? entry() : NULL;
    if (!table)
        cause = "it does not export " VM_TARGET_SYMBOL "(), or that returned NULL";
    else if (table->abi != VM_TARGET_ABI)
        cause = "it was built for another version of target.h";
    else
        cause = missing_method(table = widen(table));
    if (!cause)
        return table;
    refuse(path, cause, error);
    dlclose(object);
    return NULL;
}
