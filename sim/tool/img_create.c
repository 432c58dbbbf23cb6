/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_create.h"
#include "sim/block/io_command.h"
#include "sim/tool/qemu_img.h"
#include <string.h>

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"}, {"f", TRUE, "format"}, {"b", TRUE}, {"F", TRUE}, {"u"}, {"o", TRUE}, {0},
};

/* One of "-o name=value,…". */
static gboolean
read_format_option(SimToolCall *call, SimImageCreate *create, const char *name, const char *value)
{
    guint64 size = 0;
    gboolean is_size = value != NULL && sim_io_size(value, &size);
    if (g_strcmp0(name, "compat") == 0 && value != NULL) {
        create->version_2 = strcmp(value, "0.10") == 0 || strcmp(value, "v2") == 0;
        return TRUE;
    }
    if (strcmp(name, "cluster_size") == 0 && is_size) {
        create->cluster_size = (guint32)MIN(size, G_MAXUINT32);
        return TRUE;
    }
    if (strcmp(name, "size") == 0 && is_size) {
        create->size = size;
        create->sized = TRUE;
        return TRUE;
    }
    static const char *const without_effect[] = {"lazy_refcounts", "preallocation", "refcount_bits",
                                                 "compression_type", NULL};
    if (g_strv_contains(without_effect, name))
        return TRUE;
    sim_tool_fail(call, "%s: Invalid parameter '%s'", create->path, name);
    return FALSE;
}

static gboolean
read_format_options(SimToolCall *call, SimImageCreate *create)
{
    const char *text = sim_tool_value(call, "o");
    g_auto(GStrv) parts = g_strsplit(text == NULL ? "" : text, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        char *equals = strchr(parts[i], '=');
        if (equals != NULL)
            *equals = '\0';
        if (!read_format_option(call, create, parts[i], equals == NULL ? NULL : equals + 1))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_size(SimToolCall *call, SimImageCreate *create)
{
    const char *text = sim_tool_operand(call, 1);
    if (text == NULL)
        return TRUE;
    create->sized = sim_io_size(text, &create->size);
    if (!create->sized)
        sim_tool_fail(call, "Invalid image size specified. You may use k, M, G, T, P or E suffixes "
                            "for \nqemu-img: kilobytes, megabytes, gigabytes, terabytes, petabytes "
                            "and exabytes.");
    return create->sized;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    const char *format = sim_tool_value(call, "f");
    SimImageCreate create = {
        .path = sim_tool_operand(call, 0),
        .format = format == NULL ? "raw" : format,
        .backing = sim_tool_value(call, "b"),
        .backing_format = sim_tool_value(call, "F"),
        .unchecked = sim_tool_has(call, "u"),
    };
    if (!sim_tool_need_operands(call, 1, 2) || !read_size(call, &create) ||
        !read_format_options(call, &create))
        return TRUE;
    g_autoptr(GError) failure = NULL;
    gboolean ok = sim_image_create_prepare(call->fs, &create, &failure);
    if (ok && !sim_tool_has(call, "q")) {
        g_autofree char *line = sim_image_create_line(&create);
        g_string_append(call->out, line);
    }
    if (!ok || !sim_image_create(call->fs, &create, &failure))
        sim_tool_fail(call, "%s: %s", create.path, failure->message);
    return TRUE;
}

const SimToolCommand sim_tool_img_create = {"create", options, run};
