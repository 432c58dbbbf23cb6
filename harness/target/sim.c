/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulator as a target: the reference driver over a simulated world.
 */
#include "harness/target/sim.h"

#include <string.h>
#include "harness/target/sim_copy.h"
#include "harness/target/target_load.h"
#include "sim/block/digest.h"
#include "sim/world/inspect.h"

#define SIM_ROOT "/sim"
#define SIM_DISK_DIR SIM_ROOT "/images"

typedef struct {
    ReferenceWorld base;
    SimWorld *sim;
    SimCopy *copy; /* of a copy, which only borrows the simulated world; or NULL */
} SimTargetWorld;

static SimWorld *
sim(ReferenceWorld *world)
{
    return ((SimTargetWorld *)world)->sim;
}

SimWorld *
target_sim_world(struct vm_conn *conn)
{
    return sim(conn->world);
}

/* ---- what a world does ---- */

static char *
sim_describe(ReferenceWorld *world)
{
    (void)world;
    return g_strdup("simulated hypervisor");
}

static void
sim_close(ReferenceWorld *world)
{
    SimTargetWorld *self = (SimTargetWorld *)world;
    if (self->copy != NULL)
        sim_copy_free(self->copy);
    else
        sim_world_free(self->sim);
    g_free(self);
}

static ReferenceWorld *sim_copy(ReferenceWorld *world, GError **error);

static gboolean
sim_guest(ReferenceWorld *world, const char *instance, const char *command, char **answer,
          GError **error)
{
    return sim_world_guest(sim(world), instance, command, answer, error);
}

static json_t *
inspect_files(SimWorld *world, const char *argument)
{
    return sim_inspect_files(world, *argument != '\0' ? argument : "/");
}

static json_t *
inspect_instances(SimWorld *world, const char *argument)
{
    (void)argument;
    return sim_inspect_instances(world);
}

static const struct {
    const char *what;
    json_t *(*look)(SimWorld *world, const char *argument);
} inspect_rows[] = {
    {"files", inspect_files},         {"file", sim_inspect_file}, {"content", sim_inspect_content},
    {"nodes", sim_inspect_nodes},     {"jobs", sim_inspect_jobs}, {"ram", sim_inspect_ram},
    {"instances", inspect_instances},
};

static json_t *
sim_inspect(ReferenceWorld *world, const char *what, const char *argument)
{
    for (guint i = 0; i < G_N_ELEMENTS(inspect_rows); i++)
        if (strcmp(what, inspect_rows[i].what) == 0)
            return inspect_rows[i].look(sim(world), argument);
    return NULL;
}

static int
visit_files(struct vm_conn *conn, void (*visit)(void *data, const struct vm_file *file), void *data,
            struct vm_error *err)
{
    (void)err;
    sim_visit_files(sim(conn->world), visit, data);
    return 0;
}

static int
visit_image(struct vm_conn *conn, const char *path,
            void (*visit)(void *data, const struct vm_image *image), void *data)
{
    return sim_visit_image(sim(conn->world), path, visit, data);
}

static int
content(struct vm_conn *conn, const char *place, struct vm_content *content)
{
    return sim_look_at_content(sim(conn->world), place, content);
}

static int
ram(struct vm_conn *conn, const char *domain, char digest[64])
{
    return sim_look_at_ram(sim(conn->world), domain, digest);
}

static int
visit_nodes(struct vm_conn *conn, const char *domain,
            void (*visit)(void *data, const char *node, const char *file), void *data)
{
    return sim_visit_nodes(sim(conn->world), domain, visit, data);
}

static int
visit_jobs(struct vm_conn *conn, const char *domain, void (*visit)(void *data, const char *id),
           void *data)
{
    return sim_visit_jobs(sim(conn->world), domain, visit, data);
}

static gboolean
sim_disturb(ReferenceWorld *world, const char *instance, const char *what, GError **error)
{
    return sim_world_disturb(sim(world), instance, what, error);
}

static gboolean
sim_store_fault(ReferenceWorld *world, const char *what, GError **error)
{
    return sim_world_store_fault(sim(world), what, error);
}

static gboolean
sim_recipe(ReferenceWorld *world, const char *name, const char *path, guint64 size, GError **error)
{
    return sim_world_recipe(sim(world), name, path, size, error);
}

static gboolean
sim_copy_image(ReferenceWorld *world, const char *from, const char *to, gboolean *done,
               GError **error)
{
    return sim_world_copy_image(sim(world), from, to, done, error);
}

static gboolean
sim_is_open(ReferenceWorld *world, const char *path)
{
    return sim_world_file_open(sim(world), path);
}

static void
sim_advance(ReferenceWorld *world, guint64 milliseconds)
{
    sim_world_advance(sim(world), milliseconds);
}

static char *
sim_take_log(ReferenceWorld *world)
{
    return sim_world_take_log(sim(world));
}

static const ReferenceWorldOps sim_ops = {
    .describe = sim_describe,
    .close = sim_close,
    .copy = sim_copy,
    .guest = sim_guest,
    .inspect = sim_inspect,
    .disturb = sim_disturb,
    .store_fault = sim_store_fault,
    .advance = sim_advance,
    .take_log = sim_take_log,
    .recipe = sim_recipe,
    .copy_image = sim_copy_image,
    .is_open = sim_is_open,
};

/* ---- worlds ---- */

/* `copy` (taken) may be NULL. */
static ReferenceWorld *
world_new(SimWorld *world, SimCopy *copy)
{
    SimTargetWorld *self = g_new0(SimTargetWorld, 1);
    self->sim = world;
    self->copy = copy;
    self->base.ops = &sim_ops;
    self->base.ports = (ReferencePorts){
        .hypervisor = sim_world_hypervisor(world),
        .store = sim_world_store(world),
        .env = sim_world_env(world),
        .root = SIM_ROOT,
        .disk_dir = SIM_DISK_DIR,
    };
    if (copy != NULL)
        sim_copy_ports(copy, &self->base.ports);
    return &self->base;
}

static ReferenceWorld *
sim_copy(ReferenceWorld *world, GError **error)
{
    SimWorld *original = sim(world);
    (void)error;
    return world_new(original, sim_copy_new(original));
}

static int
probe_key(struct vm_conn *conn, char key[33])
{
    char digest[33];
    SimDigest whole = SIM_DIGEST_START;
    if (!sim_inspect_beginning(sim(conn->world), digest))
        return 0;
    sim_digest_string(&whole, digest);
    sim_digest_number(&whole, conn->profile);
    sim_digest_write(&whole, key);
    return 1;
}

static int
probe_kept_to_key(struct vm_conn *copy)
{
    return sim_copy_kept_to_key(((SimTargetWorld *)copy->world)->copy);
}

static int
sim_open(const struct vm_target_options *options, struct vm_conn **conn, struct vm_error *err)
{
    ReferenceWorld *world = world_new(sim_world_new(options->seed), NULL);
    VmStore *store = world->ports.store;
    GError *failure = NULL;
    if (!store->ops->mkdir(store, SIM_DISK_DIR, &failure) ||
        !store->ops->sync_dir(store, "/", &failure) ||
        !store->ops->sync_dir(store, SIM_ROOT, &failure)) {
        sim_close(world);
        world = NULL;
    }
    return reference_open(options, world, failure, conn, err);
}

const struct vm_target *
target_sim(void)
{
    static struct vm_target table = {.name = "sim", .open = sim_open};
    reference_fill(&table);
    table.visit_files = visit_files;
    table.visit_image = visit_image;
    table.content = content;
    table.ram = ram;
    table.visit_nodes = visit_nodes;
    table.visit_jobs = visit_jobs;
    table.probe_key = probe_key;
    table.probe_kept_to_key = probe_kept_to_key;
    table.own_world = 1;
    return &table;
}
