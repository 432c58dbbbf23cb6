/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The exit codes of the program; README.md lists them for its users.
 */
#pragma once

/** What the program ends with. */
typedef enum {
    EXIT_CODE_OK = 0,            /* every planned case ended as expected */
    EXIT_CODE_UNEXPECTED = 1,    /* a fail, crash, timeout or xpass */
    EXIT_CODE_USAGE = 2,         /* the caller's fault: option, URI, report file, foreign object */
    EXIT_CODE_HARNESS = 3,       /* the harness's own fault */
    EXIT_CODE_INCOMPLETE = 5,    /* ran + skipped < planned, or ran = 0 */
    EXIT_CODE_INTERRUPTED = 130, /* SIGINT or SIGTERM */
} ExitCode;
