/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What tests reach in the driver, as a file of records: a head, the name, and
 * the places in the shared object, as uint32_t.
 */
#pragma once

#include <stdint.h>

/** The head of a record. */
typedef struct {
    uint32_t name_length;
    uint32_t microseconds; /* of processor time */
    uint32_t count;        /* of places */
} RecordHead;

/** A test begins: nothing is reached yet. */
void recorder_begin(void);
/** The test ends: append its record to the file that RECORDER_INTO names in the environment.  Where
 *  RECORDER_NAME is set, this is done at the end of the program as well, under that name. */
void recorder_end(const char *name);
