/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tables and sums of a run of the flag matrix.
 */
#include "harness/explore/matrix_report.h"

#include <string.h>
#include "harness/report/exit_code.h"

/* Unspecified combinations that are listed by line. */
#define UNSPECIFIED_LISTED 20

static void
count_one(MatrixTally *tally, const MatrixRecord *record)
{
    gpointer code = GINT_TO_POINTER((gint)record->code);

    tally->planned++;
    if (record->verdict == MATRIX_NOT_RUN || record->verdict == MATRIX_NO_WORLD)
        return;
    tally->ran++;
    tally->unspecified += record->verdict == MATRIX_UNSPECIFIED;
    tally->differ += record->verdict == MATRIX_DIFFERS;
    tally->crashed += record->verdict == MATRIX_CRASHED;
    if (record->verdict == MATRIX_CRASHED)
        return;
    tally->ok += record->code == 0;
    tally->refused += record->code != 0;
    if (record->code != 0)
        g_hash_table_insert(
            tally->codes, code,
            GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(tally->codes, code)) + 1));
}

void
matrix_tally(const MatrixRun *run, VmCall call, MatrixTally *tally)
{
    *tally = (MatrixTally){.codes = g_hash_table_new(NULL, NULL)};
    for (guint w = 0; w < run->plan->worlds->len; w++) {
        const MatrixWorld *world = g_ptr_array_index(run->plan->worlds, w);

        for (guint l = 0; l < world->lines->len; l++) {
            const MatrixLine *line = g_ptr_array_index(world->lines, l);

            for (guint i = 0; (call == VM_CALL_LAST || line->call == call) && i < line->sets->len;
                 i++)
                count_one(tally, &run->records[line->first + i]);
        }
    }
}

void
matrix_tally_clear(MatrixTally *tally)
{
    g_clear_pointer(&tally->codes, g_hash_table_unref);
}

static int
compare_codes(gconstpointer one, gconstpointer other)
{
    return *(const gint *)one - *(const gint *)other;
}

/* The codes of a tally in order: an array of gint. */
static GArray *
codes_of(const MatrixTally *tally)
{
    GArray *codes = g_array_new(FALSE, FALSE, sizeof(gint));
    GHashTableIter iter;
    gpointer code;

    g_hash_table_iter_init(&iter, tally->codes);
    while (g_hash_table_iter_next(&iter, &code, NULL)) {
        gint number = GPOINTER_TO_INT(code);

        g_array_append_val(codes, number);
    }
    g_array_sort(codes, compare_codes);
    return codes;
}

static guint
code_count(const MatrixTally *tally, gint code)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(tally->codes, GINT_TO_POINTER(code)));
}

/* ---- for people ---- */

static void
print_call(FILE *out, const char *name, const MatrixTally *tally)
{
    g_autoptr(GArray) codes = codes_of(tally);

    fprintf(out, "%-32s %7u %7u %7u %6u %6u  ", name, tally->planned, tally->ran, tally->ok,
            tally->unspecified, tally->differ + tally->crashed);
    for (guint i = 0; i < codes->len; i++) {
        gint code = g_array_index(codes, gint, i);

        fprintf(out, "%s%s %u", i ? ", " : "", vm_error_name(code), code_count(tally, code));
    }
    fprintf(out, "\n");
}

static void
print_calls(FILE *out, const MatrixRun *run)
{
    MatrixTally tally;

    fprintf(out, "%-32s %7s %7s %7s %6s %6s  %s\n", "call", "planned", "ran", "ok", "unspec",
            "differ", "refused with");
    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        matrix_tally(run, call, &tally);
        if (tally.planned)
            print_call(out, vm_call_info(call)->name, &tally);
        matrix_tally_clear(&tally);
    }
    matrix_tally(run, VM_CALL_LAST, &tally);
    print_call(out, "all", &tally);
    matrix_tally_clear(&tally);
}

static void
print_unspecified(FILE *out, const MatrixRun *run)
{
    guint listed = 0;

    for (guint i = 0; i < run->plan->count && listed < UNSPECIFIED_LISTED; i++) {
        MatrixCombination combination;
        g_autofree char *flags = NULL;

        if (run->records[i].verdict != MATRIX_UNSPECIFIED)
            continue;
        combination = matrix_plan_at(run->plan, i);
        flags = matrix_combination_flags(&combination);
        fprintf(out, "%sunspecified: %s: %s, flags %s\n", listed++ ? "" : "\n",
                combination.world->kind->id, combination.line->text, flags);
    }
}

static void
print_indented(FILE *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        /* The documents are long and the same everywhere; what is asked for is the one used. */
        if (*lines[i])
            fprintf(out, "    %s\n", lines[i]);
    }
}

/* The steps of a world without the documents that the line does not use. */
static char *
steps_for(const WorldKind *kind, const char *line)
{
    g_auto(GStrv) statements = g_strsplit(kind->text, "\ndocument ", -1);
    GString *text = g_string_new(statements[0]);

    for (guint i = 1; statements[i]; i++) {
        g_autofree char *name = g_strndup(statements[i], strcspn(statements[i], " "));

        if (strstr(line, name) || strstr(statements[0], name))
            g_string_append_printf(text, "\ndocument %s", statements[i]);
    }
    return g_string_free(text, FALSE);
}

static void
print_group(FILE *out, const MatrixRun *run, const MatrixGroup *group)
{
    MatrixCombination combination = matrix_plan_at(run->plan, group->number);
    g_autofree char *flags = NULL;
    g_autofree char *line = NULL;
    g_autofree char *steps = NULL;

    combination.flags = group->flags;
    flags = matrix_combination_flags(&combination);
    line = matrix_combination_text(&combination);
    steps = steps_for(combination.world->kind, line);
    fprintf(out, "\n%u disagree: %s, smallest flags %s, in %s\n", group->count,
            vm_call_info(combination.line->call)->name, flags, combination.world->kind->id);
    if (group->sight.record.verdict == MATRIX_AGREES)
        fprintf(out,
                "  it agrees when it is tried alone: a call before it left something behind\n");
    else
        fprintf(out, "  %s: %s\n", group->sight.rule, group->sight.text);
    print_indented(out, steps);
    fprintf(out, "    %s => outcome\n", line);
}

static void
print_faults(FILE *out, const MatrixRun *run)
{
    for (guint i = 0; i < run->plan->worlds->len; i++) {
        const MatrixWorld *world = g_ptr_array_index(run->plan->worlds, i);

        if (run->faults[i])
            fprintf(out, "\nno world %s: %s\n", world->kind->id, run->faults[i]);
    }
}

static void
print_not_at_the_seam(FILE *out)
{
    guint count = 0;

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        if (!call_is_at_the_seam(call))
            fprintf(out, "%s%s",
                    count++ ? ", " : "\nnot at the target seam yet: ", vm_call_info(call)->name);
    }
    if (count)
        fprintf(out, " (%u calls)\n", count);
}

void
matrix_print(FILE *out, const MatrixRun *run, const GPtrArray *groups)
{
    g_autofree char *why = NULL;

    print_calls(out, run);
    print_unspecified(out, run);
    print_faults(out, run);
    for (guint i = 0; i < groups->len; i++)
        print_group(out, run, g_ptr_array_index(groups, i));
    print_not_at_the_seam(out);
    matrix_exit_code(run, &why);
    fprintf(out, "\n%u of %u combinations in %u worlds, profile %s, %.1f s: %s\n",
            matrix_run_count(run), run->plan->count, run->plan->worlds->len,
            run->plan->profile == VM_PROFILE_LIBVIRT ? "libvirt" : "rfc", run->seconds,
            why ? why : "all as the outcome data says");
}

int
matrix_exit_code(const MatrixRun *run, char **why)
{
    MatrixTally all;
    int code = EXIT_CODE_OK;

    matrix_tally(run, VM_CALL_LAST, &all);
    *why = NULL;
    if (all.differ + all.crashed > 0) {
        *why = g_strdup_printf("%u disagree", all.differ + all.crashed);
        code = EXIT_CODE_UNEXPECTED;
    } else if (all.ran < all.planned || all.planned == 0) {
        *why = g_strdup_printf("%u were not run", all.planned - all.ran);
        code = EXIT_CODE_INCOMPLETE;
    } else if (all.unspecified * MATRIX_UNSPECIFIED_ONE_IN > all.planned) {
        *why = g_strdup_printf("%u are unspecified, more than one in %d", all.unspecified,
                               MATRIX_UNSPECIFIED_ONE_IN);
        code = EXIT_CODE_UNEXPECTED;
    }
    matrix_tally_clear(&all);
    return code;
}

/* ---- for programs ---- */

static json_t *
tally_json(const MatrixTally *tally)
{
    json_t *codes = json_object();
    g_autoptr(GArray) order = codes_of(tally);

    for (guint i = 0; i < order->len; i++) {
        gint code = g_array_index(order, gint, i);

        json_object_set_new(codes, vm_error_name(code),
                            json_integer((json_int_t)code_count(tally, code)));
    }
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "planned", (json_int_t)tally->planned, "ran",
                     (json_int_t)tally->ran, "ok", (json_int_t)tally->ok, "unspecified",
                     (json_int_t)tally->unspecified, "differ", (json_int_t)tally->differ, "crashed",
                     (json_int_t)tally->crashed, "refused", codes);
}

static json_t *
group_json(const MatrixRun *run, const MatrixGroup *group)
{
    MatrixCombination combination = matrix_plan_at(run->plan, group->number);
    g_autofree char *flags = NULL;
    g_autofree char *line = NULL;

    combination.flags = group->flags;
    flags = matrix_combination_flags(&combination);
    line = matrix_combination_text(&combination);
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "count", (json_int_t)group->count, "call",
                     vm_call_info(combination.line->call)->name, "world",
                     combination.world->kind->id, "line", line, "flags", flags, "rule",
                     group->sight.rule, "text", group->sight.text);
}

json_t *
matrix_json(const MatrixRun *run, const GPtrArray *groups)
{
    json_t *calls = json_object();
    json_t *differ = json_array();
    MatrixTally tally;
    json_t *all;

    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        matrix_tally(run, call, &tally);
        if (tally.planned)
            json_object_set_new(calls, vm_call_info(call)->name, tally_json(&tally));
        matrix_tally_clear(&tally);
    }
    for (guint i = 0; i < groups->len; i++)
        json_array_append_new(differ, group_json(run, g_ptr_array_index(groups, i)));
    matrix_tally(run, VM_CALL_LAST, &tally);
    all = tally_json(&tally);
    matrix_tally_clear(&tally);
    return json_pack("{s:s,s:I,s:o,s:o,s:o}", "profile",
                     run->plan->profile == VM_PROFILE_LIBVIRT ? "libvirt" : "rfc", "worlds",
                     (json_int_t)run->plan->worlds->len, "all", all, "calls", calls,
                     "disagreements", differ);
}
