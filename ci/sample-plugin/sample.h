/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sample plug-in for virt-moment: a driver that keeps domains and internal
 * snapshots in memory and has no hypervisor at all.  It shows what a vendor
 * writes: a table of methods over one's own driver, nothing of virt-moment
 * but <virt-moment/target.h>.
 *
 * Built with -DSEEDED_BUGS it has five faults that the suite must find; each
 * stands behind SEEDED(n) and says which rule it breaks.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <libxml/tree.h>
#include <virt-moment/target.h>

#ifdef SEEDED_BUGS
#define SEEDED(n) 1
#else
#define SEEDED(n) 0
#endif

/* libvirt's numbers, as far as this driver needs them. */
enum {
    ERR_INVALID_ARG = 8,
    ERR_OPERATION_FAILED = 9,
    ERR_NO_NAME = 21,
    ERR_XML_ERROR = 27,
    ERR_XML_DETAIL = 35,
    ERR_NO_DOMAIN = 42,
    ERR_OPERATION_INVALID = 55,
    ERR_CONFIG_UNSUPPORTED = 67,
    ERR_NO_DOMAIN_SNAPSHOT = 72,
    ERR_ARGUMENT_UNSUPPORTED = 74,
    ERR_SNAPSHOT_REVERT_RISKY = 77,
    ERR_OPERATION_UNSUPPORTED = 84,
};

enum { STATE_RUNNING = 1, STATE_PAUSED = 3, STATE_SHUTOFF = 5 };

/** One snapshot; its place in the list is the order of creation. */
struct snapshot {
    struct snapshot *next;
    struct snapshot *parent; /* NULL for a root */
    char *name;
    char *description; /* or NULL */
    int state;
    long long created;  /* seconds */
    char *domain_xml;   /* definition of the moment */
    char *inactive_xml; /* of the next boot at the moment, or NULL */
};

/** One persistent domain. */
struct domain {
    struct domain *next;
    char *name;
    char uuid[37];
    char *xml;      /* what runs, or what is stored while off */
    char *next_xml; /* what is stored while running */
    int persistent;
    int state;
    int reason;
    struct snapshot *snapshots;
    struct snapshot *current;
};

struct vm_conn {
    struct domain *domains;
    char *disk_dir;
    long long clock; /* seconds, one on with every snapshot */
    unsigned serial; /* for uuids */
};

/** Fill *err and return the code: return refuse(err, ERR_…, "…", …). */
int refuse(struct vm_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Refuse bits outside `mask`. */
int check_flags(uint32_t flags, uint32_t mask, struct vm_error *err);

/** The domain of a name; NULL with *err filled. */
struct domain *find_domain(struct vm_conn *conn, const char *name, struct vm_error *err);

/** Parse a document with root `root`; NULL with *err filled.  Freed with xmlFreeDoc(). */
xmlDoc *document_parse(const char *xml, const char *root, struct vm_error *err);

/** The text at an XPath, or NULL where there is no such node.  Freed with free(). */
char *document_text(xmlDoc *doc, const char *xpath);

/** How many nodes an XPath names. */
int document_count(xmlDoc *doc, const char *xpath);

/** The document as text, without its declaration.  Freed with free(). */
char *document_format(xmlDoc *doc);

/** Whether the same texts stand at an XPath of both. */
int document_equal(xmlDoc *a, xmlDoc *b, const char *xpath);

/** A domain's document without its passwords.  Freed with free(). */
char *document_without_secrets(const char *xml);

/** `text` with <, >, & and quotes escaped.  Freed with free(). */
char *document_escape(const char *text);

/** Free one snapshot, out of all lists. */
void snapshot_free(struct snapshot *snapshot);

/** How many snapshots a domain has. */
int snapshot_count(const struct domain *domain);

/** The snapshot of a name, or NULL. */
struct snapshot *find_snapshot(const struct domain *domain, const char *name);

/** Whether a snapshot is a descendant of another. */
int snapshot_is_below(const struct snapshot *snapshot, const struct snapshot *ancestor);

/** The methods of one file each, filled into the table. */
void fill_domain(struct vm_target *table);
void fill_snapshot_create(struct vm_target *table);
void fill_snapshot(struct vm_target *table);
void fill_snapshot_list(struct vm_target *table);

#endif
