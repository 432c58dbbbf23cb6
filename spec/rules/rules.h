/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rule catalogue: one numbered, levelled, sourced rule after another
 * (catalogue/ folder, .def files).
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"

/** How binding a rule is. */
typedef enum {
    RULE_MUST,
    RULE_SHOULD,
    RULE_MAY,
} RuleLevel;

/** What became of it here. */
typedef enum {
    RULE_ADOPTED,   /* in force, covered by a case or by a reasoned exception */
    RULE_LATER,     /* comes with a later issue: marked and counted */
    RULE_NOT_ADOPTED, /* with the reason: a released driver's defect, another driver's habit, … */
} RuleStatus;

/** One rule. */
typedef struct {
    const char *id;        /* "SNAP-CREATE-001" */
    RuleLevel level;
    VmProfile profile;
    RuleStatus status;
    const char *sentence;  /* ours, one sentence */
    const char *source;    /* design thread, API document, release */
    const char *reason;    /* why not adopted, or why no case covers it; "" otherwise */
} Rule;

/** All rules in catalogue order; *count receives how many.  Static memory. */
const Rule *rules_all(gsize *count);

/** The rule of an id, or NULL. */
const Rule *rule_find(const char *id);

/** "MUST", "SHOULD", "MAY". */
const char *rule_level_word(RuleLevel level);

/** "adopted", "later", "not adopted". */
const char *rule_status_word(RuleStatus status);
