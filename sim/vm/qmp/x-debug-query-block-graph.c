/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/chain.h"
#include "sim/vm/qmp/command.h"

/* The answer in the making: things get numbers when they are met first. */
typedef struct {
    GHashTable *numbers; /* pointer or id → number; looked up only */
    json_t *nodes;
    json_t *edges;
} Answer;

/* The number of a node (by its name), a backend (by its edge) or a job (by its id). */
static json_int_t
number_of(Answer *answer, const char *kind, const char *key)
{
    g_autofree char *full = g_strconcat(kind, " ", key, NULL);
    gpointer number = g_hash_table_lookup(answer->numbers, full);
    if (number == NULL) {
        number = GUINT_TO_POINTER(g_hash_table_size(answer->numbers) + 1);
        g_hash_table_insert(answer->numbers, g_steal_pointer(&full), number);
    }
    return GPOINTER_TO_UINT(number);
}

static void
add_thing(Answer *answer, json_int_t number, const char *type, const char *name)
{
    json_array_insert_new(answer->nodes, 0,
                          json_pack("{s:I, s:s, s:s}", "id", number, "type", type, "name", name));
}

static json_t *
permissions(guint32 bits)
{
    static const char *const names[] = {"consistent-read", "write", "write-unchanged", "resize"};
    json_t *list = json_array();
    for (guint i = G_N_ELEMENTS(names); i-- > 0;) {
        if ((bits & (1u << i)) != 0)
            json_array_append_new(list, json_string(names[i]));
    }
    return list;
}

static void
add_edge(Answer *answer, json_int_t parent, const SimEdge *edge)
{
    json_int_t child = number_of(answer, "node", edge->child->name);
    json_array_insert_new(answer->edges, 0,
                          json_pack("{s:I, s:I, s:s, s:o, s:o}", "parent", parent, "child", child,
                                    "name", edge->role, "perm", permissions(edge->taken),
                                    "shared-perm", permissions(edge->shared)));
}

static void
add_backend(Answer *answer, const SimEdge *edge)
{
    g_autofree char *key = g_strdup_printf("%u", (guint)json_array_size(answer->nodes));
    g_autofree char *name =
        edge->kind == SIM_USER_DEVICE
            ? g_strdup_printf("/machine/peripheral/%s/virtio-backend", edge->device)
            : g_strdup("");
    json_int_t number = number_of(answer, "backend", key);
    add_thing(answer, number, "block-backend", name);
    add_edge(answer, number, edge);
}

static void
add_hold(Answer *answer, const SimEdge *edge)
{
    guint known = g_hash_table_size(answer->numbers);
    json_int_t number = number_of(answer, "job", edge->device);
    if (g_hash_table_size(answer->numbers) > known)
        add_thing(answer, number, "block-job", edge->device);
    add_edge(answer, number, edge);
}

/* The users of all nodes that are of a kind, oldest node first. */
static void
add_users(Answer *answer, const SimGraph *graph, gboolean jobs)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        const SimNode *node = graph->nodes->pdata[i];
        for (guint k = 0; k < node->parents->len; k++) {
            const SimEdge *edge = node->parents->pdata[k];
            if (edge->kind == SIM_USER_JOB && jobs)
                add_hold(answer, edge);
            else if (edge->kind != SIM_USER_JOB && edge->kind != SIM_USER_NODE && !jobs)
                add_backend(answer, edge);
        }
    }
}

static void
add_node(Answer *answer, const SimNode *node)
{
    json_int_t number = number_of(answer, "node", node->name);
    add_thing(answer, number, "block-driver", node->name);
    for (guint i = SIM_NODE_CHILDREN; i-- > 0;) {
        const SimEdge *edge = sim_node_child(node, i);
        if (edge != NULL)
            add_edge(answer, number, edge);
    }
}

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    const SimGraph *graph = call->machine->graph;
    Answer answer = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), json_array(),
                     json_array()};
    add_users(&answer, graph, FALSE);
    add_users(&answer, graph, TRUE);
    for (guint i = 0; i < graph->nodes->len; i++)
        add_node(&answer, graph->nodes->pdata[i]);
    g_hash_table_unref(answer.numbers);
    call->reply = json_pack("{s:o, s:o}", "nodes", answer.nodes, "edges", answer.edges);
    return TRUE;
}

const SimCommand sim_command_x_debug_query_block_graph = {"x-debug-query-block-graph", NULL, run};
