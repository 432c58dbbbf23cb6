/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A scenario file's frame: lines, bodies, header, sections.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>

/* Where the reading of a file is. */
typedef struct {
    ScnFile *file;
    char **lines;
    guint at; /* index of the next line */
    ScnPlace place;
    ScnSection *section;
} Reader;

void
scn_statement_free(ScnStatement *statement)
{
    if (!statement)
        return;
    g_ptr_array_unref(statement->words);
    g_clear_pointer(&statement->items, g_ptr_array_unref);
    g_free(statement->source);
    g_free(statement->text);
    g_free(statement);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnStatement, scn_statement_free)

static ScnSection *
section_new(const char *name, guint line)
{
    ScnSection *section = g_new0(ScnSection, 1);

    section->name = g_strdup(name);
    section->line = line;
    section->covers = g_ptr_array_new_with_free_func(g_free);
    section->needs = g_ptr_array_new_with_free_func(g_free);
    section->matrices = g_ptr_array_new_with_free_func((GDestroyNotify)scn_matrix_free);
    section->excludes = g_ptr_array_new_with_free_func((GDestroyNotify)scn_conditions_free);
    section->statements = g_ptr_array_new_with_free_func((GDestroyNotify)scn_statement_free);
    return section;
}

void
scn_section_free(ScnSection *section)
{
    if (!section)
        return;
    g_free(section->name);
    g_ptr_array_unref(section->covers);
    g_ptr_array_unref(section->needs);
    g_ptr_array_unref(section->matrices);
    g_ptr_array_unref(section->excludes);
    g_ptr_array_unref(section->statements);
    g_free(section);
}

void
scn_file_free(ScnFile *file)
{
    if (!file)
        return;
    g_free(file->name);
    g_free(file->path);
    g_free(file->sentence);
    scn_section_free(file->preamble);
    g_ptr_array_unref(file->sections);
    g_free(file);
}

/* The next line with its continuations joined, or NULL at the end. */
static char *
next_line(Reader *reader)
{
    g_autoptr(GString) line = g_string_new(NULL);

    if (!reader->lines[reader->at])
        return NULL;
    reader->place.line = reader->at + 1;
    do {
        g_string_append(line, reader->lines[reader->at++]);
        if (!line->len || line->str[line->len - 1] != '\\')
            break;
        g_string_truncate(line, line->len - 1);
    } while (reader->lines[reader->at]);
    return g_strdup(line->str);
}

/* A body that the text ends before: more lines could still end it. */
static gboolean
open_body(GError **error)
{
    if (error && *error)
        (*error)->code = SCN_ERROR_OPEN;
    return FALSE;
}

/* Read up to the line that is nothing but `end`. */
static char *
read_text(Reader *reader, const ScnWord *end, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (; reader->lines[reader->at]; reader->at++) {
        g_autofree char *line = g_strstrip(g_strdup(reader->lines[reader->at]));

        if (strcmp(line, end->text) == 0) {
            reader->at++;
            return g_strdup(text->str);
        }
        g_string_append(text, reader->lines[reader->at]);
        g_string_append_c(text, '\n');
    }
    scn_syntax_error(error, &reader->place, end->column,
                     "the text does not end; expected a line that is nothing but '%s'", end->text);
    open_body(error);
    return NULL;
}

static gboolean
is_special(const ScnWord *word, const char *token)
{
    return word->special && strcmp(word->text, token) == 0;
}

/* Add the words after `first` to the items; TRUE in *ended at the closing brace. */
static gboolean
take_items(GPtrArray *items, const GPtrArray *words, guint first, const ScnPlace *place,
           gboolean *ended, GError **error)
{
    GPtrArray *item = NULL;

    for (guint i = first; i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);

        if (*ended)
            return scn_syntax_error(error, place, word->column,
                                    "'%s' after the block; expected the end of the line",
                                    word->text);
        if (is_special(word, "}")) {
            *ended = TRUE;
        } else if (is_special(word, ";")) {
            item = NULL;
        } else {
            if (!item) {
                item = g_ptr_array_new_with_free_func((GDestroyNotify)scn_word_free);
                g_ptr_array_add(items, item);
            }
            g_ptr_array_add(item, scn_word_copy(word));
        }
    }
    return TRUE;
}

/* Read a `{ … }` body that begins with word `first` of the statement. */
static gboolean
read_items(Reader *reader, ScnStatement *statement, guint first, GError **error)
{
    ScnPlace begin = reader->place;
    guint column = ((ScnWord *)g_ptr_array_index(statement->words, first))->column;
    gboolean ended = FALSE;

    statement->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    if (!take_items(statement->items, statement->words, first + 1, &begin, &ended, error))
        return FALSE;
    g_ptr_array_set_size(statement->words, first);
    while (!ended) {
        g_autofree char *line = next_line(reader);
        g_autoptr(GPtrArray) words = NULL;

        if (!line) {
            scn_syntax_error(error, &begin, column, "the block does not end; expected '}'");
            return open_body(error);
        }
        words = scn_lex(line, &reader->place, error);
        if (!words || !take_items(statement->items, words, 0, &reader->place, &ended, error))
            return FALSE;
    }
    reader->place = begin;
    return TRUE;
}

/* Read the body that a statement may have. */
static gboolean
read_body(Reader *reader, ScnStatement *statement, GError **error)
{
    for (guint i = 0; i < statement->words->len; i++) {
        const ScnWord *word = g_ptr_array_index(statement->words, i);
        const ScnWord *next =
            i + 1 < statement->words->len ? g_ptr_array_index(statement->words, i + 1) : NULL;

        if (is_special(word, "{"))
            return read_items(reader, statement, i, error);
        if (!is_special(word, "<<"))
            continue;
        if (!next || i + 2 < statement->words->len)
            return scn_syntax_error(error, &reader->place, word->column,
                                    "expected one word after '<<' that ends the text");
        statement->text = read_text(reader, next, error);
        g_ptr_array_set_size(statement->words, i);
        return statement->text != NULL;
    }
    return TRUE;
}

/* Take away a `rfc:` or `libvirt:` that begins the line. */
static VmProfile
take_profile(GPtrArray *words)
{
    const ScnWord *word = g_ptr_array_index(words, 0);
    VmProfile profile = strcmp(word->text, "rfc:") == 0       ? VM_PROFILE_RFC
                        : strcmp(word->text, "libvirt:") == 0 ? VM_PROFILE_LIBVIRT
                                                              : VM_PROFILE_BOTH;

    if (profile != VM_PROFILE_BOTH)
        g_ptr_array_remove_index(words, 0);
    return profile;
}

static void
add_words(GPtrArray *strings, const GPtrArray *words)
{
    for (guint i = 1; i < words->len; i++)
        g_ptr_array_add(strings, g_strdup(((ScnWord *)g_ptr_array_index(words, i))->text));
}

static gboolean
set_profile(Reader *reader, const GPtrArray *words, GError **error)
{
    const ScnWord *word = words->len == 2 ? g_ptr_array_index(words, 1) : NULL;
    static const struct {
        const char *word;
        VmProfile profile;
    } profiles[] = {
        {"rfc", VM_PROFILE_RFC}, {"libvirt", VM_PROFILE_LIBVIRT}, {"both", VM_PROFILE_BOTH}};

    for (guint i = 0; word && i < G_N_ELEMENTS(profiles); i++) {
        if (strcmp(word->text, profiles[i].word) == 0) {
            reader->section->profile = profiles[i].profile;
            return TRUE;
        }
    }
    return scn_syntax_error(error, &reader->place, word ? word->column : 1,
                            "expected 'profile rfc', 'profile libvirt' or 'profile both'");
}

static gboolean
set_label(Reader *reader, const GPtrArray *words, GError **error)
{
    const ScnWord *word = words->len == 2 ? g_ptr_array_index(words, 1) : NULL;

    if (!word || strcmp(word->text, "slow") != 0)
        return scn_syntax_error(error, &reader->place, word ? word->column : 1,
                                "expected 'label slow'");
    reader->section->slow = TRUE;
    return TRUE;
}

static gboolean
begin_case(Reader *reader, const GPtrArray *words, GError **error)
{
    const ScnWord *word = words->len == 2 ? g_ptr_array_index(words, 1) : NULL;

    if (!word || !*word->text || strpbrk(word->text, "/[],= \t"))
        return scn_syntax_error(error, &reader->place, word ? word->column : 1,
                                "expected 'case NAME', a name without blanks, '/', ',', '=' "
                                "and brackets");
    for (guint i = 0; i < reader->file->sections->len; i++) {
        const ScnSection *other = g_ptr_array_index(reader->file->sections, i);

        if (strcmp(other->name, word->text) == 0)
            return scn_syntax_error(error, &reader->place, word->column,
                                    "case '%s' stands at line %u already; expected another name",
                                    word->text, other->line);
    }
    reader->section = section_new(word->text, reader->place.line);
    g_ptr_array_add(reader->file->sections, reader->section);
    return TRUE;
}

/* A header line, or a step; takes the statement. */
static gboolean
take_statement(Reader *reader, ScnStatement *taken, GError **error)
{
    g_autoptr(ScnStatement) statement = taken;
    const ScnWord *word = g_ptr_array_index(statement->words, 0);

    if (strcmp(word->text, "covers") == 0 || strcmp(word->text, "needs") == 0) {
        add_words(*word->text == 'c' ? reader->section->covers : reader->section->needs,
                  statement->words);
        return TRUE;
    }
    if (strcmp(word->text, "profile") == 0)
        return set_profile(reader, statement->words, error);
    if (strcmp(word->text, "label") == 0)
        return set_label(reader, statement->words, error);
    if (strcmp(word->text, "case") == 0)
        return begin_case(reader, statement->words, error);
    if (strcmp(word->text, "matrix") == 0)
        return scn_matrix_parse(reader->file->preamble, reader->section, statement, &reader->place,
                                error);
    if (strcmp(word->text, "exclude") == 0)
        return scn_exclude_parse(reader->file->preamble, reader->section, statement, &reader->place,
                                 error);
    g_ptr_array_add(reader->section->statements, g_steal_pointer(&statement));
    return TRUE;
}

static gboolean
read_statement(Reader *reader, const char *line, GError **error)
{
    g_autoptr(ScnStatement) statement = g_new0(ScnStatement, 1);
    ScnWord *last;

    statement->words = scn_lex(line, &reader->place, error);
    if (!statement->words) {
        statement->words = g_ptr_array_new();
        return FALSE;
    }
    if (statement->words->len == 0)
        return TRUE;
    statement->line = reader->place.line;
    statement->source = g_strstrip(g_strdup(line));
    statement->profile = take_profile(statement->words);
    last = statement->words->len ? g_ptr_array_index(statement->words, 0) : NULL;
    if (!last)
        return scn_syntax_error(error, &reader->place, 1, "expected a statement after the profile");
    if (!read_body(reader, statement, error))
        return FALSE;
    if (statement->words->len == 0)
        return scn_syntax_error(error, &reader->place, 1, "expected a statement before the body");
    return take_statement(reader, g_steal_pointer(&statement), error);
}

/* The first line must be the comment that says what the file protects. */
static gboolean
read_sentence(Reader *reader, GError **error)
{
    const char *line = reader->lines[0] ? reader->lines[0] : "";
    g_autofree char *sentence = g_strstrip(g_strdup(*line == '#' ? line + 1 : ""));

    reader->place.line = 1;
    if (!*sentence)
        return scn_syntax_error(error, &reader->place, 1,
                                "expected a comment: one sentence that says what the file "
                                "protects");
    reader->file->sentence = g_steal_pointer(&sentence);
    reader->at = 1;
    return TRUE;
}

/* Every case compiles, at least with its first combination. */
static gboolean
visit_once(const GPtrArray *matrices, const GPtrArray *chosen, gpointer data, GError **error)
{
    gpointer *both = data;
    ScnCase *scenario;

    if (both[2])
        return TRUE;
    both[2] = both[0];
    scenario = scn_compile(both[0], both[1], matrices, chosen, error);
    if (!scenario)
        return FALSE;
    scn_case_free(scenario);
    return TRUE;
}

static gboolean
check_cases(ScnFile *file, GError **error)
{
    for (guint i = 0; i < MAX(file->sections->len, 1); i++) {
        ScnSection *section = i < file->sections->len ? g_ptr_array_index(file->sections, i) : NULL;
        gpointer data[] = {file, section, NULL};

        if (!scn_matrix_each(file->preamble, section, visit_once, data, error))
            return FALSE;
    }
    return TRUE;
}

ScnFile *
scn_file_parse(const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_strconcat(name, ".scn", NULL);

    return scn_file_parse_at(name, path, text, error);
}

ScnFile *
scn_file_parse_at(const char *name, const char *path, const char *text, GError **error)
{
    g_autoptr(ScnFile) file = g_new0(ScnFile, 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Reader reader = {.file = file, .lines = lines};

    file->name = g_strdup(name);
    file->path = g_strdup(path);
    file->preamble = section_new(NULL, 1);
    file->sections = g_ptr_array_new_with_free_func((GDestroyNotify)scn_section_free);
    reader.place.file = file->path;
    reader.section = file->preamble;
    if (!read_sentence(&reader, error))
        return NULL;
    for (;;) {
        g_autofree char *line = next_line(&reader);

        if (!line)
            break;
        if (!read_statement(&reader, line, error))
            return NULL;
    }
    if (!check_cases(file, error))
        return NULL;
    return g_steal_pointer(&file);
}
