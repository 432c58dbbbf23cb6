/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session.  Its text is a scenario file of one case: each statement is
 * parsed behind those before it, and only the steps that it adds are run.
 */

#include "harness/scenario/session.h"

#include <string.h>
#include "harness/scenario/run_int.h"

/* What an expectation may tell of an output. */
#define OUTPUT_EXPECTED 200

struct ScnSession {
    ScnRunOptions options;
    GString *text;    /* the scenario file so far */
    GString *open;    /* the lines of a statement that did not end yet */
    ScnFile *file;    /* of the text, and of the statement that runs */
    GPtrArray *cases; /* the one case of it */
    guint done;       /* steps that the text has */
    ScnRun run;
    GPtrArray *generated; /* of char *: names that the driver gave; the n-th is $made<n + 1> */
    gboolean opened;
    gboolean breach;
};

/* ---- begin and end -------------------------------------------------------- */

/* Read the text with `more` behind it; FALSE, and as it was, where that is no scenario. */
static gboolean
compile_text(ScnSession *session, const char *more, GError **error)
{
    g_autofree char *text = g_strconcat(session->text->str, more, NULL);
    g_autoptr(ScnFile) file = scn_file_parse_at("session", "session", text, error);
    GPtrArray *cases = file ? scn_file_expand(file, error) : NULL;

    if (!cases)
        return FALSE;
    g_assert(cases->len == 1);
    if (session->cases)
        g_ptr_array_unref(session->cases);
    scn_file_free(session->file);
    session->cases = cases;
    session->file = g_steal_pointer(&file);
    session->run.scenario = g_ptr_array_index(cases, 0);
    session->run.step = NULL;
    return TRUE;
}

ScnSession *
scn_session_open(const ScnRunOptions *options, GError **error)
{
    ScnSession *session = g_new0(ScnSession, 1);
    gboolean rfc = options->profile != VM_PROFILE_LIBVIRT;

    session->options = *options;
    session->options.trace = session->options.session = session->options.oracle = TRUE;
    session->text = g_string_new(SCN_SESSION_SENTENCE "\n");
    g_string_append_printf(session->text, "profile %s\n", rfc ? "rfc" : "libvirt");
    session->open = g_string_new(NULL);
    session->generated = g_ptr_array_new_with_free_func(g_free);
    if (!compile_text(session, "", error)) {
        g_free(scn_session_close(session));
        return NULL;
    }
    scn_run_begin(&session->run, g_ptr_array_index(session->cases, 0), &session->options);
    session->opened = TRUE;
    if (!scn_world_open(&session->run) || !scn_world_watch(&session->run)) {
        g_set_error_literal(error, SCN_ERROR, SCN_ERROR_FILE, session->run.result->reason);
        g_free(scn_session_close(session));
        return NULL;
    }
    scn_take_events(&session->run);
    return session;
}

char *
scn_session_close(ScnSession *session)
{
    char *left = NULL;

    if (!session)
        return NULL;
    if (session->opened) {
        g_clear_pointer(&session->run.oracle, oracle_free);
        left = session->run.conn ? scn_world_clean(&session->run) : NULL;
        scn_run_end(&session->run);
        case_result_free(session->run.result);
    }
    g_string_free(session->text, TRUE);
    g_string_free(session->open, TRUE);
    g_ptr_array_unref(session->generated);
    g_clear_pointer(&session->cases, g_ptr_array_unref);
    scn_file_free(session->file);
    g_free(session);
    return left;
}

/* ---- what is kept of a line ------------------------------------------------- */

/* The line up to its last word: without what `#` begins. */
static char *
without_comment(const char *line)
{
    const ScnPlace place = {.file = "session", .line = 1};
    g_autoptr(GPtrArray) words = scn_lex(line, &place, NULL);

    for (const char *at = strchr(line, '#'); words && at; at = strchr(at + 1, '#')) {
        g_autofree char *before = g_strndup(line, at - line);
        g_autoptr(GPtrArray) first = scn_lex(before, &place, NULL);

        if (first && first->len == words->len)
            return g_strchomp(g_steal_pointer(&before));
    }
    return g_strchomp(g_strdup(line));
}

/* Where in the line `=>` stands, or -1. */
static gssize
arrow_at(const char *line)
{
    const ScnPlace place = {.file = "session", .line = 1};
    g_autoptr(GPtrArray) words = scn_lex(line, &place, NULL);

    for (guint i = 0; words && i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);

        if (word->special && strcmp(word->text, "=>") == 0)
            return (gssize)word->column - 1;
    }
    return -1;
}

/* The `[RULE]` that ends a line, or where it would stand: its end. */
static gsize
tag_at(const char *line)
{
    gsize length = strlen(line);
    const char *open = strrchr(line, '[');

    if (length && line[length - 1] == ']' && open && open > line && g_ascii_isspace(open[-1]) &&
        g_ascii_isupper(open[1]))
        return (gsize)(open - line);
    return length;
}

/* An output that a later run gives again: short, no document, no number that time changes. */
static gboolean
is_steady(const ScnStep *step, const char *output)
{
    if (strlen(output) > OUTPUT_EXPECTED || strpbrk(output, "<'\\") || strstr(output, "vmt-"))
        return FALSE;
    if (step->kind == SCN_STEP_GUEST)
        return step->words->len > 2 &&
               strcmp(((ScnWord *)g_ptr_array_index(step->words, 2))->text, "counter") != 0;
    return step->call->call != VM_CALL_DOMAIN_GET_UUID;
}

/* What came, as an expectation; `made` is the variable of a new snapshot that the driver named, or
 * NULL.  The caller frees it. */
static char *
expectation(const ScnRun *run, const ScnStep *step, const TraceStep *traced, const char *made)
{
    const char *as = step->result[run->options->profile == VM_PROFILE_LIBVIRT].as;
    g_autofree char *joined = NULL;
    g_auto(GStrv) words = NULL;
    const char *quote;

    if (run->code)
        return g_strdup_printf("=> error %s", vm_error_name(run->code));
    if (as)
        return g_strdup_printf("=> ok as %s", as);
    if (made)
        return g_strdup_printf("=> ok as %s", made);
    if (!traced->output || !is_steady(step, traced->output) ||
        (step->kind == SCN_STEP_GUEST && !*traced->output))
        return g_strdup("=> ok");
    words = g_strsplit_set(traced->output, " \t\n", -1);
    for (char **from = words, **to = words;; from++) {
        if (!*from) {
            *to = NULL;
            break;
        }
        if (**from)
            *to++ = *from;
        else
            g_free(*from);
    }
    joined = g_strjoinv(" ", words);
    quote = strpbrk(joined, "$\"") ? "'" : "\"";
    return *joined ? g_strdup_printf("=> output %s%s%s", quote, joined, quote)
                   : g_strdup("=> output none");
}

/* A snapshot that the line does not name has its name from the clock, which another run reads
 * elsewhere: the variable that stands for it from here on, or NULL.  The caller frees it. */
static char *
take_generated(ScnSession *session, const ScnStep *step, const char *statement)
{
    const char *name = session->run.name;
    char *variable;

    if (session->run.code || !name || step->kind != SCN_STEP_CALL ||
        step->call->call != VM_CALL_SNAPSHOT_CREATE_XML || arrow_at(statement) >= 0 ||
        strspn(name, "0123456789-") != strlen(name) || strstr(statement, name))
        return NULL;
    g_ptr_array_add(session->generated, g_strdup(name));
    variable = g_strdup_printf("made%u", session->generated->len);
    g_hash_table_replace(session->run.variables, g_strdup(variable), g_strdup(name));
    return variable;
}

/* A kept statement with variables for the names that the driver gave; takes the text. */
static char *
with_variables(const ScnSession *session, char *kept)
{
    GString *text = g_string_new(kept);

    /* A later name may begin with an earlier one: "1767225600-1". */
    for (guint i = session->generated->len; i-- > 0;) {
        g_autofree char *variable = g_strdup_printf("${made%u}", i + 1);

        g_string_replace(text, g_ptr_array_index(session->generated, i), variable, 0);
    }
    g_free(kept);
    return g_string_free(text, FALSE);
}

/* The statement with what came of it, and a newline; the caller frees it. */
static char *
kept_call(ScnSession *session, const ScnStep *step, const TraceStep *traced, const char *statement)
{
    g_autofree char *made = take_generated(session, step, statement);
    g_autofree char *line = without_comment(statement);
    gssize arrow = arrow_at(line);
    gsize tag = tag_at(line);
    g_autofree char *command = g_strchomp(g_strndup(line, arrow >= 0 ? (gsize)arrow : tag));
    g_autofree char *came = expectation(&session->run, step, traced, made);

    return g_strdup_printf("%s %s%s%s\n", command, came, line[tag] ? " " : "", line + tag);
}

static char *
as_comment(const char *statement, const char *why)
{
    g_auto(GStrv) lines = g_strsplit(statement, "\n", -1);
    GString *text = g_string_new(NULL);

    for (guint i = 0; lines[i]; i++) {
        if (*lines[i])
            g_string_append_printf(text, "# %s\n", lines[i]);
    }
    g_string_append_printf(text, "#   %s\n", why);
    return g_string_free(text, FALSE);
}

/* ---- what is shown ----------------------------------------------------------- */

static void
tell_failure(const ScnSession *session, const TraceStep *traced, GString *told)
{
    if (session->run.breach) {
        g_string_append_printf(told, "the oracle found a breach of %s: %s\n", traced->expected,
                               traced->seen);
        return;
    }
    g_string_append_printf(told, "not as it must be\n  expected: %s\n  seen:     %s\n",
                           traced->expected, traced->seen);
}

static void
tell_step(const ScnSession *session, const ScnStep *step, const TraceStep *traced, GString *told)
{
    if (traced->failed) {
        tell_failure(session, traced, told);
    } else if (step->kind == SCN_STEP_EXPECT) {
        g_string_append(told, "holds\n");
    } else if (traced->output && *traced->output) {
        g_string_append(told, traced->output);
        if (!g_str_has_suffix(traced->output, "\n"))
            g_string_append_c(told, '\n');
    } else if (session->run.name && !session->run.code) {
        g_string_append_printf(told, "ok: %s\n", session->run.name);
    } else {
        g_string_append_printf(told, "%s\n", traced->seen ? traced->seen : "ok");
    }
    if (traced->events)
        g_string_append_printf(told, "  events: %s\n", traced->events);
}

/* ---- a statement ---------------------------------------------------------------- */

/* A line that heads a file, or divides it, has no place in a session. */
static const char *
misplaced(const char *line)
{
    static const char *const words[] = {"case", "matrix", "exclude", "profile", "label", NULL};
    g_auto(GStrv) parts = g_strsplit_set(line, " \t\n", 2);

    for (guint i = 0; parts[0] && words[i]; i++) {
        if (strcmp(parts[0], words[i]) == 0)
            return words[i];
    }
    return NULL;
}

/* A line that says nothing of what must come takes what comes. */
static void
accept_anything(ScnStep *step, gboolean said)
{
    if (said || (step->kind != SCN_STEP_CALL && step->kind != SCN_STEP_GUEST))
        return;
    step->result[0].kind = step->result[1].kind = SCN_RESULT_ANY;
}

/* What failed stands in the answer; the session goes on. */
static void
forget_failure(ScnRun *run)
{
    CaseResult *result = run->result;

    run->failed = run->breach = FALSE;
    result->verdict = VERDICT_PASS;
    g_clear_pointer(&result->reason, g_free);
    g_clear_pointer(&result->detail, g_free);
    g_clear_pointer(&result->rule, g_free);
    g_clear_pointer(&result->observed, g_free);
    for (OracleFinding *more; (more = oracle_next_finding(run->oracle)) != NULL;)
        oracle_finding_free(more);
}

/* How a step that ran ended. */
static ScnSessionEnd
end_of(const ScnSession *session, gboolean good)
{
    const ScnRun *run = &session->run;

    if (!good)
        return SCN_SESSION_FAILED;
    return run->code && run->step->result[0].kind == SCN_RESULT_ANY ? SCN_SESSION_REFUSED
                                                                    : SCN_SESSION_DONE;
}

/* What the file keeps of a statement whose step ended so: a call with what came of it, anything
 * else as it is; what failed as a comment, but not a breach, which the file is to repeat.  A domain
 * that did not come to be may be declared again. */
static void
keep_step(ScnSession *session, const ScnStep *step, const char *statement, ScnSessionEnd end,
          char **kept)
{
    const ScnRun *run = &session->run;
    const TraceStep *traced = g_ptr_array_index(run->result->trace, 0);
    gboolean call = (step->kind == SCN_STEP_CALL || step->kind == SCN_STEP_GUEST) &&
                    !g_str_has_prefix(statement, "state");
    g_autofree char *why = NULL;

    if (call || (run->breach && step->kind != SCN_STEP_DOMAIN)) {
        session->breach |= run->breach;
        g_free(*kept);
        *kept = call ? kept_call(session, step, traced, statement) : g_strdup(statement);
        return;
    }
    if (end != SCN_SESSION_FAILED)
        return;
    why = g_strdup_printf("expected %s, seen %s", traced->expected, traced->seen);
    g_strdelimit(why, "\n", ' ');
    g_free(*kept);
    *kept = as_comment(statement, why);
}

/* Run one step; *kept receives what the file keeps of a call (else it is left alone). */
static ScnSessionEnd
run_step(ScnSession *session, ScnStep *step, const char *statement, char **kept, GString *told)
{
    ScnRun *run = &session->run;
    const TraceStep *traced;
    ScnSessionEnd end;
    gboolean good;

    g_ptr_array_set_size(run->result->trace, 0);
    run->breach = FALSE;
    run->code = 0;
    g_clear_pointer(&run->name, g_free);
    accept_anything(step, arrow_at(statement) >= 0 || g_str_has_prefix(statement, "state"));
    good = scn_run_step(run, step);
    if (run->result->trace->len == 0) {
        g_string_append(told, "left out under this profile\n");
        return SCN_SESSION_DONE;
    }
    traced = g_ptr_array_index(run->result->trace, 0);
    end = end_of(session, good);
    tell_step(session, step, traced, told);
    keep_step(session, step, statement, end, kept);
    forget_failure(run);
    return end;
}

/* Run the steps that the statement added, up to the first that does not do as it must. */
static ScnSessionEnd
run_statement(ScnSession *session, const char *statement, GString *told)
{
    const GPtrArray *steps = session->run.scenario->steps;
    ScnSessionEnd end = SCN_SESSION_DONE;
    g_autofree char *kept = g_strdup(statement);
    const char *lack = scn_run_lacks(&session->run);

    if (lack) {
        g_string_append_printf(told, "the target lacks: %s\n", lack);
        return SCN_SESSION_BAD;
    }
    for (guint i = session->done; i < steps->len && end != SCN_SESSION_FAILED; i++)
        end = run_step(session, g_ptr_array_index(steps, i), statement, &kept, told);
    kept = with_variables(session, g_steal_pointer(&kept));
    g_string_append(session->text, kept);
    if (!g_str_has_prefix(kept, "# "))
        session->done = steps->len;
    return end;
}

static ScnSessionEnd bad(ScnSession *session, GString *told, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static ScnSessionEnd
bad(ScnSession *session, GString *told, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(told, format, arguments);
    va_end(arguments);
    g_string_append_c(told, '\n');
    g_string_truncate(session->open, 0);
    return SCN_SESSION_BAD;
}

/* "session:16:8: what": of a line that was just typed only its columns are of interest. */
static const char *
short_place(const char *message)
{
    const char *at = strchr(message, ':');

    at = at && g_ascii_isdigit(at[1]) ? strchr(at + 1, ':') : NULL;
    return at ? at + 1 : message;
}

static ScnSessionEnd
take(ScnSession *session, const char *line, GString *told)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *statement = NULL;
    const char *word = session->open->len ? NULL : misplaced(line);

    if (word)
        return bad(session, told, "a session is one case of one profile; '%s' belongs in a file",
                   word);
    if (!strchr(session->open->str, '\n') && g_str_has_suffix(line, "\\")) {
        g_string_append_len(session->open, line, (gssize)strlen(line) - 1);
        return SCN_SESSION_MORE;
    }
    g_string_append_printf(session->open, "%s\n", line);
    if (!compile_text(session, session->open->str, &error)) {
        if (g_error_matches(error, SCN_ERROR, SCN_ERROR_OPEN))
            return SCN_SESSION_MORE;
        return bad(session, told, "column %s", short_place(error->message));
    }
    statement = g_strdup(session->open->str);
    g_string_truncate(session->open, 0);
    return run_statement(session, statement, told);
}

ScnSessionEnd
scn_session_line(ScnSession *session, const char *line, char **told)
{
    GString *text = g_string_new(NULL);
    ScnSessionEnd end = take(session, line, text);

    *told = g_string_free(text, FALSE);
    return end;
}

/* ---- what others ask ------------------------------------------------------------- */

gboolean
scn_session_is_open(const ScnSession *session)
{
    return session->open->len > 0;
}

void
scn_session_forget_open(ScnSession *session)
{
    g_string_truncate(session->open, 0);
}

char *
scn_session_scenario(const ScnSession *session)
{
    return g_strdup(session->text->str);
}

gboolean
scn_session_has_breach(const ScnSession *session)
{
    return session->breach;
}

json_t *
scn_session_world(ScnSession *session)
{
    return scn_world(&session->run);
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
scn_session_documents(const ScnSession *session)
{
    GHashTable *const tables[] = {session->run.documents, session->run.templates};
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        GHashTableIter iter;
        gpointer key;

        g_hash_table_iter_init(&iter, tables[i]);
        while (g_hash_table_iter_next(&iter, &key, NULL))
            g_ptr_array_add(names, g_strdup(key));
    }
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
