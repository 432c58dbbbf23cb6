/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables from atom to question, and what several questions look up.
 */
#pragma once

#include "harness/oracle/context.h"

/** One atom. */
typedef struct {
    const char *name;
    gboolean (*holds)(const StepContext *context);
} AtomRow;

/** Atoms whose last part is a value: "state:running". */
typedef struct {
    const char *prefix;
    gboolean (*holds)(const StepContext *context, const char *value);
} AtomFamily;

/** Atoms of the call, the domain and the moment; ends with a NULL name. */
extern const AtomRow atoms_world[];
/** Atoms of the document handed in; ends with a NULL name. */
extern const AtomRow atoms_document[];
/** Atoms of what the document wants of the disks; ends with a NULL name. */
extern const AtomRow atoms_disks[];
/** Atoms of the images of a definition; ends with a NULL name. */
extern const AtomRow atoms_images[];
/** Atoms of images over one another and of memory files; ends with a NULL name. */
extern const AtomRow atoms_layers[];
/** When the value of an atom is not known: the first row whose name it is, or begins with where the
 *  row's name ends with ':' or '.'; ends with a NULL name. */
extern const AtomRow atoms_doubts[];
/** The families; ends with a NULL prefix. */
extern const AtomFamily atoms_families[];

/** Whether an internal disk of the moment lay in another image than the domain's disk does now;
 *  *in_chain (may be NULL) tells whether that image is below today's. */
gboolean tops_differ(const StepContext *context, const ObservedMoment *moment, gboolean *in_chain);

/** Whether each internal disk's image has the moment's tag; TRUE where images cannot be seen. */
gboolean tags_present(const StepContext *context, const ObservedMoment *moment);

/** Whether any internal disk's image has the moment's memory; TRUE where images cannot be seen. */
gboolean memory_present(const StepContext *context, const ObservedMoment *moment);

/** Whether an image has an internal snapshot of that tag; `unseen` where it cannot be seen. */
gboolean image_has_tag(const StepContext *context, const char *path, const char *tag,
                       gboolean unseen);

/** Whether nobody has seen what the moment's memory file holds being written. */
gboolean memory_is_strange(const StepContext *context);

/** Whether a disk's image is not there, damaged, or in the hands of another domain's guest; FALSE
 *  where images cannot be seen. */
gboolean image_unusable(const StepContext *context, const OracleDisk *disk);

/** Whether another domain's guest runs and writes to the disk's image. */
gboolean image_written_by_others(const StepContext *context, const OracleDisk *disk);

/** An atom whose value is one expression over `context`. */
#define ATOM(name, expression)                                                                     \
    static gboolean name(const StepContext *context)                                               \
    {                                                                                              \
        return (expression);                                                                       \
    }
