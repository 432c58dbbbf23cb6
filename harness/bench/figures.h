/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was measured, beside what it should be: as a table, and as JSON.
 */
#pragma once

#include <glib.h>

/** Which side of its goal a figure has to be on. */
typedef enum {
    FIGURE_PLAIN,    /* has none */
    FIGURE_AT_LEAST, /* the goal or more */
    FIGURE_AT_MOST,  /* the goal or less */
} FigureSense;

typedef struct Figures Figures;

/** None yet. */
Figures *figures_new(void);
/** Free them; NULL is fine. */
void figures_free(Figures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Figures, figures_free)

/** The figures that follow belong to that part (copied). */
void figures_part(Figures *figures, const char *part);
/** One more figure without a goal; texts are copied. */
void figures_add(Figures *figures, const char *name, double value, const char *unit);
/** One more that has a goal. */
void figures_goal(Figures *figures, const char *name, double value, FigureSense sense, double goal);

/** Print all, part by part. */
void figures_print(const Figures *figures);
/** Write all; FALSE where the file cannot be written. */
gboolean figures_write(const Figures *figures, const char *path);

/** Seconds of processor time that this process has used: others that share the machine do not
 *  count. */
double figures_clock(void);
/** The most memory that this process has had since figures_forget_memory(), MiB. */
double figures_peak_memory(void);
/** Begin anew; where the kernel does not let us, the peak stays that of the whole process. */
void figures_forget_memory(void);
