/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an XPath gives in documents of the target.
 */

#include "harness/scenario/run_int.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

/* What an XPath gives in a document: how many matches, and the text of the first or of the value.
 */
typedef struct {
    int count;
    char *text;
} Match;

static Match
evaluate(xmlDoc *doc, const char *path)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)path, context);
    Match match = {found ? 0 : -1, NULL};
    xmlChar *text = NULL;

    if (found && found->type == XPATH_NODESET) {
        match.count = found->nodesetval ? found->nodesetval->nodeNr : 0;
        if (match.count > 0)
            text = xmlNodeGetContent(found->nodesetval->nodeTab[0]);
    } else if (found) {
        match.count = 1;
        text = xmlXPathCastToString(found);
    }
    match.text = text ? g_strdup((const char *)text) : NULL;
    if (text)
        xmlFree(text);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return match;
}

static gboolean
compare(ScnRun *run, const Match *match, const char *op, const char *value)
{
    const char *text = match->text ? match->text : "";
    g_autofree char *expected = g_strdup_printf("%s %s", op, value ? value : "");

    if (match->count < 0)
        return scn_fail(run, "an XPath", "one that does not evaluate");
    if (strcmp(op, "exists") == 0)
        return match->count > 0 || scn_fail(run, "a match", "none");
    if (strcmp(op, "missing") == 0)
        return match->count == 0 ||
               scn_fail(run, "no match", "%d, the first is '%s'", match->count, text);
    if (strcmp(op, "count") == 0)
        return match->count == g_ascii_strtoll(value, NULL, 10) ||
               scn_fail(run, expected, "%d matches", match->count);
    if (match->count == 0)
        return scn_fail(run, expected, "no match");
    if (strcmp(op, "contains") == 0)
        return strstr(text, value) != NULL || scn_fail(run, expected, "'%s'", text);
    return (strcmp(text, value) == 0) == (strcmp(op, "==") == 0) ||
           scn_fail(run, expected, "'%s'", text);
}

gboolean
scn_expect_xml(ScnRun *run, const ScnStep *step)
{
    g_autofree char *object = scn_word(run, step, 2);
    g_autofree char *option = scn_word(run, step, 3);
    gboolean inactive = strcmp(option, "--inactive") == 0;
    g_autofree char *path = scn_word(run, step, 3 + inactive);
    g_autofree char *op = scn_word(run, step, 4 + inactive);
    g_autofree char *value = scn_word(run, step, 5 + inactive);
    g_autofree char *xml = scn_fetch_xml(run, object, inactive ? VIR_DOMAIN_XML_INACTIVE : 0);
    xmlDoc *doc;
    Match match;
    gboolean good;

    if (!xml)
        return FALSE;
    doc = xmlReadMemory(xml, (int)strlen(xml), "document", NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc)
        return scn_fail(run, "a well-formed document", "%s", xml);
    match = evaluate(doc, path);
    good = compare(run, &match, op, value);
    g_free(match.text);
    xmlFreeDoc(doc);
    return good;
}
