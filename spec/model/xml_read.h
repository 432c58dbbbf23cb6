/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a parsed document: attributes, children, texts, numbers, words.
 * Only elements and attributes without a namespace are ever matched by name.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>
#include "spec/api/error.h"

/** Whether the node is an element of that name without a namespace. */
gboolean vm_xml_is(const xmlNode *node, const char *name);

/** The first child element (whatever its name), or NULL. */
xmlNode *vm_xml_first(const xmlNode *node);

/** The next sibling element, or NULL. */
xmlNode *vm_xml_next(const xmlNode *node);

/** The first child element of that name, or NULL. */
xmlNode *vm_xml_child(const xmlNode *node, const char *name);

/** The value of an attribute, or NULL.  Valid as long as the document. */
const char *vm_xml_attr(const xmlNode *node, const char *name);

/** As vm_xml_attr(), an empty value counting as none. */
const char *vm_xml_attr_filled(const xmlNode *node, const char *name);

/** The text of an element, its comments left out; NULL when it has none.  The caller frees it. */
char *vm_xml_text(const xmlNode *node);

/** A number without a sign, blanks around it allowed; FALSE when it is none or too large. */
gboolean vm_xml_number(const char *text, guint64 *value);

/** How many bytes a unit is ("KiB", "MB", "b", …); 0 for an unknown one. */
guint64 vm_xml_unit_bytes(const char *unit);

/** A size with a unit (NULL = KiB) in KiB, rounded up; FALSE when it is none or too large. */
gboolean vm_xml_size_kib(const char *text, const char *unit, guint64 *kib);

/** Takes one child element; `state` is the reader's own. */
typedef gboolean VmXmlTake(gpointer state, xmlNode *node, GError **error);

/** One row of a table of child elements. */
typedef struct {
    const char *name;
    VmXmlTake *take;
    gboolean many; /* may stand more than once */
} VmXmlRow;

/** Hand every child element of `node` to its row (ended by a row without a name), all others to
 *  `other` (may be NULL: passed over).  A second element where one is allowed: XML_ERROR. */
gboolean vm_xml_each_child(xmlNode *node, const VmXmlRow *rows, VmXmlTake *other, gpointer state,
                           GError **error);

/** Whether `word` is in a NULL-ended list. */
gboolean vm_xml_word_in(const char *word, const char *const *list);
