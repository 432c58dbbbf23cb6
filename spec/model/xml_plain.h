/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Plain documents: elements, attributes and ASCII text, as we write them
 * ourselves, read into libxml2's tree without libxml2.
 *
 * What is not plain, or not well-formed, is left to libxml2.  A plain document
 * lives in one block: its tree is not to be changed.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/** The tree of a text that ends with a NUL, or NULL: it is not plain. */
xmlDoc *vm_xml_plain_parse(const char *xml);

/** Whether a document was read so. */
gboolean vm_xml_is_plain(const xmlDoc *doc);

/** Free one that was. */
void vm_xml_plain_free(xmlDoc *doc);
