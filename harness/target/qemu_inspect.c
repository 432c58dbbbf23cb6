/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_inspect.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include "harness/qemu/guest_memory.h"
#include "harness/qemu/hypervisor.h"
#include "harness/qemu/image_check.h"
#include "harness/qemu/qcow2_reader.h"
#include "harness/target/qemu_content.h"
#include "images/guest/protocol.h"
#include "spec/api/name_order.h"

/* An instance runs in the scratch folder. */
#define PAGE_FILE "page"

struct QemuInspector {
    VmHypervisor *hypervisor;
    char *folders[G_N_ELEMENTS(((QemuInspectorOptions *)0)->folders)];
    char *page_path;
    QemuLooks *looks;
    QemuContentCache *contents;
};

QemuInspector *
qemu_inspector_new(const QemuInspectorOptions *options)
{
    QemuInspector *inspector = g_new0(QemuInspector, 1);
    inspector->hypervisor = options->hypervisor;
    for (guint i = 0; i < G_N_ELEMENTS(options->folders); i++)
        inspector->folders[i] = g_strdup(options->folders[i]);
    inspector->page_path = g_build_filename(options->scratch, PAGE_FILE, NULL);
    inspector->looks = qemu_looks_new(options->hypervisor);
    inspector->contents = qemu_content_cache_new(options->hypervisor, options->scratch);
    return inspector;
}

void
qemu_inspector_free(QemuInspector *inspector)
{
    if (inspector == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(inspector->folders); i++)
        g_free(inspector->folders[i]);
    g_unlink(inspector->page_path);
    g_free(inspector->page_path);
    qemu_content_cache_free(inspector->contents);
    qemu_looks_free(inspector->looks);
    g_free(inspector);
}

QemuLooks *
qemu_inspector_looks(QemuInspector *inspector)
{
    return inspector->looks;
}

void
qemu_inspector_note_guest(QemuInspector *inspector)
{
    qemu_content_cache_note_guest(inspector->contents);
}

static json_t *
text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

/* ---- files ---- */

static json_t *
list_snapshots(const Qcow2Reader *image)
{
    json_t *list = json_array();
    for (guint i = 0; i < image->snapshots->len; i++) {
        const Qcow2Snapshot *snapshot = image->snapshots->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "id", snapshot->id, "name",
                                              snapshot->name, "vm-state-size",
                                              (json_int_t)snapshot->vm_state_size));
    }
    return list;
}

static json_t *
list_names(const GPtrArray *names)
{
    json_t *list = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(list, json_string(names->pdata[i]));
    return list;
}

/* Of an image, what it means and not how its clusters lie: a call that failed and was undone may
 * have moved them. */
static json_t *
image_facts(const char *path, const Qcow2Reader *image)
{
    return json_pack(
        "{s:s, s:b, s:b, s:I, s:o, s:o, s:o, s:o}", "format", image->qcow2 ? "qcow2" : "raw",
        "damaged", image->damaged || !qemu_image_check(path, NULL), "data-outside",
        image->data_outside, "virtual-size", (json_int_t)image->size, "backing",
        text_or_null(image->backing), "backing-format", text_or_null(image->backing_format),
        "snapshots", list_snapshots(image), "bitmaps", list_names(image->bitmaps));
}

/* Of a chain that is broken there is at least the file itself. */
static char *
content_digest(QemuInspector *inspector, const char *path)
{
    g_autoptr(QemuContent) content = qemu_content_look(inspector->contents, path, NULL);
    struct stat info;
    if (content != NULL && content->digest != NULL)
        return g_steal_pointer(&content->digest);
    if (stat(path, &info) < 0)
        return g_strdup("gone");
    return g_strdup_printf("%" G_GINT64_FORMAT ".%09ld", (gint64)info.st_mtim.tv_sec,
                           info.st_mtim.tv_nsec);
}

static json_t *
facts_digest(QemuInspector *inspector, const char *path, const Qcow2Reader *image)
{
    json_t *facts = image_facts(path, image);
    g_autofree char *content = content_digest(inspector, path);
    json_object_set_new(facts, "content", json_string(content));
    char *text = json_dumps(facts, JSON_SORT_KEYS | JSON_COMPACT);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, text, -1);
    free(text);
    json_decref(facts);
    return json_string(digest);
}

static const char *
kind_name(mode_t mode)
{
    if (S_ISDIR(mode))
        return "dir";
    return S_ISREG(mode) ? "regular" : "block";
}

/* Entries of "files" and "file" begin alike. */
static json_t *
describe_path(QemuInspector *inspector, const char *path, gboolean whole)
{
    struct stat info;
    if (stat(path, &info) < 0)
        return NULL;
    json_t *entry = json_pack("{s:s, s:s}", "path", path, "kind", kind_name(info.st_mode));
    g_autoptr(Qcow2Reader) image = S_ISDIR(info.st_mode) ? NULL : qcow2_reader_open(path, FALSE);
    json_object_set_new(entry, "size", json_integer(image != NULL ? (json_int_t)image->size : 0));
    if (image == NULL)
        return entry;
    json_object_set_new(entry, "digest", facts_digest(inspector, path, image));
    if (whole) {
        json_t *facts = image_facts(path, image);
        json_object_update(entry, facts);
        json_decref(facts);
    }
    return entry;
}

static void
add_paths(GPtrArray *paths, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            add_paths(paths, path);
        else
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
}

static json_t *
inspect_files(QemuInspector *inspector, const char *argument)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (*argument != '\0')
        add_paths(paths, argument);
    for (guint i = 0; *argument == '\0' && inspector->folders[i] != NULL; i++)
        add_paths(paths, inspector->folders[i]);
    g_ptr_array_sort(paths, vm_compare_names);
    json_t *list = json_array();
    for (guint i = 0; i < paths->len; i++) {
        json_t *entry = describe_path(inspector, paths->pdata[i], FALSE);
        if (entry != NULL)
            json_array_append_new(list, entry);
    }
    return list;
}

static json_t *
inspect_file(QemuInspector *inspector, const char *path)
{
    return describe_path(inspector, path, TRUE);
}

/* ---- content ---- */

static json_t *
describe_content(QemuInspector *inspector, const char *path, const char *tag)
{
    g_autoptr(QemuContent) content = qemu_content_look(inspector->contents, path, tag);
    if (content == NULL || content->digest == NULL)
        return NULL;
    return json_pack("{s:s, s:I, s:o}", "digest", content->digest, "size",
                     (json_int_t)content->size, "memory", text_or_null(content->memory));
}

static json_t *
inspect_content(QemuInspector *inspector, const char *place)
{
    /* A path may hold an '@' itself: as it stands, a file goes first. */
    if (g_file_test(place, G_FILE_TEST_EXISTS))
        return describe_content(inspector, place, NULL);
    for (const char *at = strchr(place, '@'); at != NULL; at = strchr(at + 1, '@')) {
        g_autofree char *path = g_strndup(place, (gsize)(at - place));
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return describe_content(inspector, path, at + 1);
    }
    return NULL;
}

/* ---- instances ---- */

/* The graph's own number of a node. */
static json_int_t
graph_id(const json_t *graph, const char *name)
{
    json_t *node;
    gsize i;
    json_array_foreach(json_object_get(graph, "nodes"), i, node)
    {
        if (g_strcmp0(json_string_value(json_object_get(node, "name")), name) == 0)
            return json_integer_value(json_object_get(node, "id"));
    }
    return -1;
}

static const char *
graph_name(const json_t *graph, json_int_t id)
{
    json_t *node;
    gsize i;
    json_array_foreach(json_object_get(graph, "nodes"), i, node)
    {
        if (json_integer_value(json_object_get(node, "id")) == id)
            return json_string_value(json_object_get(node, "name"));
    }
    return NULL;
}

static json_t *
describe_node(const json_t *graph, const json_t *node)
{
    const char *name = json_string_value(json_object_get(node, "node-name"));
    json_int_t id = graph_id(graph, name);
    const char *backing = NULL;
    int users = 0;
    json_t *edge;
    gsize i;
    json_array_foreach(json_object_get(graph, "edges"), i, edge)
    {
        json_int_t child = json_integer_value(json_object_get(edge, "child"));
        const char *role = json_string_value(json_object_get(edge, "name"));
        users += child == id;
        if (json_integer_value(json_object_get(edge, "parent")) == id &&
            g_strcmp0(role, "backing") == 0)
            backing = graph_name(graph, child);
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:i, s:b}", "node", name, "driver",
                     json_incref(json_object_get(node, "drv")), "file",
                     json_incref(json_object_get(node, "file")), "backing", text_or_null(backing),
                     "users", users, "read-only", json_is_true(json_object_get(node, "ro")));
}

/* QEMU names the newest first. */
static json_t *
inspect_nodes(QemuInspector *inspector, const char *instance)
{
    json_t *nodes = qemu_looks_ask(inspector->looks, instance, "query-named-block-nodes");
    json_t *graph = qemu_looks_ask(inspector->looks, instance, "x-debug-query-block-graph");
    json_t *list = nodes != NULL && graph != NULL ? json_array() : NULL;
    for (gsize i = json_array_size(nodes); list != NULL && i-- > 0;)
        json_array_append_new(list, describe_node(graph, json_array_get(nodes, i)));
    json_decref(nodes);
    json_decref(graph);
    return list;
}

static json_t *
inspect_jobs(QemuInspector *inspector, const char *instance)
{
    json_t *jobs = qemu_looks_ask(inspector->looks, instance, "query-jobs");
    json_t *list = jobs != NULL ? json_array() : NULL;
    for (gsize i = json_array_size(jobs); list != NULL && i-- > 0;) {
        const json_t *job = json_array_get(jobs, i);
        json_array_append_new(list, json_pack("{s:O, s:O, s:O}", "id", json_object_get(job, "id"),
                                              "type", json_object_get(job, "type"), "status",
                                              json_object_get(job, "status")));
    }
    json_decref(jobs);
    return list;
}

static json_t *
inspect_ram(QemuInspector *inspector, const char *instance)
{
    g_autofree char *page = NULL;
    gsize length = 0;
    json_t *arguments = json_pack("{s:i, s:i, s:s}", "val", GUEST_STATE_ADDRESS, "size",
                                  GUEST_PAGE_SIZE, "filename", PAGE_FILE);
    if (!qemu_hypervisor_look(inspector->hypervisor, instance, "pmemsave", arguments, NULL, NULL) ||
        !g_file_get_contents(inspector->page_path, &page, &length, NULL) ||
        length != GUEST_PAGE_SIZE)
        return NULL;
    g_autofree char *digest = guest_memory_digest(page);
    return json_pack("{s:s, s:I}", "digest", digest, "counter",
                     (json_int_t)guest_memory_counter(page));
}

static json_t *
inspect_instances(QemuInspector *inspector, const char *argument)
{
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(inspector->hypervisor);
    (void)argument;
    return list_names(names);
}

static const struct {
    const char *what;
    json_t *(*look)(QemuInspector *inspector, const char *argument);
} rows[] = {
    {"files", inspect_files},         {"file", inspect_file}, {"content", inspect_content},
    {"nodes", inspect_nodes},         {"jobs", inspect_jobs}, {"ram", inspect_ram},
    {"instances", inspect_instances},
};

json_t *
qemu_inspect(QemuInspector *inspector, const char *what, const char *argument)
{
    qemu_content_cache_begin(inspector->contents, inspector->looks);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(what, rows[i].what) == 0)
            return rows[i].look(inspector, argument);
    return NULL;
}
