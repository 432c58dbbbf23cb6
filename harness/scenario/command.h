/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virsh's commands: names, positional arguments and options, as the words of
 * a line become one call of spec/api.
 */
#pragma once

#include "harness/scenario/lexer.h"
#include "spec/api/api.h"

/** What an argument is. */
typedef enum {
    SCN_ARG_NONE,
    SCN_ARG_DOMAIN,
    SCN_ARG_SNAPSHOT,
    SCN_ARG_FILE, /* name of a document, or of a declared domain */
    SCN_ARG_PATH,
    SCN_ARG_NAME, /* a new name: of a domain, of a snapshot */
    SCN_ARG_DESCRIPTION,
    SCN_ARG_MEMSPEC,
    SCN_ARG_DISKSPEC, /* repeatable */
    SCN_ARG_XML,      /* --xml FILE of save and restore */
    SCN_ARG_MAX,
    SCN_ARG_FLAGS,
    SCN_ARG_MODE,
    SCN_ARG_LAST
} ScnArg;

/** Options that are no flags of the API, as bits. */
typedef enum {
    SCN_OPT_CURRENT = 1 << 0, /* the current snapshot is meant */
    SCN_OPT_NAME = 1 << 1,    /* print the name alone */
    SCN_OPT_PARENT = 1 << 2,
    SCN_OPT_TREE = 1 << 3,
    SCN_OPT_REASON = 1 << 4,
    SCN_OPT_DISABLE = 1 << 5,
    SCN_OPT_PRINT_XML = 1 << 6,
    SCN_OPT_ALL = 1 << 7,
    SCN_OPT_SECURE = 1 << 8,
    SCN_OPT_INACTIVE = 1 << 9,
    SCN_OPT_COSMETIC = 1 << 10, /* changes only virsh's looks */
} ScnOptionBit;

typedef struct ScnCommand ScnCommand;

/** One command line, parsed.  Arguments may still hold variables of the run. */
typedef struct {
    const ScnCommand *command;
    const char *name; /* of the command, as virsh's or the call's */
    VmCall call;
    guint32 flags;
    guint options;            /* of ScnOptionBit */
    char *args[SCN_ARG_LAST]; /* NULL where not given; FLAGS, MAX and MODE are worked off */
    GPtrArray *diskspecs;     /* of char * */
    int max;
} ScnCommandLine;

/** Free it; NULL is fine. */
void scn_command_line_free(ScnCommandLine *line);

/** TRUE where a word is the name of a command (or "api"). */
gboolean scn_command_known(const char *name);

/** All names of commands, sorted, NULL-terminated; for messages.  The caller frees it with
 * g_strfreev. */
char **scn_command_names(void);

/** The words that begin a statement which is no command of virsh ("domain", "expect", …),
 *  NULL-terminated.  The caller frees it with g_strfreev. */
char **scn_statement_names(void);

/** The form of the index-th kind of `expect`, "expect current DOMAIN NAME|none"; static; NULL past
 *  the last. */
const char *scn_expect_form(guint index);

/** Parse words [0, count) of ScnWord *; the first is the command's name.  NULL with
 *  "FILE:LINE:COLUMN: …" that names the nearest command or option. */
ScnCommandLine *scn_command_parse(ScnWord *const *words, guint count, const ScnPlace *place,
                                  GError **error);

/** The options that a command takes, of its own and of its call, sorted, without their dashes;
 * empty for an unknown one.  NULL-terminated; the caller frees it with g_strfreev. */
char **scn_command_options(const char *name);

/** What the word that comes after words [0, count) of a command line is: an option's value, or the
 *  next positional argument; SCN_ARG_NONE where no argument is left. */
ScnArg scn_command_next(ScnWord *const *words, guint count);

/** How a command is written, "snapshot-delete DOMAIN SNAPSHOT [OPTION…]"; NULL for an unknown one.
 *  The caller frees it. */
char *scn_command_usage(const char *name);

/** The call whose flags a command takes, by the command's name ("snapshot-create-as"); -1 if there
 *  is none. */
int scn_command_call(const char *name);

/** TRUE where a command of that name has no option for a flag of its call (snapshot-create-as:
 * redefine). */
gboolean scn_command_lacks(const char *name, const char *option);

/** Add the capabilities that a command line needs to a set of names (static strings). */
void scn_command_needs(const ScnCommandLine *line, GHashTable *needs);
