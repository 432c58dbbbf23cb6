/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Figures: kept in the order in which they came.
 */
#include "harness/bench/figures.h"
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    char *part;
    char *name;
    char *unit;
    double value;
    FigureSense sense;
    double goal;
} Figure;

struct Figures {
    GArray *rows; /* of Figure */
    char *part;
};

static void
clear_figure(gpointer data)
{
    Figure *figure = data;
    g_free(figure->part);
    g_free(figure->name);
    g_free(figure->unit);
}

Figures *
figures_new(void)
{
    Figures *figures = g_new0(Figures, 1);
    figures->rows = g_array_new(FALSE, FALSE, sizeof(Figure));
    g_array_set_clear_func(figures->rows, clear_figure);
    return figures;
}

void
figures_free(Figures *figures)
{
    if (figures == NULL)
        return;
    g_array_unref(figures->rows);
    g_free(figures->part);
    g_free(figures);
}

void
figures_part(Figures *figures, const char *part)
{
    g_free(figures->part);
    figures->part = g_strdup(part);
}

void
figures_add(Figures *figures, const char *name, double value, const char *unit)
{
    Figure figure = {g_strdup(figures->part), g_strdup(name), g_strdup(unit), value, 0, 0};
    g_array_append_val(figures->rows, figure);
}

void
figures_goal(Figures *figures, const char *name, double value, FigureSense sense, double goal)
{
    Figure figure = {g_strdup(figures->part), g_strdup(name), NULL, value, sense, goal};
    g_array_append_val(figures->rows, figure);
}

static gboolean
is_met(const Figure *figure)
{
    return figure->sense == FIGURE_AT_LEAST ? figure->value >= figure->goal
                                            : figure->value <= figure->goal;
}

void
figures_print(const Figures *figures)
{
    const char *part = NULL;
    for (guint i = 0; i < figures->rows->len; i++) {
        const Figure *figure = &g_array_index(figures->rows, Figure, i);
        if (g_strcmp0(part, figure->part) != 0)
            printf("%s%s\n", i > 0 ? "\n" : "", figure->part);
        part = figure->part;
        printf("  %-44s %12.2f", figure->name, figure->value);
        if (figure->sense == FIGURE_PLAIN)
            printf(" %s\n", figure->unit);
        else
            printf("   goal %s %g: %s\n",
                   figure->sense == FIGURE_AT_LEAST ? ">=" : "<=", figure->goal,
                   is_met(figure) ? "met" : "MISSED");
    }
}

static json_t *
to_json(const Figure *figure)
{
    json_t *json = json_pack("{s:s, s:s, s:f}", "part", figure->part, "name", figure->name, "value",
                             figure->value);
    if (figure->sense == FIGURE_PLAIN) {
        json_object_set_new(json, "unit", json_string(figure->unit));
        return json;
    }
    json_object_set_new(json, figure->sense == FIGURE_AT_LEAST ? "at_least" : "at_most",
                        json_real(figure->goal));
    json_object_set_new(json, "met", json_boolean(is_met(figure)));
    return json;
}

gboolean
figures_write(const Figures *figures, const char *path)
{
    json_t *all = json_array();
    for (guint i = 0; i < figures->rows->len; i++)
        json_array_append_new(all, to_json(&g_array_index(figures->rows, Figure, i)));
    json_t *json = json_pack("{s:s, s:o}", "clock", "processor time", "figures", all);
    gboolean ok = json_dump_file(json, path, JSON_INDENT(1)) == 0;
    json_decref(json);
    return ok;
}

double
figures_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double
figures_peak_memory(void)
{
    g_autofree char *status = NULL;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        return 0;
    const char *peak = strstr(status, "VmHWM:");
    return peak != NULL ? strtod(peak + strlen("VmHWM:"), NULL) / 1024 : 0;
}

void
figures_forget_memory(void)
{
    malloc_trim(0);
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return;
    fputs("5", file); /* proc(5): the peak is reset to what is in use */
    fclose(file);
}
