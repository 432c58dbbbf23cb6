/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Mixed calls: what a user of a domain with snapshots does, again and again.
 */
#include <stdlib.h>
#include "harness/bench/measure.h"
#include "harness/bench/patient.h"
#include "spec/api/api.h"

#define DOMAIN "bench"

/* The calls that only ask. */
static guint
ask(Patient *patient)
{
    const struct vm_target *t = patient->target;
    struct vm_error err = {0};
    char *text = NULL;
    int state, reason, number;
    patient_check(t->domain_get_state(patient->conn, DOMAIN, &state, &reason, &err), &err, "state");
    patient_check(t->domain_get_xml(patient->conn, DOMAIN, 0, &text, &err), &err, "dumpxml");
    t->free_string(text);
    patient_check(t->snapshot_num(patient->conn, DOMAIN, NULL, 0, &number, &err), &err, "num");
    patient_check(t->snapshot_current(patient->conn, DOMAIN, 0, &text, &err), &err, "current");
    t->free_string(text);
    patient_check(t->snapshot_parent(patient->conn, DOMAIN, "s2", 0, &text, &err), &err, "parent");
    t->free_string(text);
    patient_check(t->snapshot_is_current(patient->conn, DOMAIN, "s1", 0, &number, &err), &err,
                  "is-current");
    patient_look_up(patient, "s1");
    patient_get_xml(patient, "s1");
    patient_list(patient);
    return 9;
}

/* Snapshots of one state of the domain: made, reverted to, deleted. */
static guint
use_snapshots(Patient *patient)
{
    patient_create(patient, "s1");
    patient_create(patient, "s2");
    guint asked = ask(patient);
    patient_revert(patient, "s1");
    patient_create(patient, "s3");
    patient_delete(patient, "s2", 0);
    patient_delete(patient, "s1", VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN);
    patient_take_events(patient);
    return asked + 6;
}

static guint
one_round(Patient *patient)
{
    struct vm_error err = {0};
    patient_define(patient);
    guint calls = use_snapshots(patient);
    patient_start(patient);
    calls += use_snapshots(patient);
    patient_check(patient->target->domain_suspend(patient->conn, DOMAIN, &err), &err, "suspend");
    patient_check(patient->target->domain_resume(patient->conn, DOMAIN, &err), &err, "resume");
    patient_stop(patient);
    patient_undefine(patient);
    patient_take_events(patient);
    return calls + 6;
}

void
measure_mixed(Figures *figures, const MeasureSize *size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Patient) patient = patient_new("sim", &error);
    guint calls = 0;
    if (patient == NULL)
        g_error("%s", error->message);
    one_round(patient);
    figures_forget_memory();
    double began = figures_clock();
    for (guint i = 0; i < size->rounds * 20; i++)
        calls += one_round(patient);
    double took = figures_clock() - began;
    figures_part(figures, "mixed calls on the simulator, XML in, oracle off");
    figures_goal(figures, "calls per second and core", calls / took, FIGURE_AT_LEAST, 60000);
    figures_add(figures, "mean of a call", took * 1e6 / calls, "us");
    figures_add(figures, "peak memory", figures_peak_memory(), "MiB");
}
