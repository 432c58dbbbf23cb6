/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment doctor: what this machine can run, and why not.  It only looks.
 */
#include "harness/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "harness/cli/suite.h"
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

/* One thing that may be there.  look() gives what was found, or NULL with *why set. */
typedef struct {
    const char *name;
    const char *purpose;
    char *(*look)(const char *argument, char **why);
    const char *argument;
} Check;

static char *
look_for_suite(const char *argument, char **why)
{
    g_autofree char *suite = suite_dir();
    const char *paths[] = {suite, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) cases = scn_load(paths, &error);

    (void)argument;
    if (cases == NULL) {
        *why = g_strdup(error->message);
        return NULL;
    }
    return g_strdup_printf("%u cases in %s", cases->len, suite);
}

static char *
look_for_target(const char *argument, char **why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = NULL;
    const struct vm_target *target = target_load(argument, &uri, &error);

    if (target == NULL) {
        *why = g_strdup(error->message);
        return NULL;
    }
    return g_strdup("can be loaded");
}

/* Of a target that says by itself what it stands on. */
static char *
look_for_version(const char *argument, char **why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = NULL;
    const struct vm_target *target = target_load(argument, &uri, &error);
    struct vm_target_options options = {.uri = uri, .profile = target_default_profile(argument)};
    struct vm_error err = {0};
    struct vm_conn *conn = NULL;
    char *version = NULL;
    char *text;

    if (target == NULL) {
        *why = g_strdup(error->message);
        return NULL;
    }
    if (target->open(&options, &conn, &err) != 0) {
        *why = g_strdup(err.text);
        return NULL;
    }
    target->version(conn, &version, &err);
    text = g_strdup(version);
    target->free_string(version);
    target->close(conn);
    return text;
}

static char *
look_for_program(const char *argument, char **why)
{
    char *path = g_find_program_in_path(argument);

    if (path == NULL) {
        *why = g_strdup("not in PATH");
    }
    return path;
}

static char *
look_for_device(const char *argument, char **why)
{
    if (access(argument, R_OK | W_OK) < 0) {
        *why = g_strdup(g_strerror(errno));
        return NULL;
    }
    return g_strdup("may be used");
}

static const Check checks[] = {
    {"suite", "virt-moment run", look_for_suite, NULL},
    {"simulator", "--target sim", look_for_target, "sim"},
    {"libvirt", "--target URI", look_for_target, "test:///default"},
    {"QEMU", "--target qemu", look_for_version, "qemu"},
    {"/dev/kvm", "--target qemu without TCG", look_for_device, "/dev/kvm"},
    {"valgrind", "ci/test", look_for_program, "valgrind"},
    {"lcov", "ci/test", look_for_program, "lcov"},
};

static int
run(char **words)
{
    guint missing = 0;

    if (words[0] != NULL) {
        return cli_refuse("doctor takes no argument");
    }
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autofree char *why = NULL;
        g_autofree char *found = checks[i].look(checks[i].argument, &why);

        printf("%-4s %-19s %-28s %s\n", found != NULL ? "yes" : "no", checks[i].name,
               checks[i].purpose, found != NULL ? found : why);
        missing += found == NULL;
    }
    printf("%u of %u are there; nothing was changed\n", (guint)G_N_ELEMENTS(checks) - missing,
           (guint)G_N_ELEMENTS(checks));
    return EXIT_CODE_OK;
}

const CliCommand cmd_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "Tell what this machine can run, and why not; changes nothing",
    .run = run,
};
