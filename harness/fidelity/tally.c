/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/tally.h"

#include <stdio.h>
#include <string.h>

#define TEXTS_SHOWN 30

typedef struct {
    guint tried;
    guint succeeded;
    GHashTable *refusals; /* char * → count */
} Row;

struct Tally {
    GHashTable *rows;  /* char * → Row * */
    GHashTable *texts; /* char * → count */
};

static void
free_row(gpointer data)
{
    g_hash_table_unref(((Row *)data)->refusals);
    g_free(data);
}

static GHashTable *
new_counts(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

Tally *
tally_new(void)
{
    Tally *tally = g_new0(Tally, 1);

    tally->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_row);
    tally->texts = new_counts();
    return tally;
}

void
tally_free(Tally *tally)
{
    if (tally != NULL) {
        g_hash_table_unref(tally->rows);
        g_hash_table_unref(tally->texts);
        g_free(tally);
    }
}

/* Count; takes the key. */
static void
count(GHashTable *counts, char *key)
{
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

    g_hash_table_replace(counts, key, GUINT_TO_POINTER(before + 1));
}

/* A refusal without its names and numbers. */
static char *
branch_of(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text != '\0') {
        const char *quoted = *text == '\'' ? strchr(text + 1, '\'') : NULL;

        if (quoted != NULL) {
            g_string_append(out, "'…'");
            text = quoted + 1;
        } else if (g_ascii_isdigit(*text)) {
            g_string_append_c(out, 'N');
            text += strspn(text, "0123456789");
        } else {
            g_string_append_c(out, *text++);
        }
    }
    return g_string_free(out, FALSE);
}

static Row *
row_of(Tally *tally, const char *name)
{
    Row *row = g_hash_table_lookup(tally->rows, name);

    if (row == NULL) {
        row = g_new0(Row, 1);
        row->refusals = new_counts();
        g_hash_table_insert(tally->rows, g_strdup(name), row);
    }
    return row;
}

void
tally_add(Tally *tally, const json_t *command, const json_t *answer)
{
    Row *row = row_of(tally, json_string_value(json_object_get(command, "execute")));
    const json_t *error = json_object_get(answer, "error");
    const char *text = json_string_value(json_object_get(error, "desc"));
    const char *said = json_string_value(json_object_get(answer, "return"));

    row->tried++;
    if (error == NULL && (said == NULL || *said == '\0')) {
        row->succeeded++;
        return;
    }
    count(row->refusals, branch_of(text != NULL ? text : said != NULL ? said : "no answer"));
}

void
tally_add_text(Tally *tally, const char *text)
{
    count(tally->texts, g_strdup(text));
}

static int
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void
print_counts(GHashTable *counts, guint most)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(counts), compare_words);
    guint shown = 0;

    for (const GList *key = keys; key != NULL && shown < most; key = key->next, shown++) {
        guint times = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key->data));

        printf("    %6u  %s\n", times, (const char *)key->data);
    }
}

guint
tally_print(const Tally *tally, const char *const *names, guint enough)
{
    guint never = 0;

    for (guint i = 0; names[i] != NULL; i++) {
        const Row *row = g_hash_table_lookup(tally->rows, names[i]);

        if (row == NULL) {
            printf("%s: never tried\n", names[i]);
            never += enough == 0 ? 1 : 0;
            continue;
        }
        printf("%s: tried %u, succeeded %u\n", names[i], row->tried, row->succeeded);
        print_counts(row->refusals, G_MAXUINT);
        if (row->succeeded == 0 && row->tried >= enough) {
            printf("    NEVER SUCCEEDED\n");
            never++;
        }
    }
    if (g_hash_table_size(tally->texts) > 0) {
        printf("texts that differ (the first %d):\n", TEXTS_SHOWN);
        print_counts(tally->texts, TEXTS_SHOWN);
    }
    return never;
}
