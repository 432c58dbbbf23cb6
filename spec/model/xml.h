/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one door to libxml2: hostile input gets one error, bounded memory, no
 * network and no file access.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>
#include "spec/api/error.h"

/** The largest document that is parsed at all, bytes. */
#define VM_XML_SIZE_MAX (8 * 1024 * 1024)

typedef xmlDoc VmXmlDoc;

/** Free a document; NULL is fine. */
void vm_xml_doc_free(VmXmlDoc *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmXmlDoc, vm_xml_doc_free)

/** Parse a document whose root must be `root`.  XML_DETAIL with line and cause when it is not
 *  well-formed, too large, too deep, has a DTD or the wrong encoding; XML_ERROR for another root.
 *  The caller frees it. */
VmXmlDoc *vm_xml_parse(const char *xml, gssize length, const char *root, GError **error);

/** Validate a document against one of our schemas ("domainsnapshot", "domain"): XML_INVALID_SCHEMA
 *  with the first violation. */
gboolean vm_xml_validate(VmXmlDoc *doc, const char *schema, GError **error);
