/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/auto_name.h"

#include <stdlib.h>
#include <string.h>
#include "spec/api/name_order.h"

#define PREFIX "#block"

struct AutoNames {
    GHashTable *numbers; /* "123" → number */
};

AutoNames *
auto_names_new(void)
{
    AutoNames *names = g_new0(AutoNames, 1);

    names->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return names;
}

void
auto_names_free(AutoNames *names)
{
    if (names != NULL) {
        g_hash_table_unref(names->numbers);
        g_free(names);
    }
}

static guint
number_of(AutoNames *names, const char *digits, gsize length)
{
    g_autofree char *key = g_strndup(digits, length);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(names->numbers, key));

    if (number == 0) {
        number = g_hash_table_size(names->numbers) + 1;
        g_hash_table_insert(names->numbers, g_steal_pointer(&key), GUINT_TO_POINTER(number));
    }
    return number;
}

static char *
apply_to_text(AutoNames *names, const char *text)
{
    GString *out = g_string_new(NULL);
    const char *found;

    while ((found = strstr(text, PREFIX)) != NULL) {
        const char *digits = found + strlen(PREFIX);
        gsize length = strspn(digits, "0123456789");

        g_string_append_len(out, text, digits - text);
        text = digits + length;
        if (length > 0) {
            g_string_append_printf(out, "<%u>", number_of(names, digits, length));
        }
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static json_t *
apply_to_object(AutoNames *names, const json_t *value, gboolean in_order)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    json_t *copy = json_object();
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)value, key, member)
    {
        g_ptr_array_add(keys, (gpointer)key);
    }
    if (!in_order) {
        g_ptr_array_sort(keys, vm_compare_names);
    }
    for (guint i = 0; i < keys->len; i++) {
        g_autofree char *name = apply_to_text(names, keys->pdata[i]);

        member = json_object_get(value, keys->pdata[i]);
        json_object_set_new(copy, name, auto_names_apply(names, member, in_order));
    }
    return copy;
}

json_t *
auto_names_apply(AutoNames *names, const json_t *value, gboolean in_order)
{
    g_autofree char *text = NULL;
    json_t *copy;

    if (json_is_object(value)) {
        return apply_to_object(names, value, in_order);
    }
    if (json_is_string(value)) {
        text = apply_to_text(names, json_string_value(value));
        return json_string(text);
    }
    if (!json_is_array(value)) {
        return json_incref((json_t *)value);
    }
    copy = json_array();
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_array_append_new(copy, auto_names_apply(names, json_array_get(value, i), in_order));
    }
    return copy;
}

static const char *
digits_of(const AutoNames *names, guint number)
{
    GHashTableIter iter;
    gpointer digits;
    gpointer value;

    g_hash_table_iter_init(&iter, names->numbers);
    while (g_hash_table_iter_next(&iter, &digits, &value)) {
        if (GPOINTER_TO_UINT(value) == number) {
            return digits;
        }
    }
    return "";
}

char *
auto_names_restore(const AutoNames *names, const char *text)
{
    GString *out = g_string_new(NULL);
    const char *found;

    while ((found = strstr(text, PREFIX "<")) != NULL) {
        char *end;
        guint number = strtoul(found + strlen(PREFIX "<"), &end, 10);

        g_string_append_len(out, text, found + strlen(PREFIX) - text);
        g_string_append(out, digits_of(names, number));
        text = *end == '>' ? end + 1 : end;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}
