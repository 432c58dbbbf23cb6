/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/block/graph.h"

const char *const sim_blockdev_drivers[] = {
    "blkdebug",     "blklogwrites", "blkreplay",   "blkverify",
    "bochs",        "cloop",        "compress",    "copy-before-write",
    "copy-on-read", "dmg",          "file",        "snapshot-access",
    "ftp",          "ftps",         "gluster",     "host_cdrom",
    "host_device",  "http",         "https",       "iscsi",
    "luks",         "nbd",          "nfs",         "null-aio",
    "null-co",      "nvme",         "parallels",   "preallocate",
    "qcow",         "qcow2",        "qed",         "quorum",
    "raw",          "rbd",          "replication", "ssh",
    "throttle",     "vdi",          "vhdx",        "vmdk",
    "vpc",          "vvfat",        NULL};

static const char *const discards[] = {"ignore", "unmap", NULL};
static const char *const zeroes[] = {"off", "on", "unmap", NULL};
static const char *const aios[] = {"threads", "native", "io_uring", NULL};
static const char *const lockings[] = {"auto", "on", "off", NULL};

static const SimArgument cache_members[] = {
    {"direct", SIM_ARG_BOOLEAN},
    {"no-flush", SIM_ARG_BOOLEAN},
    {0},
};

static const SimArgument base_members[] = {
    {"driver", SIM_ARG_ENUM, TRUE, .values = sim_blockdev_drivers},
    {"node-name", SIM_ARG_STRING},
    {"discard", SIM_ARG_ENUM, .values = discards},
    {"cache", SIM_ARG_OBJECT, .members = cache_members},
    {"read-only", SIM_ARG_BOOLEAN},
    {"auto-read-only", SIM_ARG_BOOLEAN},
    {"force-share", SIM_ARG_BOOLEAN},
    {"detect-zeroes", SIM_ARG_ENUM, .values = zeroes},
    {0},
};

static const SimArgument file_members[] = {
    {"filename", SIM_ARG_STRING, TRUE},
    {"pr-manager", SIM_ARG_STRING},
    {"locking", SIM_ARG_ENUM, .values = lockings},
    {"aio", SIM_ARG_ENUM, .values = aios},
    {"aio-max-batch", SIM_ARG_INTEGER},
    {"drop-cache", SIM_ARG_BOOLEAN},
    {"x-check-cache-dropped", SIM_ARG_BOOLEAN},
    {0},
};

gboolean
sim_blockdev_ref_check(const json_t *value, const char *path, GError **error)
{
    if (json_is_string(value))
        return TRUE;
    if (!json_is_object(value))
        return sim_argument_wrong_type(path, "BlockdevRef", error);
    return sim_blockdev_options_check(value, path, error);
}

static gboolean
check_ref_or_null(const json_t *value, const char *path, GError **error)
{
    if (json_is_null(value) || json_is_string(value))
        return TRUE;
    if (!json_is_object(value))
        return sim_argument_wrong_type(path, "BlockdevRefOrNull", error);
    return sim_blockdev_options_check(value, path, error);
}

static const SimArgument raw_members[] = {
    {"file", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {"offset", SIM_ARG_INTEGER},
    {"size", SIM_ARG_INTEGER},
    {0},
};

static const SimArgument qcow2_members[] = {
    {"file", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {"backing", SIM_ARG_CUSTOM, .check = check_ref_or_null},
    {"lazy-refcounts", SIM_ARG_BOOLEAN},
    {"pass-discard-request", SIM_ARG_BOOLEAN},
    {"pass-discard-snapshot", SIM_ARG_BOOLEAN},
    {"pass-discard-other", SIM_ARG_BOOLEAN},
    {"cache-size", SIM_ARG_INTEGER},
    {"l2-cache-size", SIM_ARG_INTEGER},
    {"l2-cache-entry-size", SIM_ARG_INTEGER},
    {"refcount-cache-size", SIM_ARG_INTEGER},
    {"cache-clean-interval", SIM_ARG_INTEGER},
    {0},
};

static const char *const cbw_errors[] = {"break-guest-write", "break-snapshot", NULL};

static const SimArgument bitmap_members[] = {
    {"node", SIM_ARG_STRING, TRUE},
    {"name", SIM_ARG_STRING, TRUE},
    {0},
};

static const SimArgument copy_before_write_members[] = {
    {"file", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {"target", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {"bitmap", SIM_ARG_OBJECT, .members = bitmap_members},
    {"on-cbw-error", SIM_ARG_ENUM, .values = cbw_errors},
    {"cbw-timeout", SIM_ARG_INTEGER},
    {0},
};

static const SimArgument over_file_members[] = {
    {"file", SIM_ARG_CUSTOM, TRUE, .check = sim_blockdev_ref_check},
    {0},
};

/* Filters of jobs cannot be asked for. */
static const SimArgument *const driver_members[] = {
    [SIM_DRIVER_COPY_BEFORE_WRITE] = copy_before_write_members,
    [SIM_DRIVER_COPY_ON_READ] = over_file_members,
    [SIM_DRIVER_MIRROR_TOP] = NULL,
    [SIM_DRIVER_COMMIT_TOP] = NULL,
    [SIM_DRIVER_SNAPSHOT_ACCESS] = over_file_members,
    [SIM_DRIVER_FILE] = file_members,
    [SIM_DRIVER_HOST_DEVICE] = file_members,
    [SIM_DRIVER_RAW] = raw_members,
    [SIM_DRIVER_QCOW2] = qcow2_members,
};

gboolean
sim_blockdev_options_check(const json_t *options, const char *path, GError **error)
{
    if (!json_is_object(options))
        return sim_argument_wrong_type(path, "object", error);
    const char *name = sim_text(options, "driver");
    int driver = name == NULL ? -1 : sim_driver_number(name);
    if (driver >= 0 && driver_members[driver] != NULL) {
        const SimArgument *tables[] = {base_members, driver_members[driver], NULL};
        return sim_arguments_check_union(tables, options, path, error);
    }
    g_autofree char *place = sim_argument_path(path, "driver");
    if (name == NULL)
        return sim_qmp_refuse(error, "Parameter '%s' is missing", place);
    if (!sim_argument_check(&base_members[0], json_object_get(options, "driver"), place, error))
        return FALSE;
    return sim_qmp_refuse(error, "Driver '%s' is not simulated", name);
}
