/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/api.h"

#include "spec/api/text_hash.h"

static const VmEnumInfo enums[] = {
#define VM_ENUM(group, name, value, word, since) {group, #name, value, word, since},
#include "spec/api/enums.def"
};

/* The rows by group and word, and by group and value; of equal ones the first. */
static GHashTable *by_word, *by_value;

static guint
hash_word(gconstpointer row)
{
    const VmEnumInfo *info = row;
    return 31 * vm_text_hash(info->group) + vm_text_hash(info->word);
}

static gboolean
same_word(gconstpointer one, gconstpointer other)
{
    const VmEnumInfo *a = one, *b = other;
    return g_str_equal(a->word, b->word) && g_str_equal(a->group, b->group);
}

static guint
hash_value(gconstpointer row)
{
    const VmEnumInfo *info = row;
    return 31 * vm_text_hash(info->group) + (guint)info->value;
}

static gboolean
same_value(gconstpointer one, gconstpointer other)
{
    const VmEnumInfo *a = one, *b = other;
    return a->value == b->value && g_str_equal(a->group, b->group);
}

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&by_word, g_hash_table_unref);
    g_clear_pointer(&by_value, g_hash_table_unref);
}

static void
index_rows(void)
{
    by_word = g_hash_table_new(hash_word, same_word);
    by_value = g_hash_table_new(hash_value, same_value);
    for (gsize i = G_N_ELEMENTS(enums); i-- > 0;) {
        g_hash_table_replace(by_word, (gpointer)&enums[i], (gpointer)&enums[i]);
        g_hash_table_replace(by_value, (gpointer)&enums[i], (gpointer)&enums[i]);
    }
}

static const VmEnumInfo *
find(GHashTable **table, const VmEnumInfo *like)
{
    if (*table == NULL)
        index_rows();
    return g_hash_table_lookup(*table, like);
}

const char *
vm_enum_word(const char *group, int value)
{
    const VmEnumInfo *found = find(&by_value, &(const VmEnumInfo){.group = group, .value = value});
    return found != NULL ? found->word : NULL;
}

int
vm_enum_value(const char *group, const char *word)
{
    const VmEnumInfo *found = find(&by_word, &(const VmEnumInfo){.group = group, .word = word});
    return found != NULL ? found->value : -1;
}

const VmEnumInfo *
vm_enums(gsize *count)
{
    *count = G_N_ELEMENTS(enums);
    return enums;
}
