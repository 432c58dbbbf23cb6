/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Images, overlays and memory files after a step, beside what was worked out
 * of them beforehand.
 */
#include "harness/oracle/expectation.h"

#include <string.h>
#include "harness/oracle/difference.h"

/* The end of an element that begins at `at`, which may hold others of its name. */
static const char *
element_end(const char *at, const char *name)
{
    g_autofree char *opening = g_strdup_printf("<%s", name);
    g_autofree char *closing = g_strdup_printf("</%s>", name);
    guint depth = 0;

    do {
        const char *end = strchr(at, '>');

        if (!end)
            return at + strlen(at);
        if (g_str_has_prefix(at, closing))
            depth--;
        else if (g_str_has_prefix(at, opening) && end[-1] != '/')
            depth++;
        at = end + 1;
        while (depth > 0 && *at && !g_str_has_prefix(at, closing) && !g_str_has_prefix(at, opening))
            at++;
    } while (depth > 0 && *at);
    return at;
}

/* The format of an overlay, or of a disk: it follows the image. */
static gboolean
is_format(const char *text)
{
    return g_str_has_prefix(text, "<driver type='") ||
           g_str_has_prefix(text, "<driver name='qemu' type='");
}

/* A document without the paths of images, what lies below them, and the overlays of a revert.  What
 * format an overlay has is said of the new one where nothing was said of the one before it. */
static char *
without_images(const char *text)
{
    GString *rest = g_string_new(NULL);

    while (*text) {
        const char *whole = g_str_has_prefix(text, "<backingStore")  ? "backingStore"
                            : g_str_has_prefix(text, "<revertDisks") ? "revertDisks"
                            : is_format(text)                        ? "driver"
                                                                     : NULL;

        if (whole) {
            text = element_end(text, whole);
            text += strspn(text, " \n");
            continue;
        }
        if (g_str_has_prefix(text, "<source file='")) {
            text += strcspn(text, ">");
            continue;
        }
        g_string_append_c(rest, *text++);
    }
    return g_string_free(rest, FALSE);
}

char *
expectation_promote_disks(const char *body)
{
    const char *list = strstr(body, "<revertDisks>");
    const char *after = list ? element_end(list, "revertDisks") : NULL;
    g_autofree char *reverts = list ? g_strndup(list, (gsize)(after - list)) : g_strdup("");
    GString *text = g_string_new_len(body, list ? list - body : (gssize)strlen(body));

    while (list && text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
        g_string_truncate(text, text->len - 1);
    for (const char *entry = strstr(reverts, "<disk "); entry;) {
        const char *end = element_end(entry, "disk");
        g_autofree char *start =
            g_strndup(entry, strcspn(entry, " ") + 1 + strcspn(entry + 6, " "));
        g_autofree char *own = g_strndup(entry, (gsize)(end - entry));
        const char *old = strstr(text->str, start);
        gssize at = old ? old - text->str : 0;

        if (old) {
            g_string_erase(text, at, element_end(old, "disk") - old);
            g_string_insert(text, at, own);
        }
        entry = strstr(end, "<disk ");
    }
    g_string_append(text, after ? after : "");
    return g_string_free(text, FALSE);
}

char *
expectation_compare_kept(const Expectation *expected, const ObservedMoment *old,
                         const ObservedMoment *now)
{
    g_autofree char *then = NULL;
    g_autofree char *today = NULL;

    if (now->doc == old->doc || strcmp(now->doc->body, old->doc->body) == 0)
        return NULL;
    if (!expected->layers)
        return g_strdup_printf("snapshot '%s' changed: %s", now->name,
                               difference_of_texts(old->doc->body, now->doc->body));
    then = without_images(old->doc->body);
    today = without_images(now->doc->body);
    if (strcmp(then, today) == 0)
        return NULL;
    return g_strdup_printf("snapshot '%s' changed: %s", now->name,
                           difference_of_texts(then, today));
}

static char *
compare_places(const Expectation *expected, const Observation *after, const ObservedDomain *now)
{
    LayerPlace place = {now->name, NULL, LAYER_LIVE, now->live};
    char *found = layers_compare(expected->layers, after, &place);

    place = (LayerPlace){now->name, NULL, LAYER_CONFIG, now->config};
    if (!found && now->persistent)
        found = layers_compare(expected->layers, after, &place);
    for (guint i = 0; !found && i < now->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(now->moments, i);

        place = (LayerPlace){now->name, moment->name, LAYER_CAPTURED, moment->doc->domain};
        found = layers_compare(expected->layers, after, &place);
        place = (LayerPlace){now->name, moment->name, LAYER_INACTIVE, moment->doc->inactive};
        if (!found)
            found = layers_compare(expected->layers, after, &place);
    }
    return found;
}

static char *
compare_abi(const ObservedDomain *old, const ObservedDomain *now)
{
    if (strcmp(old->live->abi, now->live->abi) != 0)
        return g_strdup_printf("the live definition of '%s' changed: %s", now->name,
                               difference_of_texts(old->live->abi, now->live->abi));
    if (strcmp(old->config->abi, now->config->abi) != 0)
        return g_strdup_printf("the stored definition of '%s' changed: %s", now->name,
                               difference_of_texts(old->config->abi, now->config->abi));
    return NULL;
}

static char *
compare_graph(const Expectation *expected, const StepContext *context, const Observation *after,
              const ObservedDomain *now)
{
    char *found = compare_places(expected, after, now);

    if (!found && !expected->reverted)
        found = compare_abi(context->domain, now);
    return found ? found : layers_compare_files(expected->layers, after);
}

/* ---- memory files ---- */

static char *
compare_memory_made(const StepContext *context, const Observation *after,
                    const ObservedMoment *added)
{
    const char *path = context->moment_xml ? context->moment_xml->memory_file : NULL;

    if (path && after->files &&
        (!observed_file(after, path) || observed_file_size(after, path) == 0))
        return g_strdup_printf("there is no memory in '%s'", path);
    if (added && (g_strcmp0(added->doc->memory, "external") != 0 ||
                  g_strcmp0(added->doc->memory_file, path) != 0))
        return g_strdup_printf("snapshot '%s' has memory '%s' in '%s', expected it in '%s'",
                               added->name, added->doc->memory ? added->doc->memory : "",
                               added->doc->memory_file ? added->doc->memory_file : "", path);
    return NULL;
}

static gboolean
is_memory_of(const Observation *world, const char *path)
{
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            if (g_strcmp0(moment->doc->memory_file, path) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* The memory of a moment goes with it, where no other moment has the same. */
static char *
compare_memory_gone(const StepContext *context, const Observation *after)
{
    for (guint i = 0; after->files && i < context->domain->moments->len; i++) {
        const ObservedMoment *old = g_ptr_array_index(context->domain->moments, i);
        const char *path = old->doc->memory_file;

        if (path && !is_memory_of(after, path) && observed_file(after, path))
            return g_strdup_printf("the memory '%s' of snapshot '%s' is left", path, old->name);
    }
    return NULL;
}

/* Images and memory stay where only metadata goes. */
static char *
compare_files_kept(const StepContext *context, const Observation *after)
{
    const GPtrArray *files = context->before->files;

    for (guint i = 0; files && after->files && i < files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(files, i);

        if (file->image && !observed_file(after, file->path))
            return g_strdup_printf("file '%s' is gone, though only metadata was to go", file->path);
    }
    return NULL;
}

char *
expectation_compare_layers(const Expectation *expected, const StepContext *context,
                           const Observation *after)
{
    const ObservedDomain *now = observed_domain(after, expected->name);
    char *found = NULL;

    if (!now || !context->domain)
        return NULL;
    if (expected->layers)
        found = compare_graph(expected, context, after, now);
    if (!found && expected->memory_made)
        found = compare_memory_made(context, after, observed_moment(now, expected->added));
    if (!found && expected->memory_gone)
        found = compare_memory_gone(context, after);
    return found || !expected->files_kept ? found : compare_files_kept(context, after);
}
