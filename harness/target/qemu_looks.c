/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_looks.h"

#include <string.h>
#include "harness/qemu/hypervisor.h"

struct QemuLooks {
    VmHypervisor *hypervisor;
    guint64 changes;     /* when the answers were given */
    GHashTable *answers; /* "QUERY INSTANCE" → json_t * */
};

static void
drop_answer(gpointer answer)
{
    json_decref(answer);
}

QemuLooks *
qemu_looks_new(VmHypervisor *hypervisor)
{
    QemuLooks *looks = g_new0(QemuLooks, 1);
    looks->hypervisor = hypervisor;
    looks->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, drop_answer);
    return looks;
}

void
qemu_looks_free(QemuLooks *looks)
{
    if (looks == NULL)
        return;
    g_hash_table_unref(looks->answers);
    g_free(looks);
}

json_t *
qemu_looks_ask(QemuLooks *looks, const char *instance, const char *query)
{
    g_autofree char *key = g_strdup_printf("%s %s", query, instance);
    guint64 changes = qemu_hypervisor_changes(looks->hypervisor);
    gboolean nodes = strcmp(query, "query-named-block-nodes") == 0;
    if (looks->changes != changes)
        g_hash_table_remove_all(looks->answers);
    looks->changes = changes;
    json_t *answer = g_hash_table_lookup(looks->answers, key);
    if (answer != NULL)
        return json_incref(answer);
    if (!qemu_hypervisor_look(looks->hypervisor, instance, query,
                              nodes ? json_pack("{s:b}", "flat", TRUE) : NULL, &answer, NULL))
        return NULL;
    g_hash_table_insert(looks->answers, g_steal_pointer(&key), json_incref(answer));
    return answer;
}
