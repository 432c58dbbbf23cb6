/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cases are much alike: most documents of one were seen in another.
 */
#include "harness/oracle/recall.h"

/* Bytes of text that are kept while nobody needs them. */
#define TEXT_MAX (4 * 1024 * 1024)
/* Restarts that are remembered. */
#define RESTARTS_MAX 10000

static Recall recall;
static guint users;

static void
forget(void)
{
    g_clear_pointer(&recall.restarts, g_hash_table_unref);
    g_clear_pointer(&recall.targets, g_ptr_array_unref);
    g_clear_pointer(&recall.documents, document_cache_free);
}

static void __attribute__((destructor)) forget_at_exit(void)
{
    forget();
}

Recall *
recall_enter(void)
{
    users++;
    if (recall.documents)
        return &recall;
    recall.documents = document_cache_new();
    recall.targets = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    recall.restarts =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                              (GDestroyNotify)observation_unref);
    return &recall;
}

guint
recall_target(Recall *known, const struct vm_target *target)
{
    g_autoptr(GBytes) table = g_bytes_new(target, sizeof(*target));

    for (guint i = 0; i < known->targets->len; i++) {
        if (g_bytes_equal(g_ptr_array_index(known->targets, i), table))
            return i;
    }
    g_ptr_array_add(known->targets, g_steal_pointer(&table));
    return known->targets->len - 1;
}

const Observation *
recall_restart(const Recall *known, GBytes *key)
{
    return g_hash_table_lookup(known->restarts, key);
}

void
recall_keep_restart(Recall *known, GBytes *key, Observation *seen)
{
    if (g_hash_table_size(known->restarts) >= RESTARTS_MAX)
        g_hash_table_remove_all(known->restarts);
    g_hash_table_replace(known->restarts, g_bytes_ref(key), observation_ref(seen));
}

void
recall_leave(void)
{
    g_assert(users > 0);
    if (--users == 0 && document_cache_bytes(recall.documents) > TEXT_MAX)
        forget();
}
