/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sequence of commands on which the two hypervisors differ, made as short as
 * it can be.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Script Script;

/** No command yet; `pc`: the machine that they are for. */
Script *script_new(gboolean pc);
/** Free it; NULL is fine. */
void script_free(Script *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Script, script_free)
/** Which machine. */
gboolean script_pc(const Script *script);
/** Add a command (referenced). */
void script_add(Script *script, json_t *command);

/** From now on, where this process dies of a fault, say first which commands it was given; NULL: of
 *  none any more.  The script stays the caller's. */
void script_watch(const Script *script);

/** Leave out whatever is not needed for a difference like this one; runs both hypervisors again and
 *  again. */
void script_shrink(Script *script, const char *difference);
/** Run it once more and print it as a dialogue: what QEMU answered, and the difference. */
void script_print(const Script *script);
