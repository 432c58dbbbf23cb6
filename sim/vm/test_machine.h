/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the machine share: a world with images and an instance.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/world/inspect.h"
#include "sim/world/world.h"

/** A world with one instance "vm" on /a.qcow2 (node "a" over "fa", disk "vda") and /b.qcow2
 *  (node "b" over "fb", no disk). */
typedef struct {
    SimWorld *world;
    VmHypervisor *hv;
    VmInstance *vm;
} Rig;

/** Make an image of 1 MiB over `backing` (may be NULL). */
static inline void
rig_image(Rig *rig, const char *path, const char *backing)
{
    assert_true(rig->hv->ops->image_create(rig->hv, path, "qcow2", 1 << 20, backing,
                                           backing == NULL ? NULL : "qcow2", NULL));
}

/** Start an instance of that name on /a.qcow2 and /b.qcow2; NULL with an error. */
static inline VmInstance *
rig_start(Rig *rig, const char *name, gboolean incoming, GError **error)
{
    json_t *config = json_pack(
        "{s:s, s:b, s:[{s:s,s:s,s:s}, {s:s,s:s,s:s}, {s:s,s:s,s:s}, {s:s,s:s,s:s}],"
        " s:[{s:s,s:s,s:s,s:s}]}",
        "name", name, "incoming", incoming, "blockdev", "node-name", "fa", "driver", "file",
        "filename", "/a.qcow2", "node-name", "a", "driver", "qcow2", "file", "fa", "node-name",
        "fb", "driver", "file", "filename", "/b.qcow2", "node-name", "b", "driver", "qcow2", "file",
        "fb", "device", "driver", "virtio-blk-pci", "id", "vda", "drive", "a", "serial", "S1");
    assert_non_null(config);
    VmInstance *vm = rig->hv->ops->start(rig->hv, config, error);
    json_decref(config);
    return vm;
}

/** cmocka set-up and tear-down. */
static inline int
rig_set_up(void **state)
{
    Rig *rig = g_new0(Rig, 1);
    rig->world = sim_world_new(1);
    rig->hv = sim_world_hypervisor(rig->world);
    rig_image(rig, "/a.qcow2", NULL);
    rig_image(rig, "/b.qcow2", NULL);
    rig->vm = rig_start(rig, "vm", FALSE, NULL);
    assert_non_null(rig->vm);
    *state = rig;
    return 0;
}

static inline int
rig_tear_down(void **state)
{
    Rig *rig = *state;
    if (rig->vm != NULL)
        rig->hv->ops->detach(rig->vm);
    sim_world_free(rig->world);
    g_free(rig);
    return 0;
}

/** A command, its arguments as JSON text with ' for ": NULL when it went well, else the error's
 *  text, which the caller frees. */
static inline char *
rig_try(Rig *rig, const char *name, const char *arguments)
{
    json_t *object = NULL;
    if (arguments != NULL) {
        g_autofree char *text = g_strdelimit(g_strdup(arguments), "'", '"');
        object = json_loads(text, 0, NULL);
        assert_non_null(object);
    }
    g_autoptr(GError) error = NULL;
    if (vm_qmp(rig->vm, name, object, &error))
        return NULL;
    return g_strdup(error->message);
}

/** A command that must go well. */
static inline void
rig_do(Rig *rig, const char *name, const char *arguments)
{
    g_autofree char *text = rig_try(rig, name, arguments);
    if (text != NULL)
        fail_msg("%s: %s", name, text);
}

/** A command that must fail with that text. */
static inline void
rig_refused(Rig *rig, const char *name, const char *arguments, const char *expected)
{
    g_autofree char *text = rig_try(rig, name, arguments);
    assert_non_null(text);
    assert_string_equal(text, expected);
}

/** A guest command and its answer, which the caller frees. */
static inline char *
rig_guest(Rig *rig, const char *command)
{
    char *answer = NULL;
    g_autoptr(GError) error = NULL;
    if (!sim_world_guest(rig->world, "vm", command, &answer, &error))
        fail_msg("%s: %s", command, error->message);
    return answer;
}

/** All events up to now: names, with the status of jobs and migrations; the caller frees them. */
static inline char *
rig_events(VmInstance *vm)
{
    GString *text = g_string_new(NULL);
    json_t *event;
    while ((event = vm->hypervisor->ops->next_event(vm, TRUE)) != NULL) {
        const char *name = json_string_value(json_object_get(event, "event"));
        const char *status =
            json_string_value(json_object_get(json_object_get(event, "data"), "status"));
        g_string_append_printf(text, "%s%s", text->len == 0 ? "" : " ",
                               status == NULL ? name : status);
        json_decref(event);
    }
    return g_string_free(text, FALSE);
}

/** The events up to now must be these. */
static inline void
rig_expect_events(VmInstance *vm, const char *expected)
{
    g_autofree char *seen = rig_events(vm);
    assert_string_equal(seen, expected);
}

/** Run a job command to its end: its error, which the caller frees, or NULL. */
static inline char *
rig_job(Rig *rig, const char *name, const char *arguments)
{
    g_autofree char *refused = rig_try(rig, name, arguments);
    assert_null(refused);
    json_t *jobs = vm_qmp_ask(rig->vm, "query-jobs", NULL, NULL);
    json_t *job = json_array_get(jobs, 0);
    assert_string_equal(json_string_value(json_object_get(job, "status")), "concluded");
    char *error = g_strdup(json_string_value(json_object_get(job, "error")));
    json_decref(jobs);
    g_autofree char *left = rig_try(rig, "job-dismiss", "{'id':'j'}");
    assert_null(left);
    return error;
}

/** The run state. */
static inline void
rig_expect_status(Rig *rig, const char *expected)
{
    json_t *status = vm_qmp_ask(rig->vm, "query-status", NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(status, "status")), expected);
    json_decref(status);
}

/** One text of what content() says of a place; the caller frees it. */
static inline char *
rig_content(Rig *rig, const char *place, const char *key)
{
    json_t *content = sim_inspect_content(rig->world, place);
    assert_non_null(content);
    char *text = g_strdup(json_string_value(json_object_get(content, key)));
    json_decref(content);
    return text;
}

/** One text of what ram() says of an instance; the caller frees it. */
static inline char *
rig_ram_digest(Rig *rig, const char *name)
{
    json_t *ram = sim_inspect_ram(rig->world, name);
    assert_non_null(ram);
    char *text = g_strdup(json_string_value(json_object_get(ram, "digest")));
    json_decref(ram);
    return text;
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)
