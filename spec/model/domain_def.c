/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/domain_def.h"

#include <string.h>

#include "spec/model/domain_def_internal.h"

static const char *const location_words[] = {NULL, "no", "internal", "external", "manual"};

const char *
vm_location_word(VmLocation location)
{
    g_assert((guint)location < G_N_ELEMENTS(location_words));
    return location_words[location];
}

int
vm_location_from_word(const char *word)
{
    for (guint i = 1; i < G_N_ELEMENTS(location_words); i++) {
        if (g_strcmp0(word, location_words[i]) == 0)
            return (int)i;
    }
    return -1;
}

VmDomainDef *
vm_domain_def_ref(VmDomainDef *def)
{
    g_assert(def->refs > 0);
    def->refs++;
    return def;
}

void
vm_domain_def_unref(VmDomainDef *def)
{
    if (def == NULL || --def->refs > 0)
        return;
    char *strings[] = {
        def->virt_type,
        def->name,
        def->uuid,
        def->genid,
        def->os_type,
        def->arch,
        def->machine,
        def->on_poweroff,
        def->on_reboot,
        def->on_crash,
        def->os_extra,
        def->attributes_extra,
        def->os_attributes,
        def->memory_attributes,
        def->vcpu_attributes,
        def->os_type_attributes,
        def->text,
        def->text_in_moment,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_clear_pointer(&def->disks, g_ptr_array_unref);
    g_clear_pointer(&def->devices_extra, g_ptr_array_unref);
    g_clear_pointer(&def->extra, g_ptr_array_unref);
    vm_domain_def_unref(def->open);
    g_free(def);
}

/** A copy that shares all that never changes. */
static VmDomainDef *
copy_of(const VmDomainDef *def)
{
    VmDomainDef *copy = g_new(VmDomainDef, 1);

    *copy = *def;
    copy->refs = 1;
    copy->open = NULL;
    copy->text = NULL;
    copy->text_in_moment = NULL;
    char **strings[] = {
        &copy->virt_type,
        &copy->name,
        &copy->uuid,
        &copy->genid,
        &copy->os_type,
        &copy->arch,
        &copy->machine,
        &copy->on_poweroff,
        &copy->on_reboot,
        &copy->on_crash,
        &copy->os_extra,
        &copy->attributes_extra,
        &copy->os_attributes,
        &copy->memory_attributes,
        &copy->vcpu_attributes,
        &copy->os_type_attributes,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        *strings[i] = g_strdup(*strings[i]);
    g_ptr_array_ref(copy->disks);
    g_ptr_array_ref(copy->devices_extra);
    g_ptr_array_ref(copy->extra);
    return copy;
}

VmDomainDef *
vm_domain_def_with_name(const VmDomainDef *def, const char *name)
{
    if (strcmp(def->name, name) == 0)
        return vm_domain_def_ref((VmDomainDef *)def);
    VmDomainDef *copy = copy_of(def);
    g_free(copy->name);
    copy->name = g_strdup(name);
    if (def->open != NULL)
        copy->open = vm_domain_def_with_name(def->open, name);
    return copy;
}

VmDomainDef *
vm_domain_def_with_genid(const VmDomainDef *def, const char *genid)
{
    if (def->genid == NULL)
        return vm_domain_def_ref((VmDomainDef *)def);
    VmDomainDef *copy = copy_of(def);
    g_free(copy->genid);
    copy->genid = g_strdup(genid);
    if (def->open != NULL)
        copy->open = vm_domain_def_with_genid(def->open, genid);
    return copy;
}

static VmDiskDef *
disk_with_source(const VmDiskDef *disk, const VmDiskSource *source, gboolean push)
{
    VmDiskDef *copy = vm_disk_def_copy(disk);

    if (push) {
        VmDiskSource *layer = g_new0(VmDiskSource, 1);
        vm_disk_source_copy(layer, &disk->source);
        g_ptr_array_insert(copy->backing, 0, layer);
    }
    vm_disk_source_clear(&copy->source);
    vm_disk_source_copy(&copy->source, source);
    return copy;
}

VmDomainDef *
vm_domain_def_with_top(const VmDomainDef *def, guint index, const VmDiskSource *top, gboolean push)
{
    g_assert(index < def->disks->len);
    VmDomainDef *copy = copy_of(def);
    g_ptr_array_unref(copy->disks);
    copy->disks = g_ptr_array_new_full(def->disks->len, (GDestroyNotify)vm_disk_def_unref);
    for (guint i = 0; i < def->disks->len; i++) {
        VmDiskDef *disk = vm_domain_def_disk(def, i);
        g_ptr_array_add(copy->disks,
                        i == index ? disk_with_source(disk, top, push) : vm_disk_def_ref(disk));
    }
    if (def->open != NULL)
        copy->open = vm_domain_def_with_top(def->open, index, top, push);
    return copy;
}

VmDomainDef *
vm_domain_def_without_image(const VmDomainDef *def, const char *path, const VmDiskSource *below)
{
    g_autoptr(GPtrArray) disks =
        g_ptr_array_new_full(def->disks->len, (GDestroyNotify)vm_disk_def_unref);
    gboolean named = FALSE;
    for (guint i = 0; i < def->disks->len; i++) {
        VmDiskDef *disk = vm_domain_def_disk(def, i);
        VmDiskDef *changed = vm_disk_def_without_image(disk, path, below);
        named |= changed != NULL;
        g_ptr_array_add(disks, changed != NULL ? changed : vm_disk_def_ref(disk));
    }
    if (!named)
        return NULL;
    VmDomainDef *copy = copy_of(def);
    g_ptr_array_unref(copy->disks);
    copy->disks = g_ptr_array_ref(disks);
    if (def->open != NULL)
        copy->open = vm_domain_def_without_image(def->open, path, below);
    return copy;
}

static int
index_by_path(const VmDomainDef *def, const char *path)
{
    int found = -1;

    for (guint i = 0; i < def->disks->len; i++) {
        if (g_strcmp0(vm_domain_def_disk(def, i)->source.path, path) != 0)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

int
vm_domain_def_disk_index(const VmDomainDef *def, const char *name)
{
    if (*name == '/')
        return index_by_path(def, name);
    for (guint i = 0; i < def->disks->len; i++) {
        if (strcmp(vm_domain_def_disk(def, i)->target, name) == 0)
            return (int)i;
    }
    return -1;
}
