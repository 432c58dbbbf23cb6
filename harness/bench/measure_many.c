/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Large trees: snapshots that were redefined, and internal ones that were
 * made.  What one more call costs is set against a tree of ten.
 */
#include <string.h>
#include "harness/bench/measure.h"
#include "harness/bench/patient.h"
#include "spec/api/api.h"

#define FEW 10
#define SAMPLE 200 /* calls of each kind that are timed */
#define TRIES 5

typedef enum { CREATE, LOOK_UP, GET_XML, DELETE, LIST, CALLS } Call;

static const char *const call_names[CALLS] = {"create", "look-up", "get-XML", "delete",
                                              "list, per item"};

typedef void (*Make)(Patient *patient, const char *name, guint number);

/* Each below the one that is half as old: a tree of some depth, with many branches. */
static void
redefine(Patient *patient, const char *name, guint number)
{
    g_autofree char *parent = number > 0
                                  ? g_strdup_printf("<parent><name>s%u</name></parent>", number / 2)
                                  : g_strdup("");
    g_autofree char *xml = g_strdup_printf(
        "<domainsnapshot><name>%s</name><state>shutoff</state>%s"
        "<creationTime>%u</creationTime><disks><disk name='vda' snapshot='internal'/></disks>%s"
        "</domainsnapshot>",
        name, parent, 1000000 + number, patient->xml);
    patient_create_xml(patient, xml, VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE);
}

static void
make_real(Patient *patient, const char *name, guint number)
{
    (void)number;
    patient_create(patient, name);
}

static void
drop_redefined(Patient *patient, const char *name)
{
    patient_delete(patient, name, VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY);
}

static void
drop_real(Patient *patient, const char *name)
{
    patient_delete(patient, name, 0);
}

/* One kind of tree. */
typedef struct {
    Make make;
    void (*drop)(Patient *patient, const char *name);
} Kind;

/* `names` of them, `step` apart, in turns. */
typedef struct {
    guint from, step, names;
} Choice;

static double
time_names(Patient *patient, const Choice *choice, void (*call)(Patient *, const char *))
{
    char name[20];
    double began = figures_clock();
    for (guint i = 0; i < SAMPLE; i++) {
        g_snprintf(name, sizeof(name), "s%u", choice->from + i % choice->names * choice->step);
        call(patient, name);
    }
    return (figures_clock() - began) / SAMPLE;
}

/* Snapshots [from, to), in seconds each. */
static double
time_making(Patient *patient, const Kind *kind, guint from, guint to)
{
    char name[20];
    double began = figures_clock();
    for (guint i = from; i < to; i++) {
        g_snprintf(name, sizeof(name), "s%u", i);
        kind->make(patient, name, i);
    }
    return (figures_clock() - began) / (to - from);
}

static void
keep_least(double *least, double time)
{
    if (*least == 0 || time < *least)
        *least = time;
}

/* One item of a list. */
static double
time_item(Patient *patient, guint count)
{
    guint lists = MAX(SAMPLE / MAX(count / FEW, 1), 3), listed = 0;
    double began = figures_clock();
    for (guint i = 0; i < lists; i++)
        listed += patient_list(patient);
    return (figures_clock() - began) / listed;
}

/* A tree of `count`, then SAMPLE calls of each kind, in seconds; the snapshots that they make go
 * again.  Each is tried a few times and the best one counts: the first time the system is asked for
 * memory, which costs the same at any count, and what the processor has not seen yet costs more. */
static void
measure_tree(Patient *patient, const Kind *kind, guint count, double times[CALLS])
{
    const Choice old = {0, count / FEW, FEW}, fresh = {count, 1, SAMPLE};
    memset(times, 0, CALLS * sizeof(*times));
    time_making(patient, kind, 0, count);
    for (guint i = 0; i < TRIES; i++)
        keep_least(&times[LOOK_UP], time_names(patient, &old, patient_look_up));
    for (guint i = 0; i < TRIES; i++)
        keep_least(&times[GET_XML], time_names(patient, &old, patient_get_xml));
    for (guint i = 0; i < TRIES; i++) {
        keep_least(&times[CREATE], time_making(patient, kind, count, count + SAMPLE));
        keep_least(&times[DELETE], time_names(patient, &fresh, kind->drop));
    }
    for (guint i = 0; i < TRIES; i++)
        keep_least(&times[LIST], time_item(patient, count));
    patient_take_events(patient);
}

static void
measure_kind(Figures *figures, const Kind *kind, guint count)
{
    double few[CALLS], many[CALLS];
    g_autoptr(Patient) small = patient_new("sim", NULL);
    measure_tree(small, kind, FEW, few); /* once for what a first call pays */
    for (guint i = 0; i < FEW; i++) {
        g_autofree char *name = g_strdup_printf("s%u", FEW - 1 - i);
        kind->drop(small, name);
    }
    measure_tree(small, kind, FEW, few);
    figures_forget_memory();
    g_autoptr(Patient) large = patient_new("sim", NULL);
    double began = figures_clock();
    measure_tree(large, kind, count, many);
    double took = figures_clock() - began;
    for (Call call = 0; call < CALLS; call++) {
        g_autofree char *at_few = g_strdup_printf("%s, at %u", call_names[call], FEW);
        g_autofree char *at_many = g_strdup_printf("%s, at %u", call_names[call], count);
        g_autofree char *ratio = g_strdup_printf("%s, ratio", call_names[call]);
        figures_add(figures, at_few, few[call] * 1e6, "us");
        figures_add(figures, at_many, many[call] * 1e6, "us");
        figures_goal(figures, ratio, many[call] / few[call], FIGURE_AT_MOST, 1.2);
    }
    figures_add(figures, "the whole of it", took, "s");
    figures_add(figures, "peak memory", figures_peak_memory(), "MiB");
}

void
measure_many(Figures *figures, const MeasureSize *size)
{
    static const Kind redefined = {redefine, drop_redefined};
    static const Kind real = {make_real, drop_real};
    g_autofree char *first = g_strdup_printf("%u internal snapshots", size->real);
    g_autofree char *second = g_strdup_printf("%u redefined snapshots", size->many);
    figures_part(figures, first);
    measure_kind(figures, &real, size->real);
    figures_part(figures, second);
    measure_kind(figures, &redefined, size->many);
}
