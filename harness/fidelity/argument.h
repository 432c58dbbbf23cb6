/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Arguments by choice: what kinds of values there are.
 */
#pragma once

#include "harness/fidelity/choices.h"
#include "harness/fidelity/view.h"

/** What is known while the arguments of one command are made. */
typedef struct {
    Choices *choices;
    const View *view;
    const char *node; /* the node that was named last, or NULL; borrowed */
} Making;

/** Makes one value; NULL leaves the argument out. */
typedef json_t *(*MakeValue)(Making *making);

/** One argument of a command. */
typedef struct {
    const char *name;
    MakeValue make;
    guint one_in; /* how seldom it is given: 1 always (required), 2 half the time, … */
} Argument;

/** A name as JSON; seldom another one that is no good. */
json_t *name_or_bad(Making *making, const char *name);

/** Whether there is a job that this (make_paused_job, …) would find; TRUE for what finds no jobs.
 */
gboolean has_job_for(const View *view, MakeValue make);

/** A name for each kind of value. */
json_t *make_node(Making *making);
json_t *make_any_node(Making *making);
json_t *make_named_node(Making *making);
json_t *make_protocol_node(Making *making);
json_t *make_loose_protocol_node(Making *making);
json_t *make_new_node(Making *making);
json_t *make_written_node(Making *making);
json_t *make_target(Making *making);
json_t *make_source(Making *making);
json_t *make_layered_node(Making *making);
json_t *make_bitmap_node(Making *making);
json_t *make_snapshot_holder(Making *making);
json_t *make_sized_node(Making *making);
json_t *make_overlay(Making *making);
json_t *make_snapshot_node(Making *making);
json_t *make_bitmap(Making *making);
json_t *make_new_bitmap(Making *making);
json_t *make_bitmap_list(Making *making);
json_t *make_granularity(Making *making);
json_t *make_bool(Making *making);
json_t *make_true(Making *making);
json_t *make_job(Making *making);
json_t *make_live_job(Making *making);
json_t *make_live_block_job(Making *making);
json_t *make_running_job(Making *making);
json_t *make_paused_job(Making *making);
json_t *make_ready_job(Making *making);
json_t *make_pending_job(Making *making);
json_t *make_concluded_job(Making *making);
json_t *make_concluded_block_job(Making *making);
json_t *make_new_job(Making *making);
json_t *make_speed(Making *making);
json_t *make_end_of_speed(Making *making);
json_t *make_disk_size(Making *making);
json_t *make_new_size(Making *making);
json_t *make_tag(Making *making);
json_t *make_snapshot_id(Making *making);
json_t *make_node_list(Making *making);
json_t *make_new_file(Making *making);
json_t *make_file(Making *making);
json_t *make_backup_sync(Making *making);
json_t *make_mirror_sync(Making *making);
json_t *make_bitmap_mode(Making *making);
json_t *make_policy(Making *making);
json_t *make_new_device(Making *making);

/** blockdev-backup as a whole: modes and bitmaps that mostly go together. */
json_t *make_backup(Making *making);

/** An object of arguments; seldom one too few, one too many, or one of a wrong type. */
json_t *make_arguments(Making *making, const Argument *arguments);
