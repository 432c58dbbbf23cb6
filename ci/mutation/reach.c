/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A block of code begins where it calls the recorder, and goes on to where
 * the next one begins: the lines that the line table has in between are its.
 */
#include "ci/mutation/reach.h"
#include <stdio.h>
#include <string.h>
#include "ci/mutation/recorder/recorder.h"

typedef struct {
    ReachTest told; /* first member */
    char *name;
    guint microseconds;
    GBytes *reached; /* a byte per block */
} Test;

struct Reach {
    GArray *blocks;    /* of guint: the addresses, sorted */
    GHashTable *lines; /* "FILE:LINE" to a GArray of guint: numbers of blocks */
    GPtrArray *tests;  /* of Test, the quickest first */
};

static void
test_free(gpointer data)
{
    Test *test = data;
    g_free(test->name);
    g_bytes_unref(test->reached);
    g_free(test);
}

static int
compare_numbers(gconstpointer a, gconstpointer b)
{
    guint x = *(const guint *)a, y = *(const guint *)b;
    return (x > y) - (x < y);
}

static int
compare_tests(gconstpointer a, gconstpointer b)
{
    const Test *x = *(Test *const *)a, *y = *(Test *const *)b;
    return x->microseconds != y->microseconds ? (x->microseconds > y->microseconds ? 1 : -1)
                                              : strcmp(x->name, y->name);
}

/* The block that an address is in; -1 before the first. */
static int
block_at(const Reach *reach, guint address)
{
    guint low = 0, high = reach->blocks->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(reach->blocks, guint, middle) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return (int)low - 1;
}

static void
read_blocks(Reach *reach, char **rows)
{
    guint address;
    for (guint i = 0; rows[i] != NULL; i++)
        if (sscanf(rows[i], "block %x", &address) == 1)
            g_array_append_val(reach->blocks, address);
    g_array_sort(reach->blocks, compare_numbers);
}

static void
read_lines(Reach *reach, char **rows)
{
    char file[128];
    guint address, number;
    for (guint i = 0; rows[i] != NULL; i++) {
        if (sscanf(rows[i], "line %x %127s %u", &address, file, &number) != 3)
            continue;
        int block = block_at(reach, address);
        if (block < 0)
            continue;
        char *line = g_strdup_printf("%s:%u", file, number);
        GArray *blocks = g_hash_table_lookup(reach->lines, line);
        if (blocks == NULL) {
            blocks = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(reach->lines, g_strdup(line), blocks);
        }
        g_array_append_val(blocks, block);
        g_free(line);
    }
}

/* A place is behind the call of the recorder: the call itself begins the block. */
static Test *
read_test(const Reach *reach, const RecordHead *head, const char *at)
{
    Test *test = g_new0(Test, 1);
    guint8 *reached = g_malloc0(reach->blocks->len);
    test->name = g_strndup(at, head->name_length);
    test->told.name = test->name;
    test->microseconds = head->microseconds;
    for (guint i = 0; i < head->count; i++) {
        guint32 place;
        memcpy(&place, at + head->name_length + i * sizeof(place), sizeof(place));
        int block = block_at(reach, place - 1);
        g_assert(block >= 0);
        reached[block] = 1;
    }
    test->reached = g_bytes_new_take(reached, reach->blocks->len);
    return test;
}

static void
read_records(Reach *reach, const char *records, gsize length)
{
    RecordHead head;
    for (gsize at = 0; at + sizeof(head) <= length;) {
        memcpy(&head, records + at, sizeof(head));
        at += sizeof(head);
        g_ptr_array_add(reach->tests, read_test(reach, &head, records + at));
        at += head.name_length + head.count * sizeof(guint32);
        g_assert(at <= length);
    }
    g_ptr_array_sort(reach->tests, compare_tests);
}

static void
tell_repetitions(Reach *reach)
{
    g_autoptr(GHashTable) ways = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    for (guint i = 0; i < reach->tests->len; i++) {
        Test *test = g_ptr_array_index(reach->tests, i);
        test->told.again = !g_hash_table_add(ways, test->reached);
    }
}

Reach *
reach_new(const char *text, const char *records, gsize records_length)
{
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    Reach *reach = g_new0(Reach, 1);
    reach->blocks = g_array_new(FALSE, FALSE, sizeof(guint));
    reach->tests = g_ptr_array_new_with_free_func(test_free);
    reach->lines =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    read_blocks(reach, rows);
    read_lines(reach, rows);
    read_records(reach, records, records_length);
    tell_repetitions(reach);
    return reach;
}

void
reach_free(Reach *reach)
{
    if (reach == NULL)
        return;
    g_array_unref(reach->blocks);
    g_hash_table_unref(reach->lines);
    g_ptr_array_unref(reach->tests);
    g_free(reach);
}

static gboolean
test_reaches(const Test *test, const GArray *blocks)
{
    const guint8 *reached = g_bytes_get_data(test->reached, NULL);
    for (guint i = 0; i < blocks->len; i++)
        if (reached[g_array_index(blocks, guint, i)])
            return TRUE;
    return FALSE;
}

GPtrArray *
reach_tests(const Reach *reach, const char *file, guint from, guint to)
{
    g_autoptr(GArray) blocks = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint number = from; number <= to; number++) {
        g_autofree char *line = g_strdup_printf("%s:%u", file, number);
        const GArray *found = g_hash_table_lookup(reach->lines, line);
        if (found != NULL)
            g_array_append_vals(blocks, found->data, found->len);
    }
    if (blocks->len == 0)
        return NULL;
    GPtrArray *tests = g_ptr_array_new();
    for (guint i = 0; i < reach->tests->len; i++) {
        Test *test = g_ptr_array_index(reach->tests, i);
        if (test_reaches(test, blocks))
            g_ptr_array_add(tests, &test->told);
    }
    return tests;
}

GPtrArray *
reach_all(const Reach *reach)
{
    GPtrArray *tests = g_ptr_array_new();
    for (guint i = 0; i < reach->tests->len; i++)
        g_ptr_array_add(tests, &((Test *)g_ptr_array_index(reach->tests, i))->told);
    return tests;
}
