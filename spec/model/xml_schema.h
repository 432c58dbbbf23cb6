/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The schemas of spec/schema as text in the program: no file is read at run
 * time.  The array is made by the build.
 */
#pragma once

#include <glib.h>

/** One schema. */
typedef struct {
    const char *name; /* "domain"; NULL ends the array */
    const char *text;
    gsize length;
} VmSchemaText;

/** All schemas. */
extern const VmSchemaText vm_schema_texts[];
