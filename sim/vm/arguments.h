/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The arguments of QMP commands as tables, checked as strictly as QEMU does:
 * members in the order of the schema, then those that are left over.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct SimArgument SimArgument;

/** Types of arguments. */
typedef enum {
    SIM_ARG_STRING,
    SIM_ARG_BOOLEAN,
    SIM_ARG_INTEGER,
    SIM_ARG_SIZE, /* an integer that is not negative */
    SIM_ARG_ENUM,
    SIM_ARG_OBJECT,
    SIM_ARG_LIST,   /* of what `members` says without a name */
    SIM_ARG_CUSTOM, /* `check` decides */
} SimArgumentType;

/** Checks one value; `path` names it in errors. */
typedef gboolean (*SimArgumentCheck)(const json_t *value, const char *path, GError **error);

/** One member; a table ends with a zero row. */
struct SimArgument {
    const char *name;
    SimArgumentType type;
    gboolean required;
    const SimArgument *members; /* of an object; one row for the elements of a list */
    const char *const *values;  /* of an enum, NULL-terminated */
    SimArgumentCheck check;     /* custom */
};

/** For a command that checks its arguments itself, because they are a union. */
#define SIM_ARGUMENTS_OWN (&sim_arguments_own)
extern const SimArgument sim_arguments_own;

/** Check an object's members; NULL counts as {}. */
gboolean sim_arguments_check(const SimArgument *members, const json_t *object, GError **error);
/** The same for an object within another, whose path is `path` ("" at the top), of several tables
 *  one after another (NULL-terminated), as unions are. */
gboolean sim_arguments_check_union(const SimArgument *const *tables, const json_t *object,
                                   const char *path, GError **error);
/** Check one value. */
gboolean sim_argument_check(const SimArgument *argument, const json_t *value, const char *path,
                            GError **error);
/** The path of a member; the caller frees it. */
char *sim_argument_path(const char *path, const char *name);
/** Refuse a value for its type. */
gboolean sim_argument_wrong_type(const char *path, const char *expected, GError **error);

/** A member's value, where the schema has made sure of the type. */
static inline const char *
sim_text(const json_t *arguments, const char *name)
{
    return json_string_value(json_object_get(arguments, name));
}
