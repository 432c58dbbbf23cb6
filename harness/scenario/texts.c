/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts of a scenario as they stand for the case that runs: variables, words
 * of a step, documents.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

/* A folder of the driver's: of snapshot metadata ("meta"), of managed save images ("save"). */
static char *
driver_folder(ScnRun *run, const char *which)
{
    char *folder = g_hash_table_lookup(run->folders, which);
    json_t *json;

    if (!folder) {
        json = scn_inspect(run, "dir", which);
        folder = g_strdup(json ? json_string_value(json) : "");
        json_decref(json);
        g_hash_table_insert(run->folders, g_strdup(which), folder);
    }
    return g_strdup(folder);
}

/* `${vm.vda}` and the like. */
static char *
template_value(const ScnRun *run, const char *name)
{
    const char *dot = strchr(name, '.');
    g_autofree char *domain = dot ? g_strndup(name, dot - name) : g_strdup(name);
    const ScnTemplate *made = g_hash_table_lookup(run->templates, domain);

    if (dot && strcmp(dot, ".name") == 0)
        return scn_real_name(run, domain);
    if (dot && strcmp(dot, ".uuid") == 0 && !made)
        return scn_uuid(run, domain);
    if (!made)
        return NULL;
    if (!dot)
        return scn_real_name(run, domain);
    if (strcmp(dot, ".xml") == 0)
        return g_strdup(made->xml);
    if (strcmp(dot, ".uuid") == 0) {
        const char *begin = strstr(made->xml, "<uuid>") + 6;

        return g_strndup(begin, strstr(begin, "</uuid>") - begin);
    }
    for (guint i = 0; i < made->disks->len; i++) {
        const ScnDisk *disk = g_ptr_array_index(made->disks, i);

        if (strcmp(disk->target, dot + 1) == 0)
            return g_strdup(disk->path ? disk->path : "");
    }
    return NULL;
}

static char *
run_value(const char *name, gpointer data)
{
    ScnRun *run = data;
    const char *bound = g_hash_table_lookup(run->variables, name);

    if (bound)
        return g_strdup(bound);
    if (strcmp(name, "dir") == 0)
        return g_strdup(run->own_files);
    if (strcmp(name, "meta") == 0 || strcmp(name, "save") == 0)
        return driver_folder(run, name);
    return template_value(run, name);
}

char *
scn_expand_text(ScnRun *run, const char *text)
{
    g_autoptr(GString) input = NULL;
    g_autofree char *meta = NULL;
    g_autofree char *save = NULL;
    g_autofree char *value = NULL;

    if (!strchr(text, '$') && !strchr(text, SCN_DOLLAR))
        return g_strdup(text);
    input = g_string_new(text);
    meta = g_strconcat("${meta}/", run->prefix, NULL);
    save = g_strconcat("${save}/", run->prefix, NULL);
    /* The prefix stands before a file's and a domain folder's name. */
    g_string_replace(input, "${dir}/", "${dir}", 0);
    g_string_replace(input, "${meta}/", meta, 0);
    g_string_replace(input, "${save}/", save, 0);
    value = scn_substitute(input->str, run_value, run, NULL);
    return scn_unescape(value);
}

const char *
scn_document(const ScnRun *run, const char *name)
{
    const char *text = g_hash_table_lookup(run->documents, name);
    const ScnTemplate *made = g_hash_table_lookup(run->templates, name);

    return text ? text : made ? made->xml : NULL;
}

char *
scn_word(ScnRun *run, const ScnStep *step, guint at)
{
    if (at >= step->words->len)
        return NULL;
    return scn_expand_text(run, ((ScnWord *)g_ptr_array_index(step->words, at))->text);
}
