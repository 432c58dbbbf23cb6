/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small steps in an XML tree, and what is read from whole subtrees.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/** Whether a node is an element of that name. */
gboolean document_is(const xmlNode *node, const char *name);

/** The first child element of that name, or NULL. */
xmlNode *document_child(const xmlNode *node, const char *name);

/** An attribute, or NULL; the caller frees it. */
char *document_attribute(const xmlNode *node, const char *name);

/** The text of the first child element of that name, or NULL where it is missing or empty; the
 *  caller frees it. */
char *document_text(const xmlNode *node, const char *name);

/** What the guest sees of a domain (domain rules, section 7), as one text, its generation ID only
 *  where `genid` says so; the caller frees it. */
char *document_abi(const xmlNode *domain, gboolean genid);
