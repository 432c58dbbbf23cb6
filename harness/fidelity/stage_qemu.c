/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Real QEMU as a stage: a scratch folder, processes and tools in it.
 */
#include "harness/fidelity/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness/fidelity/scratch.h"
#include "harness/fidelity/wire.h"
#include "harness/qemu/process.h"
#include "spec/api/error.h"

#define PATIENCE_MS 20000

/* What the recordings call the file of a process's stdout and stderr. */
#define OUTPUT_NAME "stderr.txt"

typedef struct {
    Stage base;
    char *root;   /* everything of ours */
    char *folder; /* below it: what the dialogue sees */
} QemuStage;

typedef struct {
    StageProcess base;
    QemuProcess *process;
    Wire *wire;
} QemuStageProcess;

static char *
path_in(const QemuStage *stage, const char *name)
{
    return g_build_filename(stage->folder, name, NULL);
}

/* "kvm" where it can be had. */
static const char *
accelerator(void)
{
    return access("/dev/kvm", R_OK | W_OK) == 0 ? "kvm" : "tcg";
}

/* The words as they are executed; the caller frees the array, not the words. */
static const char **
argv_of(const json_t *list)
{
    const char **argv = g_new0(const char *, json_array_size(list) + 1);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));

        argv[i] = strcmp(word, "<accel>") == 0 ? accelerator() : word;
    }
    return argv;
}

/* "qmp.sock" of "socket,id=mon,path=qmp.sock", or NULL. */
static char *
socket_name(const char *const *argv)
{
    for (; *argv != NULL; argv++) {
        const char *path = g_str_has_prefix(*argv, "socket,") ? strstr(*argv, "path=") : NULL;

        if (path != NULL) {
            path += strlen("path=");
            return g_strndup(path, strcspn(path, ","));
        }
    }
    return NULL;
}

static Wire *
listen_for(QemuStage *stage, const char *const *argv, GError **error)
{
    g_autofree char *name = socket_name(argv);
    g_autofree char *path = NULL;

    if (name == NULL) {
        vm_refuse(error, VIR_ERR_INVALID_ARG, "'%s' is started without a monitor socket", argv[0]);
        return NULL;
    }
    path = path_in(stage, name);
    return wire_listen(path, error);
}

static StageProcess *
qemu_start(Stage *base, const json_t *argv, GError **error)
{
    QemuStage *stage = (QemuStage *)base;
    g_autofree const char **words = argv_of(argv);
    g_autofree char *output = path_in(stage, OUTPUT_NAME);
    g_autoptr(Wire) wire = listen_for(stage, words, error);
    QemuSpawn spawn = {.argv = words, .folder = stage->folder, .stderr_path = output};
    g_autoptr(QemuProcess) child = NULL;
    QemuStageProcess *process;

    if (wire == NULL) {
        return NULL;
    }
    unlink(output);
    child = qemu_process_start(&spawn, error);
    if (child == NULL) {
        return NULL;
    }
    if (!wire_accept(wire, PATIENCE_MS, error)) {
        g_autofree char *said = qemu_process_said(child);

        g_prefix_error(error, "'%s' says '%s': ", words[0], said);
        return NULL;
    }
    process = g_new0(QemuStageProcess, 1);
    process->base.stage = base;
    process->process = g_steal_pointer(&child);
    process->wire = g_steal_pointer(&wire);
    return &process->base;
}

static gboolean
qemu_send(StageProcess *base, const char *text, gboolean descriptor, GError **error)
{
    QemuStageProcess *process = (QemuStageProcess *)base;
    g_autofree char *path = path_in((QemuStage *)base->stage, "fd.state");
    gboolean sent;
    int fd = -1;

    if (descriptor) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) {
            return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "%s: %s", path, g_strerror(errno));
        }
    }
    sent = wire_send(process->wire, text, fd, error);
    if (fd >= 0) {
        close(fd);
    }
    return sent;
}

static json_t *
qemu_next(StageProcess *base, guint milliseconds)
{
    return wire_next(((QemuStageProcess *)base)->wire, milliseconds);
}

static void
qemu_kill(StageProcess *base)
{
    qemu_process_signal(((QemuStageProcess *)base)->process, SIGKILL);
}

static gboolean
qemu_wait(StageProcess *base, guint milliseconds, StageRun *end)
{
    QemuStageProcess *process = (QemuStageProcess *)base;
    g_autofree char *output = path_in((QemuStage *)base->stage, OUTPUT_NAME);

    if (!qemu_process_wait(process->process, milliseconds, &end->status)) {
        return FALSE;
    }
    if (!g_file_get_contents(output, &end->out, NULL, NULL)) {
        end->out = g_strdup("");
    }
    return TRUE;
}

static void
qemu_end(StageProcess *base)
{
    QemuStageProcess *process = (QemuStageProcess *)base;

    qemu_process_free(process->process);
    wire_free(process->wire);
    g_free(process);
}

static gboolean
qemu_run(Stage *base, const json_t *argv, StageRun *run, GError **error)
{
    QemuStage *stage = (QemuStage *)base;
    g_autofree const char **words = argv_of(argv);
    g_autofree char *output = g_build_filename(stage->root, "tool.txt", NULL);
    QemuSpawn spawn = {.argv = words, .folder = stage->folder, .stderr_path = output};
    g_autoptr(QemuProcess) child = NULL;
    gboolean ended;

    unlink(output);
    child = qemu_process_start(&spawn, error);
    if (child == NULL) {
        return FALSE;
    }
    ended = qemu_process_wait(child, PATIENCE_MS, &run->status);
    if (!ended || !g_file_get_contents(output, &run->out, NULL, NULL)) {
        vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT, "'%s' did not end within %d s", words[0],
                  PATIENCE_MS / 1000);
    }
    return run->out != NULL;
}

static gboolean
qemu_file(Stage *base, const char *name, const char *text, GError **error)
{
    g_autofree char *path = path_in((QemuStage *)base, name);

    return g_file_set_contents(path, text, -1, error);
}

static void
qemu_free(Stage *base)
{
    QemuStage *stage = (QemuStage *)base;

    scratch_remove(stage->root);
    g_free(stage->root);
    g_free(stage->folder);
    g_free(stage);
}

static const StageOps qemu_ops = {
    qemu_start, qemu_send, qemu_next, qemu_kill, qemu_wait,
    qemu_end,   qemu_run,  qemu_file, qemu_free,
};

Stage *
stage_qemu_new(GError **error)
{
    g_autofree char *root = scratch_new(error);
    QemuStage *stage;

    if (root == NULL) {
        return NULL;
    }
    stage = g_new0(QemuStage, 1);
    stage->base.ops = &qemu_ops;
    stage->base.name = "qemu";
    stage->base.exact = TRUE;
    stage->base.concurrent = TRUE;
    stage->folder = g_build_filename(root, "d", NULL);
    stage->root = g_steal_pointer(&root);
    if (mkdir(stage->folder, 0700) < 0) {
        vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot make '%s': %s", stage->folder,
                  g_strerror(errno));
        qemu_free(&stage->base);
        return NULL;
    }
    return &stage->base;
}
