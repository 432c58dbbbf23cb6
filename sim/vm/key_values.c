/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/key_values.h"
#include "spec/api/error.h"
#include <string.h>

static const char *const texts[] = {"filename", "node-name", "id",    "serial", "driver", "drive",
                                    "file",     "backing",   "image", "config", NULL};

static json_t *
typed_value(const char *key, const char *text)
{
    const char *dot = strrchr(key, '.');
    gint64 integer = 0;
    if (g_strv_contains(texts, dot == NULL ? key : dot + 1))
        return json_string(text);
    if (strcmp(text, "on") == 0 || strcmp(text, "off") == 0)
        return json_boolean(text[1] == 'n');
    if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
        return json_integer(integer);
    return json_string(text);
}

/* Put a value (taken) at a dotted place. */
static void
set_at(json_t *object, const char *key, json_t *value)
{
    g_auto(GStrv) parts = g_strsplit(key, ".", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        if (parts[i + 1] == NULL) {
            json_object_set_new(object, parts[i], value);
            return;
        }
        json_t *inner = json_object_get(object, parts[i]);
        if (!json_is_object(inner)) {
            inner = json_object();
            json_object_set_new(object, parts[i], inner);
        }
        object = inner;
    }
    json_decref(value);
}

static json_t *with_lists(const json_t *object);

/* An object whose keys are 0, 1, … as a list of what `element` makes of its values; else NULL. */
static json_t *
as_list(const json_t *object)
{
    json_t *list = json_array();
    gsize count = json_object_size(object);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *key = g_strdup_printf("%" G_GSIZE_FORMAT, i);
        json_t *element = json_object_get(object, key);
        if (element == NULL) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list,
                              json_is_object(element) ? with_lists(element) : json_incref(element));
    }
    return list;
}

static json_t *
with_lists(const json_t *object)
{
    json_t *result = json_object_size(object) == 0 ? NULL : as_list(object);
    if (result != NULL)
        return result;
    result = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        json_object_set_new(result, key,
                            json_is_object(value) ? with_lists(value) : json_incref(value));
    }
    return result;
}

/* The next value, up to a single comma; *p moves behind it. */
static char *
take_value(const char **p)
{
    GString *value = g_string_new(NULL);
    while (**p != '\0') {
        if (**p == ',' && (*p)[1] != ',') {
            (*p)++;
            break;
        }
        *p += **p == ',' ? 1 : 0;
        g_string_append_c(value, *(*p)++);
    }
    return g_string_free(value, FALSE);
}

static json_t *
read_pairs(const char *text, const char *implied, GError **error)
{
    json_t *flat = json_object();
    for (const char *p = text; *p != '\0'; implied = NULL) {
        g_autofree char *part = take_value(&p);
        char *equals = strchr(part, '=');
        if (equals == NULL && implied == NULL) {
            vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "No '=' after parameter '%s'", part);
            json_decref(flat);
            return NULL;
        }
        if (equals == NULL) {
            json_object_set_new(flat, implied, json_string(part));
            continue;
        }
        *equals = '\0';
        set_at(flat, part, typed_value(part, equals + 1));
    }
    json_t *result = with_lists(flat);
    json_decref(flat);
    return result;
}

json_t *
sim_key_values_read(const char *text, const char *implied, GError **error)
{
    if (text[0] != '{')
        return read_pairs(text, implied, error);
    json_error_t where;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (object == NULL)
        vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "'%s': %s", text, where.text);
    return object;
}
