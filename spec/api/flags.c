/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/api.h"

#include <string.h>

/* Rows of one set stand together, so a set is a range of this table. */
static const VmFlagInfo flags_table[] = {
#define VM_FLAG(set, name, value, option, since, profile)                                          \
    {VM_FLAGS_##set, #name, value, option, since, VM_PROFILE_##profile},
#define VM_FLAG_ALSO(set, name, option, since, profile)                                            \
    {VM_FLAGS_##set, #name, VIR_##name, option, since, VM_PROFILE_##profile},
#include "spec/api/flags.def"
};

/* What the names of a set's flags begin with. */
static const char *const prefixes[] = {
#define VM_FLAG_SET(set, prefix) #prefix,
#include "spec/api/flags.def"
};

/* Where a set begins, how many flags it has, and which bits count under a profile. */
typedef struct {
    gsize first;
    gsize count;
    guint32 mask[VM_PROFILE_BOTH + 1];
} FlagRange;

static const FlagRange *
flag_range(VmCall call)
{
    static FlagRange ranges[VM_FLAGS_LAST];
    static gboolean filled;

    if (!filled) {
        for (gsize i = 0; i < G_N_ELEMENTS(flags_table); i++) {
            const VmFlagInfo *flag = &flags_table[i];
            FlagRange *range = &ranges[flag->set];
            if (range->count++ == 0)
                range->first = i;
            for (guint profile = 0; profile <= VM_PROFILE_BOTH; profile++)
                range->mask[profile] |= (flag->profile & profile) ? flag->value : 0;
        }
        filled = TRUE;
    }
    return &ranges[vm_call_info(call)->flags];
}

static gsize
prefix_length(VmCall call)
{
    return strlen(prefixes[vm_call_info(call)->flags]);
}

const VmFlagInfo *
vm_call_flags(VmCall call, gsize *count)
{
    const FlagRange *range = flag_range(call);

    *count = range->count;
    return &flags_table[range->first];
}

guint32
vm_call_mask(VmCall call, VmProfile profile)
{
    return flag_range(call)->mask[profile & VM_PROFILE_BOTH];
}

const VmFlagInfo *
vm_flag_by_option(VmCall call, const char *option)
{
    gsize count;
    const VmFlagInfo *flags = vm_call_flags(call, &count);

    for (gsize i = 0; i < count; i++) {
        if (g_strcmp0(flags[i].option, option) == 0)
            return &flags[i];
    }
    return NULL;
}

const VmFlagInfo *
vm_flag_by_name(VmCall call, const char *name)
{
    gsize count;
    const VmFlagInfo *flags = vm_call_flags(call, &count);
    gsize prefix = prefix_length(call);

    if (g_str_has_prefix(name, "VIR_"))
        name += strlen("VIR_");
    for (gsize i = 0; i < count; i++) {
        if (g_str_equal(flags[i].name, name) || g_str_equal(flags[i].name + prefix, name))
            return &flags[i];
    }
    return NULL;
}

char *
vm_flags_format(VmCall call, guint32 flags)
{
    gsize count;
    const VmFlagInfo *known = vm_call_flags(call, &count);
    gsize prefix = prefix_length(call);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < count; i++) {
        if (!(flags & known[i].value))
            continue;
        g_string_append_printf(text, "%s%s", text->len ? "|" : "", known[i].name + prefix);
        flags &= ~known[i].value;
    }
    if (flags)
        g_string_append_printf(text, "%s0x%x", text->len ? "|" : "", flags);
    if (text->len == 0)
        g_string_append_c(text, '0');
    return g_string_free(text, FALSE);
}

gboolean
vm_flags_check(VmCall call, guint32 flags, VmProfile profile, GError **error)
{
    guint32 unknown = flags != 0 ? flags & ~vm_call_mask(call, profile) : 0;
    if (!unknown)
        return TRUE;

    g_autofree char *bits = vm_flags_format(call, unknown);
    const VmCallInfo *info = vm_call_info(call);
    const char *rule = g_str_equal(info->family, "snapshot") ? "SNAP-API-017" : "DOM-API-023";
    return vm_refuse(error, VIR_ERR_INVALID_ARG, "%s does not know the flags %s (%s)",
                     info->function, bits, rule);
}
