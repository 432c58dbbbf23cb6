/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/allocation.h"
#include "sim/block/bitmap.h"
#include "sim/block/io_command.h"
#include "sim/tool/qemu_img.h"
#include <string.h>

#define CLUSTER G_GUINT64_CONSTANT(65536)

static const SimToolOption options[] = {
    {"f", TRUE, "format"}, {"O", TRUE},         {"U", FALSE, "force-share"},
    {"output", TRUE},      {"size", TRUE, "s"}, {0},
};

static guint64
divide_up(guint64 value, guint64 by)
{
    return (value + by - 1) / by;
}

/* The file of a qcow2 image whose disk is all data: header, data, mapping and refcounts. */
static guint64
fully_allocated(guint64 size)
{
    guint64 data = divide_up(size, CLUSTER);
    guint64 tables = divide_up(data, CLUSTER / 8);
    guint64 others = 1 + data + tables + divide_up(tables * 8, CLUSTER);
    guint64 total = others, former = 0;
    while (total != former) {
        former = total;
        guint64 blocks = divide_up(total, CLUSTER / 2);
        total = others + blocks + divide_up(blocks * 8, CLUSTER);
    }
    return total * CLUSTER;
}

/* What the stored bitmaps of a node take: a table and data of each, and their directory. */
static guint64
bitmaps_size(const SimNode *node)
{
    guint64 clusters = 0, directory = 0;
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        const SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (bitmap->name == NULL || !sim_bitmap_look(bitmap->state)->persistent)
            continue;
        guint64 bytes = divide_up(divide_up(bitmap->size, bitmap->granularity), 8);
        guint64 data = divide_up(bytes, CLUSTER);
        clusters += data + divide_up(data * 8, CLUSTER);
        directory += (24 + strlen(bitmap->name) + 7) / 8 * 8;
    }
    return (clusters + divide_up(directory, CLUSTER)) * CLUSTER;
}

/* The clusters of a disk that the chain has data for. */
static guint64
data_size(SimNode *node)
{
    g_autoptr(GArray) parts = sim_node_allocation(node);
    guint64 sum = 0, done = 0;
    for (guint i = 0; i < parts->len; i++) {
        const SimAllocation *part = &g_array_index(parts, SimAllocation, i);
        guint64 start = MAX(done, part->offset / CLUSTER * CLUSTER);
        guint64 end = divide_up(part->offset + part->length, CLUSTER) * CLUSTER;
        if (!part->data || end <= start)
            continue;
        sum += end - start;
        done = end;
    }
    return sum;
}

static void
print(SimToolCall *call, gboolean json, json_t *sizes)
{
    if (json) {
        sim_tool_print_json(call, sizes);
        return;
    }
    g_string_append_printf(call->out,
                           "required size: %" JSON_INTEGER_FORMAT
                           "\nfully allocated size: %" JSON_INTEGER_FORMAT "\n",
                           json_integer_value(json_object_get(sizes, "required")),
                           json_integer_value(json_object_get(sizes, "fully-allocated")));
    json_decref(sizes);
}

static json_t *
measure(SimToolCall *call, SimNode *node, guint64 size)
{
    if (g_strcmp0(sim_tool_value(call, "O"), "qcow2") != 0)
        return json_pack("{s:I, s:I}", "required", (json_int_t)size, "fully-allocated",
                         (json_int_t)size);
    guint64 full = fully_allocated(size);
    guint64 data = node == NULL ? 0 : data_size(node);
    guint64 rounded = divide_up(size, CLUSTER) * CLUSTER;
    json_t *sizes = json_pack("{s:I, s:I}", "required", (json_int_t)(full - rounded + data),
                              "fully-allocated", (json_int_t)full);
    if (node != NULL && node->driver == SIM_DRIVER_QCOW2)
        json_object_set_new(sizes, "bitmaps", json_integer((json_int_t)bitmaps_size(node)));
    return sizes;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    gboolean json = FALSE;
    guint64 size = 0;
    const char *given = sim_tool_value(call, "size");
    if (!sim_tool_wants_json(call, &json))
        return TRUE;
    if (given != NULL && call->operands->len == 0 && sim_io_size(given, &size)) {
        print(call, json, measure(call, NULL, size));
        return TRUE;
    }
    if (!sim_tool_need_operands(call, 1, 1))
        return TRUE;
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .force_share = sim_tool_has(call, "U")};
    SimNode *node = sim_tool_open(call, &how);
    if (node != NULL)
        print(call, json, measure(call, node, sim_node_size(node)));
    return TRUE;
}

const SimToolCommand sim_tool_img_measure = {"measure", options, run};
