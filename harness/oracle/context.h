/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One step beside the world before it: what conditions ask, and what effects
 * start from.
 */
#pragma once

#include "harness/oracle/align.h"
#include "harness/oracle/history.h"
#include "harness/oracle/observe.h"
#include "spec/rules/outcome/outcome.h"

/** Atoms whose values a step remembers; there are fewer. */
#define CONTEXT_VALUES 400

/** A step and the world before it; all borrowed but what context_clear() frees. */
typedef struct {
    const ObserveView *view;
    const History *history;
    const Observation *before;
    const OracleStep *step;
    VmProfile profile;
    const ObservedDomain *domain;  /* of the step, or NULL */
    const char *domain_name;       /* the name that the step means */
    const ObservedMoment *moment;  /* of the step, or NULL */
    const MomentDoc *moment_xml;   /* a snapshot document handed in, or NULL */
    const DomainDoc *domain_xml;   /* a domain document handed in, or NULL */
    const ObservedMoment *named;   /* the moment that has the document's name already, or NULL */
    const HistoryImage *image;     /* the save image that the step reads, or NULL */
    Alignment *alignment;          /* of the document with the domain, or NULL */
    const GArray *events;          /* of the step, or NULL before it */
    guint8 values[CONTEXT_VALUES]; /* by number, of atoms that were asked: their truth + 1 */
    gboolean victims_weighed;
    guint victim_faults; /* of LayersFault, when the moments that the step names go */
} StepContext;

/** Put a step beside the world before it. */
void context_init(StepContext *context, const ObserveView *view, const History *history,
                  const Observation *before);
void context_step(StepContext *context, const OracleStep *step, VmProfile profile);

/** Free what it owns. */
void context_clear(StepContext *context);

/** Whether a flag of the step's call is set, by its name or the last part of it. */
gboolean context_flag(const StepContext *context, const char *name);

/** The value of an atom, with a StepContext * as `opaque` (OutcomeAtom); an atom that nobody knows
 *  is a broken table: aborts, naming it. */
OutcomeTruth context_atom(guint atom, gpointer opaque);

/** Whether context_atom() knows the atom. */
gboolean context_knows_atom(const char *atom);
