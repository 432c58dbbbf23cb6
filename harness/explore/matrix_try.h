/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One world of the flag matrix, opened on a target, and one call tried in it.
 */
#pragma once

#include "harness/explore/matrix_plan.h"

/** What a combination came to. */
typedef enum {
    MATRIX_NOT_RUN,
    MATRIX_AGREES,
    MATRIX_DIFFERS,
    MATRIX_UNSPECIFIED, /* no row of the outcome data decides */
    MATRIX_CRASHED,     /* the process ended, or took too long */
    MATRIX_NO_WORLD,    /* its world could not be made */
} MatrixVerdict;

/** A combination's record: small, so that a run keeps one for each in shared memory. */
typedef struct {
    guint8 verdict; /* MatrixVerdict */
    gint16 code;    /* 0 or VIR_ERR_* */
    guint16 row;    /* number of the deciding outcome row + 1; 0 = none */
} MatrixRecord;

/** A record with what there is to say of it. */
typedef struct {
    MatrixRecord record;
    char rule[32];  /* that is broken; "" where it agrees */
    char text[600]; /* what disagrees */
} MatrixSight;

/** Where the calls are made. */
typedef struct {
    const struct vm_target *target;
    const char *uri; /* or NULL */
    VmProfile profile;
    guint64 seed;
    const char *workdir; /* a folder for the target, or NULL */
    gboolean forks;      /* a process with an open world can be copied: the simulator */
} MatrixTarget;

typedef struct MatrixTry MatrixTry;

/** Make the world.  NULL with the reason, where the target cannot.  The caller frees it. */
MatrixTry *matrix_try_new(const MatrixTarget *target, const WorldKind *kind, GError **error);

/** Free it and the world; NULL is fine. */
void matrix_try_free(MatrixTry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatrixTry, matrix_try_free)

/** Make the call in this process: the world is another afterwards where it acted.  Gives whether
 *  the next call may be made in the same world. */
gboolean matrix_try_here(MatrixTry *self, const MatrixLine *line, guint32 flags,
                         MatrixSight *sight);

/** Make the call in a copy of this process (MatrixTarget.forks): the world stays. */
void matrix_try_apart(MatrixTry *self, const MatrixLine *line, guint32 flags, MatrixSight *sight);

/** The world as it is seen now.  The caller frees it. */
char *matrix_try_describe(MatrixTry *self);

/** Wait for a process; TRUE where it ended by itself with status 0. */
gboolean matrix_wait(int pid);

/** Memory that copies of this process share; zeroes.  Given back with matrix_shared_free(). */
gpointer matrix_shared_new(gsize size);
void matrix_shared_free(gpointer memory, gsize size);

/** A copy of this process that ends with it, and after so many seconds; as fork(). */
int matrix_fork(guint seconds);
