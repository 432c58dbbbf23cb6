/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looks at the target that are no steps: documents, what inspect() tells,
 * what disks hold.
 */

#include "harness/scenario/run_int.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

json_t *
scn_inspect(ScnRun *run, const char *what, const char *argument)
{
    struct vm_error err = {0};
    char *text = NULL;
    json_t *json;

    if (!run->target.inspect) {
        scn_fail(run, what, "this target cannot be looked into");
        return NULL;
    }
    if (run->target.inspect(run->conn, what, argument, &text, &err) != 0) {
        scn_fail(run, what, "%s: %s", vm_error_name(err.code), err.text);
        return NULL;
    }
    json = json_loads(text, JSON_DECODE_ANY, NULL);
    run->target.free_string(text);
    if (!json)
        scn_fail(run, what, "an answer that is no JSON");
    return json;
}

char *
scn_fetch_xml(ScnRun *run, const char *object, guint32 flags)
{
    const char *slash = strchr(object, '/');
    g_autofree char *domain = slash ? g_strndup(object, slash - object) : g_strdup(object);
    g_autofree char *real = scn_real_name(run, domain);
    g_auto(ScnAnswer) answer = {0};
    ScnCallArgs args = {.call = slash ? VM_CALL_SNAPSHOT_GET_XML : VM_CALL_DOMAIN_GET_XML,
                        .flags = slash ? flags & VIR_DOMAIN_SNAPSHOT_XML_SECURE : flags,
                        .domain = real,
                        .moment = slash ? slash + 1 : NULL};

    scn_dispatch(run, &args, &answer);
    if (answer.code) {
        scn_fail(run, "its document", "error %s: %s", vm_error_name(answer.code), answer.text);
        return NULL;
    }
    return g_steal_pointer(&answer.output);
}

/* The text of the first match; NULL where there is none.  The caller frees it. */
static char *
first_match(const char *xml, const char *path)
{
    xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), "document", NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlXPathContext *context = doc ? xmlXPathNewContext(doc) : NULL;
    xmlXPathObject *found = context ? xmlXPathEvalExpression((const xmlChar *)path, context) : NULL;
    char *text = NULL;

    if (found && found->nodesetval && found->nodesetval->nodeNr > 0) {
        xmlChar *content = xmlNodeGetContent(found->nodesetval->nodeTab[0]);

        text = g_strdup((const char *)content);
        xmlFree(content);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
    return text;
}

/* Where the content of a disk is to be looked for: PATH, or PATH@TAG. */
static char *
disk_place(ScnRun *run, const char *domain, const char *moment, const char *disk)
{
    g_autofree char *object = moment ? g_strconcat(domain, "/", moment, NULL) : g_strdup(domain);
    g_autofree char *xml = scn_fetch_xml(run, object, 0);
    g_autofree char *source = g_strdup_printf("%s/devices/disk[target/@dev='%s']/source/@file",
                                              moment ? "/domainsnapshot/domain" : "/domain", disk);
    g_autofree char *how =
        g_strdup_printf("/domainsnapshot/disks/disk[@name='%s']/@snapshot", disk);
    g_autofree char *path = xml ? first_match(xml, source) : NULL;
    g_autofree char *location = xml && moment ? first_match(xml, how) : NULL;

    if (!xml)
        return NULL;
    if (!path) {
        scn_fail(run, "a disk with a file", "'%s' has no disk %s with a file", object, disk);
        return NULL;
    }
    if (!moment || g_strcmp0(location, "external") == 0)
        return g_steal_pointer(&path);
    return g_strdup_printf("%s@%s", path, moment);
}

char *
scn_digest(ScnRun *run, const char *domain, const char *moment, const char *disk)
{
    gboolean ram = strcmp(disk, "ram") == 0;
    g_autofree char *real = scn_real_name(run, domain);
    g_autofree char *place =
        ram && !moment ? g_strdup(real) : disk_place(run, domain, moment, ram ? "vda" : disk);
    json_t *json = place ? scn_inspect(run, ram && !moment ? "ram" : "content", place) : NULL;
    const char *digest =
        json_string_value(json_object_get(json, ram && moment ? "memory" : "digest"));
    char *copy = g_strdup(digest);

    if (json && !copy)
        scn_fail(run, "a digest", "no content of %s at '%s'", disk, place);
    json_decref(json);
    return copy;
}
