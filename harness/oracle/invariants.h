/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What must hold after every step, whatever the step was.
 */
#pragma once

#include "harness/oracle/context.h"
#include "harness/oracle/history.h"
#include "harness/oracle/observe.h"
#include "harness/oracle/recall.h"

/** How far an invariant could be looked at. */
typedef enum {
    SEEN_NOT,
    SEEN_PARTLY,
    SEEN_WHOLE,
} Seen;

/** Each check gives NULL when all holds, else one line that the caller frees; *seen receives how
 *  far it could look. */

/** I1: trees are trees, one current at most, every listed name is found, lists and filters
 *  agree with the documents. */
char *invariant_trees(const ObserveView *view, const Observation *world, Seen *seen);

/** What the restarted driver is asked to take back. */
typedef struct {
    Recall *recall;
    GHashTable *verified; /* of MomentDoc *, grows: documents that passed before */
    guint target;         /* recall_target()'s number */
    gboolean validate;
} RestartCheck;

/** I2 and I3: a restarted driver on a copy of the store shows the same; there every snapshot's
 *  document is taken back by REDEFINE and VALIDATE and comes out unchanged.  Where the target can
 *  tell that all which such a driver depends on is as it was once before, it is not started: what
 *  it showed then counts.  *invariant receives "I2" or "I3". */
char *invariant_restart(const ObserveView *view, const Observation *world,
                        const RestartCheck *check, const char **invariant);

/** I3, the part that needs no copy: every document handed out is well-formed and has its root. */
char *invariant_documents(const Observation *world);

/** I7: what is new has an owner: image files are named by a definition, a chain or a snapshot;
 * nodes belong to the chain of a disk; no job and no temporary file is left.  `asked` (may be NULL)
 *  is text of the step: a file that it names was asked for. */
char *invariant_owners(const ObserveView *view, const Observation *before, const Observation *after,
                       const char *const *asked, Seen *seen);

/** I7, the driver's own files: every listed snapshot has its file, one that is gone has none, no
 *  intent is left.  Not where files were damaged on purpose. */
char *invariant_records(const ObserveView *view, const Observation *before,
                        const Observation *after);

typedef struct Ledger Ledger;

/** I4's memory: what every snapshot held when it was made. */
Ledger *ledger_new(void);
void ledger_free(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_free)

/** I4: enter what is new, strike out what is gone, compare what stays.  `before` is the world
 * before a step that made a moment (the new one must hold what the disks hold now), else NULL. */
char *ledger_check(Ledger *ledger, const ObserveView *view, const Observation *before,
                   Observation *after, Seen *seen);

/** Begin anew with the world as it is (after damage on purpose). */
void ledger_forget(Ledger *ledger);

/** After a revert: each internal disk has the content that the ledger has for the moment, and a
 *  paused guest its memory. */
char *ledger_check_reverted(const Ledger *ledger, const ObserveView *view,
                            const ObservedDomain *now, const char *moment);

typedef struct Losses Losses;

/** I11, the loss ledger: what the world holds now, and its end. */
Losses *losses_new(const ObserveView *view, const Observation *world);
void losses_free(Losses *losses);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Losses, losses_free)

/** A step, for the ledger. */
typedef struct {
    const StepContext *context; /* of a call, before it; NULL for a step that is none */
    const Observation *before, *after;
    const GArray *events; /* of struct vm_event, or NULL where the target sends none */
    /* More than the call had its way with the guests and their disks: a guest that writes or goes
     * off, a process that was killed. */
    gboolean guests_act;
    gboolean changed; /* what is seen of the world, at all */
} LossStep;

/** I11: whether a datum lost its last holder without a row of spec/rules/loss.def that permits the
 *  call to destroy it, and what the world holds from now on.  NULL when
 *  all is well, else one line that the caller frees. */
char *losses_check(Losses *losses, const ObserveView *view, const LossStep *step, Seen *seen);

/** What the world holds from now on, whatever was lost (damage on purpose, nothing can be seen). */
void losses_follow(Losses *losses, const ObserveView *view, const Observation *after);
