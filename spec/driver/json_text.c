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

/* Room for so many bytes, after a name and its colon (where there is one). */
static char *
room_after(GString *json, const char *name, gsize length)
{
    if (name == NULL)
        return vm_text_room(json, length);
    gsize named = strlen(name);
    char *to = vm_text_room(json, named + 3 + length);
    *to = '"';
    to = mempcpy(to + 1, name, named);
    return mempcpy(to, "\":", 2);
}

/* What ends a stretch of text that stands for itself. */
static const gboolean special[256] = {[0 ... 0x1f] = TRUE, ['"'] = TRUE, ['\\'] = TRUE};

/* How many bytes of a text stand for themselves. */
static gsize
plain_length(const char *text)
{
    gsize plain = 0;
    while (!special[(guchar)text[plain]])
        plain++;
    return plain;
}

static void
put_escaped(GString *json, const char *text)
{
    for (;;) {
        gsize plain = plain_length(text);
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
    gsize length = strlen(value);
    char *to = room_after(json, name, length + 1);
    *(char *)mempcpy(to, value, length) = ',';
}

void
vm_json_text(GString *json, const char *name, const char *text)
{
    if (text == NULL) {
        put_value(json, name, "null");
        return;
    }
    gsize plain = plain_length(text);
    gboolean whole = text[plain] == '\0';
    char *to = room_after(json, name, whole ? plain + 3 : 1);
    *to = '"';
    if (whole) {
        memcpy(mempcpy(to + 1, text, plain), "\",", 2);
        return;
    }
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
    char digits[16], *first = digits + sizeof(digits) - 1;
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_value(json, name, first);
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
    *room_after(json, name, 1) = bracket;
}

void
vm_json_close(GString *json, char bracket)
{
    if (json->str[json->len - 1] == ',')
        g_string_truncate(json, json->len - 1);
    vm_text_add_byte(json, bracket);
    vm_text_add_byte(json, ',');
}
