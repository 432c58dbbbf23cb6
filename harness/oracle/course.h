/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The courses that cases took in this process while all was well: a tree of
 * steps, each with what was told of it and what was seen after it.
 *
 * What the oracle makes of a step (but of the trees, which it asks the driver
 * about) is a function of the steps up to there, of what was seen after each,
 * and of what the world told when it was looked into.  Where all of that is
 * as it was once, and was well then, it need not be worked out again; where a
 * case leaves its course, that is made up for first, from the answers that
 * the world gave then.
 */
#pragma once

#include "harness/oracle/observe.h"

/** The invariants that are counted. */
#define COURSE_INVARIANTS 8

/** How often each invariant was seen, by how far. */
typedef struct {
    guint64 counts[COURSE_INVARIANTS][3];
} CourseCoverage;

/** What an oracle is told of a step. */
typedef struct {
    const OracleStep *call; /* NULL: a step that was no call */
    const GArray *events;   /* of struct vm_event, or NULL */
} CourseTurn;

/** What an oracle depends on from its first look on. */
typedef struct {
    guint target; /* its number */
    VmProfile profile;
    gboolean files, content, events, validate;
    const char *prefix;
} CourseStart;

typedef struct Course Course;
typedef struct CourseTree CourseTree;

/** A tree, and its end with all courses in it. */
CourseTree *course_tree_new(void);
void course_tree_free(CourseTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CourseTree, course_tree_free)

/** How many steps are remembered. */
guint course_tree_size(const CourseTree *tree);

/** The place where a case begins whose first look saw `world` (referenced), while inspect_key()
 *  gave `key`.  NULL where there is no room. */
Course *course_begin(CourseTree *tree, const CourseStart *start, const char *key,
                     Observation *world);

/** A step from there that went well, of which the same was told, and after which inspect_key() gave
 *  `key`; NULL where there is none, else the next one behind `former` (NULL: the first). */
Course *course_next(const Course *at, const CourseTurn *turn, const char *key,
                    const Course *former);

/** Remember such a step, without answers so far; `world` is referenced.  NULL where there is no
 *  room. */
Course *course_add(CourseTree *tree, Course *at, const CourseTurn *turn, const char *key,
                   Observation *world);

/** What is remembered of a step; borrowed. */
Course *course_before(const Course *at);
CourseTurn course_turn(const Course *at);
Observation *course_world(const Course *at);
/** The answers that the world gave while the step was looked at, in order; the list is the step's.
 */
InspectAnswers *course_answers(Course *at);
/** What had been counted after it; the caller may change it. */
CourseCoverage *course_coverage(Course *at);
