/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small steps in a document's tree, and what is read from whole subtrees.
 */
#pragma once

#include "harness/oracle/document_tree.h"

/** Whether a node is an element of that name. */
gboolean document_is(const DocumentNode *node, const char *name);

/** The first child element of that name, or NULL. */
const DocumentNode *document_child(const DocumentNode *node, const char *name);

/** An attribute, or NULL; it lives as long as the tree. */
const char *document_attribute(const DocumentNode *node, const char *name);

/** The text of the first child element of that name, or NULL where it is missing or empty; the
 *  caller frees it. */
char *document_text(const DocumentNode *node, const char *name);

/** What the guest sees of a domain (domain rules, section 7), as one text, its generation ID only
 *  where `genid` says so; the caller frees it. */
char *document_abi(const DocumentNode *domain, gboolean genid);
