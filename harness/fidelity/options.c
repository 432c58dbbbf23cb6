/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/options.h"

#include <string.h>

/* Nodes of a file are called "f" and the file's first letter, so that they are told apart. */
static json_t *
file_node_name(const char *file)
{
    g_autofree char *name = g_strdup_printf("f%c%s", file[0], file[0] == 'n' ? file + 1 : "");

    return json_string(name);
}

static json_t *
make_protocol(Making *making, gboolean named)
{
    json_t *options = json_pack("{s:s,s:o}", "driver", "file", "filename", make_file(making));

    if (named) {
        json_object_set_new(
            options, "node-name",
            file_node_name(json_string_value(json_object_get(options, "filename"))));
    }
    return options;
}

static void
add_common(Making *making, json_t *options)
{
    if (chance(making->choices, 8)) {
        json_object_set_new(options, "read-only", make_bool(making));
    }
    if (chance(making->choices, 24)) {
        json_object_set_new(options, "auto-read-only", make_bool(making));
    }
    if (chance(making->choices, 24)) {
        json_object_set_new(options, "discard",
                            json_string(chance(making->choices, 2) ? "unmap" : "ignore"));
    }
}

/* A file node by name, or the options of one inline. */
static json_t *
make_file_child(Making *making)
{
    return chance(making->choices, 3) ? make_protocol(making, FALSE) : make_protocol_node(making);
}

/* A raw node shows its file as it is: only the one whose content is the guest's, and only one of
 * them, for each remembers a size of its own. */
static json_t *
make_raw_child(Making *making)
{
    return json_string(view_is_loose(making->view, "fr") ? "fr" : "nosuch");
}

static json_t *
make_format(Making *making)
{
    gboolean raw = chance(making->choices, 6);
    json_t *file = raw ? make_raw_child(making) : make_file_child(making);
    json_t *options = json_pack("{s:s,s:o}", "driver", raw ? "raw" : "qcow2", "file", file);

    if (chance(making->choices, raw ? 12 : 2)) {
        json_object_set_new(options, "backing",
                            chance(making->choices, 2) ? json_null() : make_node(making));
    }
    return options;
}

json_t *
make_node_options(Making *making)
{
    gboolean protocol = chance(making->choices, 3);
    json_t *options = protocol ? make_protocol(making, TRUE) : make_format(making);

    if (!protocol) {
        json_object_set_new(options, "node-name", make_new_node(making));
    }
    add_common(making, options);
    if (chance(making->choices, 24)) {
        json_object_set_new(options, "force-share", make_bool(making));
    }
    return options;
}

/* What a node would be opened with, as far as queries tell. */
static json_t *
options_of(Making *making, const char *name)
{
    for (guint i = 0; i < view_nodes(making->view); i++) {
        const json_t *node = json_array_get(making->view->nodes, i);
        const char *driver = json_string_value(json_object_get(node, "drv"));

        if (g_strcmp0(view_node(making->view, i), name) != 0) {
            continue;
        }
        if (g_strcmp0(driver, "file") == 0) {
            return json_pack("{s:s,s:s,s:O}", "driver", driver, "node-name", name, "filename",
                             json_object_get(node, "file"));
        }
        return json_pack("{s:s,s:s,s:s}", "driver", driver, "node-name", name, "file", "nosuch");
    }
    return json_pack("{s:s}", "driver", "qcow2");
}

/* The file below a node is the next in the list, if it is called as ours are; a wrong one is no
 * node at all: QEMU does not look into what it is given. */
static void
guess_file(Making *making, json_t *options)
{
    const char *name = json_string_value(json_object_get(options, "node-name"));
    guint count = view_nodes(making->view);
    const char *file = "nosuch";

    for (guint i = 0; i + 1 < count && !chance(making->choices, 12); i++) {
        const char *below = view_node(making->view, i + 1);

        if (g_strcmp0(view_node(making->view, i), name) == 0 && below[0] == 'f') {
            file = below;
        }
    }
    if (json_object_get(options, "file") != NULL) {
        json_object_set_new(options, "file", json_string(file));
    }
}

/* Whether a list of options is about that node already. */
static gboolean
has_options_of(const json_t *list, const json_t *options)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (json_equal(json_object_get(json_array_get(list, i), "node-name"),
                       json_object_get(options, "node-name"))) {
            return TRUE;
        }
    }
    return FALSE;
}

static json_t *
make_reopen_one(Making *making)
{
    json_t *node = make_named_node(making);
    json_t *options = options_of(making, json_string_value(node));

    guess_file(making, options);
    if (json_object_get(options, "filename") == NULL && chance(making->choices, 2)) {
        json_object_set_new(options, "backing",
                            chance(making->choices, 2) ? json_null() : make_node(making));
    }
    add_common(making, options);
    if (chance(making->choices, 16)) {
        json_object_set_new(options, "force-share", make_bool(making));
    }
    json_decref(node);
    return options;
}

json_t *
make_reopen(Making *making)
{
    json_t *list = json_array();
    guint count = 1 + (chance(making->choices, 4) ? 1 : 0);

    while (count-- > 0) {
        json_t *options = make_reopen_one(making);

        if (!has_options_of(list, options) || chance(making->choices, 8)) {
            json_array_append(list, options);
        }
        json_decref(options);
    }
    return json_pack("{s:o}", "options", list);
}

json_t *
make_create(Making *making)
{
    json_t *job = make_new_job(making);
    json_t *options =
        chance(making->choices, 2)
            ? json_pack("{s:s,s:o,s:i}", "driver", "file", "filename", make_new_file(making),
                        "size", 0)
            : json_pack("{s:s,s:o,s:o}", "driver", "qcow2", "file",
                        make_loose_protocol_node(making), "size", make_disk_size(making));

    return json_pack("{s:o,s:o}", "job-id", job, "options", options);
}

json_t *
make_qemu_io(Making *making)
{
    /* Whole clusters: what lies beside a smaller write in the file is the file system's business.
     */
    static const char *const lines[] = {
        "write -P 1 0 64k",
        "write -P 2 64k 64k",
        "write -P 3 512k 128k",
        "write -P 5 960k 64k",
        "write -z 64k 64k",
        "write -z 256k 128k",
        "discard 0 64k",
        "discard 512k 64k",
        "read 0 64k",
        "write -P 6 1M 64k",
        "flush",
        "write -P 7 0 1M",
    };
    json_t *node = make_node(making);
    g_autofree char *line = g_strdup_printf("qemu-io %s \"%s\"", json_string_value(node),
                                            lines[choose(making->choices, G_N_ELEMENTS(lines))]);

    /* A name of two words, or none, is another command line. */
    if (making->node == NULL) {
        g_free(line);
        line = g_strdup("qemu-io nosuch \"read 0 64k\"");
    }
    json_decref(node);
    return json_pack("{s:s}", "command-line", line);
}

json_t *
make_migrate(Making *making)
{
    return json_pack("{s:s}", "uri",
                     chance(making->choices, 4) ? "nosuch:x" : "exec:cat > vm.state");
}

json_t *
make_disk_driver(Making *making)
{
    (void)making;
    return json_string("virtio-blk-pci");
}
