/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A RELAX NG schema as an automaton that says yes quickly.
 *
 * It never says yes where the schema says no; where it says no, which it also
 * does to what it does not care to look into, libxml2 is asked, which tells
 * why.  It knows those elements of RELAX NG that our schemas use.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

typedef struct VmXmlGrammar VmXmlGrammar;

/** The grammar of a schema, whose includes are in their places; the document is taken. */
VmXmlGrammar *vm_xml_grammar_new(xmlDoc *schema);
/** Free it; NULL is fine. */
void vm_xml_grammar_free(VmXmlGrammar *grammar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmXmlGrammar, vm_xml_grammar_free)

/** Whether it says yes to a document. */
gboolean vm_xml_grammar_accepts(VmXmlGrammar *grammar, const xmlDoc *doc);
