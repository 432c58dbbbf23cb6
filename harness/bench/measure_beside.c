/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver on the simulator, and libvirt's test driver, which
 * simulates nothing: the same calls through the same seam, in turns.
 */
#include <stdio.h>
#include "harness/bench/measure.h"
#include "harness/bench/patient.h"

#define SNAPSHOTS 50

typedef enum { CREATE, GET_XML, REVERT, DELETE, CALLS } Call;

static const char *const call_names[CALLS] = {"create", "get-XML", "revert", "delete"};

typedef void (*CallOn)(Patient *patient, const char *snapshot);

static void
delete_one(Patient *patient, const char *snapshot)
{
    patient_delete(patient, snapshot, 0);
}

static const CallOn calls[CALLS] = {patient_create, patient_get_xml, patient_revert, delete_one};

/* A chain of snapshots; each call is made on all of them, from the root on, deletions from the
 * leaf. */
static void
one_round(Patient *patient, double times[CALLS])
{
    char name[20];
    for (Call call = 0; call < CALLS; call++) {
        double began = figures_clock();
        for (guint i = 0; i < SNAPSHOTS; i++) {
            g_snprintf(name, sizeof(name), "s%u", call == DELETE ? SNAPSHOTS - 1 - i : i);
            calls[call](patient, name);
        }
        times[call] += figures_clock() - began;
        patient_take_events(patient);
    }
}

static void
add_ratios(Figures *figures, double ours[CALLS], double theirs[CALLS], const double goals[CALLS],
           guint rounds)
{
    for (Call call = 0; call < CALLS; call++) {
        g_autofree char *mine = g_strdup_printf("%s, ours", call_names[call]);
        g_autofree char *other = g_strdup_printf("%s, the test driver", call_names[call]);
        g_autofree char *ratio = g_strdup_printf("%s, ratio", call_names[call]);
        double unit = 1e6 / (rounds * SNAPSHOTS);
        figures_add(figures, mine, ours[call] * unit, "us");
        figures_add(figures, other, theirs[call] * unit, "us");
        if (goals[call] > 0)
            figures_goal(figures, ratio, theirs[call] / ours[call], FIGURE_AT_LEAST, goals[call]);
        else
            figures_add(figures, ratio, theirs[call] / ours[call], "x");
    }
}

static void
measure_state(Figures *figures, Patient *both[2], const double goals[CALLS], guint rounds)
{
    double times[2][CALLS] = {0}, ignored[CALLS] = {0};
    for (guint i = 0; i <= rounds; i++)
        for (guint which = 0; which < 2; which++)
            one_round(both[which], i == 0 ? ignored : times[which]);
    add_ratios(figures, times[0], times[1], goals, rounds);
}

void
measure_beside(Figures *figures, const MeasureSize *size)
{
    static const double running[CALLS] = {[CREATE] = 10, [GET_XML] = 5, [REVERT] = 25};
    static const double off[CALLS] = {[CREATE] = 20, [GET_XML] = 5, [REVERT] = 40};
    g_autoptr(GError) error = NULL;
    g_autoptr(Patient) ours = patient_new("sim", &error);
    g_autoptr(Patient) theirs = patient_new("test:///default", &error);
    if (ours == NULL || theirs == NULL) {
        printf("left out: %s\n", error->message);
        return;
    }
    Patient *both[2] = {ours, theirs};
    figures_part(figures, "beside libvirt's test driver, domain shut off");
    measure_state(figures, both, off, size->rounds);
    patient_start(ours);
    patient_start(theirs);
    figures_part(figures, "beside libvirt's test driver, domain running");
    measure_state(figures, both, running, size->rounds);
    patient_stop(ours);
    patient_stop(theirs);
}
