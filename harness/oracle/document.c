/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading documents with libxml2, and keeping them by their text.
 */
#include "harness/oracle/document.h"

#include <string.h>
#include <libxml/parser.h>
#include "harness/oracle/document_node.h"
#include "spec/api/text_hash.h"

struct DocumentCache {
    GHashTable *domains; /* text -> DomainDoc */
    GHashTable *moments; /* text -> MomentDoc */
    GHashTable *abis;    /* text of an ABI -> its number, from 1 */
    gsize bytes;         /* of all texts */
};

static void
disk_free(OracleDisk *disk)
{
    g_free(disk->name);
    g_free(disk->source);
    g_free(disk->format);
    g_free(disk->type);
    g_free(disk->device);
    g_free(disk->snapshot);
    g_free(disk);
}

static void
domain_doc_free(DomainDoc *doc)
{
    if (!doc)
        return;
    g_free(doc->text);
    g_free(doc->name);
    g_free(doc->uuid);
    g_free(doc->abi);
    g_free(doc->plain_abi);
    g_ptr_array_unref(doc->disks);
    g_free(doc);
}

static void
moment_doc_free(MomentDoc *doc)
{
    g_free(doc->text);
    g_free(doc->body);
    g_free(doc->name);
    g_free(doc->state);
    g_free(doc->parent);
    g_free(doc->creation_time);
    g_free(doc->memory);
    g_free(doc->memory_file);
    g_ptr_array_unref(doc->disks);
    domain_doc_free(doc->domain);
    domain_doc_free(doc->inactive);
    g_free(doc);
}

static OracleDisk *
read_disk(xmlNode *node)
{
    OracleDisk *disk = g_new0(OracleDisk, 1);
    xmlNode *source = document_child(node, "source");
    xmlNode *driver = document_child(node, "driver");
    xmlNode *target = document_child(node, "target");

    disk->name = target ? document_attribute(target, "dev") : document_attribute(node, "name");
    disk->type = document_attribute(node, "type");
    disk->device = document_attribute(node, "device");
    disk->snapshot = document_attribute(node, "snapshot");
    disk->format = driver ? document_attribute(driver, "type") : NULL;
    if (source)
        disk->source = document_attribute(source, "file");
    if (source && !disk->source)
        disk->source = document_attribute(source, "dev");
    if (source && !disk->source)
        disk->source = document_attribute(source, "name");
    if (disk->source && !*disk->source)
        g_clear_pointer(&disk->source, g_free);
    disk->cache = driver && document_child(driver, "metadata_cache");
    disk->readonly = document_child(node, "readonly") != NULL;
    disk->shareable = document_child(node, "shareable") != NULL;
    disk->transient = document_child(node, "transient") != NULL;
    return disk;
}

static void
check_domain_disk(DomainDoc *doc, const OracleDisk *disk)
{
    static const char *const locations[] = {"no", "internal", "external", "manual", NULL};

    gboolean is_drive =
        g_strcmp0(disk->device, "cdrom") == 0 || g_strcmp0(disk->device, "floppy") == 0;

    if (!disk->name)
        doc->faults |= DOC_NO_TARGET;
    else if (document_disk(doc->disks, disk->name))
        doc->faults |= DOC_BAD;
    if (!disk->source && !is_drive)
        doc->faults |= DOC_NO_SOURCE;
    if (disk->shareable && !disk->readonly && disk->format && strcmp(disk->format, "raw") != 0)
        doc->faults |= DOC_SHARED_FORMAT;
    if (disk->snapshot && !g_strv_contains(locations, disk->snapshot))
        doc->faults |= DOC_BAD;
}

static void
check_backing(DomainDoc *doc, const xmlNode *backing)
{
    g_autofree char *type = backing ? document_attribute(backing, "type") : NULL;

    if (type && (!document_child(backing, "format") || !document_child(backing, "source")))
        doc->faults |= DOC_BACKING;
}

static void
read_devices(DomainDoc *doc, xmlNode *devices)
{
    for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
        if (document_is(node, "disk")) {
            OracleDisk *disk = read_disk(node);

            check_domain_disk(doc, disk);
            check_backing(doc, document_child(node, "backingStore"));
            g_ptr_array_add(doc->disks, disk);
        }
        if (document_is(node, "channel")) {
            g_autofree char *name = NULL;
            xmlNode *target = document_child(node, "target");

            name = target ? document_attribute(target, "name") : NULL;
            doc->agent |= g_strcmp0(name, "org.qemu.guest_agent.0") == 0;
        }
    }
}

static gboolean
uuid_is_sound(const char *uuid)
{
    guint digits = 0;

    for (; uuid && *uuid; uuid++) {
        if (g_ascii_isxdigit(*uuid))
            digits++;
        else if (*uuid != '-')
            return FALSE;
    }
    return digits == 32;
}

static guint
number_abi(DocumentCache *cache, const char *abi)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(cache->abis, abi));

    if (!number) {
        number = g_hash_table_size(cache->abis) + 1;
        g_hash_table_insert(cache->abis, g_strdup(abi), GUINT_TO_POINTER(number));
    }
    return number;
}

/* What becomes of a guest that ends. */
static void
read_actions(DomainDoc *doc, xmlNode *root)
{
    g_autofree char *off = document_text(root, "on_poweroff");
    g_autofree char *crash = document_text(root, "on_crash");

    doc->restarts = g_strcmp0(off, "restart") == 0 || g_strcmp0(off, "rename-restart") == 0;
    doc->preserved = g_strcmp0(off, "preserve") == 0;
    if (crash && g_str_has_prefix(crash, "coredump-"))
        doc->faults |= DOC_CORE_DUMP;
}

static DomainDoc *
read_domain(DocumentCache *cache, xmlNode *root)
{
    DomainDoc *doc = g_new0(DomainDoc, 1);
    g_autofree char *type = document_attribute(root, "type");

    doc->disks = g_ptr_array_new_with_free_func((GDestroyNotify)disk_free);
    doc->name = document_text(root, "name");
    doc->uuid = document_text(root, "uuid");
    read_devices(doc, document_child(root, "devices"));
    read_actions(doc, root);
    doc->abi = document_abi(root, TRUE);
    if (document_child(root, "genid"))
        doc->plain_abi = document_abi(root, FALSE);
    doc->abi_number = number_abi(cache, doc->abi);
    if (!type || (doc->uuid && !uuid_is_sound(doc->uuid)))
        doc->faults |= DOC_BAD;
    return doc;
}

static void
check_memory(MomentDoc *doc)
{
    static const char *const locations[] = {"no", "internal", "external", NULL};

    if (doc->memory && !g_strv_contains(locations, doc->memory)) {
        doc->faults |= DOC_MEMORY_LOCATION;
        return;
    }
    if (!doc->memory && doc->memory_file)
        doc->memory = g_strdup("external");
    if (doc->memory_file && g_strcmp0(doc->memory, "external") != 0)
        doc->faults |= DOC_MEMORY_FILE_NOT_EXTERNAL;
    if (!doc->memory_file && g_strcmp0(doc->memory, "external") == 0)
        doc->faults |= DOC_MEMORY_NO_FILE;
    if (doc->memory_file && *doc->memory_file != '/')
        doc->faults |= DOC_MEMORY_RELATIVE;
}

static void
check_moment_disk(MomentDoc *doc, OracleDisk *disk)
{
    static const char *const locations[] = {"no", "internal", "external", "manual", NULL};
    static const char *const types[] = {"file",      "block",     "network", "nvme",
                                        "vhostuser", "vhostvdpa", NULL};
    static const char *const formats[] = {"raw",   "qcow2", "qcow", "qed", "vmdk", "vdi", "vpc",
                                          "bochs", "cloop", "dmg",  "iso", "luks", "fat", NULL};

    if (!disk->name)
        doc->faults |= DOC_DISK_NO_NAME;
    if (disk->snapshot && !g_strv_contains(locations, disk->snapshot))
        doc->faults |= DOC_DISK_LOCATION;
    if (disk->type && !g_strv_contains(types, disk->type))
        doc->faults |= DOC_DISK_TYPE;
    if (disk->format && !g_strv_contains(formats, disk->format))
        doc->faults |= DOC_DISK_FORMAT;
    if (disk->source && *disk->source != '/' &&
        (!disk->type || strcmp(disk->type, "file") == 0 || strcmp(disk->type, "block") == 0))
        doc->faults |= DOC_DISK_RELATIVE;
    /* SNAP-XML-036: a place or a format says external. */
    if (!disk->snapshot && (disk->source || disk->format))
        disk->snapshot = g_strdup("external");
}

static void
read_definitions(DocumentCache *cache, MomentDoc *doc, xmlNode *root)
{
    xmlNode *domain = document_child(root, "domain");
    xmlNode *inactive = document_child(root, "inactiveDomain");
    g_autofree char *type = domain ? document_attribute(domain, "type") : NULL;

    if (type)
        doc->domain = read_domain(cache, domain);
    if (inactive)
        doc->inactive = read_domain(cache, inactive);
}

static void
read_moment(DocumentCache *cache, MomentDoc *doc, xmlNode *root)
{
    xmlNode *memory = document_child(root, "memory");
    xmlNode *disks = document_child(root, "disks");
    xmlNode *parent = document_child(root, "parent");

    doc->name = document_text(root, "name");
    doc->state = document_text(root, "state");
    doc->creation_time = document_text(root, "creationTime");
    doc->parent = parent ? document_text(parent, "name") : NULL;
    if (memory) {
        doc->memory = document_attribute(memory, "snapshot");
        doc->memory_file = document_attribute(memory, "file");
        check_memory(doc);
    }
    for (xmlNode *node = disks ? disks->children : NULL; node; node = node->next) {
        OracleDisk *disk;

        if (node->type != XML_ELEMENT_NODE)
            continue;
        disk = read_disk(node);
        check_moment_disk(doc, disk);
        g_ptr_array_add(doc->disks, disk);
    }
    read_definitions(cache, doc, root);
}

/* The text without its <parent> element, which stands before any <domain>. */
static char *
text_without_parent(const char *text)
{
    const char *start = strstr(text, "<parent>");
    const char *domain = strstr(text, "<domain ");
    const char *end = start ? strstr(start, "</parent>") : NULL;
    GString *body;

    if (!end || (domain && domain < start))
        return g_strdup(text);
    end += strlen("</parent>");
    while (start > text && start[-1] == ' ')
        start--;
    if (*end == '\n')
        end++;
    body = g_string_new_len(text, start - text);
    g_string_append(body, end);
    return g_string_free(body, FALSE);
}

/* A document type brings entities: such a document is taken from nobody (VM-XML-010). */
static xmlNode *
sound_root(xmlDoc *xml)
{
    return xml && !xml->intSubset && !xml->extSubset ? xmlDocGetRootElement(xml) : NULL;
}

/* libxml2 asks for more input, in vain and at length, whenever less than this is left. */
#define PADDING 256
/* A document of more than that is not worth a copy. */
#define PADDED_MAX 65536

static xmlParserCtxt *parser; /* one for all; its dictionary grows with each document */
static guint parser_documents;

static void __attribute__((destructor)) drop_parser(void)
{
    g_clear_pointer(&parser, xmlFreeParserCtxt);
    parser_documents = 0;
}

static xmlParserCtxt *
parser_get(void)
{
    if (++parser_documents > 1000)
        drop_parser();
    if (!parser)
        parser = xmlNewParserCtxt();
    return parser;
}

static const int parse_options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

/* The document of a text, or NULL; blanks at its end say nothing. */
static xmlDoc *
read_text(const char *text)
{
    gsize length = strlen(text);
    g_autofree char *padded = NULL;

    if (length <= PADDED_MAX) {
        padded = g_malloc(length + PADDING);
        memset(mempcpy(padded, text, length), ' ', PADDING);
        text = padded;
        length += length > 0 ? PADDING : 0;
    }
    return xmlCtxtReadMemory(parser_get(), text, (int)length, NULL, NULL, parse_options);
}

static char *
keep_text(DocumentCache *cache, const char *text)
{
    cache->bytes += strlen(text);
    return g_strdup(text);
}

const DomainDoc *
document_domain(DocumentCache *cache, const char *text)
{
    DomainDoc *doc = g_hash_table_lookup(cache->domains, text);
    xmlDoc *xml;
    xmlNode *root;

    if (doc)
        return doc;
    xml = read_text(text);
    root = sound_root(xml);
    if (root && document_is(root, "domain")) {
        doc = read_domain(cache, root);
    } else {
        doc = g_new0(DomainDoc, 1);
        doc->disks = g_ptr_array_new_with_free_func((GDestroyNotify)disk_free);
        doc->faults = root ? DOC_WRONG_ROOT : DOC_NOT_WELL_FORMED;
    }
    if (xml)
        xmlFreeDoc(xml);
    doc->text = keep_text(cache, text);
    g_hash_table_insert(cache->domains, doc->text, doc);
    return doc;
}

const MomentDoc *
document_moment(DocumentCache *cache, const char *text)
{
    MomentDoc *doc = g_hash_table_lookup(cache->moments, text);
    xmlDoc *xml;
    xmlNode *root;

    if (doc)
        return doc;
    doc = g_new0(MomentDoc, 1);
    doc->disks = g_ptr_array_new_with_free_func((GDestroyNotify)disk_free);
    xml = read_text(text);
    root = sound_root(xml);
    if (root && document_is(root, "domainsnapshot"))
        read_moment(cache, doc, root);
    else
        doc->faults = root ? DOC_WRONG_ROOT : DOC_NOT_WELL_FORMED;
    if (xml)
        xmlFreeDoc(xml);
    doc->text = keep_text(cache, text);
    doc->body = text_without_parent(text);
    g_hash_table_insert(cache->moments, doc->text, doc);
    return doc;
}

const DomainDoc *
document_domain_like(DocumentCache *cache, const char *text, const DomainDoc *likely)
{
    return likely && strcmp(likely->text, text) == 0 ? likely : document_domain(cache, text);
}

const MomentDoc *
document_moment_like(DocumentCache *cache, const char *text, const MomentDoc *likely)
{
    return likely && strcmp(likely->text, text) == 0 ? likely : document_moment(cache, text);
}

DocumentCache *
document_cache_new(void)
{
    DocumentCache *cache = g_new0(DocumentCache, 1);

    cache->domains =
        g_hash_table_new_full(vm_text_hash, g_str_equal, NULL, (GDestroyNotify)domain_doc_free);
    cache->moments =
        g_hash_table_new_full(vm_text_hash, g_str_equal, NULL, (GDestroyNotify)moment_doc_free);
    cache->abis = g_hash_table_new_full(vm_text_hash, g_str_equal, g_free, NULL);
    return cache;
}

gsize
document_cache_bytes(const DocumentCache *cache)
{
    return cache->bytes;
}

void
document_cache_free(DocumentCache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->domains);
    g_hash_table_unref(cache->moments);
    g_hash_table_unref(cache->abis);
    g_free(cache);
}

const OracleDisk *
document_disk(const GPtrArray *disks, const char *name)
{
    for (guint i = 0; i < disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(disks, i);

        if (g_strcmp0(disk->name, name) == 0)
            return disk;
    }
    return NULL;
}

char *
document_overlay(const OracleDisk *disk, const char *domain)
{
    if (!disk->transient || !disk->source)
        return g_strdup(disk->source);
    return g_strdup_printf("%s.TRANSIENT-%s", disk->source, domain);
}

gboolean
document_writes(const OracleDisk *disk, const DomainDoc *doc)
{
    if (!disk->source || disk->readonly || disk->transient)
        return FALSE;
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *theirs = g_ptr_array_index(doc->disks, i);

        if (g_strcmp0(theirs->source, disk->source) == 0 && !(disk->shareable && theirs->shareable))
            return TRUE;
    }
    return FALSE;
}

gboolean
document_is_external(const MomentDoc *doc)
{
    if (g_strcmp0(doc->memory, "external") == 0)
        return TRUE;
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (g_strcmp0(disk->snapshot, "external") == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
document_is_live(const MomentDoc *doc)
{
    return g_strcmp0(doc->state, "running") == 0 || g_strcmp0(doc->state, "paused") == 0;
}
