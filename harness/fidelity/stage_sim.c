/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulator as a stage: a file system, a clock, and machines over them.
 */
#include "harness/fidelity/stage.h"

#include <string.h>
#include "sim/tool/tool.h"
#include "sim/vm/command_line.h"
#include "sim/vm/monitor.h"
#include "sim/world/store.h"
#include "spec/api/error.h"

typedef struct {
    Stage base;
    SimFs *fs;
    SimClock clock;
    VmStore *store;
} SimStage;

typedef struct {
    StageProcess base;
    SimMachine *machine;
    SimSession *session;
    VmStoreFile *passed; /* open while a migration may write to it, or NULL */
} SimProcess;

static const char **
argv_of(const json_t *list)
{
    const char **argv = g_new0(const char *, json_array_size(list) + 1);

    for (size_t i = 0; i < json_array_size(list); i++) {
        argv[i] = json_string_value(json_array_get(list, i));
    }
    return argv;
}

/* The process whose socket and output file a folder shows. */
static void
show_files(SimStage *stage)
{
    static const char *const names[] = {"/qmp.sock", "/stderr.txt", NULL};

    for (guint i = 0; names[i] != NULL; i++) {
        sim_fs_create(stage->fs, names[i], NULL);
    }
}

static StageProcess *
sim_start(Stage *base, const json_t *argv, GError **error)
{
    SimStage *stage = (SimStage *)base;
    g_autofree const char **words = argv_of(argv);
    SimMachine *machine = sim_machine_start_argv(stage->fs, &stage->clock, words, error);
    SimProcess *process;

    if (machine == NULL) {
        return NULL;
    }
    show_files(stage);
    process = g_new0(SimProcess, 1);
    process->base.stage = base;
    process->machine = machine;
    process->session = sim_session_new(machine);
    return &process->base;
}

/* The file that descriptors stand for: made by the first, read by the next. */
static VmStoreFile *
open_passed(SimStage *stage, GError **error)
{
    static const char path[] = "/fd.state";

    return vm_store_kind(stage->store, path) == VM_FILE_MISSING
               ? stage->store->ops->create(stage->store, path, error)
               : stage->store->ops->open(stage->store, path, 0, error);
}

static gboolean
sim_send(StageProcess *base, const char *text, gboolean descriptor, GError **error)
{
    SimProcess *process = (SimProcess *)base;
    SimStage *stage = (SimStage *)base->stage;

    if (descriptor) {
        g_assert(process->passed == NULL);
        process->passed = open_passed(stage, error);
        if (process->passed == NULL) {
            return FALSE;
        }
    }
    sim_session_feed(process->session, text, strlen(text), descriptor ? process->passed : NULL);
    return TRUE;
}

static json_t *
sim_next(StageProcess *base, guint milliseconds)
{
    return sim_session_take(((SimProcess *)base)->session, milliseconds > 0);
}

static void
sim_kill(StageProcess *base)
{
    SimMachine *machine = ((SimProcess *)base)->machine;

    if (!machine->ended) {
        sim_machine_end(machine, -9, FALSE);
    }
}

static gboolean
sim_wait(StageProcess *base, guint milliseconds, StageRun *end)
{
    SimMachine *machine = ((SimProcess *)base)->machine;

    (void)milliseconds;
    end->status = machine->status;
    end->out = NULL;
    return machine->ended;
}

static void
sim_end(StageProcess *base)
{
    SimProcess *process = (SimProcess *)base;
    SimStage *stage = (SimStage *)base->stage;

    sim_kill(base);
    sim_session_free(process->session);
    sim_machine_unref(process->machine);
    if (process->passed != NULL) {
        stage->store->ops->close(process->passed);
    }
    g_free(process);
}

static gboolean
sim_run(Stage *base, const json_t *argv, StageRun *run, GError **error)
{
    SimStage *stage = (SimStage *)base;
    g_autofree const char **words = argv_of(argv);

    return sim_tool_run(stage->fs, &stage->clock, words, &run->status, &run->out, error);
}

static gboolean
sim_file(Stage *base, const char *name, const char *text, GError **error)
{
    SimStage *stage = (SimStage *)base;
    g_autofree char *path = g_strconcat("/", name, NULL);

    return vm_store_replace(stage->store, path, text, error);
}

static void
sim_free(Stage *base)
{
    SimStage *stage = (SimStage *)base;

    sim_store_free(stage->store);
    sim_fs_free(stage->fs);
    g_free(stage);
}

static const StageOps sim_ops = {
    sim_start, sim_send, sim_next, sim_kill, sim_wait, sim_end, sim_run, sim_file, sim_free,
};

Stage *
stage_sim_new(void)
{
    SimStage *stage = g_new0(SimStage, 1);

    stage->base.ops = &sim_ops;
    stage->base.name = "sim";
    stage->fs = sim_fs_new();
    stage->clock.now = SIM_CLOCK_START;
    stage->store = sim_store_new(stage->fs, FALSE, &stage->clock);
    return &stage->base;
}
