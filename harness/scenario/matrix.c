/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Matrix lines: values, subsets of flags, combinations.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>

static void
value_free(ScnMatrixValue *value)
{
    g_free(value->value);
    g_free(value->label);
    g_free(value);
}

void
scn_matrix_free(ScnMatrix *matrix)
{
    if (!matrix)
        return;
    g_free(matrix->name);
    g_ptr_array_unref(matrix->values);
    g_free(matrix);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnMatrix, scn_matrix_free)

static void
condition_free(ScnCondition *condition)
{
    g_free(condition->name);
    g_free(condition->label);
    g_free(condition);
}

void
scn_conditions_free(GPtrArray *conditions)
{
    g_ptr_array_unref(conditions);
}

/* A value as the ids of cases say it: without what separates the parts of an id. */
static char *
label_of(const char *text)
{
    return g_strdelimit(g_strdup(text), "/[],= \t", '_');
}

static void
add_value(ScnMatrix *matrix, const char *value, const char *label)
{
    ScnMatrixValue *made = g_new0(ScnMatrixValue, 1);

    made->value = g_strdup(value);
    made->label = label_of(label);
    g_ptr_array_add(matrix->values, made);
}

/* The value of one subset of flags: its options, and its name. */
static void
add_subset(ScnMatrix *matrix, VmCall call, const GPtrArray *flags, guint subset)
{
    g_autoptr(GString) value = g_string_new(NULL);
    g_autoptr(GString) label = g_string_new(NULL);

    for (guint i = 0; i < flags->len; i++) {
        const VmFlagInfo *flag = g_ptr_array_index(flags, i);
        g_autofree char *one = vm_flags_format(call, flag->value);

        if (!(subset & 1u << i))
            continue;
        if (!flag->option)
            g_string_append_printf(value, " --flags 0x%x", flag->value);
        else if (g_str_has_prefix(flag->option, "mode="))
            g_string_append_printf(value, " --mode %s", flag->option + 5);
        else
            g_string_append_printf(value, " --%s", flag->option);
        g_string_append_printf(label, "%s%s", label->len ? "|" : "", one);
    }
    add_value(matrix, value->str, label->len ? label->str : "none");
}

/* All flags that a command has an option or a number for. */
static GPtrArray *
all_flags(const char *command, VmCall call)
{
    GPtrArray *flags = g_ptr_array_new();
    gsize count;
    const VmFlagInfo *info = vm_call_flags(call, &count);

    for (gsize i = 0; i < count; i++) {
        if (!scn_command_lacks(command, info[i].option))
            g_ptr_array_add(flags, (gpointer)&info[i]);
    }
    return flags;
}

/* The flags of `a,b,c`; NULL with an error that names the wrong one, or one that is there twice. */
static GPtrArray *
some_flags(const ScnWord *list, VmCall call, const ScnPlace *place, GError **error)
{
    g_autoptr(GPtrArray) flags = g_ptr_array_new();
    g_auto(GStrv) names = g_strsplit(list->text, ",", -1);

    for (guint i = 0; names[i]; i++) {
        const VmFlagInfo *flag = vm_flag_by_option(call, names[i]);

        flag = flag ? flag : vm_flag_by_name(call, names[i]);
        if (!flag) {
            scn_syntax_error(error, place, list->column,
                             "'%s' is no flag of %s; expected options joined by commas", names[i],
                             vm_call_info(call)->name);
            return NULL;
        }
        if (g_ptr_array_find(flags, flag, NULL)) {
            scn_syntax_error(error, place, list->column, "'%s' is there twice; expected it once",
                             names[i]);
            return NULL;
        }
        g_ptr_array_add(flags, (gpointer)flag);
    }
    return g_steal_pointer(&flags);
}

/* `flags COMMAND all`, `… pairs`, `… subset-of a,b,c` */
static gboolean
flag_values(ScnMatrix *matrix, GPtrArray *words, const ScnPlace *place, GError **error)
{
    const ScnWord *command = words->len > 4 ? g_ptr_array_index(words, 4) : NULL;
    const ScnWord *how = words->len > 5 ? g_ptr_array_index(words, 5) : NULL;
    const ScnWord *list = words->len > 6 ? g_ptr_array_index(words, 6) : NULL;
    g_autoptr(GPtrArray) flags = NULL;
    int call = command ? scn_command_call(command->text) : -1;

    if (call < 0)
        return scn_syntax_error(error, place, command ? command->column : 1,
                                "expected a command that takes flags after 'flags'");
    if (how && strcmp(how->text, "subset-of") == 0 && list) {
        flags = some_flags(list, call, place, error);
    } else if (how && !list && (strcmp(how->text, "all") == 0 || strcmp(how->text, "pairs") == 0)) {
        flags = all_flags(command->text, call);
        matrix->full = strcmp(how->text, "all") == 0;
    } else {
        return scn_syntax_error(error, place, how ? how->column : command->column,
                                "expected 'all', 'pairs' or 'subset-of a,b,c'");
    }
    if (!flags)
        return FALSE;
    g_assert(flags->len < 32);
    for (guint subset = 0; subset < 1u << flags->len; subset++) {
        if (strcmp(how->text, "pairs") != 0 || __builtin_popcount(subset) <= 2)
            add_subset(matrix, call, flags, subset);
    }
    return TRUE;
}

static ScnMatrix *
find_matrix(const ScnSection *section, const char *name)
{
    for (guint i = 0; i < section->matrices->len; i++) {
        ScnMatrix *matrix = g_ptr_array_index(section->matrices, i);

        if (strcmp(matrix->name, name) == 0)
            return matrix;
    }
    return NULL;
}

/* How many combinations the lines of a section make; SCN_COMBINATIONS_MAX + 1 where it is more than
 * that. */
static guint64
combinations(const ScnSection *section, guint64 others)
{
    for (guint i = 0; i < section->matrices->len; i++) {
        const ScnMatrix *matrix = g_ptr_array_index(section->matrices, i);

        others = MIN(others * matrix->values->len, SCN_COMBINATIONS_MAX + 1);
    }
    return others;
}

/* Add a matrix whose name is new and that does not make too many cases. */
static gboolean
add_matrix(ScnSection *preamble, ScnSection *section, ScnMatrix *matrix, const ScnPlace *place,
           GError **error)
{
    guint64 before = section == preamble ? 1 : combinations(preamble, 1);

    g_ptr_array_add(section->matrices, matrix);
    if (combinations(section, before) > SCN_COMBINATIONS_MAX)
        return scn_syntax_error(error, place, 1,
                                "more than %u combinations with this line; expected fewer values",
                                SCN_COMBINATIONS_MAX);
    return TRUE;
}

gboolean
scn_matrix_parse(ScnSection *preamble, ScnSection *section, const ScnStatement *statement,
                 const ScnPlace *place, GError **error)
{
    g_autoptr(ScnMatrix) matrix = g_new0(ScnMatrix, 1);
    GPtrArray *words = statement->words;
    const ScnWord *name = words->len > 1 ? g_ptr_array_index(words, 1) : NULL;
    const ScnWord *equals = words->len > 2 ? g_ptr_array_index(words, 2) : NULL;
    const ScnWord *first = words->len > 3 ? g_ptr_array_index(words, 3) : NULL;

    matrix->values = g_ptr_array_new_with_free_func((GDestroyNotify)value_free);
    if (!first || strcmp(equals->text, "=") != 0)
        return scn_syntax_error(error, place, name ? name->column : 1,
                                "expected 'matrix VAR = value…' with blanks around '='");
    if (find_matrix(preamble, name->text) || find_matrix(section, name->text))
        return scn_syntax_error(error, place, name->column,
                                "'%s' is a matrix variable already; expected another name",
                                name->text);
    matrix->name = g_strdup(name->text);
    if (!first->quoted && strcmp(first->text, "flags") == 0) {
        if (!flag_values(matrix, words, place, error))
            return FALSE;
    } else {
        for (guint i = 3; i < words->len; i++) {
            const ScnWord *word = g_ptr_array_index(words, i);

            add_value(matrix, word->text, *word->text ? word->text : "empty");
        }
    }
    return add_matrix(preamble, section, g_steal_pointer(&matrix), place, error);
}

static gboolean
has_value(const ScnMatrix *matrix, const char *label)
{
    for (guint i = 0; i < matrix->values->len; i++)
        if (strcmp(((ScnMatrixValue *)g_ptr_array_index(matrix->values, i))->label, label) == 0)
            return TRUE;
    return FALSE;
}

gboolean
scn_exclude_parse(const ScnSection *preamble, ScnSection *section, const ScnStatement *statement,
                  const ScnPlace *place, GError **error)
{
    g_autoptr(GPtrArray) conditions =
        g_ptr_array_new_with_free_func((GDestroyNotify)condition_free);

    for (guint i = 1; i < statement->words->len; i++) {
        const ScnWord *word = g_ptr_array_index(statement->words, i);
        const char *sign = strpbrk(word->text, "=~");
        const ScnMatrix *matrix;
        ScnCondition *condition;

        if (!sign || sign == word->text)
            return scn_syntax_error(error, place, word->column, "expected VAR=value or VAR~FLAG");
        condition = g_new0(ScnCondition, 1);
        condition->name = g_strndup(word->text, sign - word->text);
        condition->label = label_of(sign + 1);
        condition->contains = *sign == '~';
        g_ptr_array_add(conditions, condition);
        matrix = find_matrix(section, condition->name);
        if (!matrix)
            matrix = find_matrix(preamble, condition->name);
        if (!matrix)
            return scn_syntax_error(error, place, word->column,
                                    "no matrix variable '%s'; expected one of a 'matrix' line "
                                    "above this line",
                                    condition->name);
        if (!condition->contains && !has_value(matrix, condition->label))
            return scn_syntax_error(error, place, word->column,
                                    "'%s' has no value '%s'; expected one that it has",
                                    condition->name, sign + 1);
    }
    if (conditions->len == 0)
        return scn_syntax_error(error, place, 1, "expected 'exclude VAR=value…'");
    g_ptr_array_add(section->excludes, g_steal_pointer(&conditions));
    return TRUE;
}

static gboolean
condition_holds(const ScnCondition *condition, const GPtrArray *matrices, const GPtrArray *chosen)
{
    for (guint i = 0; i < matrices->len; i++) {
        const ScnMatrix *matrix = g_ptr_array_index(matrices, i);
        const ScnMatrixValue *value = g_ptr_array_index(chosen, i);
        g_auto(GStrv) parts = NULL;

        if (strcmp(matrix->name, condition->name) != 0)
            continue;
        parts = g_strsplit(value->label, "|", -1);
        return condition->contains ? g_strv_contains((const char *const *)parts, condition->label)
                                   : strcmp(value->label, condition->label) == 0;
    }
    return FALSE;
}

static gboolean
excluded(const GPtrArray *excludes, const GPtrArray *matrices, const GPtrArray *chosen)
{
    for (guint i = 0; i < excludes->len; i++) {
        const GPtrArray *conditions = g_ptr_array_index(excludes, i);
        gboolean all = TRUE;

        for (guint j = 0; all && j < conditions->len; j++)
            all = condition_holds(g_ptr_array_index(conditions, j), matrices, chosen);
        if (all)
            return TRUE;
    }
    return FALSE;
}

gboolean
scn_matrix_each(const ScnSection *preamble, const ScnSection *section, ScnVisit visit,
                gpointer data, GError **error)
{
    g_autoptr(GPtrArray) matrices = g_ptr_array_new();
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    guint64 total = 1;

    for (guint i = 0; i < preamble->matrices->len; i++)
        g_ptr_array_add(matrices, g_ptr_array_index(preamble->matrices, i));
    for (guint i = 0; section && i < section->matrices->len; i++)
        g_ptr_array_add(matrices, g_ptr_array_index(section->matrices, i));
    for (guint i = 0; i < matrices->len; i++)
        total *= ((ScnMatrix *)g_ptr_array_index(matrices, i))->values->len;
    for (guint64 n = 0; n < total; n++) {
        guint64 rest = n;

        g_ptr_array_set_size(chosen, matrices->len);
        for (guint i = matrices->len; i-- > 0;) {
            const GPtrArray *values = ((ScnMatrix *)g_ptr_array_index(matrices, i))->values;

            chosen->pdata[i] = g_ptr_array_index(values, rest % values->len);
            rest /= values->len;
        }
        if (excluded(preamble->excludes, matrices, chosen) ||
            (section && excluded(section->excludes, matrices, chosen)))
            continue;
        if (!visit(matrices, chosen, data, error))
            return FALSE;
    }
    return TRUE;
}
