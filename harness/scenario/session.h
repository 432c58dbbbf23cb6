/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session: a scenario that grows line by line and runs while it does.  What
 * comes of each line becomes its expectation, so that the session can be kept
 * as a scenario file that passes.
 */
#pragma once

#include "harness/scenario/scenario.h"

typedef struct ScnSession ScnSession;

/** What a kept session begins with. */
#define SCN_SESSION_SENTENCE "# A session of virt-moment shell."

/** What became of a line. */
typedef enum {
    SCN_SESSION_DONE,
    SCN_SESSION_MORE,    /* the statement goes on in the next line */
    SCN_SESSION_REFUSED, /* a call failed with an error code, which nobody had expected */
    SCN_SESSION_BAD, /* it is no statement, or the target lacks what it needs: nothing was done */
    SCN_SESSION_FAILED, /* what the line expects is not so, or the oracle found a breach */
} ScnSessionEnd;

/** Open a session on a target, its world empty; the options are copied, what they point to is
 *  borrowed.  The caller closes it. */
ScnSession *scn_session_open(const ScnRunOptions *options, GError **error);

/** Remove all that the session made on the target, and free it; NULL is fine.  Gives what could not
 *  be removed, or NULL; the caller frees that. */
char *scn_session_close(ScnSession *session);

/** Take one line and, once it ends a statement, run that.  *told receives what is to be shown
 *  (lines, maybe none); the caller frees it. */
ScnSessionEnd scn_session_line(ScnSession *session, const char *line, char **told);

/** Whether a statement has begun that more lines are to end. */
gboolean scn_session_is_open(const ScnSession *session);

/** Drop the lines of a statement that has begun; nothing of it was done. */
void scn_session_forget_open(ScnSession *session);

/** The session as a scenario file: what came of its lines is what they expect; what failed is a
 *  comment.  The caller frees it. */
char *scn_session_scenario(const ScnSession *session);

/** Whether the oracle found a breach: then the file repeats it, and does not pass. */
gboolean scn_session_has_breach(const ScnSession *session);

/** The world now (oracle_world()), with the session's names.  The caller decrefs it. */
json_t *scn_session_world(ScnSession *session);

/** The names of the session's documents and domain blocks, sorted, NULL-terminated; the caller
 *  frees it with g_strfreev. */
char **scn_session_documents(const ScnSession *session);
