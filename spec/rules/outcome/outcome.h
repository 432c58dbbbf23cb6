/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a call does, as data: condition -> error code, or, on success, the
 * whole new state.
 *
 * Rows stand in the order in which a driver checks; the first row of the call
 * whose profile fits and whose condition holds decides.  There are no
 * callbacks: a condition names atoms, and whoever asks gives their values.
 *
 * A condition is a text over atoms: "flag:CURRENT & !flag:REDEFINE",
 * "(state:running | state:paused) & !domain:persistent".  "" always holds.
 * An atom is a word of letters, digits and any of "_.:-".  "undecided:…" is never known: a row
 * with it stands where the table is still to be written, and predicts nothing.
 *
 * A result is "error CODE", or a list of effects separated by blanks, where
 * "{CONDITION}" before an effect says when it applies.  What no effect names
 * must be unchanged: "same" is the empty list.  The effects:
 *
 *   state:STATE/REASON  run state and reason of the domain afterwards; the reason "same" keeps it,
 *                       state:moment/same is the state that the moment recorded
 *   event:TYPE/DETAIL   the next life-cycle event, in order ("?" at its end: may be missing)
 *   domain:new          the domain of the document (or the save image) appears
 *   domain:gone         the domain and all its moments are no longer listed
 *   domain:renamed      it carries the new name
 *   persistent:yes|no   autostart:on|off|asked   managed-save:yes|no
 *   live:document|config|moment|kept|image|any|none    the running definition afterwards: the one
 *                       handed in, the stored one, the one that the moment holds, that one with
 *                       what the moment left out as it is today, that of the save image
 *   config:document|moment|live|any               the stored (next boot) definition afterwards
 *   sources:overlay     each external disk of the new moment has its new image as its source
 *   disks:moment        each internal disk has the content of the moment
 *   ram:moment          the guest's memory is that of the moment
 *   tree:+new           the new moment is a child of the one that was current (its state: see new:)
 *   tree:+redefined     the moment of the document stands where the document says
 *   tree:-moment        it is gone, its children are its parent's
 *   tree:-subtree       it and all below it are gone
 *   tree:-descendants   all below it are gone
 *   tree:-all           every moment is gone
 *   new:STATE           the state recorded in the new moment
 *   current:new|moment|parent|none    which moment is current afterwards
 *   layers:revert       the domain's disks have a new image over that of each external disk of the
 *                       moment and the image of each internal one; what it left out has today's
 *                       image if it is external, else that of its definition; former images that
 *                       nothing uses any more are gone
 *   layers:-moment      the images that only it held are gone; those with one image above them and
 *                       no other use took that one in, and whatever named that names them
 *   layers:-subtree     the same of it and all below it, the deepest first; layers:-descendants
 *                       of all below it.  Several layers: effects act one after the other, and then
 *                       every definition, every moment and every image file is as they left it
 *   files:memory+       the memory file of the document is there, and the new moment names it
 *   files:memory-       the memory files of moments that are gone are gone
 *   files:kept          no image file is gone
 *   images:any          contents of internal moments may come or go in the images
 *   files:any           files beside the metadata may come or go (save images)
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"

/** One row. */
typedef struct {
    const char *call; /* the API function: "virDomainSnapshotCreateXML" */
    VmProfile profile;
    const char *condition;
    const char *result;
    const char *rule;
} OutcomeRow;

/** The rows in force, all calls, in check order within a call; *count receives how many.  Static
 *  memory, or the array of outcome_use(). */
const OutcomeRow *outcome_rows(gsize *count);

/** Put a changed copy of the rows in force; NULL puts the tables back.  Borrowed: it must stay
 *  as it is until replaced.  For tests that change a row and look for the case that fails. */
void outcome_use(const OutcomeRow *rows, gsize count);

/** Note the number of every row that decides in `numbers` (a set, number + 1) from now on; NULL
 *  stops it.  For tests that ask which rows a case tries. */
void outcome_watch(GHashTable *numbers);

/** Three values: what cannot be observed is not known. */
typedef enum {
    OUTCOME_NO,
    OUTCOME_YES,
    OUTCOME_UNKNOWN,
} OutcomeTruth;

/** The number of an atom: from 0 on in the order in which they are first read, the same as long as
 *  the process lives. */
guint outcome_atom_number(const char *name);

/** The name of an atom that has a number: a static string. */
const char *outcome_atom_name(guint atom);

/** Gives the value of an atom by its number. */
typedef OutcomeTruth (*OutcomeAtom)(guint atom, gpointer opaque);

typedef struct OutcomeExpr OutcomeExpr;

/** Compile a condition; NULL with a text that names the column for one that is not well-formed.
 *  The caller frees it. */
OutcomeExpr *outcome_expr_new(const char *text, GError **error);

/** Free a condition; NULL is fine. */
void outcome_expr_free(OutcomeExpr *expr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutcomeExpr, outcome_expr_free)

/** Whether it holds.  Atoms are asked from left to right and only as far as needed. */
OutcomeTruth outcome_expr_eval(const OutcomeExpr *expr, OutcomeAtom atom, gpointer opaque);

/** Call `each` with the name of every atom in it. */
void outcome_expr_atoms(const OutcomeExpr *expr, GFunc each, gpointer opaque);

/** The condition of a row as compiled; kept until the rows change.  A row that does not compile
 *  is a broken table: aborts, naming it. */
const OutcomeExpr *outcome_row_condition(const OutcomeRow *row);

/** One effect of a row's result. */
typedef struct {
    OutcomeExpr *when; /* NULL = always */
    char *word;        /* "state:running/booted" */
    gpointer plan;     /* what whoever applies it read in the word, for g_free(); or NULL */
} OutcomeEffect;

/** Take a result apart: an array of OutcomeEffect * that the caller unrefs, empty for "same"; NULL
 *  for a refusal or a text that is not well-formed, then with an error set. */
GPtrArray *outcome_effects(const char *result, GError **error);

/** The effects of a row that is a success, taken apart once and kept until the rows change;
 * borrowed, but for their plans.  A row whose result is not well-formed is a broken table: aborts,
 * naming it. */
const GPtrArray *outcome_row_effects(const OutcomeRow *row);

/** The code of a refusal, "error CODE" -> VIR_ERR_CODE; 0 when the result is a success. */
int outcome_refusal(const char *result);

/** The row that decides a call under a profile: the first that holds.  NULL when there is no row
 *  for the call, none holds, or an atom on the way is unknown; *known tells the last from the
 *  others (may be NULL). */
const OutcomeRow *outcome_decide(const char *call, VmProfile profile, OutcomeAtom atom,
                                 gpointer opaque, gboolean *known);
