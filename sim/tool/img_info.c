/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_path.h"
#include "sim/tool/qemu_img.h"
#include "sim/vm/block_info.h"

static const SimToolOption options[] = {
    {"f", TRUE, "format"}, {"U", FALSE, "force-share"}, {"output", TRUE}, {"backing-chain"}, {0},
};

/* Describe one image; *next is the path of its backing, or NULL. */
static json_t *
describe(SimToolCall *call, const SimToolOpen *how, char **next)
{
    SimNode *node = sim_tool_open(call, how);
    *next = NULL;
    if (node == NULL)
        return NULL;
    json_t *info = sim_block_info_image(node, TRUE);
    json_object_set_new(info, "filename", json_string(how->path));
    const char *backing = json_string_value(json_object_get(info, "full-backing-filename"));
    *next = g_strdup(backing);
    return info;
}

/* Note a file; TRUE with the failure printed where it was noted before. */
static gboolean
comes_back(SimToolCall *call, GPtrArray *seen, const char *path)
{
    SimInode *inode = sim_fs_lookup(call->fs, path, NULL);
    gboolean before = inode != NULL && g_ptr_array_find(seen, inode, NULL);
    if (before)
        sim_tool_fail(call, "Backing file '%s' creates an infinite loop.", path);
    g_ptr_array_add(seen, inode);
    return before;
}

/* The description of the image and of what it stands on, or NULL with the failure printed. */
static json_t *
describe_chain(SimToolCall *call, SimToolOpen *how)
{
    json_t *list = json_array();
    g_autofree char *path = g_strdup(how->path);
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    while (path != NULL) {
        char *next = NULL;
        if (comes_back(call, seen, path)) {
            json_decref(list);
            return NULL;
        }
        how->path = path;
        json_t *info = describe(call, how, &next);
        if (info == NULL) {
            json_decref(list);
            return NULL;
        }
        how->format = json_string_value(json_object_get(info, "backing-filename-format"));
        json_array_append_new(list, info);
        g_free(path);
        path = next;
    }
    return list;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    gboolean json = FALSE;
    if (!sim_tool_wants_json(call, &json) || !sim_tool_need_operands(call, 1, 1))
        return TRUE;
    if (!json)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "qemu-img info without --output=json is not simulated");
    SimToolOpen how = {.path = sim_tool_operand(call, 0),
                       .format = sim_tool_value(call, "f"),
                       .force_share = sim_tool_has(call, "U"),
                       .no_backing = TRUE,
                       .no_io = TRUE};
    char *next = NULL;
    json_t *info = sim_tool_has(call, "backing-chain") ? describe_chain(call, &how)
                                                       : describe(call, &how, &next);
    g_free(next);
    if (info != NULL)
        sim_tool_print_json(call, info);
    return TRUE;
}

const SimToolCommand sim_tool_img_info = {"info", options, run};
