/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of jobs over backing chains share: three images in a row
 * under a running guest, each with data of its own.
 */
#pragma once

#include "sim/vm/test_machine.h"

/** Add a node over a file node "f-NAME" on /NAME.qcow2. */
static inline void
chain_node(Rig *rig, const char *name, const char *backing)
{
    g_autofree char *file = g_strdup_printf(
        "{'driver':'file', 'node-name':'f-%s', 'filename':'/%s.qcow2'}", name, name);
    g_autofree char *node = g_strdup_printf(
        "{'driver':'qcow2', 'node-name':'%s', 'file':'f-%s', 'backing':%s}", name, name, backing);
    rig_do(rig, "blockdev-add", file);
    rig_do(rig, "blockdev-add", node);
}

/** Put a snapshot over the disk: the new top NAME, with its name as data at `offset`. */
static inline void
chain_grow(Rig *rig, const char *former, const char *name, const char *offset)
{
    g_autofree char *path = g_strdup_printf("/%s.qcow2", name);
    g_autofree char *below = g_strdup_printf("/%s.qcow2", former);
    g_autofree char *snapshot = g_strdup_printf("{'node':'%s', 'overlay':'%s'}", former, name);
    g_autofree char *command = g_strdup_printf("write vda %s 64K %s", offset, name);
    rig_image(rig, path, below);
    chain_node(rig, name, "null");
    rig_do(rig, "blockdev-snapshot", snapshot);
    g_free(rig_guest(rig, command));
}

/** cmocka set-up: /a.qcow2 (read-only) ← /mid.qcow2 ← /top.qcow2, a guest that runs on top; each
 *  holds 64 KiB of its own: a at 0, mid at 64K, top at 128K.  No events are left. */
static inline int
chain_set_up(void **state)
{
    rig_set_up(state);
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K a"));
    chain_grow(rig, "a", "mid", "64K");
    chain_grow(rig, "mid", "top", "128K");
    g_free(rig_events(rig->vm));
    return 0;
}

/** What the guest sees of the whole disk: a digest, which the caller frees. */
static inline char *
chain_seen(Rig *rig)
{
    return rig_guest(rig, "read vda 0 1M");
}

/** Whether both places have one content; paths, see sim_inspect_content(). */
static inline gboolean
chain_equal(Rig *rig, const char *one, const char *other)
{
    g_autofree char *a = rig_content(rig, one, "digest");
    g_autofree char *b = rig_content(rig, other, "digest");
    return strcmp(a, b) == 0;
}

/** A member of a node as sim_inspect_nodes() has it must be this; NULL for JSON's null. */
static inline void
chain_expect(Rig *rig, const char *node, const char *key, const char *expected)
{
    json_t *nodes = sim_inspect_nodes(rig->world, "vm");
    json_t *shown;
    size_t i;
    gboolean found = FALSE;
    json_array_foreach(nodes, i, shown)
    {
        if (strcmp(json_string_value(json_object_get(shown, "node")), node) != 0)
            continue;
        const char *value = json_string_value(json_object_get(shown, key));
        found = TRUE;
        if (g_strcmp0(value, expected) != 0)
            fail_msg("%s of node %s is %s", key, node, value == NULL ? "null" : value);
    }
    assert_true(found);
    json_decref(nodes);
}

/** Whether a node is read-only. */
static inline gboolean
chain_is_read_only(Rig *rig, const char *node)
{
    json_t *nodes = sim_inspect_nodes(rig->world, "vm");
    json_t *shown;
    size_t i;
    gboolean read_only = FALSE;
    json_array_foreach(nodes, i, shown)
    {
        if (strcmp(json_string_value(json_object_get(shown, "node")), node) == 0)
            read_only = json_is_true(json_object_get(shown, "read-only"));
    }
    json_decref(nodes);
    return read_only;
}

/** The backing in a file's header must be this, or none. */
static inline void
chain_expect_header(Rig *rig, const char *path, const char *expected)
{
    json_t *file = sim_inspect_file(rig->world, path);
    assert_non_null(file);
    const char *backing = json_string_value(json_object_get(file, "backing"));
    if (g_strcmp0(backing, expected) != 0)
        fail_msg("the backing of %s is %s", path, backing == NULL ? "none" : backing);
    json_decref(file);
}

/** A number that query-block-jobs shows of the only job. */
static inline gint64
chain_job_number(Rig *rig, const char *key)
{
    json_t *jobs = vm_qmp_ask(rig->vm, "query-block-jobs", NULL, NULL);
    assert_int_equal(json_array_size(jobs), 1);
    gint64 value = json_integer_value(json_object_get(json_array_get(jobs, 0), key));
    json_decref(jobs);
    return value;
}

#define CHAIN_TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, rig_tear_down)
