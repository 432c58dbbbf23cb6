/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Patterns of a RELAX NG grammar and their derivatives: what is left of a
 * pattern to be matched after a tag, an attribute or a text.  Equal patterns
 * are one, and remember their derivatives: the states of an automaton that is
 * made while documents are read.
 */
#pragma once

#include <glib.h>
#include <libxml/xmlregexp.h>

typedef struct VmXmlPattern VmXmlPattern;

/** A set of patterns. */
typedef struct VmXmlPatterns VmXmlPatterns;

/** The names that a grammar knows, numbered from 1; 0 is every other one. */
typedef guint VmXmlName;

/** What an element or an attribute may be called. */
typedef struct {
    gboolean any;   /* any name but … (else: one of …) */
    GArray *listed; /* … these, of VmXmlName */
} VmXmlNameClass;

/** What a text may be. */
typedef struct {
    char *value;        /* this alone, or NULL */
    xmlRegexp *pattern; /* what has this form, or NULL */
    char *known;        /* a text that was found to, the last one, or NULL */
    gboolean number;    /* digits, few enough for any type of numbers */
    gboolean positive;  /* not all of them 0 */
    gboolean filled;    /* not blank */
} VmXmlTextClass;

/** An element or an attribute of the grammar: what it may be called and hold. */
typedef struct {
    gboolean attribute;
    VmXmlNameClass names;
    const VmXmlPattern *content; /* NULL: not read yet; see VmXmlPatternsRead */
    gpointer source;             /* the reader's own */
} VmXmlPart;

/** Fills in a part's content. */
typedef void VmXmlPatternsRead(VmXmlPatterns *patterns, VmXmlPart *part);

/** An empty set, for a grammar of so many names. */
VmXmlPatterns *vm_xml_patterns_new(guint names, VmXmlPatternsRead *read);
/** Free it with its patterns; parts and classes of text stay their owner's.  NULL is fine. */
void vm_xml_patterns_free(VmXmlPatterns *patterns);
/** How many patterns it has. */
guint vm_xml_patterns_count(const VmXmlPatterns *patterns);

/** What a grammar is made of.  Parts and classes of text must outlive the set. */
const VmXmlPattern *vm_xml_pattern_empty(VmXmlPatterns *patterns);
const VmXmlPattern *vm_xml_pattern_text(VmXmlPatterns *patterns);
const VmXmlPattern *vm_xml_pattern_part(VmXmlPatterns *patterns, VmXmlPart *part);
const VmXmlPattern *vm_xml_pattern_data(VmXmlPatterns *patterns, VmXmlTextClass *texts);
const VmXmlPattern *vm_xml_pattern_many(VmXmlPatterns *patterns, const VmXmlPattern *of);
const VmXmlPattern *vm_xml_pattern_choice(VmXmlPatterns *patterns, const VmXmlPattern *a,
                                          const VmXmlPattern *b);
const VmXmlPattern *vm_xml_pattern_group(VmXmlPatterns *patterns, const VmXmlPattern *a,
                                         const VmXmlPattern *b);
const VmXmlPattern *vm_xml_pattern_interleave(VmXmlPatterns *patterns, const VmXmlPattern *a,
                                              const VmXmlPattern *b);

/** Whether nothing matches it, and whether nothing more is needed. */
gboolean vm_xml_pattern_fails(const VmXmlPattern *pattern);
gboolean vm_xml_pattern_is_done(const VmXmlPattern *pattern);

/** After the begin of an element, or of an attribute, of that name: its content, and what follows
 *  it. */
const VmXmlPattern *vm_xml_pattern_begin(VmXmlPatterns *patterns, const VmXmlPattern *pattern,
                                         gboolean attribute, VmXmlName name);
/** Where there is but one way to go on after a begin: its content, *rest being what follows; else
 *  NULL. */
const VmXmlPattern *vm_xml_pattern_content(const VmXmlPattern *pattern, const VmXmlPattern **rest);
/** After the last attribute. */
const VmXmlPattern *vm_xml_pattern_close_tag(VmXmlPatterns *patterns, const VmXmlPattern *pattern);
/** After a text; where it is `whole`, there is nothing else, and a blank one may be none. */
const VmXmlPattern *vm_xml_pattern_read(VmXmlPatterns *patterns, const VmXmlPattern *pattern,
                                        const char *text, gboolean whole);
/** After the end of the element, or of the attribute, that was begun last. */
const VmXmlPattern *vm_xml_pattern_end(VmXmlPatterns *patterns, const VmXmlPattern *pattern);
