/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/xml_write.h"

#include "spec/api/text.h"

void
vm_xml_put_indent(GString *out, guint depth)
{
    const gsize blanks = 2 * (gsize)depth;

    memset(vm_text_room(out, blanks), ' ', blanks);
}

static const char *
escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\'':
        return "&apos;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;";
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    default:
        return NULL;
    }
}

static void
put_escaped(GString *out, const char *text, const char *special)
{
    for (;;) {
        gsize plain = strcspn(text, special);
        vm_text_add_bytes(out, text, plain);
        if (text[plain] == '\0')
            return;
        vm_text_add(out, escape_of(text[plain]));
        text += plain + 1;
    }
}

void
vm_xml_put_text(GString *out, const char *text)
{
    put_escaped(out, text, "&<>\r");
}

void
vm_xml_put_attr(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    vm_text_add_byte(out, ' ');
    vm_text_add(out, name);
    vm_text_add(out, "='");
    put_escaped(out, value, "&<>'\"\r\n\t");
    vm_text_add_byte(out, '\'');
}

void
vm_xml_put_kept_attrs(GString *out, const char *attributes)
{
    if (attributes != NULL)
        vm_text_add(out, attributes);
}

void
vm_xml_put_element(GString *out, guint depth, const char *name, const char *text)
{
    if (text == NULL)
        return;
    vm_xml_put_indent(out, depth);
    vm_text_add_byte(out, '<');
    vm_text_add(out, name);
    if (*text == '\0') {
        vm_text_add(out, "/>\n");
        return;
    }
    vm_text_add_byte(out, '>');
    vm_xml_put_text(out, text);
    vm_text_add(out, "</");
    vm_text_add(out, name);
    vm_text_add(out, ">\n");
}

/** Indent the lines of a part; the line feeds of its content stay as they are. */
static void
put_part(GString *out, guint depth, const char *part)
{
    gsize lines = 0, at = out->len, blanks = 2 * (gsize)depth;
    const char *end = part;

    while (depth > 0 && *(end = strchrnul(end, '\n')) != '\0') {
        lines++;
        end++;
    }
    g_string_set_size(out, at + strlen(part) + lines * blanks + 1);
    char *to = out->str + at;
    for (; lines > 0; lines--) {
        end = strchrnul(part, '\n') + 1;
        to = mempcpy(to, part, (gsize)(end - part));
        to = (char *)memset(to, ' ', blanks) + blanks;
        part = end;
    }
    to = stpcpy(to, part);
    *to = '\n';
}

static void
show_line_feeds(GString *out, gsize from)
{
    for (char *c = out->str + from; (c = strchr(c, VM_XML_CONTENT_NEWLINE)) != NULL; c++)
        *c = '\n';
}

void
vm_xml_put_kept(GString *out, guint depth, const char *part)
{
    if (part == NULL)
        return;
    vm_xml_put_indent(out, depth);
    vm_xml_continue_kept(out, depth, part);
}

void
vm_xml_continue_kept(GString *out, guint depth, const char *part)
{
    gsize from = out->len;

    put_part(out, depth, part);
    show_line_feeds(out, from);
}

void
vm_xml_nest_kept(GString *out, guint depth, const char *part)
{
    if (part == NULL)
        return;
    vm_xml_put_indent(out, depth);
    put_part(out, depth, part);
}
