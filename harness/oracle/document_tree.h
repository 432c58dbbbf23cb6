/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A document as a tree of elements and texts, as the oracle looks at it.
 *
 * Nearly all documents are elements, attributes and ASCII text without a
 * reference: these are cut apart here, all others by libxml2.  This is not the
 * driver's reader, which it must not share an error with.
 */
#pragma once

#include <glib.h>

/** An attribute. */
typedef struct DocumentAttribute {
    const char *name, *value;
    struct DocumentAttribute *next;
} DocumentAttribute;

/** An element, or a text. */
typedef struct DocumentNode {
    const char *name; /* without its prefix; NULL: a text */
    const char *text; /* of a text */
    DocumentAttribute *attributes;
    struct DocumentNode *first, *next;
} DocumentNode;

typedef struct DocumentTree DocumentTree;

/** The tree of a text, or NULL where it is not well-formed, or has a document type: that brings
 *  entities, and is taken from nobody (VM-XML-010). */
DocumentTree *document_tree_new(const char *text);
/** The same by libxml2 alone. */
DocumentTree *document_tree_new_by_libxml(const char *text);
/** Free it; NULL is fine. */
void document_tree_free(DocumentTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DocumentTree, document_tree_free)

/** The root element. */
const DocumentNode *document_tree_root(const DocumentTree *tree);

/** Whether it was read without libxml2. */
gboolean document_tree_is_cut(const DocumentTree *tree);
