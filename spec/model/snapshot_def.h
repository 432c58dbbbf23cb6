/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domainsnapshot>: one snapshot as a document.  Immutable and
 * reference-counted once it is in a tree; only its maker fills the fields.
 */
#pragma once

#include <glib.h>
#include "spec/model/domain_def.h"

/** <state>: libvirt's numbers. */
typedef enum {
    VM_SNAPSHOT_NOSTATE = 0,
    VM_SNAPSHOT_RUNNING = 1,
    VM_SNAPSHOT_BLOCKED = 2,
    VM_SNAPSHOT_PAUSED = 3,
    VM_SNAPSHOT_SHUTDOWN = 4,
    VM_SNAPSHOT_SHUTOFF = 5,
    VM_SNAPSHOT_CRASHED = 6,
    VM_SNAPSHOT_PMSUSPENDED = 7,
    VM_SNAPSHOT_DISK = 8, /* "disk-snapshot" */
} VmSnapshotState;

/** One <disk> of a snapshot; after alignment there is one per disk of the domain. */
typedef struct VmSnapshotDisk {
    char *name; /* target dev after alignment */
    VmLocation location;
    VmDiskSource source;         /* the overlay's place and format, where external */
    gboolean delete_in_progress; /* <snapshotDeleteInProgress/> */
    char *extra;                 /* verbatim: metadata_cache and what else the driver element has */
    char *driver_attributes;     /* verbatim: other attributes of <driver>, or NULL */
    char *open_attributes;       /* source.attributes and .extra without their secrets, … */
    char *open_extra;            /* … where `secrets` is set */
    gboolean secrets;
} VmSnapshotDisk;

/** A snapshot document. */
typedef struct VmSnapshotDef {
    gint refs;
    char *name;
    char *description; /* or NULL */
    VmSnapshotState state;
    char *parent;                 /* name, or NULL for a root */
    gint64 creation_time;         /* seconds since the epoch */
    VmLocation memory;            /* default = undecided */
    char *memory_file;            /* or NULL */
    GPtrArray *disks;             /* of VmSnapshotDisk * */
    GPtrArray *revert_disks;      /* of VmSnapshotDisk * */
    GPtrArray *overlays;          /* of char *: paths of images that were made as overlays and that
                                     no snapshot lists any more; in its metadata file alone */
    VmDomainDef *domain;          /* definition of the moment, or NULL (legacy uuid-only form) */
    char *domain_uuid;            /* uuid of the legacy form, or NULL */
    VmDomainDef *inactive_domain; /* or NULL */
    char *cookie;                 /* verbatim <cookie>…</cookie>, or NULL */
    guint64 active;    /* <active> of its metadata file: 0, or the mark of a current one; the
                          greatest mark of a domain counts */
    char *secure_text; /* the formatter's own: how it shows this with its secrets, or NULL */
} VmSnapshotDef;

/** How a snapshot is parsed. */
typedef enum {
    VM_SNAPSHOT_PARSE_REDEFINE = 1,  /* state, time, parent, domain are taken from the document */
    VM_SNAPSHOT_PARSE_INTERNAL = 2,  /* a metadata file: <active> is required */
    VM_SNAPSHOT_PARSE_OFFLINE = 4,   /* domain inactive or DISK_ONLY: no memory (SNAP-XML-022) */
    VM_SNAPSHOT_PARSE_VALIDATE = 8,  /* against the schema: XML_INVALID_SCHEMA (92) */
    VM_SNAPSHOT_PARSE_ANY_NAME = 16, /* NO_METADATA: the rules of file names fall away */
} VmSnapshotParseFlags;

/** How a snapshot is formatted. */
typedef enum {
    VM_SNAPSHOT_FORMAT_SECURE = 1,
    VM_SNAPSHOT_FORMAT_INTERNAL = 2, /* with <active> */
} VmSnapshotFormatFlags;

/** The largest metadata file that the loader reads; a document whose file would be larger is
 *  refused at creation (SNAP-META-015). */
#define VM_SNAPSHOT_FILE_MAX (1024 * 1024)

/** Parse a <domainsnapshot> document.  Without REDEFINE and without a name, `name` stays NULL: the
 *  driver gives one.  The name, where there is one, has passed vm_snapshot_name_check() unless
 *  ANY_NAME.  Errors as in section 5 of the snapshot rules (those that answer INTERNAL_ERROR there
 *  for a bad document answer XML_ERROR here); the text names element and cause.
 *  The caller unrefs the result. */
VmSnapshotDef *vm_snapshot_def_parse(const char *xml, guint flags, GError **error);

/** One more reference. */
VmSnapshotDef *vm_snapshot_def_ref(VmSnapshotDef *def);

/** Drop a reference; NULL is fine. */
void vm_snapshot_def_unref(VmSnapshotDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmSnapshotDef, vm_snapshot_def_unref)

/** A copy whose fields may be changed until it is shared: strings and disks are copied, the domain
 *  definitions are held. */
VmSnapshotDef *vm_snapshot_def_copy(const VmSnapshotDef *def);

/** An empty disk entry. */
VmSnapshotDisk *vm_snapshot_disk_new(const char *name);

/** Free a disk entry; NULL is fine. */
void vm_snapshot_disk_free(VmSnapshotDisk *disk);

/** The canonical XML (section 6 of the snapshot rules: order of elements).  `domain_uuid` (may be
 *  NULL) is shown where the snapshot holds no definition.  The caller frees it. */
char *vm_snapshot_def_format(const VmSnapshotDef *def, const char *domain_uuid, guint flags);

/** The same, at the end of a text. */
void vm_snapshot_def_put(GString *out, const VmSnapshotDef *def, const char *domain_uuid,
                         guint flags);

/** The same with its secrets, of a definition that does not change any more: who asks again gets
 *  the same text, which lives as long as the definition. */
const char *vm_snapshot_def_secure_text(VmSnapshotDef *def, const char *domain_uuid);

/** What every metadata file begins with that this formatter makes: one length, whatever the mark
 *  is, so that the mark can be replaced in its place. */
#define VM_SNAPSHOT_HEAD_SIZE 57

/** Write the head with that mark, VM_SNAPSHOT_HEAD_SIZE bytes without a NUL. */
void vm_snapshot_def_put_head(char *head, guint64 mark);

/** Whether it counts as external: memory external, or any disk external (section 0.3). */
gboolean vm_snapshot_def_is_external(const VmSnapshotDef *def);

/** What a moment may be called: 1 to 240 bytes of UTF-8, no slash, no leading dot, no control
 *  characters, so that NAME.xml can always be written and read back.  XML_DETAIL naming the rule
 *  (SNAP-NAME-004, -005). */
gboolean vm_moment_name_check(const char *name, GError **error);

/** What an internal snapshot may be called beyond that: not 1 to 9 digits, which QEMU would take
 *  for an id, at most 255 bytes, which QEMU keeps.  CONFIG_UNSUPPORTED. */
gboolean vm_snapshot_internal_name_check(const char *name, GError **error);

/** The word of a state ("disk-snapshot"), or NULL for NOSTATE. */
const char *vm_snapshot_state_word(VmSnapshotState state);

/** How disks are aligned. */
typedef struct {
    VmLocation fallback; /* location of disks that say nothing */
    gboolean uniform;    /* internal means all internal (SNAP-ALIGN-009, -010) */
    /** Whether a path names a regular file, for generated overlay names; NULL = not looked at. */
    gboolean (*is_regular)(const char *path, gpointer data);
    gpointer data;
} VmAlignOptions;

/** Align def->disks with def->domain: afterwards exactly one entry per domain disk, in its order,
 *  named by target, with a location; external ones have a path (generated ones: the source without
 *  its suffix, plus "." and the name with every slash replaced) and a type.
 *  Errors: section 7 of the snapshot rules.  On failure def is half-changed and to be dropped. */
gboolean vm_snapshot_def_align(VmSnapshotDef *def, const VmAlignOptions *options, GError **error);
