/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domain> and <domainsnapshot> as the oracle reads them: with libxml2 alone,
 * no more than what it compares.  Documents are kept by their text, so that
 * equal texts are one document and nothing is parsed twice.
 */
#pragma once

#include <glib.h>

/** One disk of a domain, or of a snapshot. */
typedef struct {
    char *name;     /* target dev; of a snapshot: as written */
    char *source;   /* path, or NULL */
    char *format;   /* driver type, or NULL */
    char *type;     /* file, block, network … ; "" where not said */
    char *device;   /* disk, cdrom, lun, floppy; of a snapshot: "" */
    char *snapshot; /* location as written, or NULL */
    gboolean readonly, shareable, transient;
    gboolean cache; /* the driver element says the size of a metadata cache */
} OracleDisk;

/** Why a document is bad; a set. */
typedef enum {
    DOC_NOT_WELL_FORMED = 1 << 0,
    DOC_WRONG_ROOT = 1 << 1,
    DOC_BAD = 1 << 3, /* a domain that no driver can take */
    DOC_MEMORY_LOCATION = 1 << 4,
    DOC_MEMORY_FILE_NOT_EXTERNAL = 1 << 5,
    DOC_MEMORY_NO_FILE = 1 << 6,
    DOC_MEMORY_RELATIVE = 1 << 7,
    DOC_DISK_NO_NAME = 1 << 8,
    DOC_DISK_LOCATION = 1 << 9,
    DOC_DISK_TYPE = 1 << 10,
    DOC_DISK_FORMAT = 1 << 11,
    DOC_DISK_RELATIVE = 1 << 12,
    DOC_NO_TARGET = 1 << 13, /* a domain's disk */
    DOC_NO_SOURCE = 1 << 14,
    DOC_BACKING = 1 << 15,       /* a <backingStore> with a type, but no format or source */
    DOC_SHARED_FORMAT = 1 << 16, /* a writable shareable disk that is not raw */
    DOC_CORE_DUMP = 1 << 17,     /* <on_crash> asks for one */
} DocumentFault;

/** A <domain>. */
typedef struct {
    char *text;   /* as handed out */
    guint faults; /* of DocumentFault */
    char *name, *uuid;
    char *abi;        /* what the guest sees, as one text; equal texts = same ABI */
    char *plain_abi;  /* the same without the generation ID; NULL where there is none */
    guint abi_number; /* equal numbers = equal texts, in one cache */
    GPtrArray *disks; /* of OracleDisk * */
    gboolean agent;
    gboolean restarts, preserved; /* what <on_poweroff> says */
} DomainDoc;

/** A <domainsnapshot>. */
typedef struct {
    char *text;
    char *body; /* the text without <parent>, to compare what moved but did not change */
    guint faults;
    char *name, *state, *parent, *creation_time;
    char *memory, *memory_file;
    GPtrArray *disks;    /* of OracleDisk * */
    DomainDoc *domain;   /* full definition, or NULL; owned */
    DomainDoc *inactive; /* <inactiveDomain>, or NULL; owned */
} MomentDoc;

typedef struct DocumentCache DocumentCache;

/** A cache, and its end; documents live as long as it. */
DocumentCache *document_cache_new(void);
void document_cache_free(DocumentCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DocumentCache, document_cache_free)

/** The bytes of all texts in it. */
gsize document_cache_bytes(const DocumentCache *cache);

/** The document of a text; never NULL: see its faults. */
const DomainDoc *document_domain(DocumentCache *cache, const char *text);
const MomentDoc *document_moment(DocumentCache *cache, const char *text);

/** The same where the text is likely that of `likely` (of the same cache, or NULL): texts are
 *  compared, not looked up. */
const DomainDoc *document_domain_like(DocumentCache *cache, const char *text,
                                      const DomainDoc *likely);
const MomentDoc *document_moment_like(DocumentCache *cache, const char *text,
                                      const MomentDoc *likely);

/** Whether a guest with that disk writes to one of the definition's, and not by agreement. */
gboolean document_writes(const OracleDisk *disk, const DomainDoc *doc);

/** The disk of that target name, or NULL. */
const OracleDisk *document_disk(const GPtrArray *disks, const char *name);

/** Where a running domain of that name has the overlay of a transient disk (DISK-TR-004): a path
 *  that the caller frees; of any other disk its source. */
char *document_overlay(const OracleDisk *disk, const char *domain);

/** A word of TRUE for external: memory or a disk is (section 0.3 of the rules). */
gboolean document_is_external(const MomentDoc *doc);

/** Whether the moment has RAM: state running or paused. */
gboolean document_is_live(const MomentDoc *doc);
