/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/api.h"

static const VmEnumInfo enums[] = {
#define VM_ENUM(group, name, value, word, since) {group, #name, value, word, since},
#include "spec/api/enums.def"
};

const char *
vm_enum_word(const char *group, int value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(enums); i++) {
        if (enums[i].value == value && g_str_equal(enums[i].group, group))
            return enums[i].word;
    }
    return NULL;
}

int
vm_enum_value(const char *group, const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(enums); i++) {
        /* Words differ at their first letter more often than not, groups hardly ever. */
        if (*enums[i].word == *word && g_str_equal(enums[i].word, word) &&
            g_str_equal(enums[i].group, group))
            return enums[i].value;
    }
    return -1;
}

const VmEnumInfo *
vm_enums(gsize *count)
{
    *count = G_N_ELEMENTS(enums);
    return enums;
}
