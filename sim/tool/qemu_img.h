/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/tool: the programs and the subcommands of qemu-img.
 */
#pragma once

#include "sim/tool/tool_call.h"

extern const SimToolCommand sim_tool_qemu_io;
extern const SimToolCommand sim_tool_img_amend;
extern const SimToolCommand sim_tool_img_bitmap;
extern const SimToolCommand sim_tool_img_check;
extern const SimToolCommand sim_tool_img_commit;
extern const SimToolCommand sim_tool_img_compare;
extern const SimToolCommand sim_tool_img_convert;
extern const SimToolCommand sim_tool_img_create;
extern const SimToolCommand sim_tool_img_info;
extern const SimToolCommand sim_tool_img_map;
extern const SimToolCommand sim_tool_img_measure;
extern const SimToolCommand sim_tool_img_rebase;
extern const SimToolCommand sim_tool_img_resize;
extern const SimToolCommand sim_tool_img_snapshot;

/** The subcommand of that name, or NULL with a refusal. */
const SimToolCommand *sim_tool_find_qemu_img(const char *name, GError **error);
