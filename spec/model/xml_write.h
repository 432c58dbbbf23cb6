/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing canonical XML, and keeping what we do not model.
 *
 * A kept part is text whose line feeds are ours (between elements); a line
 * feed of the content stands as VM_XML_CONTENT_NEWLINE, a byte that XML does
 * not allow.  So a part can be indented anew without changing what it says.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/** A line feed that belongs to the content of a kept part. */
#define VM_XML_CONTENT_NEWLINE '\v'

/** Indentation of one line. */
void vm_xml_put_indent(GString *out, guint depth);

/** Text with what XML needs escaped; line feeds as they are. */
void vm_xml_put_text(GString *out, const char *text);

/** ' name=\'value\''; nothing where value is NULL. */
void vm_xml_put_attr(GString *out, const char *name, const char *value);

/** A line "<name>text</name>"; nothing where text is NULL. */
void vm_xml_put_element(GString *out, guint depth, const char *name, const char *text);

/** Attributes that were kept as they were written, each with a blank before it; nothing for NULL.
 */
void vm_xml_put_kept_attrs(GString *out, const char *attributes);

/** A kept part as a document shows it, indented; ends with a line feed.  Nothing where part is
 *  NULL. */
void vm_xml_put_kept(GString *out, guint depth, const char *part);

/** As vm_xml_put_kept(), in the middle of a line. */
void vm_xml_continue_kept(GString *out, guint depth, const char *part);

/** As vm_xml_put_kept(), into what will itself be a kept part. */
void vm_xml_nest_kept(GString *out, guint depth, const char *part);

/** How parts are kept. */
typedef struct {
    gboolean strip;       /* leave secrets out */
    gboolean secrets;     /* set when a secret was met, kept or left out */
    const xmlNode *scope; /* the element whose namespaces are written anyway, or NULL */
} VmXmlKeep;

/** An element with all it holds as a part.  The caller frees it. */
char *vm_xml_keep_node(VmXmlKeep *keep, const xmlNode *node);

/** As vm_xml_keep_node(), appended to a part; *part may be NULL. */
void vm_xml_keep_more(VmXmlKeep *keep, char **part, const xmlNode *node);

/** The attributes of an element but for those of a NULL-ended list, as " a='1' b='2'"; NULL when
 *  there are none.  The caller frees it. */
char *vm_xml_keep_attrs(VmXmlKeep *keep, const xmlNode *node, const char *const *except);

/** The child elements but for those of a NULL-ended list as one part, or NULL.  The caller frees
 *  it. */
char *vm_xml_keep_children(VmXmlKeep *keep, const xmlNode *node, const char *const *except);

/** All namespaces that are in scope at an element, as attributes, or NULL.  The caller frees it. */
char *vm_xml_keep_namespaces(const xmlNode *node);
