/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every value is followed by a comma, which the closing bracket takes away.
 */
#include "spec/driver/json_text.h"

#include "spec/api/text.h"

GString *
vm_json_begin(void)
{
    GString *json = g_string_sized_new(512);

    vm_text_add_byte(json, '{');
    return json;
}

char *
vm_json_end(GString *json)
{
    vm_json_close(json, '}');
    g_string_truncate(json, json->len - 1);
    return g_string_free(json, FALSE);
}

static void
put_name(GString *json, const char *name)
{
    if (name == NULL)
        return;
    gsize length = strlen(name);
    char *to = vm_text_room(json, length + 3);
    *to = '"';
    to = mempcpy(to + 1, name, length);
    memcpy(to, "\":", 2);
}

/* What ends a stretch of text that stands for itself. */
static const gboolean special[256] = {[0 ... 0x1f] = TRUE, ['"'] = TRUE, ['\\'] = TRUE};

static void
put_escaped(GString *json, const char *text)
{
    for (;;) {
        gsize plain = 0;
        while (!special[(guchar)text[plain]])
            plain++;
        vm_text_add_bytes(json, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        g_string_append_printf(json, "\\u%04x", (guint)(guchar)*text++);
    }
}

/* What is JSON already. */
static void
put_value(GString *json, const char *name, const char *value)
{
    put_name(json, name);
    vm_text_add(json, value);
    vm_text_add_byte(json, ',');
}

void
vm_json_text(GString *json, const char *name, const char *text)
{
    if (text == NULL) {
        put_value(json, name, "null");
        return;
    }
    put_name(json, name);
    vm_text_add_byte(json, '"');
    put_escaped(json, text);
    vm_text_add_bytes(json, "\",", 2);
}

void
vm_json_flag(GString *json, const char *name, gboolean flag)
{
    put_value(json, name, flag ? "true" : "false");
}

void
vm_json_number(GString *json, const char *name, guint number)
{
    put_name(json, name);
    g_string_append_printf(json, "%u,", number);
}

void
vm_json_texts(GString *json, const char *name, const GPtrArray *texts)
{
    vm_json_open(json, name, '[');
    for (guint i = 0; i < texts->len; i++)
        vm_json_text(json, NULL, g_ptr_array_index(texts, i));
    vm_json_close(json, ']');
}

void
vm_json_open(GString *json, const char *name, char bracket)
{
    put_name(json, name);
    vm_text_add_byte(json, bracket);
}

void
vm_json_close(GString *json, char bracket)
{
    if (json->str[json->len - 1] == ',')
        g_string_truncate(json, json->len - 1);
    vm_text_add_byte(json, bracket);
    vm_text_add_byte(json, ',');
}
