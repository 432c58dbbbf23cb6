/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a dialogue is played: a folder with files, tools and processes that
 * speak QMP, real or simulated.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Stage Stage;
typedef struct StageProcess StageProcess;

/** How a tool ended. */
typedef struct {
    int status; /* exit code, or -signal */
    char *out;  /* stdout and stderr as they came */
} StageRun;

/** What a hypervisor implements; every function is required.  A command, a program, an option or a
 *  block driver that it does not have is VIR_ERR_OPERATION_UNSUPPORTED naming it. */
typedef struct {
    /** Start a process by its argv, in the folder; relative paths are of the folder. */
    StageProcess *(*start)(Stage *stage, const json_t *argv, GError **error);
    /** Send text as it is; `descriptor`: a file of the stage goes along. */
    gboolean (*send)(StageProcess *process, const char *text, gboolean descriptor, GError **error);
    /** The next object that comes (the caller decrefs it), the greeting first; NULL when none came
     *  within that time, or none can come any more. */
    json_t *(*next)(StageProcess *process, guint milliseconds);
    /** End it at once. */
    void (*kill)(StageProcess *process);
    /** Wait for its end: FALSE when it still lives after that time. */
    gboolean (*wait)(StageProcess *process, guint milliseconds, StageRun *end);
    /** Kill it where it lives, and free it. */
    void (*end)(StageProcess *process);
    /** Run a tool to its end. */
    gboolean (*run)(Stage *stage, const json_t *argv, StageRun *run, GError **error);
    /** Write a file. */
    gboolean (*file)(Stage *stage, const char *name, const char *text, GError **error);
    /** Remove the folder and free the stage; its processes are ended. */
    void (*free)(Stage *stage);
} StageOps;

/** A stage; implementations embed it as their first member. */
struct Stage {
    const StageOps *ops;
    const char *name;    /* "sim", "qemu" */
    gboolean exact;      /* error texts are compared too */
    gboolean concurrent; /* time passes by itself: things may have to be waited for */
};

/** A process on a stage. */
struct StageProcess {
    Stage *stage;
};

/** Clear what a run left. */
void stage_run_clear(StageRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StageRun, stage_run_clear)
/** Free a stage; NULL is fine. */
void stage_free(Stage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

/** Real QEMU in a new folder below the folder for temporary files; fails where there is none. */
Stage *stage_qemu_new(GError **error);
/** The simulator, in a world of its own. */
Stage *stage_sim_new(void);
