/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domain>: what moments need is modelled, all else is kept verbatim.
 *
 * A verbatim part is text whose line feeds are indentation only; a line feed
 * of its content stands as '\v', which XML does not allow.  Only the formatters
 * of this layer write such parts into documents.
 *
 * A definition is immutable and reference-counted: a moment holds the
 * definition of its time, nobody copies one by formatting and parsing.
 * A changed definition is a new one, made by a vm_domain_def_with_…() call.
 */
#pragma once

#include <glib.h>
#include "spec/api/error.h"

/** Where a disk's part of a snapshot goes; words and numbers as libvirt's. */
typedef enum {
    VM_LOCATION_DEFAULT = 0,
    VM_LOCATION_NO = 1,
    VM_LOCATION_INTERNAL = 2,
    VM_LOCATION_EXTERNAL = 3,
    VM_LOCATION_MANUAL = 4,
} VmLocation;

/** "no", "internal", "external", "manual"; NULL for the default. */
const char *vm_location_word(VmLocation location);

/** The location of a word; -1 for an unknown one ("default" is unknown). */
int vm_location_from_word(const char *word);

/** One image of a chain. */
typedef struct VmDiskSource {
    char *type;         /* "file", "block", "network", "nvme", "vhostuser", "volume", "dir" */
    char *path;         /* file= or dev=; NULL where the type has none or the drive is empty */
    char *format;       /* "raw", "qcow2", …; NULL = not given */
    char *attributes;   /* verbatim: other attributes of <source>, or NULL */
    char *extra;        /* verbatim: the children of <source>, or NULL */
    char *format_extra; /* verbatim: the children of <format> of a <backingStore>, or NULL */
    char *layer_extra;  /* verbatim: other children of a <backingStore>, or NULL */
} VmDiskSource;

/** One <disk> of a domain. */
typedef struct VmDiskDef {
    char *device;         /* "disk", "cdrom", "floppy", "lun" */
    char *target;         /* target dev: "vda" */
    char *bus;            /* target bus, or NULL */
    VmDiskSource source;  /* the top image */
    GPtrArray *backing;   /* of VmDiskSource *: <backingStore> chain below it, may be empty */
    gboolean backing_end; /* the chain was given up to its terminator */
    VmLocation snapshot;  /* snapshot= attribute */
    char *serial;         /* or NULL */
    char *wwn;            /* or NULL */
    gboolean read_only;
    gboolean shareable;
    gboolean transient;
    gboolean transient_share;
    char *startup_policy;    /* startupPolicy= of <source>, or NULL */
    char *attributes;        /* verbatim: other attributes of <disk>, or NULL */
    char *driver_attributes; /* verbatim: other attributes of <driver>, or NULL */
    char *driver_extra;      /* verbatim: the children of <driver>, or NULL */
    char *target_attributes; /* verbatim: other attributes of <target>, or NULL */
    char *extra;             /* verbatim: the other children, or NULL */
    gint refs;               /* disks are shared by the definitions made of one another */
} VmDiskDef;

/** A domain definition.  All fields are read-only for everybody but its maker. */
typedef struct VmDomainDef {
    gint refs;
    char *virt_type; /* type= */
    char *name;
    char *uuid;  /* 36 bytes, lower case */
    char *genid; /* "" = given without a value; NULL = not given */
    guint64 memory_kib;
    guint64 current_memory_kib;
    guint vcpus;
    char *os_type;     /* "hvm" */
    char *arch;        /* or NULL */
    char *machine;     /* or NULL */
    char *on_poweroff; /* "destroy" unless given */
    char *on_reboot;
    char *on_crash;
    gboolean agent;           /* a channel to a guest agent is configured */
    GPtrArray *disks;         /* of VmDiskDef *, in document order */
    GPtrArray *devices_extra; /* of char *: other <devices> children, verbatim */
    GPtrArray *extra;       /* of char *: other children of <domain>, verbatim, in document order */
    char *attributes_extra; /* verbatim: other attributes and namespaces of <domain>, or NULL */
    char *memory_attributes;  /* verbatim: other attributes of <memory>, or NULL */
    char *vcpu_attributes;    /* verbatim: attributes of <vcpu>, or NULL */
    char *os_attributes;      /* verbatim: attributes of <os>, or NULL */
    char *os_type_attributes; /* verbatim: other attributes of <type>, or NULL */
    char *os_extra;           /* verbatim: other children of <os>, or NULL */
    struct VmDomainDef *open; /* the same without the secrets of verbatim parts; NULL = has none */
    char *text;               /* the formatter's own: what it made of this definition, … */
    char *text_in_moment;     /* … and what of that, in a moment's document */
} VmDomainDef;

/** How a domain is parsed. */
typedef enum {
    VM_DOMAIN_PARSE_VALIDATE = 1, /* against the schema: XML_INVALID_SCHEMA (92) */
    VM_DOMAIN_PARSE_NEW = 2,      /* a missing uuid is drawn with `uuid` below */
} VmDomainParseFlags;

/** How a domain is formatted. */
typedef enum {
    VM_DOMAIN_FORMAT_SECURE = 1,   /* with secrets (passwd= and the like) */
    VM_DOMAIN_FORMAT_INACTIVE = 2, /* without what only a running domain has */
} VmDomainFormatFlags;

/** Parse a <domain> document.  `new_uuid` (may be NULL) is used when the document has none.
 *  Errors: XML_DETAIL (not well-formed), XML_ERROR, NO_NAME, NO_TARGET, NO_SOURCE,
 *  CONFIG_UNSUPPORTED, XML_INVALID_SCHEMA; the text names element and cause.
 *  The caller unrefs the result. */
VmDomainDef *vm_domain_def_parse(const char *xml, const char *new_uuid, guint flags,
                                 GError **error);

/** What a domain may be called: at most 200 bytes, no slash, no control characters, not "." or
 *  "..", since folders and files are named after it.  XML_DETAIL for control characters, else
 *  XML_ERROR (DOM-DEF-004). */
gboolean vm_domain_name_check(const char *name, GError **error);

/** One more reference. */
VmDomainDef *vm_domain_def_ref(VmDomainDef *def);

/** Drop a reference; NULL is fine. */
void vm_domain_def_unref(VmDomainDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDomainDef, vm_domain_def_unref)

/** The canonical XML, two spaces deep per level.  Parsing it again gives an equal definition,
 *  formatting that the same text.  The caller frees it. */
char *vm_domain_def_format(const VmDomainDef *def, guint flags);

/** The same definition under a name: itself where that is its name.  The caller unrefs it. */
VmDomainDef *vm_domain_def_with_name(const VmDomainDef *def, const char *name);

/** The same definition with another generation ID (36 bytes, lower case): itself where it has none
 *  at all (`genid` NULL).  The caller unrefs it. */
VmDomainDef *vm_domain_def_with_genid(const VmDomainDef *def, const char *genid);

/** The same definition, the top image of disk number `index` replaced by a copy of `top`; the
 *  former top becomes the first of its backing chain when `push` is set, else it is dropped.
 *  Verbatim parts of `top` must hold no secrets.
 *  The caller unrefs it. */
VmDomainDef *vm_domain_def_with_top(const VmDomainDef *def, guint index, const VmDiskSource *top,
                                    gboolean push);

/** vm_domain_def_with_top() with an image that has a type, a path and a format only. */
#define vm_domain_def_with_source(def, index, image_type, image_path, image_format, push)          \
    vm_domain_def_with_top((def), (index),                                                         \
                           &(const VmDiskSource){.type = (char *)(image_type),                     \
                                                 .path = (char *)(image_path),                     \
                                                 .format = (char *)(image_format)},                \
                           (push))

/** The same definition after the image `path` was merged into the one below it, `below`, which
 * takes its place on top and in backing chains (paths are compared as they lead); verbatim parts of
 *  `below` must hold no secrets.  NULL where no disk names that image.  The caller unrefs it. */
VmDomainDef *vm_domain_def_without_image(const VmDomainDef *def, const char *path,
                                         const VmDiskSource *below);

/** Whether two paths lead to the same file, by "." and ".." alone; NULL is no path. */
gboolean vm_path_same(const char *a, const char *b);

/** The disk with that target ("vda"), or, for an absolute path, with that source; its index, or
 *  -1 when there is none or the path is ambiguous (SNAP-ALIGN-004, -005). */
int vm_domain_def_disk_index(const VmDomainDef *def, const char *name);

/** The disk number i. */
static inline VmDiskDef *
vm_domain_def_disk(const VmDomainDef *def, guint i)
{
    return g_ptr_array_index(def->disks, i);
}

/** Whether a guest of `old` can go on as `new` (section 7 of the domain rules, as far as it is
 *  modelled; unmodelled devices are compared verbatim): CONFIG_UNSUPPORTED naming the first
 *  difference. */
gboolean vm_domain_def_check_abi(const VmDomainDef *old, const VmDomainDef *new, GError **error);

/** Whether both are the same definition, verbatim parts included. */
gboolean vm_domain_def_equal(const VmDomainDef *a, const VmDomainDef *b);

/** Where *def equals `other` (may be NULL), hold that one in its place: many moments are of one and
 *  the same definition. */
void vm_domain_def_share(VmDomainDef **def, VmDomainDef *other);
