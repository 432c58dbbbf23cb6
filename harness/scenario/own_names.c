/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a case's objects are called: on the target with its prefix, in the
 * scenario without; and the hash over texts as the scenario would write them.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

#define FNV_PRIME 1099511628211ull

char *
scn_real_name(const ScnRun *run, const char *name)
{
    return *name ? g_strconcat(run->prefix, name, NULL) : g_strdup("");
}

char *
scn_uuid(const ScnRun *run, const char *name)
{
    g_autofree char *seed = g_strconcat(run->prefix, name, NULL);
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, seed, -1);

    hex[12] = '4';
    hex[16] = '8';
    return g_strdup_printf("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* A stretch of a text that a scenario writes in another way. */
typedef struct {
    const char *begin, *end;
    const char *plain;
} OwnStretch;

/* The next path or name of the case between two places; FALSE where there is none. */
static gboolean
next_own(const ScnRun *run, const char *text, const char *end, OwnStretch *own)
{
    const gsize length = run->prefix_length, folder = strlen(run->world.disk_dir) + 1;

    if ((gsize)(end - text) < length || !(own->begin = strstr(text, run->prefix)))
        return FALSE;
    own->end = own->begin + length;
    own->plain = "";
    if ((gsize)(own->begin - text) >= folder &&
        memcmp(own->begin - folder, run->own_files, folder) == 0) {
        own->begin -= folder;
        own->plain = "${dir}/";
    }
    return TRUE;
}

char *
scn_plain_text(const ScnRun *run, const char *text)
{
    const char *end = text + strlen(text);
    OwnStretch own;
    GString *plain;

    if (!next_own(run, text, end, &own))
        return g_strdup(text);
    plain = g_string_new(NULL);
    do {
        g_string_append_len(plain, text, own.begin - text);
        g_string_append(plain, own.plain);
        text = own.end;
    } while (next_own(run, text, end, &own));
    g_string_append_len(plain, text, end - text);
    return g_string_free(plain, FALSE);
}

static guint64
fold(guint64 hash, const char *text, const char *end)
{
    for (; text < end; text++)
        hash = (hash ^ (guchar)*text) * FNV_PRIME;
    return hash;
}

void
scn_hash_part(ScnRun *run, const char *text)
{
    const char *end = text + strlen(text);
    guint64 hash = run->result->hash;
    OwnStretch own;

    while (next_own(run, text, end, &own)) {
        hash = fold(hash, text, own.begin);
        hash = fold(hash, own.plain, own.plain + strlen(own.plain));
        text = own.end;
    }
    run->result->hash = fold(hash, text, end);
}

void
scn_hash_words(ScnRun *run, const char *text)
{
    run->result->hash = fold(run->result->hash, text, text + strlen(text));
}

void
scn_hash(ScnRun *run, const char *text)
{
    scn_hash_part(run, text);
    run->result->hash = (run->result->hash ^ '\n') * FNV_PRIME;
}
