/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bench_sim [--rounds N] [--many N] [--real N] [--json FILE] [PART…]: the
 * reference driver on the simulator.  Parts: mixed, scenarios, beside, many.
 */
#include <stdio.h>
#include <string.h>
#include "harness/bench/measure.h"

static const struct {
    const char *name;
    void (*measure)(Figures *figures, const MeasureSize *size);
} parts[] = {
    {"mixed", measure_mixed},
    {"scenarios", measure_scenarios},
    {"beside", measure_beside},
    {"many", measure_many},
};

static gboolean
is_asked_for(const char *part, char **wanted)
{
    return wanted == NULL || g_strv_contains((const char *const *)wanted, part);
}

static gboolean
is_part(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strcmp(parts[i].name, name) == 0)
            return TRUE;
    return FALSE;
}

int
main(int argc, char **argv)
{
    int rounds = 50, many = 100000, real = 60000;
    g_autofree char *json = NULL;
    g_auto(GStrv) wanted = NULL;
    const GOptionEntry entries[] = {
        {"rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "How often things are done", "N"},
        {"many", 0, 0, G_OPTION_ARG_INT, &many, "Redefined snapshots of a large tree", "N"},
        {"real", 0, 0, G_OPTION_ARG_INT, &real, "Internal snapshots of a large tree", "N"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "Write the figures there", "FILE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &wanted, NULL, "[PART…]"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- measure on the simulator");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean ok =
        g_option_context_parse(context, &argc, &argv, &error) && rounds > 0 && many > 0 && real > 0;
    for (guint i = 0; ok && wanted != NULL && wanted[i] != NULL; i++)
        ok = is_part(wanted[i]);
    if (!ok) {
        fprintf(stderr, "bench_sim: %s\n", error != NULL ? error->message : "bad argument");
        return 2;
    }
    MeasureSize size = {(guint)rounds, (guint)many, (guint)real};
    g_autoptr(Figures) figures = figures_new();
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (is_asked_for(parts[i].name, wanted))
            parts[i].measure(figures, &size);
    figures_print(figures);
    return json == NULL || figures_write(figures, json) ? 0 : 1;
}
