/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The domain that measured calls are made on.
 */
#include "harness/bench/patient.h"
#include <stdio.h>
#include <stdlib.h>
#include "harness/folder/folder.h"
#include "harness/target/target_load.h"
#include "spec/api/api.h"
#include "spec/api/error.h"

#define DOMAIN "bench"
#define DISK_SIZE (64 << 20)

void
patient_check(int code, const struct vm_error *err, const char *call)
{
    if (code == 0)
        return;
    fprintf(stderr, "%s failed: %d: %s\n", call, code, err->text);
    exit(1);
}

static char *
domain_xml(const struct vm_target_world *world, const char *disk)
{
    return g_strdup_printf(
        "<domain type='%s'><name>" DOMAIN "</name>"
        "<uuid>5a4b1c1e-0001-4b62-9d0e-2f3b1f0c7a11</uuid>"
        "<memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='%s'>%s</type></os>"
        "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
        "<source file='%s'/><target dev='vda' bus='virtio'/></disk></devices></domain>",
        world->virt_type, world->arch[0] != '\0' ? world->arch : "x86_64", world->os_type, disk);
}

Patient *
patient_new(const char *target, GError **error)
{
    g_autoptr(Patient) patient = g_new0(Patient, 1);
    g_autofree char *uri = NULL;
    struct vm_error err = {0};
    struct vm_target_world world = {0};
    patient->target = target_load(target, &uri, error);
    patient->workdir = g_dir_make_tmp("bench-XXXXXX", error);
    if (patient->target == NULL || patient->workdir == NULL)
        return NULL;
    struct vm_target_options options = {.uri = uri,
                                        .profile = target_default_profile(target),
                                        .workdir = patient->workdir,
                                        .seed = 1};
    int code = patient->target->open(&options, &patient->conn, &err);
    if (code != 0) {
        vm_refuse(error, code, "%s: %s", target, err.text);
        return NULL;
    }
    patient_check(patient->target->describe(patient->conn, &world, &err), &err, "describe");
    g_autofree char *disk = g_strconcat(world.disk_dir, "/vda.qcow2", NULL);
    if (patient->target->disk_create != NULL)
        patient_check(patient->target->disk_create(patient->conn, disk, "qcow2", DISK_SIZE, &err),
                      &err, "making a disk");
    patient->xml = domain_xml(&world, disk);
    patient_define(patient);
    return g_steal_pointer(&patient);
}

void
patient_free(Patient *patient)
{
    if (patient == NULL)
        return;
    if (patient->conn != NULL)
        patient->target->close(patient->conn);
    if (patient->workdir != NULL)
        folder_remove(patient->workdir);
    g_free(patient->workdir);
    g_free(patient->xml);
    g_free(patient);
}

void
patient_define(Patient *patient)
{
    struct vm_error err = {0};
    patient_check(patient->target->domain_define(patient->conn, patient->xml, 0, &err), &err,
                  "define");
}

void
patient_start(Patient *patient)
{
    struct vm_error err = {0};
    patient_check(patient->target->domain_create(patient->conn, DOMAIN, 0, &err), &err, "start");
}

void
patient_stop(Patient *patient)
{
    struct vm_error err = {0};
    patient_check(patient->target->domain_destroy(patient->conn, DOMAIN, 0, &err), &err, "destroy");
}

void
patient_undefine(Patient *patient)
{
    struct vm_error err = {0};
    guint32 all = VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA;
    patient_check(patient->target->domain_undefine_flags(patient->conn, DOMAIN, all, &err), &err,
                  "undefine");
}

void
patient_create_xml(Patient *patient, const char *xml, guint32 flags)
{
    struct vm_error err = {0};
    char *name = NULL;
    int code = patient->target->snapshot_create_xml(patient->conn, DOMAIN, xml, flags, &name, &err);
    patient_check(code, &err, "snapshot-create");
    patient->target->free_string(name);
}

void
patient_create(Patient *patient, const char *snapshot)
{
    char xml[200];
    g_snprintf(xml, sizeof(xml), "<domainsnapshot><name>%s</name></domainsnapshot>", snapshot);
    patient_create_xml(patient, xml, 0);
}

void
patient_revert(Patient *patient, const char *snapshot)
{
    struct vm_error err = {0};
    patient_check(patient->target->snapshot_revert(patient->conn, DOMAIN, snapshot, 0, &err), &err,
                  "snapshot-revert");
}

void
patient_delete(Patient *patient, const char *snapshot, guint32 flags)
{
    struct vm_error err = {0};
    patient_check(patient->target->snapshot_delete(patient->conn, DOMAIN, snapshot, flags, &err),
                  &err, "snapshot-delete");
}

void
patient_get_xml(Patient *patient, const char *snapshot)
{
    struct vm_error err = {0};
    char *xml = NULL;
    patient_check(patient->target->snapshot_get_xml(patient->conn, DOMAIN, snapshot, 0, &xml, &err),
                  &err, "snapshot-dumpxml");
    patient->target->free_string(xml);
}

void
patient_look_up(Patient *patient, const char *snapshot)
{
    struct vm_error err = {0};
    patient_check(patient->target->snapshot_lookup(patient->conn, DOMAIN, snapshot, 0, &err), &err,
                  "look-up");
}

guint
patient_list(Patient *patient)
{
    struct vm_error err = {0};
    char **names = NULL;
    patient_check(patient->target->snapshot_list(patient->conn, DOMAIN, NULL, 0, &names, &err),
                  &err, "snapshot-list");
    guint count = g_strv_length(names);
    patient->target->free_list(names);
    return count;
}

void
patient_take_events(Patient *patient)
{
    struct vm_event event;
    while (patient->target->next_event(patient->conn, &event) == 1)
        continue;
}
