/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/scenario: what a file is made of before and after its
 * expansion into cases.
 */
#pragma once

#include "harness/scenario/command.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/scenario.h"

/** One statement as it stands in the file. */
typedef struct {
    guint line;
    VmProfile profile; /* of a `rfc:` or `libvirt:` prefix */
    GPtrArray *words;  /* of ScnWord * */
    char *source;      /* the line, for reports */
    char *text;        /* of a `<<END` body, or NULL */
    GPtrArray *items;  /* of a `{ … }` body: of GPtrArray * of ScnWord *, or NULL */
} ScnStatement;

/** One value of a matrix variable. */
typedef struct {
    char *value; /* what `$VAR` becomes */
    char *label; /* in the case's id */
} ScnMatrixValue;

/** A `matrix` line. */
typedef struct {
    char *name;
    GPtrArray *values; /* of ScnMatrixValue * */
    gboolean full;     /* all subsets of a call's flags */
} ScnMatrix;

/** One condition of an `exclude` line. */
typedef struct {
    char *name;
    char *label;
    gboolean contains; /* `~`: the flag set contains the label */
} ScnCondition;

/** The preamble or a case. */
typedef struct {
    char *name; /* NULL for the preamble */
    guint line;
    GPtrArray *covers; /* of char * */
    GPtrArray *needs;  /* of char * */
    VmProfile profile; /* 0 = not said */
    gboolean slow;
    GPtrArray *matrices;   /* of ScnMatrix * */
    GPtrArray *excludes;   /* of GPtrArray * of ScnCondition * */
    GPtrArray *statements; /* of ScnStatement * */
} ScnSection;

struct ScnFile {
    char *name;
    char *path; /* for messages */
    char *sentence;
    ScnSection *preamble;
    GPtrArray *sections; /* of ScnSection * */
};

/** scn_file_parse() of a text from `path`, which messages name. */
ScnFile *scn_file_parse_at(const char *name, const char *path, const char *text, GError **error);

/** Free a statement, a section; NULL is fine. */
void scn_statement_free(ScnStatement *statement);
void scn_section_free(ScnSection *section);

/** The most combinations that the matrices of a case make; the suite's largest makes 1024. */
#define SCN_COMBINATIONS_MAX 65536u

/** Parse a `matrix` line (words after the name of the statement) into the section, which may be the
 *  preamble itself. */
gboolean scn_matrix_parse(ScnSection *preamble, ScnSection *section, const ScnStatement *statement,
                          const ScnPlace *place, GError **error);
/** Parse an `exclude` line; its variables stand above it. */
gboolean scn_exclude_parse(const ScnSection *preamble, ScnSection *section,
                           const ScnStatement *statement, const ScnPlace *place, GError **error);
/** Free what the two made. */
void scn_matrix_free(ScnMatrix *matrix);
void scn_conditions_free(GPtrArray *conditions);

/** Call `visit` with every combination of the matrices of both sections (of ScnMatrixValue *, one
 *  per matrix, preamble first) that no exclude leaves out; stops where it returns FALSE. */
typedef gboolean (*ScnVisit)(const GPtrArray *matrices, const GPtrArray *chosen, gpointer data,
                             GError **error);
gboolean scn_matrix_each(const ScnSection *preamble, const ScnSection *section, ScnVisit visit,
                         gpointer data, GError **error);

/** What a step is. */
typedef enum {
    SCN_STEP_CALL,
    SCN_STEP_DOMAIN,
    SCN_STEP_DOCUMENT,
    SCN_STEP_EDIT,
    SCN_STEP_GUEST,
    SCN_STEP_MARK,
    SCN_STEP_RESTART,
    SCN_STEP_RECONNECT,
    SCN_STEP_CLOCK,
    SCN_STEP_FILE,
    SCN_STEP_DISTURB,
    SCN_STEP_EXPECT,
} ScnStepKind;

/** What must come of a call. */
typedef enum {
    SCN_RESULT_OK,
    SCN_RESULT_ERROR,
    SCN_RESULT_OUTCOME,
    SCN_RESULT_OUTPUT,
    SCN_RESULT_CONTAINS,
    SCN_RESULT_ANY, /* whatever comes: of a line that was typed into a session */
} ScnResultKind;

/** The part of a line after `=>`. */
typedef struct {
    ScnResultKind kind;
    int code;       /* of an error */
    char *mentions; /* or NULL */
    char *output;   /* words joined by blanks */
    char *as;       /* variable that takes the new name, or NULL */
} ScnResult;

/** One step of a case: compiled, variables of the run still inside. */
typedef struct {
    ScnStepKind kind;
    guint line;
    char *source;
    char *rule;           /* of the `[RULE]` tag, or NULL */
    ScnCommandLine *call; /* of a call */
    ScnResult result[2];  /* of a call or guest command: under rfc, under libvirt */
    GPtrArray *words;     /* of ScnWord *: all words but tag and `=> …` */
    char *text;
    GPtrArray *items;
    VmProfile profile;
} ScnStep;

/** A case's declared domain, as far as it is known before the run. */
typedef struct {
    char *name;
    gboolean transient, undefined;
    gboolean recipe; /* an image is made by one */
} ScnDeclared;

struct ScnCase {
    ScnCaseInfo info;
    char *id;
    char *file; /* for info.file */
    char *path; /* for messages */
    char *sentence;
    GPtrArray *rules, *needs;
    GPtrArray *steps;    /* of ScnStep * */
    GPtrArray *declared; /* of ScnDeclared * */
    gboolean outcome;    /* some step asks for the predicted outcome */
};

/** Compile the statements of a case with its matrix variables replaced; NULL with
 * "FILE:LINE:COLUMN: …". */
ScnCase *scn_compile(const ScnFile *file, const ScnSection *section, const GPtrArray *matrices,
                     const GPtrArray *chosen, GError **error);

/** The largest file that a step makes, in bytes. */
#define SCN_FILE_SIZE_MAX (G_GUINT64_CONSTANT(64) << 20)

/** "2s", "5ms" or "1m" in milliseconds; 0 where it is none of these, nothing, or over a day. */
guint64 scn_duration(const char *text);

/** Free a case; NULL is fine. */
void scn_case_free(ScnCase *scenario);

/** Parse what follows `=>` (words [first, end)) into both profiles' results. */
gboolean scn_result_parse(ScnResult result[2], const GPtrArray *words, guint first,
                          const ScnPlace *place, GError **error);
/** Clear the strings of a result. */
void scn_result_clear(ScnResult *result);

/** Check the words of an `expect` statement and add what it needs. */
gboolean scn_expect_check(const GPtrArray *words, const ScnPlace *place, GHashTable *needs,
                          GError **error);

/** Check the items of a domain block; sets transient and undefined. */
gboolean scn_domain_check(const GPtrArray *items, const ScnPlace *place, ScnDeclared *declared,
                          GError **error);
