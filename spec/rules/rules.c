/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/rules/rules.h"

static const Rule rules[] = {
#define RULE(id, level, profile, status, sentence, source, reason)                                 \
    {id, RULE_##level, VM_PROFILE_##profile, RULE_##status, sentence, source, reason},
#include "spec/rules/catalogue/snapshot_api.def"
#include "spec/rules/catalogue/snapshot_list.def"
#include "spec/rules/catalogue/snapshot_create.def"
#include "spec/rules/catalogue/snapshot_names.def"
#include "spec/rules/catalogue/snapshot_xml.def"
#include "spec/rules/catalogue/snapshot_format.def"
#include "spec/rules/catalogue/snapshot_align.def"
#include "spec/rules/catalogue/snapshot_prepare.def"
#include "spec/rules/catalogue/snapshot_memory.def"
#include "spec/rules/catalogue/snapshot_execute.def"
#include "spec/rules/catalogue/snapshot_redefine.def"
#include "spec/rules/catalogue/snapshot_tree.def"
#include "spec/rules/catalogue/snapshot_revert.def"
#include "spec/rules/catalogue/snapshot_delete.def"
#include "spec/rules/catalogue/snapshot_metadata.def"
#include "spec/rules/catalogue/snapshot_guards.def"
#include "spec/rules/catalogue/domain_api.def"
#include "spec/rules/catalogue/domain_define.def"
#include "spec/rules/catalogue/domain_start.def"
#include "spec/rules/catalogue/domain_run_state.def"
#include "spec/rules/catalogue/domain_stop.def"
#include "spec/rules/catalogue/domain_undefine.def"
#include "spec/rules/catalogue/domain_save.def"
#include "spec/rules/catalogue/domain_rename_list.def"
#include "spec/rules/catalogue/domain_transient.def"
#include "spec/rules/catalogue/domain_disk.def"
#include "spec/rules/catalogue/own.def"
#undef RULE
};

const Rule *
rules_all(gsize *count)
{
    *count = G_N_ELEMENTS(rules);
    return rules;
}

const Rule *
rule_find(const char *id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (g_str_equal(rules[i].id, id))
            return &rules[i];
    }
    return NULL;
}

const char *
rule_level_word(RuleLevel level)
{
    static const char *const words[] = {"MUST", "SHOULD", "MAY"};

    g_assert((gsize)level < G_N_ELEMENTS(words));
    return words[level];
}

const char *
rule_status_word(RuleStatus status)
{
    static const char *const words[] = {"adopted", "later", "not adopted"};

    g_assert((gsize)status < G_N_ELEMENTS(words));
    return words[status];
}
