/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drawings of a world.
 */
#include "harness/report/drawing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/report/report.h"

struct DrawingBook {
    GPtrArray *graphs;    /* of char *, in the order of the asking */
    GHashTable *drawings; /* graph → char *: its <svg>, NULL before it is drawn */
};

/* ---- graphs ------------------------------------------------------------------ */

/* Text inside a quoted label: dot reads backslashes and character references in it. */
static void
append_label(GString *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '\\':
            g_string_append(out, "\\\\");
            break;
        default:
            g_string_append_c(out, g_ascii_iscntrl(*at) ? ' ' : *at);
        }
    }
}

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

/* The index of the moment of that name, or -1. */
static int
moment_index(const json_t *moments, const char *name)
{
    for (size_t i = 0; i < json_array_size(moments); i++) {
        if (strcmp(text_of(json_array_get(moments, i), "name"), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* "d0" is a domain, "d0m1" its second moment, "d0k1" its second disk, "i1" an image. */
static void
append_moments(GString *out, const json_t *domain, guint d)
{
    const json_t *moments = json_object_get(domain, "moments");

    for (size_t i = 0; i < json_array_size(moments); i++) {
        const json_t *moment = json_array_get(moments, i);
        gboolean current = json_is_true(json_object_get(moment, "current"));
        int parent = moment_index(moments, text_of(moment, "parent"));

        g_string_append_printf(out, "d%um%zu [class=\"moment%s%s\",label=\"", d, i,
                               strcmp(text_of(moment, "kind"), "external") == 0 ? " external" : "",
                               current ? " current" : "");
        append_label(out, text_of(moment, "name"));
        g_string_append(out, "\\n");
        append_label(out, text_of(moment, "state"));
        g_string_append(out, current ? ", current\"];\n" : "\"];\n");
        if (parent >= 0) {
            g_string_append_printf(out, "d%um%d -> d%um%zu;\n", d, parent, d, i);
        } else {
            g_string_append_printf(out, "d%u -> d%um%zu;\n", d, d, i);
        }
    }
}

/* The index of an image in the order of the world. */
static int
image_index(const json_t *images, const char *path)
{
    const char *key;
    json_t *image;
    int i = 0;

    json_object_foreach((json_t *)images, key, image)
    {
        if (strcmp(key, path) == 0) {
            return i;
        }
        i++;
    }
    return -1;
}

static void
append_disks(GString *out, const json_t *domain, guint d, const json_t *images)
{
    const json_t *disks = json_object_get(domain, "disks");

    /* dot puts what comes first at the bottom. */
    for (size_t i = json_array_size(disks); i-- > 0;) {
        const json_t *disk = json_array_get(disks, i);
        int image = image_index(images, text_of(disk, "image"));

        if (image < 0) {
            continue;
        }
        g_string_append_printf(out, "d%uk%zu [class=\"disk\",shape=plain,label=\"", d, i);
        append_label(out, text_of(domain, "name"));
        g_string_append_c(out, ' ');
        append_label(out, text_of(disk, "name"));
        g_string_append_printf(out, "\"];\nd%uk%zu -> i%d;\n", d, i, image);
    }
}

static void
append_domain(GString *out, const json_t *domain, guint d)
{
    g_string_append_printf(out, "d%u [class=\"domain\",label=\"", d);
    append_label(out, text_of(domain, "name"));
    g_string_append(out, "\\n");
    append_label(out, text_of(domain, "state"));
    g_string_append(out, json_is_true(json_object_get(domain, "saved")) ? ", saved" : "");
    g_string_append(out, "\"];\n");
    append_moments(out, domain, d);
}

/* "s1, s2": the internal snapshots in an image. */
static void
append_tags(GString *out, const json_t *image)
{
    const json_t *tags = json_object_get(image, "tags");

    for (size_t i = 0; i < json_array_size(tags); i++) {
        const char *tag = json_string_value(json_array_get(tags, i));

        g_string_append(out, i == 0 ? "\\nholds " : ", ");
        append_label(out, tag != NULL ? tag : "?");
    }
}

/* The external snapshots whose disk this image is. */
static void
append_holders(GString *out, const json_t *domains, const char *path)
{
    size_t d, m, k;
    json_t *domain, *moment, *disk;

    json_array_foreach(domains, d, domain)
    {
        json_array_foreach(json_object_get(domain, "moments"), m, moment)
        {
            json_array_foreach(json_object_get(moment, "disks"), k, disk)
            {
                if (strcmp(text_of(disk, "how"), "external") == 0 &&
                    strcmp(text_of(disk, "image"), path) == 0) {
                    g_string_append(out, "\\nis ");
                    append_label(out, text_of(disk, "name"));
                    g_string_append(out, " of ");
                    append_label(out, text_of(moment, "name"));
                }
            }
        }
    }
}

static const char *
short_path(const char *path)
{
    return g_str_has_prefix(path, "${dir}/") ? path + strlen("${dir}/") : path;
}

static void
append_images(GString *out, const json_t *world)
{
    json_t *images = json_object_get(world, "images");
    const char *path;
    json_t *image;
    guint i = 0;

    json_object_foreach(images, path, image)
    {
        int backing = image_index(images, text_of(image, "backing"));

        g_string_append_printf(out, "i%u [class=\"image\",label=\"", i);
        append_label(out, short_path(path));
        append_tags(out, image);
        append_holders(out, json_object_get(world, "domains"), path);
        g_string_append(out, "\"];\n");
        if (backing >= 0) {
            g_string_append_printf(out, "i%u -> i%d;\n", i, backing);
        }
        i++;
    }
}

char *
drawing_graph(const json_t *world)
{
    const json_t *domains = json_object_get(world, "domains");
    GString *out;

    if (json_array_size(domains) == 0) {
        return NULL;
    }
    out = g_string_new("digraph world {\nrankdir=LR;bgcolor=transparent;ranksep=0.35;nodesep=0.2;\n"
                       "node [shape=box,style=rounded,fontname=\"Helvetica\",fontsize=11,"
                       "margin=\"0.14,0.06\",height=0.3];\nedge [arrowsize=0.6];\n");
    for (size_t i = json_array_size(domains); i-- > 0;) {
        append_disks(out, json_array_get(domains, i), (guint)i, json_object_get(world, "images"));
        append_domain(out, json_array_get(domains, i), (guint)i);
    }
    append_images(out, world);
    g_string_append(out, "}\n");
    return g_string_free(out, FALSE);
}

/* ---- the book ------------------------------------------------------------------ */

DrawingBook *
drawing_book_new(void)
{
    DrawingBook *book = g_new0(DrawingBook, 1);

    book->graphs = g_ptr_array_new_with_free_func(g_free);
    book->drawings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    return book;
}

void
drawing_book_free(DrawingBook *book)
{
    if (book == NULL) {
        return;
    }
    g_hash_table_unref(book->drawings);
    g_ptr_array_unref(book->graphs);
    g_free(book);
}

void
drawing_book_add(DrawingBook *book, const char *graph)
{
    char *own;

    if (g_hash_table_contains(book->drawings, graph)) {
        return;
    }
    own = g_strdup(graph);
    g_ptr_array_add(book->graphs, own);
    g_hash_table_insert(book->drawings, own, NULL);
}

/* Take out what is between two marks, both included, wherever it stands. */
static void
cut_all(GString *text, const char *from, const char *to)
{
    char *at = text->str;

    while ((at = strstr(at, from)) != NULL) {
        char *end = strstr(at + strlen(from), to);
        gsize offset = (gsize)(at - text->str);

        if (end == NULL) {
            return;
        }
        g_string_erase(text, (gssize)offset, end + strlen(to) - at);
        at = text->str + offset;
    }
}

/* One <svg> for a page that may have many: without the ids, which must differ in a page, and
 * without the titles, which name dot's nodes. */
static char *
clean_svg(const char *from, gsize length)
{
    g_autoptr(GString) svg = g_string_new_len(from, (gssize)length);

    cut_all(svg, " id=\"", "\"");
    cut_all(svg, "<title>", "</title>\n");
    cut_all(svg, "<!--", "-->\n");
    g_string_replace(svg, "<svg ", "<svg role=\"img\" aria-label=\"moments and images\" ", 1);
    return g_strdup(svg->str);
}

/* The drawings, in the order of the graphs. */
static gboolean
take_drawings(DrawingBook *book, const char *printed, GError **error)
{
    const char *at = printed;

    for (guint i = 0; i < book->graphs->len; i++) {
        const char *begin = strstr(at, "<svg ");
        const char *end = begin != NULL ? strstr(begin, "</svg>") : NULL;

        if (end == NULL) {
            g_set_error(error, REPORT_ERROR, 0, "dot drew %u graphs of %u", i, book->graphs->len);
            return FALSE;
        }
        at = end + strlen("</svg>");
        g_hash_table_insert(book->drawings, g_ptr_array_index(book->graphs, i),
                            clean_svg(begin, (gsize)(at - begin)));
    }
    return TRUE;
}

static gboolean
run_dot(const char *file, char **printed, GError **error)
{
    const char *argv[] = {"dot", "-Tsvg", file, NULL};
    g_autofree char *said = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, printed, &said,
                      &status, error)) {
        return FALSE;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return TRUE;
    }
    g_set_error(error, REPORT_ERROR, 0, "dot failed: %s", g_strchomp(said));
    return FALSE;
}

static gboolean
write_graphs(const DrawingBook *book, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < book->graphs->len; i++) {
        g_string_append(text, g_ptr_array_index(book->graphs, i));
    }
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

gboolean
drawing_book_draw(DrawingBook *book, GError **error)
{
    g_autofree char *path = NULL;
    g_autofree char *printed = NULL;
    gboolean done;
    int fd;

    if (book->graphs->len == 0) {
        return TRUE;
    }
    fd = g_file_open_tmp("virt-moment-XXXXXX.dot", &path, error);
    if (fd < 0) {
        return FALSE;
    }
    close(fd);
    done = write_graphs(book, path, error) && run_dot(path, &printed, error) &&
           take_drawings(book, printed, error);
    g_unlink(path);
    return done;
}

const char *
drawing_book_svg(const DrawingBook *book, const char *graph)
{
    return g_hash_table_lookup(book->drawings, graph);
}
