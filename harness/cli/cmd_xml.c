/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment xml: check a document, or bring it into the canonical form.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include "harness/cli/nearest.h"
#include "spec/model/domain_def.h"
#include "spec/model/snapshot_def.h"
#include "spec/model/xml.h"

static struct {
    gboolean security_info;
} given;

static const GOptionEntry entries[] = {
    {"security-info", 0, 0, G_OPTION_ARG_NONE, &given.security_info,
     "normalize: keep passwords and the like", NULL},
    {NULL},
};

/* At most one byte more than a document may have, so that a large file costs no memory. */
static char *
read_document(const char *path, gsize *length, GError **error)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    g_autofree char *text = NULL;

    if (stream == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot be read");
        return NULL;
    }
    text = g_malloc(VM_XML_SIZE_MAX + 2);
    *length = fread(text, 1, VM_XML_SIZE_MAX + 1, stream);
    text[*length] = '\0';
    if (ferror(stream)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot be read");
        g_clear_pointer(&text, g_free);
    }
    if (stream != stdin) {
        fclose(stream);
    }
    return g_steal_pointer(&text);
}

static gboolean
has_child(const VmXmlDoc *doc, const char *name)
{
    const xmlNode *node = xmlDocGetRootElement(doc)->children;

    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A document to create from, one to redefine from, or a metadata file: what it has tells. */
static guint
snapshot_parse_flags(const VmXmlDoc *doc)
{
    if (has_child(doc, "active")) {
        return VM_SNAPSHOT_PARSE_INTERNAL | VM_SNAPSHOT_PARSE_REDEFINE;
    }
    return has_child(doc, "creationTime") || has_child(doc, "state") ? VM_SNAPSHOT_PARSE_REDEFINE
                                                                     : 0;
}

static char *
normalize_snapshot(const char *xml, const VmXmlDoc *doc, GError **error)
{
    guint flags = snapshot_parse_flags(doc);
    g_autoptr(VmSnapshotDef) def =
        vm_snapshot_def_parse(xml, flags | VM_SNAPSHOT_PARSE_VALIDATE, error);

    if (def == NULL) {
        return NULL;
    }
    return vm_snapshot_def_format(
        def, def->domain_uuid,
        (given.security_info ? VM_SNAPSHOT_FORMAT_SECURE : 0) |
            (flags & VM_SNAPSHOT_PARSE_INTERNAL ? VM_SNAPSHOT_FORMAT_INTERNAL : 0));
}

/* What a definition without one is valid with: the driver draws it. */
#define SOME_UUID "00000000-0000-4000-8000-000000000000"

static char *
normalize_domain(const char *xml, const char *new_uuid, GError **error)
{
    g_autoptr(VmDomainDef) def =
        vm_domain_def_parse(xml, new_uuid, VM_DOMAIN_PARSE_VALIDATE, error);

    if (def == NULL) {
        return NULL;
    }
    return vm_domain_def_format(def, given.security_info ? VM_DOMAIN_FORMAT_SECURE : 0);
}

/* The canonical form of a <domainsnapshot> or a <domain>; new_uuid (or NULL) as in
 * vm_domain_def_parse(). */
static char *
normalize(const char *xml, gsize length, const char *new_uuid, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(VmXmlDoc) doc = NULL;

    if (memchr(xml, '\0', length) != NULL) {
        g_set_error(error, VM_ERROR, VIR_ERR_XML_DETAIL, "a document holds no NUL byte");
        return NULL;
    }
    doc = vm_xml_parse(xml, length, "domainsnapshot", &cause);
    if (doc != NULL) {
        return normalize_snapshot(xml, doc, error);
    }
    if (!g_error_matches(cause, VM_ERROR, VIR_ERR_XML_ERROR)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    return normalize_domain(xml, new_uuid, error);
}

static int
handle(const char *path, gboolean print)
{
    g_autoptr(GError) error = NULL;
    gsize length;
    g_autofree char *xml = read_document(path, &length, &error);
    g_autofree char *normal = NULL;

    if (xml == NULL) {
        return cli_refuse("%s: %s", path, error->message);
    }
    normal = normalize(xml, length, print ? NULL : SOME_UUID, &error);
    if (normal == NULL) {
        fprintf(stderr, "%s: %s: %s\n", path, vm_error_name(error->code), error->message);
        return EXIT_CODE_UNEXPECTED;
    }
    if (print) {
        fputs(normal, stdout);
    } else {
        printf("%s: valid\n", path);
    }
    return EXIT_CODE_OK;
}

static int
run(char **words)
{
    static const char *const actions[] = {"validate", "normalize", NULL};
    const char *nearest;

    if (words[0] == NULL || g_strv_length(words) != 2) {
        return cli_refuse("xml: expected validate FILE or normalize FILE");
    }
    if (!g_strv_contains(actions, words[0])) {
        nearest = nearest_of(words[0], actions);
        return cli_refuse("xml: there is no action '%s'; did you mean '%s'?", words[0],
                          nearest != NULL ? nearest : "validate' or 'normalize");
    }
    return handle(words[1], strcmp(words[0], "normalize") == 0);
}

const CliCommand cmd_xml = {
    .name = "xml",
    .arguments = "validate|normalize [OPTION…] FILE",
    .summary = "Check a <domain> or <domainsnapshot> document, or print its canonical form",
    .entries = entries,
    .run = run,
};
