/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What tools and processes write, without what depends on the clock.
 */
#include <string.h>
#include "harness/fidelity/play.h"

/* "64 KiB, 1 ops; 00.00 sec (1.2 GiB/sec and 9.8 ops/sec)" */
static gboolean
is_rate(const char *line)
{
    return strstr(line, " ops; ") != NULL && strstr(line, " sec (") != NULL;
}

/* What the host's processor lacks is no business of a dialogue. */
static gboolean
is_about_host(const char *line)
{
    return strstr(line, "warning: host doesn't support requested feature") != NULL;
}

static json_t *
lines_of(const char *text, gboolean rates)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    json_t *list = json_array();

    for (guint i = 0; lines[i] != NULL; i++) {
        gboolean rate = is_rate(lines[i]);

        g_strdelimit(lines[i], "\r", '\0');
        if (*lines[i] != '\0' && (!rate || rates) && !is_about_host(lines[i])) {
            g_autofree char *valid = g_utf8_make_valid(lines[i], -1);

            json_array_append_new(list, json_string(rate ? "<rate>" : valid));
        }
    }
    return list;
}

json_t *
play_output(const char *text, gboolean rates)
{
    json_t *value = text != NULL ? json_loads(text, 0, NULL) : NULL;
    json_t *came = json_object();
    json_t *lines;

    if (value != NULL) {
        json_object_set_new(came, "json", value);
        return came;
    }
    lines = lines_of(text != NULL ? text : "", rates);
    if (json_array_size(lines) > 0) {
        json_object_set(came, "out", lines);
    }
    json_decref(lines);
    return came;
}
