/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Remembering courses: a tree of steps.
 */
#include "harness/oracle/course.h"

#include <string.h>

/* Steps that are remembered at most. */
#define STEPS_MAX 4000

struct Course {
    Course *before;  /* NULL where a case begins */
    GPtrArray *next; /* of Course * */
    CourseStart start;
    gboolean is_call;
    OracleStep call; /* its texts are copies */
    GArray *events;  /* of struct vm_event, or NULL */
    char key[33];
    Observation *world;
    InspectAnswers answers;
    CourseCoverage coverage;
};

struct CourseTree {
    GPtrArray *begins; /* of Course * */
    guint size;
};

/* The texts of a step. */
static const gsize texts[] = {
    offsetof(OracleStep, domain),   offsetof(OracleStep, moment), offsetof(OracleStep, xml),
    offsetof(OracleStep, argument), offsetof(OracleStep, text),   offsetof(OracleStep, result),
    offsetof(OracleStep, output),
};

static char **
text_of(OracleStep *step, gsize which)
{
    return &G_STRUCT_MEMBER(char *, step, texts[which]);
}

static void
course_free(gpointer data)
{
    Course *course = data;

    g_ptr_array_unref(course->next);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*text_of(&course->call, i));
    g_free((char *)course->start.prefix);
    g_clear_pointer(&course->events, g_array_unref);
    observation_unref(course->world);
    g_clear_pointer(&course->answers.list, g_ptr_array_unref);
    g_free(course);
}

CourseTree *
course_tree_new(void)
{
    CourseTree *tree = g_new0(CourseTree, 1);

    tree->begins = g_ptr_array_new_with_free_func(course_free);
    return tree;
}

void
course_tree_free(CourseTree *tree)
{
    if (!tree)
        return;
    g_ptr_array_unref(tree->begins);
    g_free(tree);
}

guint
course_tree_size(const CourseTree *tree)
{
    return tree->size;
}

/* Put into `among`; NULL where there is no room. */
static Course *
course_new(CourseTree *tree, GPtrArray *among, const char *key, Observation *world)
{
    Course *course;

    if (tree->size >= STEPS_MAX)
        return NULL;
    tree->size++;
    course = g_new0(Course, 1);
    course->next = g_ptr_array_new_with_free_func(course_free);
    g_strlcpy(course->key, key, sizeof(course->key));
    course->world = observation_ref(world);
    g_ptr_array_add(among, course);
    return course;
}

/* ---- where cases begin ---- */

static gboolean
starts_equal(const CourseStart *one, const CourseStart *other)
{
    return one->target == other->target && one->profile == other->profile &&
           one->files == other->files && one->content == other->content &&
           one->events == other->events && one->validate == other->validate &&
           strcmp(one->prefix, other->prefix) == 0;
}

Course *
course_begin(CourseTree *tree, const CourseStart *start, const char *key, Observation *world)
{
    Course *course;

    for (guint i = 0; i < tree->begins->len; i++) {
        course = g_ptr_array_index(tree->begins, i);
        if (starts_equal(&course->start, start) && strcmp(course->key, key) == 0 &&
            observation_is_same(course->world, world))
            return course;
    }
    course = course_new(tree, tree->begins, key, world);
    if (!course)
        return NULL;
    course->start = *start;
    course->start.prefix = g_strdup(start->prefix);
    return course;
}

/* ---- steps ---- */

static gboolean
calls_equal(const OracleStep *one, const OracleStep *other)
{
    if (one->call != other->call || one->flags != other->flags || one->hangs != other->hangs ||
        one->dies != other->dies || one->faults != other->faults || one->code != other->code)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (g_strcmp0(*text_of((OracleStep *)one, i), *text_of((OracleStep *)other, i)) != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
events_equal(const GArray *one, const GArray *other)
{
    if (!one || !other)
        return one == other;
    for (guint i = 0; one->len == other->len && i < one->len; i++) {
        const struct vm_event *a = &g_array_index(one, struct vm_event, i);
        const struct vm_event *b = &g_array_index(other, struct vm_event, i);

        if (a->type != b->type || a->detail != b->detail || strcmp(a->domain, b->domain) != 0)
            return FALSE;
    }
    return one->len == other->len;
}

static gboolean
is_turn(const Course *course, const CourseTurn *turn)
{
    return course->is_call == (turn->call != NULL) &&
           (!turn->call || calls_equal(&course->call, turn->call)) &&
           events_equal(course->events, turn->events);
}

Course *
course_next(const Course *at, const CourseTurn *turn, const char *key, const Course *former)
{
    gboolean behind = former == NULL;

    for (guint i = 0; i < at->next->len; i++) {
        Course *course = g_ptr_array_index(at->next, i);

        if (behind && strcmp(course->key, key) == 0 && is_turn(course, turn))
            return course;
        behind |= course == former;
    }
    return NULL;
}

Course *
course_add(CourseTree *tree, Course *at, const CourseTurn *turn, const char *key,
           Observation *world)
{
    Course *course = course_new(tree, at->next, key, world);

    if (!course)
        return NULL;
    course->before = at;
    course->is_call = turn->call != NULL;
    if (turn->call)
        course->call = *turn->call;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        *text_of(&course->call, i) = g_strdup(*text_of(&course->call, i));
    if (turn->events)
        course->events = g_array_copy((GArray *)turn->events);
    return course;
}

/* ---- what is remembered ---- */

Course *
course_before(const Course *at)
{
    return at->before;
}

CourseTurn
course_turn(const Course *at)
{
    return (CourseTurn){at->is_call ? &at->call : NULL, at->events};
}

Observation *
course_world(const Course *at)
{
    return at->world;
}

InspectAnswers *
course_answers(Course *at)
{
    return &at->answers;
}

CourseCoverage *
course_coverage(Course *at)
{
    return &at->coverage;
}
