/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A QEMU with the test guest in it, for the guest's tests: started, asked over
 * COM1, told over QMP.  What it must do and does not fails the test.
 */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "images/guest/protocol.h"
#include "images/guest/rom.h"

#define QEMU "qemu-system-x86_64"
#define PATIENCE_MS 60000

/** A connected socket and what came over it. */
typedef struct {
    int fd;
    GString *in;
} Line;

/** A machine. */
typedef struct {
    const char *accel;
    char *folder;
    pid_t pid; /* 0: it does not run */
    Line serial;
    Line qmp;
    GPtrArray *events; /* of json_t * */
    guint64 number;    /* of the last command */
    gint64 started;    /* monotonic, in microseconds */
} Machine;

static inline gint64
milliseconds_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1000;
}

/* The next line, without its newline, or NULL at the end.  The caller frees it. */
static inline char *
line_next(Line *line)
{
    for (;;) {
        char *end = strchr(line->in->str, '\n');
        if (end != NULL) {
            char *text = g_strndup(line->in->str, (gsize)(end - line->in->str));
            g_string_erase(line->in, 0, end - line->in->str + 1);
            return text;
        }
        struct pollfd ready = {line->fd, POLLIN, 0};
        char bytes[4096];
        if (poll(&ready, 1, PATIENCE_MS) != 1)
            fail_msg("nothing came; so far: '%s'", line->in->str);
        ssize_t count = read(line->fd, bytes, sizeof(bytes));
        if (count <= 0)
            return NULL;
        g_string_append_len(line->in, bytes, count);
    }
}

static inline void
line_send(const Line *line, const char *text)
{
    assert_int_equal(send(line->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static inline void
line_close(Line *line)
{
    close(line->fd);
    g_string_free(line->in, TRUE);
}

static inline void
run_program(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    int status = 0;
    g_autofree char *said = NULL;
    if (!g_spawn_command_line_sync(command, NULL, &said, &status, NULL) || status != 0)
        fail_msg("'%s' failed: %s", command, said != NULL ? said : "");
}

/* The end of a socket pair that a child gets, as an option for it. */
static inline char *
line_open(Line *line, const char *id, int *theirs)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    *line = (Line){pair[0], g_string_new("")};
    *theirs = dup(pair[1]); /* without close-on-exec */
    close(pair[1]);
    return g_strdup_printf("socket,id=%s,fd=%d", id, *theirs);
}

/* In the child. */
static inline void
become(char **argv, const char *folder)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (chdir(folder) == 0)
        execvp(argv[0], argv);
    _exit(127);
}

/* Words after -nodefaults etc.; *more are options, separated by blanks. */
static inline void
machine_start(Machine *machine, const char *more)
{
    int serial, qmp;
    g_autofree char *serial_option = line_open(&machine->serial, "s", &serial);
    g_autofree char *qmp_option = line_open(&machine->qmp, "m", &qmp);
    g_autofree char *command = g_strdup_printf(
        QEMU " -nodefaults -no-user-config -display none -machine pc,accel=%s -m 32"
             " -bios guest.rom -device pvpanic -chardev %s -device isa-serial,chardev=s"
             " -chardev %s -mon chardev=m,mode=control %s",
        machine->accel, serial_option, qmp_option, more);
    g_auto(GStrv) argv = g_strsplit(command, " ", -1);
    machine->started = g_get_monotonic_time();
    machine->pid = fork();
    assert_true(machine->pid >= 0);
    if (machine->pid == 0)
        become(argv, machine->folder);
    close(serial);
    close(qmp);
}

/* Wait for its end and return its exit code, -1 for a signal. */
static inline int
machine_wait(Machine *machine)
{
    int status = 0;
    assert_int_equal(waitpid(machine->pid, &status, 0), machine->pid);
    machine->pid = 0;
    line_close(&machine->serial);
    line_close(&machine->qmp);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void
machine_kill(Machine *machine)
{
    if (machine->pid == 0)
        return;
    kill(machine->pid, SIGKILL);
    machine_wait(machine);
}

/* The answer of a command, "ok …" or "error …"; lines that belong to others are dropped. */
static inline char *
machine_answer(Machine *machine, guint64 number)
{
    g_autofree char *begin = g_strdup_printf("%" G_GUINT64_FORMAT " ", number);
    for (;;) {
        g_autofree char *line = line_next(&machine->serial);
        if (line == NULL)
            fail_msg("the guest is gone");
        const char *last = strrchr(line, GUEST_SYNC);
        if (last != NULL && g_str_has_prefix(last + 1, begin))
            return g_strdup(last + 1 + strlen(begin));
    }
}

static inline char *
machine_guest(Machine *machine, const char *command)
{
    g_autofree char *line =
        g_strdup_printf("%c%" G_GUINT64_FORMAT " %s\n", GUEST_SYNC, ++machine->number, command);
    line_send(&machine->serial, line);
    return machine_answer(machine, machine->number);
}

static inline void
guest_says(Machine *machine, const char *command, const char *expected)
{
    g_autofree char *answer = machine_guest(machine, command);
    if (strcmp(answer, expected) != 0)
        fail_msg("%s: '%s': '%s', not '%s'", machine->accel, command, answer, expected);
}

static inline guint64
guest_counter(Machine *machine)
{
    g_autofree char *answer = machine_guest(machine, "counter");
    assert_true(g_str_has_prefix(answer, "ok "));
    return g_ascii_strtoull(answer + 3, NULL, 10);
}

/* The next object from QMP. */
static inline json_t *
machine_object(Machine *machine)
{
    g_autofree char *line = line_next(&machine->qmp);
    json_t *object = line != NULL ? json_loads(line, 0, NULL) : NULL;
    if (object == NULL)
        fail_msg("no QMP: '%s'", line != NULL ? line : "the end");
    return object;
}

static inline void
machine_qmp(Machine *machine, const char *command)
{
    g_autofree char *line = g_strdup_printf("%s\n", command);
    g_strdelimit(line, "'", '"');
    line_send(&machine->qmp, line);
    for (;;) {
        json_t *object = machine_object(machine);
        if (json_object_get(object, "error") != NULL)
            fail_msg("%s: %s", command,
                     json_string_value(json_object_get(json_object_get(object, "error"), "desc")));
        gboolean answered = json_object_get(object, "return") != NULL;
        if (json_object_get(object, "event") != NULL)
            g_ptr_array_add(machine->events, json_incref(object));
        json_decref(object);
        if (answered)
            return;
    }
}

/* Take events until one of that name comes; it is the caller's. */
static inline json_t *
machine_event(Machine *machine, const char *name)
{
    for (;;) {
        json_t *object = NULL;
        if (machine->events->len > 0)
            object = g_ptr_array_steal_index(machine->events, 0);
        else
            object = machine_object(machine);
        if (g_strcmp0(json_string_value(json_object_get(object, "event")), name) == 0)
            return object;
        json_decref(object);
    }
}

/* Wait until a job has ended, well. */
static inline void
machine_job(Machine *machine, const char *command)
{
    machine_qmp(machine, command);
    for (const char *status = ""; strcmp(status, "concluded") != 0;) {
        json_t *event = machine_event(machine, "JOB_STATUS_CHANGE");
        status = g_intern_string(
            json_string_value(json_object_get(json_object_get(event, "data"), "status")));
        assert_string_not_equal(status, "aborting");
        json_decref(event);
    }
    machine_qmp(machine, "{'execute':'job-dismiss','arguments':{'id':'j'}}");
}

static inline Machine *
machine_new(const char *accel)
{
    Machine *machine = g_new0(Machine, 1);
    machine->accel = accel;
    machine->folder = g_dir_make_tmp("guest-XXXXXX", NULL);
    assert_non_null(machine->folder);
    machine->events = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_autofree char *rom = g_build_filename(machine->folder, "guest.rom", NULL);
    assert_true(g_file_set_contents(rom, (const char *)images_guest_rom,
                                    (gssize)images_guest_rom_size, NULL));
    run_program("qemu-img create -q -f qcow2 %s/a 64M", machine->folder);
    run_program("qemu-img create -q -f raw %s/b 1M", machine->folder);
    return machine;
}

static inline void
machine_free(Machine *machine)
{
    machine_kill(machine);
    run_program("rm -r %s", machine->folder);
    g_ptr_array_free(machine->events, TRUE);
    g_free(machine->folder);
    g_free(machine);
}

/* The disks of most tests: d0, qcow2, without a serial number; d1, raw, "abc". */
#define DISKS                                                                                      \
    "-blockdev driver=qcow2,node-name=d0,file.driver=file,file.filename=a"                         \
    " -device virtio-blk-pci,id=vda,drive=d0"                                                      \
    " -blockdev driver=raw,node-name=d1,file.driver=file,file.filename=b"                          \
    " -device virtio-blk-pci,id=vdb,drive=d1,serial=abc"

static inline void
machine_greet(Machine *machine)
{
    json_decref(machine_object(machine));
    machine_qmp(machine, "{'execute':'qmp_capabilities'}");
}

static inline Machine *
machine_with_disks(const char *accel)
{
    Machine *machine = machine_new(accel);
    machine_start(machine, DISKS);
    machine_greet(machine);
    return machine;
}

/* What stops the tests from running at all: 77, or 0. */
static inline int
machine_lack(void)
{
    g_autofree char *qemu = g_find_program_in_path(QEMU);
    g_autofree char *image = g_find_program_in_path("qemu-img");
    if (qemu != NULL && image != NULL)
        return 0;
    g_print("skipped: " QEMU " or qemu-img is not installed\n");
    return 77;
}

/* Run a test under each accelerator there is. */
static inline void
on_each(void (*test)(Machine *machine))
{
    const char *const accels[] = {"tcg", "kvm"};
    for (guint i = 0; i < G_N_ELEMENTS(accels); i++) {
        if (i == 1 && access("/dev/kvm", R_OK | W_OK) != 0) {
            g_print("not under KVM: /dev/kvm cannot be opened\n");
            continue;
        }
        Machine *machine = machine_with_disks(accels[i]);
        test(machine);
        machine_free(machine);
    }
}

/* test_NAME(): NAME under each of them. */
#define ON_EACH(name)                                                                              \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        on_each(name);                                                                             \
    }
