/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The whole new state that a row's effects ask for.
 */
#pragma once

#include "harness/oracle/context.h"
#include "harness/oracle/layers.h"

/** What a yes/no property must be. */
typedef enum {
    EXPECT_SAME,
    EXPECT_NO,
    EXPECT_YES,
    EXPECT_ANY,
} ExpectValue;

/** Which definition must stand where. */
typedef enum {
    EXPECT_DEF_SAME,
    EXPECT_DEF_ANY,
    EXPECT_DEF_DOCUMENT,
    EXPECT_DEF_CONFIG,
    EXPECT_DEF_MOMENT,
    EXPECT_DEF_KEPT, /* the moment's; what it left out keeps today's source */
} ExpectDefinition;

/** One event that must come. */
typedef struct {
    int type, detail; /* detail -1 = any */
    gboolean optional;
} ExpectEvent;

/** Events that a row can ask for. */
#define EXPECT_EVENTS 8

/** One moment of the tree that must be there; borrowed of the step and the world before it. */
typedef struct {
    const char *name, *parent; /* parent "": a root */
} ExpectMoment;

/** The new state of the step's domain; of every other domain all must be the same. */
typedef struct {
    const char *name; /* afterwards */
    gboolean gone, is_new;
    int state, reason; /* -1 = any, -2 = same */
    ExpectValue persistent, autostart, managed_save;
    ExpectDefinition live, config;
    gboolean overlays, disks_moment, ram_moment, images_any, files_any;
    gboolean memory_made, memory_gone, files_kept;
    Layers *layers;    /* which image each disk and each moment must have, or NULL */
    gboolean reverted; /* the moment may have got other overlays of its own */
    GArray *tree;      /* of ExpectMoment */
    const char *added; /* the new or redefined moment, or NULL */
    gboolean redefined;
    const char *added_state;
    const char *current; /* or NULL */
    ExpectEvent events[EXPECT_EVENTS];
    guint event_count;
} Expectation;

/** Work out the effects of a row for a step.  The caller frees it. */
Expectation *expectation_new(const StepContext *context, const OutcomeRow *row);

/** Free it; NULL is fine. */
void expectation_free(Expectation *expectation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expectation, expectation_free)

/** The parent that a moment of the tree must have ("" for a root); NULL where it must not be there.
 */
const char *expectation_parent(const Expectation *expectation, const char *moment);

/** A moment must be there, and have that parent (NULL for a root); both are borrowed. */
void expectation_put(Expectation *expectation, const char *moment, const char *parent);

/** Whether an effect's word is known, for a test of the tables. */
gboolean expectation_knows_effect(const char *word);

/** The definition that must stand in the next boot's place (`config`) or in that of what runs; NULL
 *  where it is no other than before, or any. */
const DomainDoc *expectation_definition(const StepContext *context, ExpectDefinition want,
                                        gboolean config);

/** Compare the images that definitions and moments name, and files, with the layers that were
 *  worked out; as below. */
char *expectation_compare_layers(const Expectation *expectation, const StepContext *context,
                                 const Observation *after);

/** A moment's document where the overlays of <revertDisks> stand in <disks> in place of those with
 *  their names.  The caller frees it. */
char *expectation_promote_disks(const char *body);
/** Compare one moment that must have stayed; as below. */
char *expectation_compare_kept(const Expectation *expectation, const ObservedMoment *old,
                               const ObservedMoment *now);

/** Compare with the world after the step: NULL when all is as it must be, else one line that the
 *  caller frees. */
char *expectation_compare(const Expectation *expectation, const StepContext *context,
                          const Observation *after);

/** Compare the reason of the domain's state alone; as above. */
char *expectation_compare_reason(const Expectation *expected, const StepContext *context,
                                 const Observation *after);

/** Compare the events alone; as above. */
char *expectation_compare_events(const Expectation *expectation, const StepContext *context,
                                 const GArray *events);
