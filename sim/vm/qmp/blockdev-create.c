/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/vm/blockdev_options.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_step.h"
#include <errno.h>
#include <string.h>

#define DEFAULT_CLUSTER 65536

static const char *const preallocations[] = {"off", "metadata", "falloc", "full", NULL};
static const char *const versions[] = {"v2", "v3", NULL};

static const SimArgument base_members[] = {
    {"driver", SIM_ARG_ENUM, TRUE, .values = sim_blockdev_drivers},
    {0},
};
static const SimArgument file_members[] = {
    {"filename", SIM_ARG_STRING, TRUE},
    {"size", SIM_ARG_SIZE, TRUE},
    {"preallocation", SIM_ARG_ENUM, .values = preallocations},
    {"nocow", SIM_ARG_BOOLEAN},
    {"extent-size-hint", SIM_ARG_SIZE},
    {0},
};
static const SimArgument qcow2_members[] = {
    {"file", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {"size", SIM_ARG_SIZE, TRUE},
    {"version", SIM_ARG_ENUM, .values = versions},
    {"backing-file", SIM_ARG_STRING},
    {"backing-fmt", SIM_ARG_STRING},
    {"cluster-size", SIM_ARG_SIZE},
    {"preallocation", SIM_ARG_ENUM, .values = preallocations},
    {"lazy-refcounts", SIM_ARG_BOOLEAN},
    {"refcount-bits", SIM_ARG_INTEGER},
    {0},
};
static const SimArgument no_members[] = {{0}};

static gboolean
check_options(const json_t *options, const char *path, GError **error)
{
    if (!json_is_object(options))
        return sim_argument_wrong_type(path, "object", error);
    const char *driver = sim_text(options, "driver");
    const SimArgument *members = no_members;
    if (g_strcmp0(driver, "file") == 0)
        members = file_members;
    else if (g_strcmp0(driver, "qcow2") == 0)
        members = qcow2_members;
    const SimArgument *tables[] = {base_members, members, NULL};
    return sim_arguments_check_union(tables, options, path, error);
}

static const SimArgument arguments[] = {
    {"job-id", SIM_ARG_STRING, TRUE},
    {"options", SIM_ARG_CUSTOM, TRUE, .check = check_options},
    {0},
};

static guint64
size_of(const json_t *options)
{
    return (guint64)json_integer_value(json_object_get(options, "size"));
}

static char *
create_file(SimMachine *machine, const json_t *options)
{
    const char *path = sim_text(options, "filename");
    SimFs *fs = machine->graph->fs;
    SimInode *inode = sim_fs_lookup(fs, path, NULL);
    if (inode != NULL && sim_inode_kind(inode) != SIM_INODE_DIR) {
        char *text = sim_lock_conflict(inode, NULL, SIM_PERM_WRITE | SIM_PERM_RESIZE,
                                       SIM_PERM_ALL & ~SIM_PERM_RESIZE);
        if (text != NULL)
            return text;
    }
    int number = sim_fs_create(fs, path, &inode);
    if (number != 0)
        return g_strdup_printf("Could not create '%s': %s", path, g_strerror(number));
    if (size_of(options) > 0) {
        g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_RAW, size_of(options), NULL, NULL);
        sim_inode_set_image(inode, image);
    }
    return NULL;
}

static char *
take_text(GError **error)
{
    char *text = g_strdup((*error)->message);
    g_clear_error(error);
    return text;
}

/* The job writes through a user of its own, which must fit in beside the others. */
static char *
check_writable(SimNode *node)
{
    GError *error = NULL;
    SimEdge *user = sim_graph_use(node, SIM_PERM_WRITE | SIM_PERM_RESIZE, SIM_PERM_ALL, &error);
    if (user == NULL)
        return take_text(&error);
    sim_graph_drop(user);
    int number = sim_node_can_write(node);
    if (number == 0)
        return NULL;
    return g_strdup_printf("Could not write qcow2 header: %s", g_strerror(number));
}

static char *
create_qcow2(SimMachine *machine, const json_t *options)
{
    GError *error = NULL;
    const char *name = sim_text(options, "file");
    if (name == NULL)
        return g_strdup("An inline file is not simulated");
    SimNode *node = sim_graph_need(machine->graph, name, &error);
    if (node == NULL)
        return take_text(&error);
    if (size_of(options) % 512 != 0)
        return g_strdup("Image size must be a multiple of 512 bytes");
    guint64 cluster = DEFAULT_CLUSTER;
    if (json_object_get(options, "cluster-size") != NULL)
        cluster = (guint64)json_integer_value(json_object_get(options, "cluster-size"));
    if (cluster < 512 || cluster > 2 << 20 || (cluster & (cluster - 1)) != 0)
        return g_strdup("Cluster size must be a power of two between 512 and 2048k");
    const char *backing = sim_text(options, "backing-file");
    const char *format = sim_text(options, "backing-fmt");
    if (format != NULL && backing == NULL)
        return g_strdup("Backing format cannot be used without backing file");
    char *text = check_writable(node);
    if (text != NULL)
        return text;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, size_of(options), backing, format);
    sim_image_set_layout(image, (guint32)cluster,
                         g_strcmp0(sim_text(options, "version"), "v2") == 0);
    sim_inode_set_image(sim_node_protocol(node)->inode, image);
    return NULL;
}

static const SimJobDriver create_driver = {.type = "create", .step = sim_job_last_step};

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    const json_t *options = json_object_get(call->arguments, "options");
    const char *driver = sim_text(options, "driver");
    gboolean file = strcmp(driver, "file") == 0;
    if (!file && strcmp(driver, "qcow2") != 0)
        return sim_qmp_refuse(error, "Driver does not support blockdev-create");
    SimJobOptions job_options = {.id = sim_text(call->arguments, "job-id"), .manual_dismiss = TRUE};
    SimJob *job = sim_job_create(&machine->jobs, &create_driver, &job_options, error);
    if (job == NULL)
        return FALSE;
    job->total = 1;
    sim_job_start(job);
    job->error = file ? create_file(machine, options) : create_qcow2(machine, options);
    /* What fails at once has ended before the answer; what was written ends after it. */
    if (job->error != NULL)
        sim_job_step(job);
    return TRUE;
}

const SimCommand sim_command_blockdev_create = {"blockdev-create", arguments, run};
