/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/tool: one run of a program, its words and the images that it
 * opens.
 */
#pragma once

#include "sim/block/node_io.h"
#include "sim/tool/tool.h"

/** One option of a subcommand. */
typedef struct {
    const char *name; /* "f", "output": one letter takes one dash, more take two */
    gboolean valued;
    const char *alias; /* the long form of a letter, or NULL */
} SimToolOption;

/** A run. */
typedef struct {
    SimFs *fs;
    SimClock *clock;
    const char *program; /* "qemu-img" */
    GHashTable *options; /* char * (SimToolOption.name) → GPtrArray of char *; borrowed texts */
    GPtrArray *operands; /* of char *; borrowed texts */
    SimGraph *graph;     /* made by the first open; closed at the end of the run */
    GString *out;
    int rc;
} SimToolCall;

/** Does a subcommand.  FALSE for what is not simulated; a failure is printed, with rc set. */
typedef gboolean (*SimToolRun)(SimToolCall *call, GError **error);

/** A subcommand; `options` ends with a zero row. */
typedef struct {
    const char *name;
    const SimToolOption *options;
    SimToolRun run;
} SimToolCommand;

/** Sort words into options and operands; FALSE for an option that is not simulated. */
gboolean sim_tool_read_words(SimToolCall *call, const SimToolOption *options,
                             const char *const *words, GError **error);
/** Whether an option was given. */
gboolean sim_tool_has(const SimToolCall *call, const char *option);
/** Its last value, or NULL. */
const char *sim_tool_value(const SimToolCall *call, const char *option);
/** The operand of that number, or NULL. */
const char *sim_tool_operand(const SimToolCall *call, guint i);
/** Whether "--output" asks for JSON; *json is set.  FALSE with a failure printed for neither. */
gboolean sim_tool_wants_json(SimToolCall *call, gboolean *json);

/** Print "program: text" and let the run fail with 1. */
void sim_tool_fail(SimToolCall *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** What tools print behind a refusal to help: a line, or "".  Static string. */
const char *sim_tool_hint(const GError *error);
/** Print a JSON value (taken) as tools do. */
void sim_tool_print_json(SimToolCall *call, json_t *value);
/** The operands must be that many; else a failure is printed. */
gboolean sim_tool_need_operands(SimToolCall *call, guint least, guint most);

/** How an image is opened. */
typedef struct {
    const char *path;
    const char *format; /* or NULL: probed */
    gboolean writable;
    gboolean force_share; /* -U */
    gboolean no_backing;  /* leave the chain closed */
    gboolean no_io;       /* nothing of the content will be read */
    const char *backing;  /* a node instead of what the header names, or NULL */
} SimToolOpen;

/** The format that the bytes of a file show: "qcow2" or "raw". */
const char *sim_tool_probe(SimToolCall *call, const char *path);
/** Open an image, with the locks that a tool takes.  NULL with a refusal. */
SimNode *sim_tool_try_open(SimToolCall *call, const SimToolOpen *how, GError **error);
/** The same; a refusal is printed as a failure. */
SimNode *sim_tool_open(SimToolCall *call, const SimToolOpen *how);
/** Print why an image could not be opened. */
void sim_tool_open_failed(SimToolCall *call, const char *path, const GError *error);
