/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/io_command.h"
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/command.h"
#include <string.h>

static const SimArgument arguments[] = {
    {"command-line", SIM_ARG_STRING, TRUE},
    {"cpu-index", SIM_ARG_INTEGER},
    {0},
};

/* The words of a line; those in double quotes may have blanks, and \" in them. */
static GPtrArray *
split_line(const char *line)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (const char *p = line + strspn(line, " "); *p != '\0'; p += strspn(p, " ")) {
        GString *word = g_string_new(NULL);
        gboolean quoted = *p == '"';
        p += quoted ? 1 : 0;
        while (*p != '\0' && *p != (quoted ? '"' : ' ')) {
            p += quoted && p[0] == '\\' && p[1] != '\0' ? 1 : 0;
            g_string_append_c(word, *p++);
        }
        p += quoted && *p == '"' ? 1 : 0;
        g_ptr_array_add(words, g_string_free(word, FALSE));
    }
    return words;
}

/* The use of a node by the disk of that QOM path, or NULL. */
static SimEdge *
find_device(SimMachine *machine, const char *path)
{
    for (guint i = 0; i < machine->devices->len; i++) {
        const SimDevice *device = machine->devices->pdata[i];
        g_autofree char *backend =
            g_strdup_printf("/machine/peripheral/%s/virtio-backend", device->id);
        if (strcmp(path, backend) == 0)
            return device->root;
    }
    return NULL;
}

/* Whether it is the path of a disk itself, which is not that of its backend. */
static gboolean
is_device(SimMachine *machine, const char *path)
{
    static const char folder[] = "/machine/peripheral/";
    return g_str_has_prefix(path, folder) &&
           sim_machine_disk(machine, path + strlen(folder)) != NULL;
}

/* qemu-io [-d] NODE-OR-PATH COMMAND: what goes wrong with the node is an HMP error; what the
 * command prints goes to the process's output. */
static char *
run_qemu_io(SimMachine *machine, const GPtrArray *words)
{
    gboolean by_device = words->len > 1 && strcmp(words->pdata[1], "-d") == 0;
    guint first = by_device ? 2 : 1;
    if (words->len != first + 2)
        return g_strdup_printf(
            "qemu-io: %s expected\r\nTry \"help qemu-io\" for more information\r\n",
            words->len <= first ? "block device name" : "string");
    const char *name = words->pdata[first];
    SimEdge *user = by_device ? find_device(machine, name) : NULL;
    SimNode *node =
        by_device ? (user == NULL ? NULL : user->child) : sim_graph_find(machine->graph, name);
    if (node == NULL && by_device)
        return is_device(machine, name)
                   ? g_strdup("Error: Device does not have a block device backend\r\n")
                   : g_strdup_printf("Error: Device '%s' not found\r\n", name);
    if (node == NULL)
        return g_strdup_printf("Error: Cannot find device='' nor node-name='%s'\r\n", name);
    g_autoptr(GError) refused = NULL;
    sim_io_command(node, user, words->pdata[first + 1], machine->output, &refused);
    /* The command's own use of the node drains it when it comes and when it goes. */
    if (user == NULL)
        sim_jobs_drain_twice(&machine->jobs, node);
    return refused == NULL ? g_strdup("") : g_strdup_printf("%s\r\n", refused->message);
}

static gboolean
run(SimCall *call, GError **error)
{
    const char *line = sim_text(call->arguments, "command-line");
    g_autoptr(GPtrArray) words = split_line(line);
    if (words->len == 0) {
        call->reply = json_string("");
        return TRUE;
    }
    if (strcmp(words->pdata[0], "qemu-io") != 0)
        return sim_qmp_refuse(error, "HMP command '%s' is not simulated",
                              (const char *)words->pdata[0]);
    g_autofree char *answer = run_qemu_io(call->machine, words);
    call->reply = json_string(answer);
    return TRUE;
}

const SimCommand sim_command_human_monitor_command = {"human-monitor-command", arguments, run};
