/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the domain definition share; for spec/model only.
 */
#pragma once

#include <libxml/tree.h>
#include "spec/model/domain_def.h"
#include "spec/model/xml_write.h"

/** Image formats that a driver type may name (NULL-ended). */
extern const char *const vm_image_formats[];

/** What a reader of <domain> works on. */
typedef struct {
    VmXmlKeep keep;
    VmDomainDef *def;
    guint64 cells_kib; /* what the NUMA cells have together */
} VmDomainReader;

/** Read a <domain> or <inactiveDomain> element.  `new_uuid` as in vm_domain_def_parse().  What
 *  only a hypervisor driver refuses is not looked at.  The caller unrefs the result. */
VmDomainDef *vm_domain_def_read(xmlNode *node, const char *new_uuid, GError **error);

/** What follows "<domain" up to the line of "</domain>", so that <inactiveDomain> has it too, with
 *  secrets.  It lives as long as the definition. */
const char *vm_domain_def_text(const VmDomainDef *def);
/** Write the definition into a moment's document, as the element `root` one level deep, secrets
 *  included or not. */
void vm_domain_def_put(GString *out, const char *root, const VmDomainDef *def, gboolean secure);

/** An empty disk with one reference. */
VmDiskDef *vm_disk_def_new(void);

/** One more reference. */
VmDiskDef *vm_disk_def_ref(VmDiskDef *disk);

/** Drop a reference; NULL is fine. */
void vm_disk_def_unref(VmDiskDef *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDiskDef, vm_disk_def_unref)

/** A copy with one reference, whose fields may be changed. */
VmDiskDef *vm_disk_def_copy(const VmDiskDef *disk);

/** The disk after the image `path` was merged into `below`, or NULL where it does not name it. */
VmDiskDef *vm_disk_def_without_image(const VmDiskDef *disk, const char *path,
                                     const VmDiskSource *below);

/** Copy what a source has; the target is overwritten, not freed. */
void vm_disk_source_copy(VmDiskSource *to, const VmDiskSource *from);

/** Free what a source has. */
void vm_disk_source_clear(VmDiskSource *source);

/** Free a source made with g_new(). */
void vm_disk_source_free(VmDiskSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDiskSource, vm_disk_source_free)

/** Read the type-dependent path of a <source> and keep the rest of it. */
void vm_disk_source_read(VmDiskSource *source, const xmlNode *node, VmXmlKeep *keep);

/** Read one <disk>: NO_TARGET, NO_SOURCE, XML_ERROR, CONFIG_UNSUPPORTED.  The caller unrefs it. */
VmDiskDef *vm_disk_def_read(xmlNode *node, VmXmlKeep *keep, GError **error);

/** What a hypervisor driver refuses in a disk: CONFIG_UNSUPPORTED, XML_ERROR. */
gboolean vm_disk_def_check(const VmDiskDef *disk, GError **error);

/** Write one <disk> into a kept part. */
void vm_disk_def_put(GString *out, guint depth, const VmDiskDef *disk);

/** Write a <source> into a kept part (`final` = into a document); nothing for an empty one. */
void vm_disk_source_put(GString *out, guint depth, const VmDiskSource *source,
                        const char *startup_policy, gboolean final);
