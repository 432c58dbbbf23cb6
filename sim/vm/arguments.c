/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/arguments.h"
#include "sim/block/graph.h"
#include <string.h>

const SimArgument sim_arguments_own = {0};

char *
sim_argument_path(const char *path, const char *name)
{
    return path[0] == '\0' ? g_strdup(name) : g_strdup_printf("%s.%s", path, name);
}

gboolean
sim_argument_wrong_type(const char *path, const char *expected, GError **error)
{
    return sim_qmp_refuse(error, "Invalid parameter type for '%s', expected: %s", path, expected);
}

static gboolean
check_enum(const SimArgument *argument, const json_t *value, const char *path, GError **error)
{
    const char *text = json_string_value(value);
    if (text == NULL)
        return sim_argument_wrong_type(path, "string", error);
    for (const char *const *known = argument->values; *known != NULL; known++) {
        if (strcmp(*known, text) == 0)
            return TRUE;
    }
    return sim_qmp_refuse(error, "Parameter '%s' does not accept value '%s'", path, text);
}

static gboolean
check_list(const SimArgument *argument, const json_t *value, const char *path, GError **error)
{
    if (!json_is_array(value))
        return sim_argument_wrong_type(path, "array", error);
    for (gsize i = 0; i < json_array_size(value); i++) {
        g_autofree char *place = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);
        if (!sim_argument_check(argument->members, json_array_get(value, i), place, error))
            return FALSE;
    }
    return TRUE;
}

/* Whether it is right; what is not, is looked at again where the words that say so are wanted. */
static gboolean
is_plainly_right(const SimArgument *argument, const json_t *value)
{
    switch (argument->type) {
    case SIM_ARG_LIST:
        for (gsize i = 0; i < json_array_size(value); i++) {
            if (!is_plainly_right(argument->members, json_array_get(value, i)))
                return FALSE;
        }
        return json_is_array(value);
    default:
        return sim_argument_check(argument, value, "", NULL);
    }
}

gboolean
sim_argument_check(const SimArgument *argument, const json_t *value, const char *path,
                   GError **error)
{
    const SimArgument *tables[] = {argument->members, NULL};
    switch (argument->type) {
    case SIM_ARG_STRING:
        return json_is_string(value) || sim_argument_wrong_type(path, "string", error);
    case SIM_ARG_BOOLEAN:
        return json_is_boolean(value) || sim_argument_wrong_type(path, "boolean", error);
    case SIM_ARG_INTEGER:
        return json_is_integer(value) || sim_argument_wrong_type(path, "integer", error);
    case SIM_ARG_SIZE:
        return (json_is_integer(value) && json_integer_value(value) >= 0) ||
               sim_argument_wrong_type(path, "integer", error);
    case SIM_ARG_ENUM:
        return check_enum(argument, value, path, error);
    case SIM_ARG_OBJECT:
        if (!json_is_object(value))
            return sim_argument_wrong_type(path, "object", error);
        return sim_arguments_check_union(tables, value, path, error);
    case SIM_ARG_LIST:
        return check_list(argument, value, path, error);
    case SIM_ARG_CUSTOM:
        return argument->check(value, path, error);
    }
    g_assert_not_reached();
}

static gboolean
check_table(const SimArgument *members, const json_t *object, const char *path, GError **error)
{
    for (; members != NULL && members->name != NULL; members++) {
        const json_t *value = json_object_get(object, members->name);
        if (value == NULL ? !members->required : is_plainly_right(members, value))
            continue;
        g_autofree char *place = sim_argument_path(path, members->name);
        if (value == NULL)
            return sim_qmp_refuse(error, "Parameter '%s' is missing", place);
        if (!sim_argument_check(members, value, place, error))
            return FALSE;
    }
    return TRUE;
}

static const SimArgument *
find_member(const SimArgument *const *tables, const char *name)
{
    for (; *tables != NULL; tables++) {
        for (const SimArgument *member = *tables; member->name != NULL; member++) {
            if (*member->name == *name && strcmp(member->name, name) == 0)
                return member;
        }
    }
    return NULL;
}

static guint
count_required(const SimArgument *const *tables)
{
    guint count = 0;
    for (; *tables != NULL; tables++) {
        for (const SimArgument *member = *tables; member->name != NULL; member++)
            count += member->required;
    }
    return count;
}

/* Arguments are few, members many: it is the arguments that are gone through. */
static gboolean
are_plainly_right(const SimArgument *const *tables, const json_t *object)
{
    guint required = 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        const SimArgument *member = find_member(tables, name);
        if (member == NULL || !is_plainly_right(member, value))
            return FALSE;
        required += member->required;
    }
    return required == count_required(tables);
}

gboolean
sim_arguments_check_union(const SimArgument *const *tables, const json_t *object, const char *path,
                          GError **error)
{
    if (are_plainly_right(tables, object))
        return TRUE;
    if (error == NULL)
        return FALSE;
    for (guint i = 0; tables[i] != NULL; i++) {
        if (!check_table(tables[i], object, path, error))
            return FALSE;
    }
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        if (find_member(tables, name) != NULL)
            continue;
        g_autofree char *place = sim_argument_path(path, name);
        return sim_qmp_refuse(error, "Parameter '%s' is unexpected", place);
    }
    return TRUE;
}

gboolean
sim_arguments_check(const SimArgument *members, const json_t *object, GError **error)
{
    static const SimArgument none[] = {{0}};
    if (members == SIM_ARGUMENTS_OWN)
        return TRUE;
    const SimArgument *tables[] = {members == NULL ? none : members, NULL};
    return sim_arguments_check_union(tables, object, "", error);
}
