/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What cannot be avoided: the QMP commands that do the work, the answers that
 * tell whether it was done, and the durable writes that let a driver find its
 * way after a power cut.  No document is read, nothing is checked beforehand.
 */
#include "harness/bench/contender.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>
#include "harness/bench/bare_qmp.h"
#include "harness/qemu/command_line.h"
#include "harness/qemu/process.h"
#include "harness/qemu/unix_socket.h"
#include "spec/api/error.h"

/* What the driver writes for a domain of this size, in bytes. */
#define INTENT_SIZE 900
#define SNAPSHOT_SIZE 1000
#define CONFIG_SIZE 900

typedef struct {
    Contender base;
    BenchWorld world;
    char *folder, *metadata, *disk, *overlay, *save, *log;
    QemuProcess *process;
    BareQmp qmp;
    int other[2]; /* our ends of the second monitor and of the serial port */
} Bare;

static Bare *
own(Contender *contender)
{
    return (Bare *)contender;
}

/* ---- durable writes ---- */

static gboolean
fail(GError **error, const char *path)
{
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "%s: %s", path, g_strerror(errno));
}

static gboolean
sync_path(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok || fail(error, path);
}

/* A file replaced; `durable` says whether its name is to survive a power cut, its content does. */
static gboolean
replace(const Bare *bare, const char *name, gsize size, gboolean durable, GError **error)
{
    g_autofree char *path = g_build_filename(bare->metadata, name, NULL);
    g_autofree char *temporary = g_strconcat(path, ".new", NULL);
    g_autofree char *text = g_strnfill(size, 'x');
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    gboolean ok = fd >= 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (!ok || rename(temporary, path) != 0)
        return fail(error, path);
    return !durable || sync_path(bare->metadata, error);
}

static gboolean
drop(const Bare *bare, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(bare->metadata, name, NULL);
    return (unlink(path) == 0 || fail(error, path)) && sync_path(bare->metadata, error);
}

/* ---- the process ---- */

static json_t *
config_of(const Bare *bare, gboolean incoming)
{
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:s, s:[{s:s, s:s, s:{s:s, s:s, s:s}}], s:[{s:s, s:s, s:s}], s:b}",
        "name", "bench", "uuid", "5a4b1c1e-0001-4b62-9d0e-2f3b1f0c7a11", "memory",
        (int)bare->world.memory, "vcpus", 1, "machine", "pc", "blockdev", "driver", "qcow2",
        "node-name", "d0", "file", "driver", "file", "node-name", "f0", "filename", bare->disk,
        "device", "driver", "virtio-blk-pci", "id", "vda", "drive", "d0", "incoming", incoming);
}

static gboolean
spawn(Bare *bare, gboolean incoming, int listening, GError **error)
{
    int look, serial;
    if (!qemu_socket_pair(&bare->other[0], &look, error) ||
        !qemu_socket_pair(&bare->other[1], &serial, error))
        return FALSE;
    QemuCommandLine line = {access("/dev/kvm", R_OK | W_OK) == 0, bare->world.rom, listening, look,
                            serial};
    json_t *config = config_of(bare, incoming);
    g_auto(GStrv) argv = qemu_command_line(config, &line);
    const int keep[] = {listening, look, serial, -1};
    QemuSpawn process = {.argv = (const char *const *)argv,
                         .folder = bare->folder,
                         .stderr_path = bare->log,
                         .keep = keep};
    bare->process = qemu_process_start(&process, error);
    json_decref(config);
    close(look);
    close(serial);
    return bare->process != NULL;
}

static gboolean
start(Bare *bare, gboolean incoming, GError **error)
{
    g_autofree char *path = g_build_filename(bare->folder, "qmp", NULL);
    g_unlink(path);
    int listening = qemu_socket_listen(path, error);
    gboolean ok = listening >= 0 && spawn(bare, incoming, listening, error);
    int fd = ok ? qemu_socket_connect(path, error) : -1;
    if (listening >= 0)
        close(listening);
    if (fd < 0)
        return FALSE;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return bare_qmp_open(&bare->qmp, fd, error);
}

static void
stop(Bare *bare)
{
    bare_qmp_close(&bare->qmp);
    g_clear_pointer(&bare->process, qemu_process_free);
    for (guint i = 0; i < G_N_ELEMENTS(bare->other); i++) {
        if (bare->other[i] >= 0)
            close(bare->other[i]);
        bare->other[i] = -1;
    }
}

static gboolean
quit(Bare *bare, GError **error)
{
    int status = 0;
    if (!bare_qmp_send(&bare->qmp, "{\"execute\":\"quit\"}", -1, error))
        return FALSE;
    qemu_process_wait(bare->process, 5000, &status);
    stop(bare);
    return TRUE;
}

/* ---- the calls ---- */

static gboolean
send(Bare *bare, const char *command, GError **error)
{
    return bare_qmp_send(&bare->qmp, command, -1, error);
}

/* A job to its end, and whether it went well. */
static gboolean
job(Bare *bare, const char *command, GError **error)
{
    return send(bare, command, error) &&
           bare_qmp_await(&bare->qmp, "\"status\": \"concluded\"", error) &&
           send(bare, "{\"execute\":\"query-jobs\"}", error) &&
           send(bare, "{\"execute\":\"job-dismiss\",\"arguments\":{\"id\":\"j\"}}", error);
}

#define STATE(verb, tag)                                                                           \
    "{\"execute\":\"snapshot-" verb "\",\"arguments\":{\"tag\":\"" tag "\",\"devices\":[\"d0\"],"  \
    "\"vmstate\":\"d0\",\"job-id\":\"j\"}}"
#define CONT "{\"execute\":\"cont\"}"
#define STOP "{\"execute\":\"stop\"}"

static gboolean
call_start(Bare *bare, GError **error)
{
    return start(bare, FALSE, error) && send(bare, CONT, error);
}

static gboolean
call_create(Bare *bare, GError **error)
{
    return replace(bare, "intent", INTENT_SIZE, TRUE, error) && send(bare, STOP, error) &&
           job(bare, STATE("save", "s"), error) && replace(bare, "s", SNAPSHOT_SIZE, TRUE, error) &&
           replace(bare, "w", SNAPSHOT_SIZE, FALSE, error) && drop(bare, "intent", error) &&
           send(bare, CONT, error);
}

/* The only snapshot is the current one already, so that nothing is recorded but the intent. */
static gboolean
call_revert(Bare *bare, GError **error)
{
    return replace(bare, "intent", INTENT_SIZE, TRUE, error) && send(bare, STOP, error) &&
           job(bare, STATE("load", "s"), error) && drop(bare, "intent", error) &&
           send(bare, CONT, error);
}

static gboolean
call_delete(Bare *bare, GError **error)
{
    return replace(bare, "intent", INTENT_SIZE, TRUE, error) &&
           job(bare,
               "{\"execute\":\"snapshot-delete\",\"arguments\":{\"tag\":\"s\",\"devices\":[\"d0\"],"
               "\"job-id\":\"j\"}}",
               error) &&
           replace(bare, "w", SNAPSHOT_SIZE, FALSE, error) && drop(bare, "s", error) &&
           drop(bare, "intent", error);
}

#define GETFD "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"stream\"}}"

static gboolean
write_stream(Bare *bare, const char *partial, GError **error)
{
    int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, partial);
    g_autofree char *header = g_strnfill(CONFIG_SIZE, 'x');
    gboolean ok =
        write(fd, header, CONFIG_SIZE) == CONFIG_SIZE && send(bare, STOP, error) &&
        bare_qmp_send(&bare->qmp, GETFD, fd, error) &&
        send(bare, "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:stream\"}}", error) &&
        bare_qmp_await(&bare->qmp, "\"status\": \"completed\"", error) &&
        send(bare, "{\"execute\":\"query-migrate\"}", error) && fsync(fd) == 0;
    close(fd);
    return ok;
}

static gboolean
call_save(Bare *bare, GError **error)
{
    g_autofree char *partial = g_strconcat(bare->save, ".partial", NULL);
    if (!replace(bare, "intent", INTENT_SIZE, TRUE, error) || !write_stream(bare, partial, error))
        return FALSE;
    if (rename(partial, bare->save) != 0)
        return fail(error, partial);
    return sync_path(bare->folder, error) && quit(bare, error) && drop(bare, "intent", error);
}

static gboolean
call_restore(Bare *bare, GError **error)
{
    int fd = open(bare->save, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || lseek(fd, CONFIG_SIZE, SEEK_SET) != CONFIG_SIZE)
        return fail(error, bare->save);
    gboolean ok =
        start(bare, TRUE, error) && bare_qmp_send(&bare->qmp, GETFD, fd, error) &&
        send(bare, "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:stream\"}}",
             error) &&
        bare_qmp_await(&bare->qmp, "\"status\": \"completed\"", error) &&
        send(bare, "{\"execute\":\"query-migrate\"}", error) && send(bare, CONT, error);
    close(fd);
    return ok;
}

static gboolean
sendf(Bare *bare, gboolean is_job, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return is_job ? job(bare, command, error) : send(bare, command, error);
}

static gboolean
make_overlay(Bare *bare, GError **error)
{
    return sendf(bare, TRUE, error,
                 "{\"execute\":\"blockdev-create\",\"arguments\":{\"options\":{\"driver\":\"file\","
                 "\"filename\":\"%s\",\"size\":0},\"job-id\":\"j\"}}",
                 bare->overlay) &&
           sendf(bare, FALSE, error,
                 "{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"file\",\"node-name\":"
                 "\"fo0-00000000\",\"filename\":\"%s\"}}",
                 bare->overlay) &&
           sendf(bare, TRUE, error,
                 "{\"execute\":\"blockdev-create\",\"arguments\":{\"options\":{\"driver\":"
                 "\"qcow2\",\"file\":\"fo0-00000000\",\"size\":67108864,\"backing-file\":\"%s\","
                 "\"backing-fmt\":\"qcow2\"},\"job-id\":\"j\"}}",
                 bare->disk) &&
           sync_path(bare->overlay, error) && sync_path(bare->folder, error) &&
           send(bare,
                "{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"qcow2\",\"node-name\":"
                "\"o0-00000000\",\"file\":\"fo0-00000000\",\"backing\":null}}",
                error);
}

static gboolean
call_overlay(Bare *bare, GError **error)
{
    return replace(bare, "intent", INTENT_SIZE, TRUE, error) && make_overlay(bare, error) &&
           replace(bare, "o", SNAPSHOT_SIZE, TRUE, error) &&
           replace(bare, "w", SNAPSHOT_SIZE, FALSE, error) &&
           replace(bare, "config", CONFIG_SIZE, TRUE, error) &&
           send(bare,
                "{\"execute\":\"transaction\",\"arguments\":{\"actions\":[{\"type\":"
                "\"blockdev-snapshot\",\"data\":{\"node\":\"d0\",\"overlay\":\"o0-00000000\"}}]}}",
                error) &&
           drop(bare, "intent", error);
}

static gboolean (*const calls[BENCH_LAST])(Bare *bare, GError **error) = {
    [BENCH_START] = call_start,     [BENCH_CREATE] = call_create, [BENCH_REVERT] = call_revert,
    [BENCH_DELETE] = call_delete,   [BENCH_SAVE] = call_save,     [BENCH_RESTORE] = call_restore,
    [BENCH_OVERLAY] = call_overlay,
};

static gboolean
bare_call(Contender *contender, BenchCall call, GError **error)
{
    return calls[call](own(contender), error);
}

static gboolean
bare_begin(Contender *contender, GError **error)
{
    Bare *bare = own(contender);
    stop(bare);
    g_unlink(bare->overlay);
    g_unlink(bare->save);
    return bench_make_disk(bare->disk, error);
}

static gboolean
bare_warm_up(Contender *contender, GError **error)
{
    Bare *bare = own(contender);
    return send(bare, STOP, error) && job(bare, STATE("save", "w"), error) &&
           replace(bare, "w", SNAPSHOT_SIZE, TRUE, error) && send(bare, CONT, error);
}

static void
bare_free(Contender *contender)
{
    Bare *bare = own(contender);
    stop(bare);
    g_free(bare->folder);
    g_free(bare->metadata);
    g_free(bare->disk);
    g_free(bare->overlay);
    g_free(bare->save);
    g_free(bare->log);
    g_free(bare);
}

static const ContenderOps bare_ops = {bare_call, bare_begin, bare_warm_up, bare_free};

Contender *
contender_bare(const BenchWorld *world, G_GNUC_UNUSED GError **error)
{
    Bare *bare = g_new0(Bare, 1);
    bare->base.ops = &bare_ops;
    bare->base.name = "bare";
    bare->world = *world;
    bare->folder = g_build_filename(world->folder, "bare", NULL);
    bare->metadata = g_build_filename(bare->folder, "metadata", NULL);
    bare->disk = g_build_filename(bare->folder, "disk.qcow2", NULL);
    bare->overlay = g_build_filename(bare->folder, "overlay.qcow2", NULL);
    bare->save = g_build_filename(bare->folder, "guest.save", NULL);
    bare->log = g_build_filename(bare->folder, "log", NULL);
    bare->other[0] = bare->other[1] = -1;
    g_mkdir_with_parents(bare->metadata, 0755);
    return &bare->base;
}
