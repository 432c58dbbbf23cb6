/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bench_qemu [--rounds N] [--json FILE]: the reference driver on real QEMU, the
 * bare QMP commands, and libvirt's driver in this process, side by side in one
 * run: each round lets each of them do the same calls.  Medians and ratios.
 */
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "harness/bench/contender.h"
#include "harness/folder/folder.h"
#include "harness/qemu/process.h"
#include "images/guest/rom.h"

#define CONTENDERS 3
#define MEMORY_MIB 64
/* The guest runs for as long before each call, as one would that is in use. */
#define PAUSE_US 20000
/* libvirt's driver takes three seconds a round and is far off where it is off: it sits out all but
 * two rounds, one each way, of so many. */
#define LIBVIRT 2
#define LIBVIRT_EVERY 8

static const char *const call_names[BENCH_LAST] = {
    [BENCH_START] = "start",
    [BENCH_CREATE] = "snapshot create",
    [BENCH_REVERT] = "revert",
    [BENCH_DELETE] = "snapshot delete",
    [BENCH_SAVE] = "save",
    [BENCH_RESTORE] = "restore",
    [BENCH_OVERLAY] = "disk-only create",
};

typedef Contender *(*ContenderNew)(const BenchWorld *world, GError **error);
static const ContenderNew makers[CONTENDERS] = {contender_ours, contender_bare, contender_libvirt};

/* Milliseconds, per contender and call. */
typedef struct {
    Contender *contenders[CONTENDERS]; /* NULL: not to be had here */
    GArray *times[CONTENDERS][BENCH_LAST];
} Bench;

gboolean
bench_make_disk(const char *path, GError **error)
{
    const char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", path, "64M", NULL};
    g_unlink(path);
    return qemu_process_run(argv, NULL, NULL, error);
}

static gboolean
timed_call(Bench *bench, guint which, BenchCall call, GError **error)
{
    Contender *contender = bench->contenders[which];
    g_usleep(PAUSE_US);
    sync(); /* or the first durable write pays for what another contender left in the cache */
    gint64 began = g_get_monotonic_time();
    gboolean ok = contender->ops->call(contender, call, error);
    double ms = (double)(g_get_monotonic_time() - began) / 1000;
    g_array_append_val(bench->times[which][call], ms);
    if (!ok)
        g_prefix_error(error, "%s: %s: ", contender->name, call_names[call]);
    return ok;
}

/* Another one is first in each round, and every second round goes the other way: each contender
 * follows each other one as often, whatever that one leaves the machine to do. */
static guint
whose_turn(guint round, guint turn)
{
    return (round % 2 == 0 ? round + turn : round + CONTENDERS - turn) % CONTENDERS;
}

static gboolean
takes_part(const Bench *bench, guint round, guint which)
{
    return bench->contenders[which] != NULL && (which != LIBVIRT || round % LIBVIRT_EVERY < 2);
}

/* Call by call, each contender in turn. */
static gboolean
round_of(Bench *bench, guint number, GError **error)
{
    for (guint i = 0; i < CONTENDERS; i++) {
        Contender *contender = bench->contenders[i];
        if (takes_part(bench, number, i) && !contender->ops->begin(contender, error))
            return FALSE;
    }
    for (BenchCall call = 0; call < BENCH_LAST; call++) {
        for (guint turn = 0; turn < CONTENDERS; turn++) {
            guint i = whose_turn(number, turn);
            Contender *contender = bench->contenders[i];
            if (!takes_part(bench, number, i))
                continue;
            if (!timed_call(bench, i, call, error) ||
                (call == BENCH_START && !contender->ops->warm_up(contender, error)))
                return FALSE;
        }
    }
    return TRUE;
}

static int
compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(GArray *times)
{
    if (times->len == 0)
        return 0;
    g_array_sort(times, compare_doubles);
    return g_array_index(times, double, times->len / 2);
}

static double
ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void
print_table(Bench *bench, guint rounds)
{
    printf("medians of %u rounds, ms; %u MiB of RAM, a qcow2 disk of 64 MiB\n\n", rounds,
           MEMORY_MIB);
    printf("%-18s %9s %9s %9s %11s %13s\n", "", "ours", "bare", "libvirt", "ours/bare",
           "libvirt/ours");
    for (BenchCall call = 0; call < BENCH_LAST; call++) {
        double ours = median(bench->times[0][call]), bare = median(bench->times[1][call]);
        double libvirt = median(bench->times[2][call]);
        printf("%-18s %9.2f %9.2f %9.2f %11.2f %13.1f\n", call_names[call], ours, bare, libvirt,
               ratio(ours, bare), ratio(libvirt, ours));
    }
}

static gboolean
write_json(Bench *bench, guint rounds, const char *path)
{
    json_t *calls = json_object();
    for (BenchCall call = 0; call < BENCH_LAST; call++)
        json_object_set_new(calls, call_names[call],
                            json_pack("{s:f, s:f, s:f}", "ours", median(bench->times[0][call]),
                                      "bare", median(bench->times[1][call]), "libvirt",
                                      median(bench->times[2][call])));
    json_t *json = json_pack("{s:s, s:i, s:i, s:o}", "unit", "ms", "rounds", (int)rounds, "memory",
                             MEMORY_MIB, "calls", calls);
    gboolean ok = json_dump_file(json, path, JSON_INDENT(1)) == 0;
    json_decref(json);
    return ok;
}

static gboolean
run(Bench *bench, guint rounds, const BenchWorld *world, GError **error)
{
    for (guint i = 0; i < CONTENDERS; i++) {
        g_autoptr(GError) failure = NULL;
        bench->contenders[i] = makers[i](world, &failure);
        if (bench->contenders[i] == NULL)
            printf("left out: %s\n", failure->message);
    }
    if (bench->contenders[0] == NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "nothing to be measured");
        return FALSE;
    }
    for (guint i = 0; i < rounds; i++) {
        if (!round_of(bench, i, error))
            return FALSE;
    }
    return TRUE;
}

static void
clear(Bench *bench)
{
    for (guint i = 0; i < CONTENDERS; i++) {
        if (bench->contenders[i] != NULL)
            bench->contenders[i]->ops->free(bench->contenders[i]);
        for (BenchCall call = 0; call < BENCH_LAST; call++)
            g_array_unref(bench->times[i][call]);
    }
}

int
main(int argc, char **argv)
{
    int rounds = 64;
    g_autofree char *json = NULL, *folder = g_dir_make_tmp("bench-XXXXXX", NULL);
    const GOptionEntry entries[] = {
        {"rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "How often each call is made", "N"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "Write the medians there", "FILE"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- measure on real QEMU");
    g_autoptr(GError) error = NULL;
    Bench bench = {0};
    g_option_context_add_main_entries(context, entries, NULL);
    if (folder == NULL || !g_option_context_parse(context, &argc, &argv, &error) || rounds < 1) {
        fprintf(stderr, "bench_qemu: %s\n", error != NULL ? error->message : "bad --rounds");
        return 2;
    }
    for (guint i = 0; i < CONTENDERS; i++)
        for (BenchCall call = 0; call < BENCH_LAST; call++)
            bench.times[i][call] = g_array_new(FALSE, FALSE, sizeof(double));
    g_autofree char *rom = g_build_filename(folder, "guest.rom", NULL);
    BenchWorld world = {folder, rom, MEMORY_MIB};
    gboolean ok = g_file_set_contents(rom, (const char *)images_guest_rom,
                                      (gssize)images_guest_rom_size, &error) &&
                  run(&bench, (guint)rounds, &world, &error);
    if (ok)
        print_table(&bench, (guint)rounds);
    if (ok && json != NULL)
        ok = write_json(&bench, (guint)rounds, json);
    if (error != NULL)
        fprintf(stderr, "bench_qemu: %s\n", error->message);
    clear(&bench);
    folder_remove(folder);
    return ok ? 0 : 1;
}
