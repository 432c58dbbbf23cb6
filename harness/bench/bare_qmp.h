/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QMP as a script would send it: text out, wait for the line that answers.
 */
#pragma once

#include <glib.h>

/** A connection that blocks. */
typedef struct {
    int fd;
    GString *input; /* what came and was not taken yet */
} BareQmp;

/** Take the greeting of a socket (taken) and negotiate. */
gboolean bare_qmp_open(BareQmp *qmp, int fd, GError **error);
/** Close it. */
void bare_qmp_close(BareQmp *qmp);
/** Send one command and wait for its answer; pass (-1: none) goes along.  Events that come before
 *  are kept for bare_qmp_await(). */
gboolean bare_qmp_send(BareQmp *qmp, const char *command, int pass, GError **error);
/** Wait for the next line that holds `text`, dropping all others. */
gboolean bare_qmp_await(BareQmp *qmp, const char *text, GError **error);
