/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the tools share: a file system, and command lines on it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/tool/tool.h"
#include "sim/vm/command_line.h"

/** A file system and a clock. */
typedef struct {
    SimFs *fs;
    SimClock clock;
} ToolRig;

/** cmocka set-up and tear-down. */
static inline int
tool_set_up(void **state)
{
    ToolRig *rig = g_new0(ToolRig, 1);
    rig->fs = sim_fs_new();
    rig->clock.now = SIM_CLOCK_START;
    *state = rig;
    return 0;
}

static inline int
tool_tear_down(void **state)
{
    ToolRig *rig = *state;
    sim_fs_free(rig->fs);
    g_free(rig);
    return 0;
}

/** Run a command line (words parted by blanks, those in ' may have some); it must end with `rc`.
 *  What it printed, which the caller frees. */
static inline char *
tool_output(ToolRig *rig, const char *line, int rc)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    int seen = -1;
    char *out = NULL;
    if (!sim_tool_run(rig->fs, &rig->clock, (const char *const *)argv, &seen, &out, &error))
        fail_msg("%s: %s", line, error->message);
    if (seen != rc)
        fail_msg("%s: ended with %d: %s", line, seen, out);
    return out;
}

/** It must go well; what it prints does not matter. */
static inline void
tool_do(ToolRig *rig, const char *line)
{
    g_free(tool_output(rig, line, 0));
}

/** It must end with `rc` and print this. */
static inline void
tool_prints(ToolRig *rig, const char *line, int rc, const char *printed)
{
    g_autofree char *out = tool_output(rig, line, rc);
    assert_string_equal(out, printed);
}

/** It must print JSON equal to this text, with ' for " and the members `without` (separated by
 *  blanks) left out of every object at the top or in a list there. */
static inline void
tool_prints_json(ToolRig *rig, const char *line, const char *without, const char *expected)
{
    g_autofree char *out = tool_output(rig, line, 0);
    g_autofree char *text = g_strdelimit(g_strdup(expected), "'", '"');
    g_auto(GStrv) members = g_strsplit(without, " ", -1);
    json_t *seen = json_loads(out, 0, NULL), *good = json_loads(text, 0, NULL);
    assert_non_null(seen);
    assert_non_null(good);
    for (guint i = 0; members[i] != NULL; i++) {
        json_object_del(seen, members[i]);
        for (gsize k = 0; k < json_array_size(seen); k++)
            json_object_del(json_array_get(seen, k), members[i]);
    }
    if (!json_equal(seen, good))
        fail_msg("%s: %s", line, out);
    json_decref(seen);
    json_decref(good);
}

/** It must be refused as not simulated, with this text. */
static inline void
tool_refused(ToolRig *rig, const char *line, const char *text)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    int rc = 0;
    char *out = NULL;
    assert_false(sim_tool_run(rig->fs, &rig->clock, (const char *const *)argv, &rc, &out, &error));
    assert_int_equal(error->code, VIR_ERR_OPERATION_UNSUPPORTED);
    assert_string_equal(error->message, text);
    assert_null(out);
}

#define TOOL_TEST(name) cmocka_unit_test_setup_teardown(name, tool_set_up, tool_tear_down)
