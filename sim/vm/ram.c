/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/ram.h"
#include "sim/block/digest.h"
#include <string.h>

/* A stream: magic, length of what follows, counter, run state, values, all of it summed up. */
static const char magic[8] = {'S', 'I', 'M', 'V', 'M', 'S', '0', '1'};
#define HEAD (sizeof(magic) + sizeof(guint64))

void
sim_ram_clear(SimRam *ram)
{
    ram->counter = 0;
    g_clear_pointer(&ram->values, g_tree_unref);
}

static gint
compare_keys(gconstpointer a, gconstpointer b, gpointer data)
{
    (void)data;
    return strcmp(a, b);
}

void
sim_ram_set(SimRam *ram, const char *key, const char *value)
{
    if (ram->values == NULL)
        ram->values = g_tree_new_full(compare_keys, NULL, g_free, g_free);
    g_tree_replace(ram->values, g_strdup(key), g_strdup(value));
}

const char *
sim_ram_get(const SimRam *ram, const char *key)
{
    return ram->values == NULL ? NULL : g_tree_lookup(ram->values, key);
}

static void
put_number(GByteArray *out, guint64 value)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static void
put_text(GByteArray *out, const char *text)
{
    put_number(out, strlen(text));
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

static gboolean
put_value(gpointer key, gpointer value, gpointer out)
{
    put_text(out, key);
    put_text(out, value);
    return FALSE;
}

static void
put_memory(GByteArray *out, const SimRam *ram)
{
    put_number(out, ram->counter);
    put_number(out, ram->values == NULL ? 0 : (guint64)g_tree_nnodes(ram->values));
    if (ram->values != NULL)
        g_tree_foreach(ram->values, put_value, out);
}

char *
sim_ram_digest(const SimRam *ram)
{
    g_autoptr(GByteArray) memory = g_byte_array_new();
    put_memory(memory, ram);
    SimDigest digest = SIM_DIGEST_START;
    sim_digest_bytes(&digest, memory->data, memory->len);
    return sim_digest_text(&digest);
}

static guint64
checksum(const void *data, gsize length)
{
    SimDigest digest = SIM_DIGEST_START;
    sim_digest_bytes(&digest, data, length);
    return digest.a;
}

GBytes *
sim_ram_save(const SimRam *ram, const char *run_state)
{
    GByteArray *out = g_byte_array_sized_new(128);
    g_byte_array_append(out, (const guint8 *)magic, sizeof(magic));
    put_number(out, 0); /* the length, once it is known */
    put_text(out, run_state);
    put_memory(out, ram);
    guint64 length = out->len - HEAD, written = GUINT64_TO_LE(length);
    memcpy(out->data + sizeof(magic), &written, sizeof(written));
    put_number(out, checksum(out->data + HEAD, length));
    return g_byte_array_free_to_bytes(out);
}

/* A place in a stream; `bad` once something did not fit. */
typedef struct {
    const guint8 *data;
    gsize length;
    gsize offset;
    gboolean bad;
} Reader;

static guint64
get_number(Reader *in)
{
    guint64 value = 0;
    if (in->bad || in->length - in->offset < sizeof(value)) {
        in->bad = TRUE;
        return 0;
    }
    memcpy(&value, in->data + in->offset, sizeof(value));
    in->offset += sizeof(value);
    return GUINT64_FROM_LE(value);
}

static char *
get_text(Reader *in)
{
    guint64 length = get_number(in);
    if (in->bad || in->length - in->offset < length) {
        in->bad = TRUE;
        return NULL;
    }
    char *text = g_strndup((const char *)in->data + in->offset, length);
    in->offset += length;
    return text;
}

static gboolean
get_memory(Reader *in, SimRam *ram)
{
    ram->counter = get_number(in);
    for (guint64 left = get_number(in); left > 0 && !in->bad; left--) {
        g_autofree char *key = get_text(in);
        g_autofree char *value = get_text(in);
        if (!in->bad)
            sim_ram_set(ram, key, value);
    }
    return !in->bad && in->offset == in->length;
}

gboolean
sim_ram_load(SimRam *ram, GBytes *stream, char **run_state)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(stream, &length);
    if (length < HEAD || memcmp(data, magic, sizeof(magic)) != 0)
        return FALSE;
    Reader head = {data, length, sizeof(magic), FALSE};
    guint64 body = get_number(&head);
    if (length - HEAD < 8 || length - HEAD - 8 < body)
        return FALSE;
    Reader tail = {data, length, HEAD + body, FALSE};
    if (get_number(&tail) != checksum(data + HEAD, body))
        return FALSE;

    Reader in = {data + HEAD, body, 0, FALSE};
    g_autofree char *state = get_text(&in);
    SimRam loaded = {0, NULL};
    if (!get_memory(&in, &loaded)) {
        sim_ram_clear(&loaded);
        return FALSE;
    }
    sim_ram_clear(ram);
    *ram = loaded;
    if (run_state != NULL)
        *run_state = g_steal_pointer(&state);
    return TRUE;
}

char *
sim_ram_find_digest(GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    const char *found = length == 0 ? NULL : memmem(data, length, magic, sizeof(magic));
    if (found == NULL)
        return NULL;
    gsize offset = (gsize)(found - data);
    g_autoptr(GBytes) stream = g_bytes_new_from_bytes(bytes, offset, length - offset);
    SimRam ram = {0, NULL};
    if (!sim_ram_load(&ram, stream, NULL))
        return NULL;
    char *digest = sim_ram_digest(&ram);
    sim_ram_clear(&ram);
    return digest;
}
