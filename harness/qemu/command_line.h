/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of an instance, from what VmHypervisorOps.start() is given.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** What the configuration does not say. */
typedef struct {
    gboolean kvm;
    const char *rom; /* or NULL */
    int monitor;     /* descriptor: a listening socket for the driver's monitor */
    int look;        /* a connected socket for the other monitor */
    int serial;      /* a connected socket for the guest's serial port */
} QemuCommandLine;

/** The arguments, NULL at the end; the caller frees them by g_strfreev(). */
char **qemu_command_line(const json_t *config, const QemuCommandLine *line);
