/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a call may destroy, as data: call and condition -> kind of datum, and
 * whose.  A row only permits: whether the datum goes is for outcome/ to say.
 * When the last holder of a datum goes and no row permits it, something was
 * lost that the caller did not give up, whatever the call was expected to do.
 *
 * Conditions are those of outcome/outcome.h, over the same atoms.
 */
#pragma once

#include "spec/rules/outcome/outcome.h"

/** What can be lost. */
typedef enum {
    LOSS_DISK,       /* what a disk holds now */
    LOSS_MOMENT,     /* what a disk held at a moment that is listed */
    LOSS_MEMORY,     /* the memory of a living guest */
    LOSS_SAVED,      /* memory in a managed save image, a save image, a moment */
    LOSS_METADATA,   /* that there is such a moment */
    LOSS_TRACKING,   /* a bitmap: which blocks changed since */
    LOSS_DEFINITION, /* the definition of a domain: what its guest sees */
    LOSS_FILE,       /* what a file holds that nothing of the above names */
    LOSS_KINDS,
} LossKind;

/** Whose it may be; a datum can be of several. */
typedef enum {
    LOSS_OF_DOMAIN = 1 << 0,      /* of the call's domain, and of none of its moments */
    LOSS_OF_MOMENTS = 1 << 1,     /* of any moment of the call's domain */
    LOSS_OF_MOMENT = 1 << 2,      /* of the call's moment */
    LOSS_OF_DESCENDANTS = 1 << 3, /* of a moment below the call's moment */
    LOSS_OF_NAMED = 1 << 4,       /* in the file that the call names */
} LossScope;

/** One row. */
typedef struct {
    const char *call; /* the API function */
    VmProfile profile;
    const char *condition;
    LossKind kind;
    LossScope scope;
    const char *rule;
} LossRow;

/** The rows in force; *count receives how many.  Static memory, or the array of loss_use(). */
const LossRow *loss_rows(gsize *count);

/** Put a changed copy of the rows in force; NULL puts the table back.  Borrowed: it must stay as it
 *  is until replaced.  For tests that drop a row and look for the case that fails. */
void loss_use(const LossRow *rows, gsize count);

/** Note the number of every row that permits a loss in `numbers` (a set, number + 1) from now on;
 *  NULL stops it.  For tests that ask which rows a case needs. */
void loss_watch(GHashTable *numbers);

/** A datum that went: what, and all whose it was (a set of LossScope). */
typedef struct {
    LossKind kind;
    guint scopes;
} LossDatum;

/** The row that permits a call to destroy a datum; a condition that cannot be told holds.  NULL
 *  when none permits it. */
const LossRow *loss_permitted(const char *call, VmProfile profile, const LossDatum *datum,
                              OutcomeAtom atom, gpointer opaque);

/** "disk content", "memory of the guest", …: a static string. */
const char *loss_kind_word(LossKind kind);
