/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the statements of a case to its steps.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>
#include "spec/api/name_order.h"

/* A compilation: the case so far, and where it is. */
typedef struct {
    ScnCase *scenario;
    const GPtrArray *matrices, *chosen;
    GHashTable *needs;     /* set of static or interned strings */
    GHashTable *documents; /* set of names */
    GHashTable *variables; /* set of names bound by `as` */
    GHashTable *marks;
    ScnPlace place;
} Compiler;

static void
step_free(ScnStep *step)
{
    if (!step)
        return;
    g_free(step->source);
    g_free(step->rule);
    scn_command_line_free(step->call);
    scn_result_clear(&step->result[0]);
    scn_result_clear(&step->result[1]);
    g_clear_pointer(&step->words, g_ptr_array_unref);
    g_clear_pointer(&step->items, g_ptr_array_unref);
    g_free(step->text);
    g_free(step);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnStep, step_free)

static void
declared_free(ScnDeclared *declared)
{
    g_free(declared->name);
    g_free(declared);
}

void
scn_case_free(ScnCase *scenario)
{
    if (!scenario)
        return;
    g_free(scenario->id);
    g_free(scenario->file);
    g_free(scenario->path);
    g_free(scenario->sentence);
    g_ptr_array_unref(scenario->rules);
    g_ptr_array_unref(scenario->needs);
    g_ptr_array_unref(scenario->steps);
    g_ptr_array_unref(scenario->declared);
    g_free(scenario);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnCase, scn_case_free)

static char *
matrix_value(const char *name, gpointer data)
{
    const Compiler *compiler = data;

    for (guint i = 0; i < compiler->matrices->len; i++) {
        const ScnMatrix *matrix = g_ptr_array_index(compiler->matrices, i);
        const ScnMatrixValue *value = g_ptr_array_index(compiler->chosen, i);

        if (strcmp(matrix->name, name) == 0)
            return g_strdup(value->value);
    }
    return NULL;
}

static ScnDeclared *
find_declared(const Compiler *compiler, const char *name)
{
    for (guint i = 0; i < compiler->scenario->declared->len; i++) {
        ScnDeclared *declared = g_ptr_array_index(compiler->scenario->declared, i);

        if (strcmp(declared->name, name) == 0)
            return declared;
    }
    return NULL;
}

/* What a variable will be is known only in the run; here, whether it will be. */
static char *
run_value(const char *name, gpointer data)
{
    const Compiler *compiler = data;
    const char *dot = strchr(name, '.');
    g_autofree char *domain = dot ? g_strndup(name, dot - name) : g_strdup(name);

    if (strcmp(name, "meta") == 0 || strcmp(name, "save") == 0) {
        g_hash_table_add(compiler->needs, (gpointer) "files");
        return g_strdup("");
    }
    if (strcmp(name, "dir") == 0 || g_hash_table_contains(compiler->variables, name))
        return g_strdup("");
    if (dot && (strcmp(dot, ".name") == 0 || strcmp(dot, ".uuid") == 0))
        return g_strdup("");
    return find_declared(compiler, domain) ? g_strdup("") : NULL;
}

static gboolean
unknown_variable(const Compiler *compiler, const char *name, guint column, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;

    for (guint i = 0; i < compiler->matrices->len; i++)
        g_ptr_array_add(names, ((ScnMatrix *)g_ptr_array_index(compiler->matrices, i))->name);
    for (guint i = 0; i < compiler->scenario->declared->len; i++)
        g_ptr_array_add(names,
                        ((ScnDeclared *)g_ptr_array_index(compiler->scenario->declared, i))->name);
    g_ptr_array_add(names, (char *)"dir");
    g_ptr_array_add(names, (char *)"meta");
    g_ptr_array_add(names, (char *)"save");
    g_ptr_array_add(names, NULL);
    nearest = scn_nearest(name, (const char *const *)names->pdata);
    return scn_syntax_error(
        error, &compiler->place, column,
        "unknown variable '$%s'; expected a matrix variable, a declared domain, "
        "dir, meta, save or '$$'%s%s",
        name, nearest ? "; the nearest is $" : "", nearest ? nearest : "");
}

/* Replace the matrix variables of a text; those of the run must be known. */
static char *
substitute(Compiler *compiler, const char *text, guint column, GError **error)
{
    g_autofree char *unknown = NULL;
    g_autofree char *plain = scn_substitute(text, matrix_value, compiler, NULL);
    g_autofree char *checked = scn_substitute(plain, run_value, compiler, &unknown);

    if (unknown) {
        unknown_variable(compiler, unknown, column, error);
        return NULL;
    }
    return g_steal_pointer(&plain);
}

/* Whether an unquoted word is nothing but one variable, and of which name. */
static char *
sole_variable(const ScnWord *word)
{
    const char *name = word->text + 1;
    gsize length = strlen(word->text);

    if (word->quoted || *word->text != '$' || length < 2)
        return NULL;
    if (*name == '{' && strchr(name, '}') == word->text + length - 1)
        return g_strndup(name + 1, length - 3);
    for (const char *at = name; *at; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_')
            return NULL;
    }
    return g_strdup(name);
}

/* Words with matrix variables replaced; NULL with an error. */
static GPtrArray *
replace_words(Compiler *compiler, const GPtrArray *words, GError **error)
{
    g_autoptr(GPtrArray) result = g_ptr_array_new_with_free_func((GDestroyNotify)scn_word_free);

    for (guint i = 0; i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);
        g_autofree char *name = sole_variable(word);
        g_autofree char *value = name ? matrix_value(name, compiler) : NULL;
        g_auto(GStrv) parts = value ? g_strsplit(value, " ", -1) : NULL;
        ScnWord *copy;

        for (guint j = 0; parts && parts[j]; j++) {
            if (*parts[j])
                g_ptr_array_add(result, scn_word_new(parts[j], word->column));
        }
        if (parts)
            continue;
        copy = scn_word_copy(word);
        g_ptr_array_add(result, copy);
        g_free(copy->text);
        copy->text = substitute(compiler, word->text, word->column, error);
        if (!copy->text)
            return NULL;
    }
    return g_steal_pointer(&result);
}

/* Take `[RULE]` off the end of the words. */
static char *
take_tag(GPtrArray *words)
{
    const ScnWord *last = words->len ? g_ptr_array_index(words, words->len - 1) : NULL;
    gsize length = last ? strlen(last->text) : 0;
    char *rule;

    if (!last || last->quoted || length < 3 || *last->text != '[' ||
        last->text[length - 1] != ']' || !g_ascii_isupper(last->text[1]))
        return NULL;
    rule = g_strndup(last->text + 1, length - 2);
    g_ptr_array_set_size(words, words->len - 1);
    return rule;
}

/* Split the words at `=>`; what is after it goes to the results. */
static gboolean
take_result(Compiler *compiler, ScnStep *step, GError **error)
{
    for (guint i = 0; i < step->words->len; i++) {
        const ScnWord *word = g_ptr_array_index(step->words, i);

        if (!word->special || strcmp(word->text, "=>") != 0)
            continue;
        if (!scn_result_parse(step->result, step->words, i + 1, &compiler->place, error))
            return FALSE;
        g_ptr_array_set_size(step->words, i);
        break;
    }
    for (guint i = 0; i < 2; i++) {
        if (step->result[i].as)
            g_hash_table_add(compiler->variables, g_strdup(step->result[i].as));
        compiler->scenario->outcome |= step->result[i].kind == SCN_RESULT_OUTCOME;
    }
    return TRUE;
}

/* A FILE argument must be a document, a declared domain or a variable. */
static gboolean
check_file(const Compiler *compiler, const ScnStep *step, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;
    GHashTableIter iter;
    gpointer key;
    guint column = 1;

    if (!name || strchr(name, '$') || g_hash_table_contains(compiler->documents, name) ||
        find_declared(compiler, name))
        return TRUE;
    g_hash_table_iter_init(&iter, compiler->documents);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(names, key);
    g_ptr_array_sort(names, vm_compare_names);
    g_ptr_array_add(names, NULL);
    nearest = scn_nearest(name, (const char *const *)names->pdata);
    for (guint i = 0; i < step->words->len; i++) {
        const ScnWord *word = g_ptr_array_index(step->words, i);

        if (strcmp(word->text, name) == 0)
            column = word->column;
    }
    return scn_syntax_error(error, &compiler->place, column,
                            "no document '%s'; expected the name of a document or of a declared "
                            "domain above this line%s%s",
                            name, nearest ? ", the nearest is " : "", nearest ? nearest : "");
}

static gboolean
compile_call(Compiler *compiler, ScnStep *step, GError **error)
{
    if (!take_result(compiler, step, error))
        return FALSE;
    step->kind = SCN_STEP_CALL;
    step->call = scn_command_parse((ScnWord *const *)step->words->pdata, step->words->len,
                                   &compiler->place, error);
    if (!step->call)
        return FALSE;
    scn_command_needs(step->call, compiler->needs);
    return check_file(compiler, step, step->call->args[SCN_ARG_FILE], error) &&
           check_file(compiler, step, step->call->args[SCN_ARG_XML], error);
}

static const char *
word_text(const ScnStep *step, guint at)
{
    return at < step->words->len ? ((ScnWord *)g_ptr_array_index(step->words, at))->text : "";
}

static gboolean
usage(const Compiler *compiler, const ScnStep *step, const char *form, GError **error)
{
    const ScnWord *word = g_ptr_array_index(step->words, MIN(1, step->words->len - 1));

    return scn_syntax_error(error, &compiler->place, word->column, "expected '%s'", form);
}

/* A whole number as it stands, from 0 to `most`. */
static gboolean
check_number(const Compiler *compiler, const ScnWord *word, guint64 most, GError **error)
{
    return g_ascii_string_to_unsigned(word->text, 10, 0, most, NULL, NULL) ||
           scn_syntax_error(error, &compiler->place, word->column,
                            "'%s' is no size; expected a number from 0 to %" G_GUINT64_FORMAT,
                            word->text, most);
}

static gboolean
compile_domain(Compiler *compiler, ScnStep *step, GError **error)
{
    ScnDeclared *declared;

    if (step->words->len != 2 || !step->items)
        return usage(compiler, step, "domain NAME { … }", error);
    if (find_declared(compiler, word_text(step, 1)))
        return scn_syntax_error(error, &compiler->place, 8,
                                "domain '%s' is declared already; expected another name",
                                word_text(step, 1));
    declared = g_new0(ScnDeclared, 1);
    declared->name = g_strdup(word_text(step, 1));
    g_ptr_array_add(compiler->scenario->declared, declared);
    step->kind = SCN_STEP_DOMAIN;
    return scn_domain_check(step->items, &compiler->place, declared, error);
}

static gboolean
compile_document(Compiler *compiler, ScnStep *step, GError **error)
{
    if (step->words->len != 2 || !step->text)
        return usage(compiler, step, "document NAME <<END", error);
    step->kind = SCN_STEP_DOCUMENT;
    g_hash_table_add(compiler->documents, g_strdup(word_text(step, 1)));
    return TRUE;
}

static gboolean
compile_edit(Compiler *compiler, ScnStep *step, GError **error)
{
    static const struct {
        const char *verb;
        guint words;
    } verbs[] = {{"set", 3},    {"fill", 3},        {"delete", 2}, {"add", 3},
                 {"rename", 3}, {"rename-root", 2}, {"replace", 3}};

    if (step->words->len != 4 || strcmp(word_text(step, 2), "from") != 0 || !step->items)
        return usage(compiler, step, "edit NAME from vm/s1 { … }", error);
    for (guint i = 0; i < step->items->len; i++) {
        const GPtrArray *item = g_ptr_array_index(step->items, i);
        const ScnWord *verb = g_ptr_array_index(item, 0);
        gboolean known = FALSE;

        for (guint j = 0; j < G_N_ELEMENTS(verbs); j++)
            known |= strcmp(verbs[j].verb, verb->text) == 0 && verbs[j].words == item->len;
        if (!known)
            return scn_syntax_error(error, &compiler->place, verb->column,
                                    "'%s' in an edit; expected 'set XPATH VALUE', 'fill XPATH N', "
                                    "'delete XPATH', "
                                    "'add XPATH XML', 'rename XPATH NAME', 'rename-root NAME' or "
                                    "'replace TEXT BY'",
                                    verb->text);
        if (strcmp(verb->text, "fill") == 0 &&
            !check_number(compiler, g_ptr_array_index(item, 2), SCN_FILE_SIZE_MAX, error))
            return FALSE;
    }
    step->kind = SCN_STEP_EDIT;
    g_hash_table_add(compiler->documents, g_strdup(word_text(step, 1)));
    return TRUE;
}

static gboolean
compile_guest(Compiler *compiler, ScnStep *step, GError **error)
{
    step->kind = SCN_STEP_GUEST;
    g_hash_table_add(compiler->needs, (gpointer) "guest");
    if (!take_result(compiler, step, error))
        return FALSE;
    return step->words->len >= 3 || usage(compiler, step, "guest DOMAIN COMMAND…", error);
}

static gboolean
compile_mark(Compiler *compiler, ScnStep *step, GError **error)
{
    gboolean disks = step->words->len == 3;

    if (step->words->len < 3)
        return usage(compiler, step, "mark NAME DOMAIN [DISK…] [ram]", error);
    step->kind = SCN_STEP_MARK;
    for (guint i = 3; i < step->words->len; i++) {
        gboolean ram = strcmp(word_text(step, i), "ram") == 0;

        if (ram)
            g_hash_table_add(compiler->needs, (gpointer) "memory");
        disks |= !ram;
    }
    if (disks)
        g_hash_table_add(compiler->needs, (gpointer) "content");
    g_hash_table_add(compiler->marks, g_strdup(word_text(step, 1)));
    return TRUE;
}

static gboolean
compile_restart(Compiler *compiler, ScnStep *step, GError **error)
{
    step->kind = SCN_STEP_RESTART;
    g_hash_table_add(compiler->needs, (gpointer) "restart");
    return step->words->len == 1 || usage(compiler, step, "restart", error);
}

static gboolean
compile_power_cut(Compiler *compiler, ScnStep *step, GError **error)
{
    step->kind = SCN_STEP_RESTART;
    g_hash_table_add(compiler->needs, (gpointer) "restart");
    g_hash_table_add(compiler->needs, (gpointer) "store-faults");
    return step->words->len == 1 || usage(compiler, step, "power-cut", error);
}

static gboolean
compile_reconnect(Compiler *compiler, ScnStep *step, GError **error)
{
    step->kind = SCN_STEP_RECONNECT;
    g_hash_table_add(compiler->needs, (gpointer) "autodestroy");
    return step->words->len == 1 || usage(compiler, step, "reconnect", error);
}

static gboolean
compile_clock(Compiler *compiler, ScnStep *step, GError **error)
{
    step->kind = SCN_STEP_CLOCK;
    g_hash_table_add(compiler->needs, (gpointer) "clock");
    return (step->words->len == 2 && scn_duration(word_text(step, 1))) ||
           usage(compiler, step, "clock 2s', with ms, s or m, and at most a day, as 'clock 1440m",
                 error);
}

static gboolean
compile_file(Compiler *compiler, ScnStep *step, GError **error)
{
    static const struct {
        const char *verb;
        guint words;
    } verbs[] = {{"write", 4}, {"truncate", 4}, {"pad", 4},  {"remove", 3},
                 {"copy", 4},  {"replace", 5},  {"fail", 4}, {"heal", 2}};
    const char *verb = word_text(step, 1);
    gboolean fault = strcmp(verb, "fail") == 0 || strcmp(verb, "heal") == 0;
    gboolean once = step->words->len == 5 && strcmp(word_text(step, 4), "once") == 0;
    gboolean known = (strcmp(verb, "write") == 0 && step->text && step->words->len == 3) ||
                     (strcmp(verb, "fail") == 0 && once);

    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        known |= strcmp(verbs[i].verb, verb) == 0 && step->words->len == verbs[i].words;
    step->kind = SCN_STEP_FILE;
    g_hash_table_add(compiler->needs, (gpointer)(fault ? "store-faults" : "files"));
    if (!known)
        return usage(compiler, step,
                     "file write PATH TEXT', 'file truncate PATH N', 'file pad PATH N', "
                     "'file remove PATH', 'file copy A B', 'file replace PATH TEXT BY', "
                     "'file fail PATH OPERATION [once]' or 'file heal",
                     error);
    if (strcmp(verb, "truncate") != 0 && strcmp(verb, "pad") != 0)
        return TRUE;
    return check_number(compiler, g_ptr_array_index(step->words, 3), SCN_FILE_SIZE_MAX, error);
}

static gboolean
compile_disturb(Compiler *compiler, ScnStep *step, GError **error)
{
    gboolean kills = strcmp(word_text(step, 0), "kill") == 0;
    gboolean at = step->words->len == 4 && ((strcmp(word_text(step, 2), "at") == 0 &&
                                             (kills || strcmp(word_text(step, 0), "hang") == 0)) ||
                                            (strcmp(word_text(step, 2), "after") == 0 && kills));

    step->kind = SCN_STEP_DISTURB;
    g_hash_table_add(compiler->needs, (gpointer)(at ? "hang-at" : "hang"));
    return at || step->words->len == 2 ||
           usage(compiler, step,
                 "hang DOMAIN', 'hang DOMAIN at COMMAND', 'unhang DOMAIN', 'kill DOMAIN', "
                 "'kill DOMAIN at COMMAND' or 'kill DOMAIN after COMMAND",
                 error);
}

static gboolean
compile_expect(Compiler *compiler, ScnStep *step, GError **error)
{
    guint count = step->words->len;

    step->kind = SCN_STEP_EXPECT;
    if (!scn_expect_check(step->words, &compiler->place, compiler->needs, error))
        return FALSE;
    if (count > 2 && strcmp(word_text(step, count - 2), "mark") == 0 &&
        !g_hash_table_contains(compiler->marks, word_text(step, count - 1)))
        return scn_syntax_error(error, &compiler->place,
                                ((ScnWord *)g_ptr_array_index(step->words, count - 1))->column,
                                "no mark '%s'; expected the name of a 'mark' above this line",
                                word_text(step, count - 1));
    if (strcmp(word_text(step, 1), "same-xml") == 0)
        return check_file(compiler, step, word_text(step, 3), error);
    return TRUE;
}

typedef gboolean (*CompileStep)(Compiler *compiler, ScnStep *step, GError **error);

static const struct {
    const char *word;
    CompileStep compile;
} statements[] = {
    {"domain", compile_domain}, {"document", compile_document},
    {"edit", compile_edit},     {"guest", compile_guest},
    {"mark", compile_mark},     {"restart", compile_restart},
    {"clock", compile_clock},   {"file", compile_file},
    {"expect", compile_expect}, {"reconnect", compile_reconnect},
    {"hang", compile_disturb},  {"unhang", compile_disturb},
    {"kill", compile_disturb},  {"power-cut", compile_power_cut},
};

char **
scn_statement_names(void)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(statements); i++)
        g_ptr_array_add(names, g_strdup(statements[i].word));
    g_ptr_array_add(names, g_strdup("state"));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static gboolean compile_statement(Compiler *compiler, const ScnStatement *statement,
                                  GError **error);

/* A step made by the engine, from a line of its own. */
static gboolean
compile_line(Compiler *compiler, const ScnStatement *from, const char *line, GError **error)
{
    ScnStatement statement = {.line = from->line, .profile = from->profile};
    gboolean done;

    statement.source = g_strdup_printf("%s (of: %s)", line, from->source);
    statement.words = scn_lex(line, &compiler->place, NULL);
    done = compile_statement(compiler, &statement, error);
    g_ptr_array_unref(statement.words);
    g_free(statement.source);
    return done;
}

/* `state STATE [DOMAIN]` becomes the commands that bring it there. */
static gboolean
compile_state(Compiler *compiler, const ScnStatement *statement, const GPtrArray *words,
              GError **error)
{
    static const struct {
        const char *state;
        gboolean transient;
        const char *lines[2];
    } ways[] = {
        {"shutoff", FALSE, {NULL, NULL}},
        {"running", FALSE, {"start %s", NULL}},
        {"paused", FALSE, {"start %s", "suspend %s"}},
        {"transient", TRUE, {"create %s", NULL}},
        {"transient-paused", TRUE, {"create %s", "suspend %s"}},
        {"saved", FALSE, {"start %s", "managedsave %s"}},
    };
    const ScnWord *state = words->len > 1 ? g_ptr_array_index(words, 1) : NULL;
    ScnDeclared *declared =
        words->len > 2 ? find_declared(compiler, ((ScnWord *)g_ptr_array_index(words, 2))->text)
        : compiler->scenario->declared->len ? g_ptr_array_index(compiler->scenario->declared, 0)
                                            : NULL;

    for (guint i = 0; state && declared && i < G_N_ELEMENTS(ways); i++) {
        if (strcmp(ways[i].state, state->text) != 0)
            continue;
        declared->transient |= ways[i].transient;
        for (guint j = 0; j < 2 && ways[i].lines[j]; j++) {
            const char *form = j == 0 && declared->transient ? "create %s" : ways[i].lines[j];
            g_auto(GStrv) around = g_strsplit(form, "%s", 2);
            g_autofree char *line = g_strconcat(around[0], declared->name, around[1], NULL);

            if (!compile_line(compiler, statement, line, error))
                return FALSE;
        }
        return TRUE;
    }
    return scn_syntax_error(
        error, &compiler->place, state ? state->column : 1,
        "expected 'state shutoff|running|paused|transient|transient-paused|saved "
        "[DOMAIN]' below the domain's block");
}

/* Whether a case may start this domain only as a transient one. */
static const char *
transient_start(Compiler *compiler, const GPtrArray *words)
{
    const ScnDeclared *declared;

    if (words->len != 2 || strcmp(((ScnWord *)g_ptr_array_index(words, 0))->text, "start") != 0)
        return NULL;
    declared = find_declared(compiler, ((ScnWord *)g_ptr_array_index(words, 1))->text);
    return declared && declared->transient && !declared->undefined ? declared->name : NULL;
}

static CompileStep
choose_step(const Compiler *compiler, const ScnWord *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) commands = NULL;
    const char *nearest;

    for (guint i = 0; i < G_N_ELEMENTS(statements); i++) {
        if (strcmp(statements[i].word, word->text) == 0)
            return statements[i].compile;
        g_ptr_array_add(names, (char *)statements[i].word);
    }
    if (scn_command_known(word->text))
        return compile_call;
    commands = scn_command_names();
    for (guint i = 0; commands[i]; i++)
        g_ptr_array_add(names, commands[i]);
    g_ptr_array_add(names, (char *)"state");
    g_ptr_array_add(names, (char *)"covers");
    g_ptr_array_add(names, (char *)"needs");
    g_ptr_array_add(names, (char *)"matrix");
    g_ptr_array_add(names, NULL);
    nearest = scn_nearest(word->text, (const char *const *)names->pdata);
    scn_syntax_error(error, &compiler->place, word->column,
                     "unknown command '%s'; expected a command, the nearest is '%s'", word->text,
                     nearest ? nearest : "(none)");
    return NULL;
}

static gboolean
compile_items(Compiler *compiler, const GPtrArray *items, ScnStep *step, GError **error)
{
    step->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < items->len; i++) {
        GPtrArray *item = replace_words(compiler, g_ptr_array_index(items, i), error);

        if (!item)
            return FALSE;
        if (item->len)
            g_ptr_array_add(step->items, item);
        else
            g_ptr_array_unref(item);
    }
    return TRUE;
}

static gboolean
compile_statement(Compiler *compiler, const ScnStatement *statement, GError **error)
{
    g_autoptr(ScnStep) step = g_new0(ScnStep, 1);
    CompileStep compile;

    compiler->place.line = statement->line;
    step->words = replace_words(compiler, statement->words, error);
    if (!step->words)
        return FALSE;
    if (step->words->len && strcmp(word_text(step, 0), "state") == 0)
        return compile_state(compiler, statement, step->words, error);
    step->line = statement->line;
    step->profile = statement->profile;
    step->source = g_strdup(statement->source);
    step->rule = take_tag(step->words);
    if (step->words->len == 0)
        return scn_syntax_error(error, &compiler->place, 1, "expected a command");
    if (transient_start(compiler, step->words)) {
        ScnWord *word = g_ptr_array_index(step->words, 0);

        g_free(word->text);
        word->text = g_strdup("create");
    }
    if (statement->text) {
        step->text = substitute(compiler, statement->text, 1, error);
        if (!step->text)
            return FALSE;
    }
    compile = choose_step(compiler, g_ptr_array_index(step->words, 0), error);
    if (!compile)
        return FALSE;
    if (compile == compile_domain)
        g_hash_table_add(compiler->variables, g_strdup(word_text(step, 1)));
    if (statement->items && !compile_items(compiler, statement->items, step, error))
        return FALSE;
    if ((step->items || step->text) && compile == compile_call)
        return scn_syntax_error(error, &compiler->place, 1, "'%s' takes no body",
                                word_text(step, 0));
    if (!compile(compiler, step, error))
        return FALSE;
    g_ptr_array_add(compiler->scenario->steps, g_steal_pointer(&step));
    return TRUE;
}

static gboolean
compile_section(Compiler *compiler, const ScnSection *section, GError **error)
{
    for (guint i = 0; section && i < section->statements->len; i++) {
        if (!compile_statement(compiler, g_ptr_array_index(section->statements, i), error))
            return FALSE;
    }
    return TRUE;
}

static char *
case_id(const ScnFile *file, const ScnSection *section, const GPtrArray *matrices,
        const GPtrArray *chosen)
{
    GString *id = g_string_new(file->name);

    if (section)
        g_string_append_printf(id, "/%s", section->name);
    for (guint i = 0; i < matrices->len; i++)
        g_string_append_printf(id, "%c%s=%s", i ? ',' : '[',
                               ((ScnMatrix *)g_ptr_array_index(matrices, i))->name,
                               ((ScnMatrixValue *)g_ptr_array_index(chosen, i))->label);
    if (matrices->len)
        g_string_append_c(id, ']');
    return g_string_free(id, FALSE);
}

static void
copy_strings(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}

/* What the case tells of itself. */
static void
fill_info(ScnCase *scenario, const ScnFile *file, const ScnSection *section,
          const GPtrArray *matrices)
{
    const ScnSection *preamble = file->preamble;
    VmProfile profile = section && section->profile ? section->profile : preamble->profile;

    scenario->info = (ScnCaseInfo){
        .id = scenario->id,
        .file = scenario->file,
        .sentence = scenario->sentence,
        .rules = scenario->rules,
        .needs = scenario->needs,
        .profile = profile ? profile : VM_PROFILE_BOTH,
        .slow = preamble->slow || (section && section->slow),
    };
    for (guint i = 0; i < matrices->len; i++)
        scenario->info.matrix |= ((ScnMatrix *)g_ptr_array_index(matrices, i))->full;
}

static void
fill_needs(ScnCase *scenario, GHashTable *needs, const ScnFile *file, const ScnSection *section)
{
    GHashTableIter iter;
    gpointer key;

    for (guint i = 0; i < scenario->declared->len; i++) {
        const ScnDeclared *declared = g_ptr_array_index(scenario->declared, i);

        if (!declared->undefined)
            g_hash_table_add(needs, (gpointer)(declared->transient ? "transient" : "persistent"));
        if (declared->recipe)
            g_hash_table_add(needs, (gpointer) "recipes");
    }
    for (guint i = 0; i < file->preamble->needs->len; i++)
        g_hash_table_add(needs, g_ptr_array_index(file->preamble->needs, i));
    for (guint i = 0; section && i < section->needs->len; i++)
        g_hash_table_add(needs, g_ptr_array_index(section->needs, i));
    g_hash_table_iter_init(&iter, needs);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(scenario->needs, g_strdup(key));
    g_ptr_array_sort(scenario->needs, vm_compare_names);
}

ScnCase *
scn_compile(const ScnFile *file, const ScnSection *section, const GPtrArray *matrices,
            const GPtrArray *chosen, GError **error)
{
    g_autoptr(ScnCase) scenario = g_new0(ScnCase, 1);
    g_autoptr(GHashTable) needs = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) documents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Compiler compiler = {.scenario = scenario,
                         .matrices = matrices,
                         .chosen = chosen,
                         .needs = needs,
                         .documents = documents,
                         .variables = variables,
                         .marks = marks,
                         .place = {.file = file->path}};

    scenario->id = case_id(file, section, matrices, chosen);
    scenario->file = g_strconcat(file->name, ".scn", NULL);
    scenario->path = g_strdup(file->path);
    scenario->sentence = g_strdup(file->sentence);
    scenario->rules = g_ptr_array_new_with_free_func(g_free);
    scenario->needs = g_ptr_array_new_with_free_func(g_free);
    scenario->steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    scenario->declared = g_ptr_array_new_with_free_func((GDestroyNotify)declared_free);
    if (section)
        copy_strings(scenario->rules, section->covers);
    copy_strings(scenario->rules, file->preamble->covers);
    if (!compile_section(&compiler, file->preamble, error) ||
        !compile_section(&compiler, section, error))
        return NULL;
    fill_needs(scenario, needs, file, section);
    fill_info(scenario, file, section, matrices);
    return g_steal_pointer(&scenario);
}
