/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/tool_call.h"
#include <string.h>

/* ---- words ---- */

static const SimToolOption *
find_option(const SimToolOption *options, const char *name, gsize length)
{
    for (; options->name != NULL; options++) {
        const char *const names[] = {options->name, options->alias};
        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
            if (names[i] != NULL && strlen(names[i]) == length &&
                strncmp(names[i], name, length) == 0)
                return options;
        }
    }
    return NULL;
}

static void
add_option(SimToolCall *call, const SimToolOption *option, const char *value)
{
    GPtrArray *values = g_hash_table_lookup(call->options, option->name);
    if (values == NULL) {
        values = g_ptr_array_new();
        g_hash_table_insert(call->options, (gpointer)option->name, values);
    }
    g_ptr_array_add(values, (gpointer)value);
}

/* One word that begins with a dash; *i moves on over its value. */
static gboolean
read_option(SimToolCall *call, const SimToolOption *options, const char *const *words, guint *i,
            GError **error)
{
    const char *word = words[*i];
    gboolean long_form = g_str_has_prefix(word, "--");
    const char *name = word + (long_form ? 2 : 1);
    gsize length = long_form ? strcspn(name, "=") : 1;
    const SimToolOption *option = find_option(options, name, length);
    if (option == NULL || (!long_form && name[1] != '\0'))
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "%s: option '%s' is not simulated",
                         call->program, word);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (option->valued && value == NULL)
        value = words[++*i];
    if (option->valued && value == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "%s: option '%s' requires an argument", call->program, word);
    add_option(call, option, value);
    return TRUE;
}

gboolean
sim_tool_read_words(SimToolCall *call, const SimToolOption *options, const char *const *words,
                    GError **error)
{
    gboolean only_operands = FALSE;
    for (guint i = 0; words[i] != NULL; i++) {
        if (!only_operands && strcmp(words[i], "--") == 0) {
            only_operands = TRUE;
            continue;
        }
        /* "-1M" is how much to take away. */
        if (only_operands || words[i][0] != '-' || words[i][1] == '\0' ||
            g_ascii_isdigit(words[i][1]))
            g_ptr_array_add(call->operands, (gpointer)words[i]);
        else if (!read_option(call, options, words, &i, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
sim_tool_has(const SimToolCall *call, const char *option)
{
    return g_hash_table_contains(call->options, option);
}

const char *
sim_tool_value(const SimToolCall *call, const char *option)
{
    const GPtrArray *values = g_hash_table_lookup(call->options, option);
    return values == NULL ? NULL : values->pdata[values->len - 1];
}

const char *
sim_tool_operand(const SimToolCall *call, guint i)
{
    return i < call->operands->len ? call->operands->pdata[i] : NULL;
}

/* ---- output ---- */

void
sim_tool_fail(SimToolCall *call, const char *format, ...)
{
    va_list args;
    g_string_append_printf(call->out, "%s: ", call->program);
    va_start(args, format);
    g_string_append_vprintf(call->out, format, args);
    va_end(args);
    g_string_append_c(call->out, '\n');
    call->rc = 1;
}

const char *
sim_tool_hint(const GError *error)
{
    return strstr(error->message, "is inconsistent and cannot be used") == NULL
               ? ""
               : "\nTry block-dirty-bitmap-remove to delete this bitmap from disk";
}

void
sim_tool_print_json(SimToolCall *call, json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(4));
    g_string_append_printf(call->out, "%s\n", text);
    free(text);
    json_decref(value);
}

gboolean
sim_tool_wants_json(SimToolCall *call, gboolean *json)
{
    const char *output = sim_tool_value(call, "output");
    *json = g_strcmp0(output, "json") == 0;
    if (output == NULL || *json || strcmp(output, "human") == 0)
        return TRUE;
    sim_tool_fail(call, "--output must be used with human or json as argument.");
    return FALSE;
}

gboolean
sim_tool_need_operands(SimToolCall *call, guint least, guint most)
{
    if (call->operands->len >= least && call->operands->len <= most)
        return TRUE;
    sim_tool_fail(call, "%s\nTry 'qemu-img --help' for more information",
                  call->operands->len < least ? "Expecting image file name"
                                              : "Unexpected argument");
    return FALSE;
}

/* ---- images ---- */

const char *
sim_tool_probe(SimToolCall *call, const char *path)
{
    SimInode *inode = sim_fs_lookup(call->fs, path, NULL);
    SimImage *image =
        inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR ? NULL : sim_inode_image(inode);
    return image == NULL ? "raw" : sim_format_name(sim_image_format(image));
}

static json_t *
open_options(SimToolCall *call, const SimToolOpen *how, const char *node)
{
    const char *format = how->format == NULL ? sim_tool_probe(call, how->path) : how->format;
    SimInode *inode = sim_fs_lookup(call->fs, how->path, NULL);
    gboolean device = inode != NULL && sim_inode_kind(inode) == SIM_INODE_BLOCK;
    json_t *options = json_pack(
        "{s:s, s:s, s:s, s:b, s:b, s:{s:s, s:s, s:b, s:b, s:s}}", "node-name", node, "driver",
        format, "discard", "unmap", "read-only", !how->writable, "force-share", how->force_share,
        "file", "driver", device ? "host_device" : "file", "filename", how->path, "read-only",
        !how->writable, "force-share", how->force_share, "discard", "unmap");
    if (how->no_io)
        json_object_set_new(options, "no-io", json_true());
    if (how->backing != NULL)
        json_object_set_new(options, "backing", json_string(how->backing));
    else if (how->no_backing && strcmp(format, "qcow2") == 0)
        json_object_set_new(options, "backing", json_null());
    return options;
}

SimNode *
sim_tool_try_open(SimToolCall *call, const SimToolOpen *how, GError **error)
{
    if (call->graph == NULL)
        call->graph = sim_graph_new(call->fs);
    g_autofree char *node = g_strdup_printf("image%u", call->graph->nodes->len);
    json_t *options = open_options(call, how, node);
    SimNode *opened = sim_graph_open(call->graph, options, error);
    json_decref(options);
    return opened;
}

void
sim_tool_open_failed(SimToolCall *call, const char *path, const GError *error)
{
    gboolean locked = strstr(error->message, "Failed to get ") != NULL;
    g_autofree char *hint =
        locked ? g_strdup_printf("\nIs another process using the image [%s]?", path) : NULL;
    const char *what =
        strcmp(call->program, "qemu-io") == 0 ? "can't open device " : "Could not open '";
    sim_tool_fail(call, "%s%s%s: %s%s", what, path, what[0] == 'C' ? "'" : "", error->message,
                  hint == NULL ? "" : hint);
}

SimNode *
sim_tool_open(SimToolCall *call, const SimToolOpen *how)
{
    g_autoptr(GError) error = NULL;
    SimNode *node = sim_tool_try_open(call, how, &error);
    if (node == NULL)
        sim_tool_open_failed(call, how->path, error);
    return node;
}
