/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table is about QEMU 7.2 and its host, each row seen there; what the
 * simulator lacks has no place in it.
 */
#include "harness/fidelity/spared.h"

#include <string.h>

/* Whether a row is about that command. */
typedef gboolean (*IsSpared)(const View *view, const json_t *data);

static const char *
text_of(const json_t *data, const char *member)
{
    const char *text = json_string_value(json_object_get(data, member));

    return text != NULL ? text : "";
}

/* ---- what the rows look at ---- */

static gboolean
is_after_migration(const View *view, const json_t *data)
{
    (void)data;
    return view->migrated;
}

static gboolean
is_job_pending(const View *view, const json_t *data)
{
    (void)data;
    for (guint i = 0; i < view_jobs(view); i++) {
        const char *type = view_job_type(view, i);
        const char *status = view_job_status(view, i);

        if ((strcmp(type, "commit") == 0 || strcmp(type, "mirror") == 0) &&
            (strcmp(status, "pending") == 0 || strcmp(status, "waiting") == 0)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* "qemu-io NODE "write -z …"" */
static gboolean
makes_hole_in_raw(const View *view, const json_t *data)
{
    g_auto(GStrv) words = g_strsplit(text_of(data, "command-line"), " ", 4);
    const char *driver;

    if (g_strv_length(words) < 4) {
        return FALSE;
    }
    driver = view_driver(view, words[1]);
    return driver != NULL && strcmp(driver, "qcow2") != 0 &&
           (g_str_has_prefix(words[2], "\"discard") || g_str_has_prefix(words[3], "-z"));
}

static gboolean
has_raw_base(const View *view, const json_t *data)
{
    (void)data;
    for (guint i = 0; i < view_nodes(view); i++) {
        const char *name = view_node(view, i);

        if (g_strcmp0(view_driver(view, name), "raw") == 0 && view_is_backing(view, name)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
is_one_of_raw_nodes(const View *view, const json_t *data)
{
    guint count = 0;

    for (guint i = 0; i < view_nodes(view); i++) {
        count += g_strcmp0(view_driver(view, view_node(view, i)), "raw") == 0 ? 1 : 0;
    }
    return count > 1 && g_strcmp0(view_driver(view, text_of(data, "node-name")), "raw") == 0;
}

static gboolean
is_read_only(const View *view, const json_t *data)
{
    return view_is_read_only(view, text_of(data, "device"));
}

static gboolean
has_empty_list(const View *view, const json_t *data)
{
    const json_t *list = json_object_get(data, "bitmaps");

    (void)view;
    return json_is_array(list) && json_array_size(list) == 0;
}

static gboolean
stays_after_stream(const View *view, const json_t *data)
{
    (void)view;
    return json_is_false(json_object_get(data, "auto-dismiss"));
}

static gboolean
is_backed_up(const View *view, const json_t *data)
{
    const char *node = text_of(data, "node-name");

    return view_has_filter(view, *node != '\0' ? node : text_of(data, "node"));
}

static gboolean
is_file_open(const View *view, const json_t *data)
{
    return view_has_file(view, text_of(data, "snapshot-file"));
}

static gboolean
has_overlay_with_users(const View *view, const json_t *data)
{
    return !view_is_loose(view, text_of(data, "overlay"));
}

static gboolean
cannot_be_enabled(const View *view, const json_t *data)
{
    const json_t *bitmap = view_bitmap(view, text_of(data, "node"), text_of(data, "name"));

    return bitmap == NULL || json_is_true(json_object_get(bitmap, "busy")) ||
           json_object_get(bitmap, "inconsistent") != NULL;
}

static gboolean
enables_in_group(const View *view, const json_t *data)
{
    const json_t *mode = json_object_get(json_object_get(data, "properties"), "completion-mode");
    const json_t *actions = json_object_get(data, "actions");

    (void)view;
    for (size_t i = 0; i < json_array_size(actions); i++) {
        if (g_strcmp0(json_string_value(mode), "grouped") == 0 &&
            strcmp(text_of(json_array_get(actions, i), "type"), "block-dirty-bitmap-enable") == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether an action that clears or merges into a bitmap is followed by a backup by it. */
static gboolean
is_backed_up_by(const json_t *actions, size_t from, const char *bitmap)
{
    for (size_t i = from; i < json_array_size(actions); i++) {
        const json_t *action = json_array_get(actions, i);
        const json_t *data = json_object_get(action, "data");

        if (strcmp(text_of(action, "type"), "blockdev-backup") == 0 &&
            strcmp(text_of(data, "bitmap"), bitmap) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
changes_and_backs_up(const View *view, const json_t *data)
{
    const json_t *actions = json_object_get(data, "actions");

    (void)view;
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const json_t *action = json_array_get(actions, i);
        const json_t *of = json_object_get(action, "data");
        gboolean clears = strcmp(text_of(action, "type"), "block-dirty-bitmap-clear") == 0;
        gboolean merges = strcmp(text_of(action, "type"), "block-dirty-bitmap-merge") == 0;

        if ((clears || merges) &&
            is_backed_up_by(actions, i + 1, text_of(of, clears ? "name" : "target"))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether an action before that one gives the node a user: as its target, or below an overlay. */
static gboolean
gets_user(const json_t *actions, size_t end, const char *node)
{
    static const char *const members[] = {"target", "node", "node-name"};

    for (size_t i = 0; i < end; i++) {
        const json_t *data = json_object_get(json_array_get(actions, i), "data");

        for (guint k = 0; k < G_N_ELEMENTS(members); k++) {
            if (strcmp(text_of(data, members[k]), node) == 0) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static gboolean
uses_and_moves(const View *view, const json_t *data)
{
    const json_t *actions = json_object_get(data, "actions");

    (void)view;
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const char *overlay =
            text_of(json_object_get(json_array_get(actions, i), "data"), "overlay");

        if (*overlay != '\0' && gets_user(actions, i, overlay)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* An image made anew below a node that goes on using what it knows of it. */
static gboolean
is_used_file(const View *view, const json_t *data)
{
    const json_t *options = json_object_get(data, "options");

    return strcmp(text_of(options, "driver"), "qcow2") == 0 &&
           !view_is_loose(view, text_of(options, "file"));
}

static gboolean
takes_images(const View *view, const json_t *data)
{
    return g_str_has_prefix(text_of(data, "uri"), "exec:") &&
           (view_has_block_job(view) || view_has_stuck_bitmap(view) ||
            g_strcmp0(view_status(view), "restore-vm") == 0);
}

/* Another node that is there, below a node of a format. */
static gboolean
has_another_file(const View *view, const json_t *options)
{
    const char *file = text_of(options, "file");

    return view_driver(view, file) != NULL &&
           !view_is_child(view, text_of(options, "node-name"), "file", file);
}

static gboolean
gets_another_file(const View *view, const json_t *data)
{
    const json_t *list = json_object_get(data, "options");

    for (size_t i = 0; i < json_array_size(list); i++) {
        if (has_another_file(view, json_array_get(list, i))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A node that two nodes share. */
static gboolean
is_node_shared(const View *view, const json_t *data)
{
    return g_str_has_prefix(text_of(data, "uri"), "exec:") && view_has_shared_node(view);
}

/* ---- the table ---- */

/* Where a row holds. */
enum {
    ALONE = 1 << 0,
    IN_TRANSACTION = 1 << 1,
};

static const struct {
    const char *command; /* NULL: all but queries, cont and stop */
    guint where;
    IsSpared is_spared;
    const char *reason;
} rows[] = {
    {NULL, ALONE, is_after_migration, "after a migration nobody has the images: it dies of writes"},
    {"human-monitor-command", ALONE, is_job_pending,
     "the source of a pending commit or mirror stays drained: it waits for ever"},
    {"device_add", ALONE, is_job_pending,
     "a new disk reads its first sector, and waits for ever on such a source"},
    {"human-monitor-command", ALONE, makes_hole_in_raw,
     "whether a raw file has a hole then is the host file system's choice"},
    {"block-commit", ALONE, has_raw_base,
     "zeroes that it writes there may be holes, as the host file system likes"},
    {"block_resize", ALONE, is_one_of_raw_nodes,
     "another raw node over the file does not notice, until something has it look"},
    {"blockdev-reopen", ALONE, gets_another_file,
     "it does not look into the file, and writes what it knows of the former one there"},
    {"blockdev-snapshot-delete-internal-sync", ALONE, is_read_only,
     "it dies of taking a snapshot away from a read-only image"},
    {"block-dirty-bitmap-merge", ALONE | IN_TRANSACTION, has_empty_list,
     "it dies of merging nothing"},
    {"block-dirty-bitmap-enable", IN_TRANSACTION, cannot_be_enabled,
     "it dies where enabling a bitmap that is missing or busy is undone, or disables it"},
    {"transaction", ALONE, enables_in_group,
     "it dies of refusing to enable a bitmap in a group, be it there or not"},
    {"transaction", ALONE, changes_and_backs_up,
     "it dies of undoing a bitmap's clear or merge where a backup by it was undone before"},
    {"blockdev-create", ALONE, is_used_file,
     "it lets an image be made anew below a node that is in use, and dies of a job there"},
    {"block-stream", ALONE, stays_after_stream,
     "it dies of queries between the end of a stream and its dismissal"},
    {"blockdev-snapshot-sync", ALONE | IN_TRANSACTION, is_backed_up,
     "it dies at its end of a backup of an overlay that was put under a backup"},
    {"blockdev-snapshot", ALONE | IN_TRANSACTION, is_backed_up,
     "it dies as after blockdev-snapshot-sync"},
    {"blockdev-snapshot-sync", ALONE | IN_TRANSACTION, is_file_open,
     "a node of the file does not notice that there is another image in it"},
    {"blockdev-snapshot", ALONE | IN_TRANSACTION, has_overlay_with_users,
     "where that is undone, it leaves the overlay's users on the other node"},
    {"transaction", ALONE, uses_and_moves,
     "where that is undone, it leaves users that the transaction brought on the other node"},
    {"migrate", ALONE, is_node_shared,
     "it dies of taking the images from two nodes that have one below them both"},
    {"migrate", ALONE, takes_images,
     "it takes the images from running jobs, and dies where a bitmap cannot be stored or a "
     "snapshot could not be loaded"},
};

static gboolean
is_harmless(const char *command)
{
    return g_str_has_prefix(command, "query-") || strcmp(command, "cont") == 0 ||
           strcmp(command, "stop") == 0;
}

static const char *
reason_of(const View *view, guint where, const char *command, const json_t *data)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean meant =
            rows[i].command != NULL ? strcmp(rows[i].command, command) == 0 : !is_harmless(command);

        if (meant && (rows[i].where & where) != 0 && rows[i].is_spared(view, data)) {
            return rows[i].reason;
        }
    }
    return NULL;
}

const char *
spared_reason(const View *view, const json_t *command)
{
    const json_t *arguments = json_object_get(command, "arguments");
    const json_t *actions = json_object_get(arguments, "actions");
    const char *reason = reason_of(view, ALONE, text_of(command, "execute"), arguments);

    for (size_t i = 0; i < json_array_size(actions) && reason == NULL; i++) {
        const json_t *action = json_array_get(actions, i);

        reason = reason_of(view, IN_TRANSACTION, text_of(action, "type"),
                           json_object_get(action, "data"));
    }
    return reason;
}
