/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What follows `=>` on a line.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>

void
scn_result_clear(ScnResult *result)
{
    g_clear_pointer(&result->mentions, g_free);
    g_clear_pointer(&result->output, g_free);
    g_clear_pointer(&result->as, g_free);
}

static const ScnWord *
word_at(const GPtrArray *words, guint at, guint end)
{
    return at < end ? g_ptr_array_index(words, at) : NULL;
}

static guint
column_at(const GPtrArray *words, guint at)
{
    const ScnWord *word = g_ptr_array_index(words, MIN(at, words->len - 1));

    return at < words->len ? word->column : word->column + (guint)strlen(word->text);
}

static char *
join_words(const GPtrArray *words, guint from, guint end)
{
    GString *text = g_string_new(NULL);

    for (guint i = from; i < end; i++)
        g_string_append_printf(text, "%s%s", i > from ? " " : "",
                               ((ScnWord *)g_ptr_array_index(words, i))->text);
    return g_string_free(text, FALSE);
}

static gboolean
parse_error(ScnResult *result, const GPtrArray *words, guint from, guint end, const ScnPlace *place,
            GError **error)
{
    const ScnWord *code = word_at(words, from, end);
    const ScnWord *mentions = word_at(words, from + 1, end);
    const ScnWord *text = word_at(words, from + 2, end);

    result->kind = SCN_RESULT_ERROR;
    result->code = code ? vm_error_number(code->text) : -1;
    if (result->code <= 0)
        return scn_syntax_error(error, place, column_at(words, from),
                                "expected the name of an error without VIR_ERR_, such as "
                                "OPERATION_INVALID%s%s",
                                code ? ", not " : "", code ? code->text : "");
    if (!mentions)
        return TRUE;
    if (strcmp(mentions->text, "mentions") != 0 || !text || from + 3 < end)
        return scn_syntax_error(error, place, mentions->column,
                                "expected 'mentions \"text\"' or the end of the line");
    result->mentions = g_strdup(text->text);
    return TRUE;
}

static gboolean
parse_ok(ScnResult *result, const GPtrArray *words, guint from, guint end, const ScnPlace *place,
         GError **error)
{
    const ScnWord *as = word_at(words, from, end);
    const ScnWord *name = word_at(words, from + 1, end);

    result->kind = SCN_RESULT_OK;
    if (!as)
        return TRUE;
    if (strcmp(as->text, "as") != 0 || !name || from + 2 < end)
        return scn_syntax_error(error, place, as->column,
                                "'%s' after 'ok'; expected 'as VAR' or the end of the line",
                                as->text);
    result->as = g_strdup(name->text);
    return TRUE;
}

static gboolean
parse_output(ScnResult *result, const GPtrArray *words, guint from, guint end,
             const ScnPlace *place, GError **error)
{
    const ScnWord *word = word_at(words, from, end);

    if (!word)
        return scn_syntax_error(error, place, column_at(words, from),
                                "expected words after 'output', or 'none'");
    result->kind = SCN_RESULT_OUTPUT;
    if (!word->quoted && strcmp(word->text, "contains") == 0) {
        result->kind = SCN_RESULT_CONTAINS;
        from++;
    }
    if (result->kind == SCN_RESULT_OUTPUT && from + 1 == end && !word->quoted &&
        strcmp(word->text, "none") == 0)
        from++;
    result->output = join_words(words, from, end);
    return TRUE;
}

/* One result, of words [from, end). */
static gboolean
parse_one(ScnResult *result, const GPtrArray *words, guint from, guint end, const ScnPlace *place,
          GError **error)
{
    const ScnWord *word = word_at(words, from, end);

    if (word && strcmp(word->text, "ok") == 0)
        return parse_ok(result, words, from + 1, end, place, error);
    if (word && strcmp(word->text, "error") == 0)
        return parse_error(result, words, from + 1, end, place, error);
    if (word && strcmp(word->text, "output") == 0)
        return parse_output(result, words, from + 1, end, place, error);
    if (word && strcmp(word->text, "outcome") == 0 && from + 1 == end) {
        result->kind = SCN_RESULT_OUTCOME;
        return TRUE;
    }
    return scn_syntax_error(error, place, column_at(words, from),
                            "expected 'ok', 'error CODE', 'outcome' or 'output …' after '=>'%s%s",
                            word ? ", not " : "", word ? word->text : "");
}

/* The end of the part that begins at `from`: the next `;`, or the end of the line. */
static guint
part_end(const GPtrArray *words, guint from)
{
    for (guint i = from; i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);

        if (word->special && strcmp(word->text, ";") == 0)
            return i;
    }
    return words->len;
}

gboolean
scn_result_parse(ScnResult result[2], const GPtrArray *words, guint first, const ScnPlace *place,
                 GError **error)
{
    gboolean seen[2] = {FALSE, FALSE};
    const ScnWord *word = word_at(words, first, words->len);

    if (!word || (strcmp(word->text, "rfc:") != 0 && strcmp(word->text, "libvirt:") != 0))
        return parse_one(&result[0], words, first, words->len, place, error) &&
               parse_one(&result[1], words, first, words->len, place, error);
    for (guint at = first; at < words->len;) {
        guint end = part_end(words, at), which;

        word = g_ptr_array_index(words, at);
        which = strcmp(word->text, "libvirt:") == 0;
        if ((!which && strcmp(word->text, "rfc:") != 0) || seen[which])
            return scn_syntax_error(error, place, word->column,
                                    "expected 'rfc: …; libvirt: …', each once");
        seen[which] = TRUE;
        if (!parse_one(&result[which], words, at + 1, end, place, error))
            return FALSE;
        at = end + 1;
    }
    if (!seen[0] || !seen[1])
        return scn_syntax_error(error, place, column_at(words, words->len),
                                "expected a result for the other profile too: "
                                "'rfc: …; libvirt: …'");
    return TRUE;
}
