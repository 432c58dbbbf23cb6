/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/known.h"

#include <stdio.h>
#include <string.h>

static struct {
    const char *hypervisor;
    const char *dialogue;
    const char *text;
    const char *reason;
    guint used;
} rows[] = {
#define DIFFERENCE(hypervisor, dialogue, text, reason) {hypervisor, dialogue, text, reason, 0},
#include "harness/fidelity/differences.def"
    {NULL, NULL, NULL, NULL, 0},
};

const char *
known_difference(const char *hypervisor, const char *dialogue, const char *text)
{
    for (guint i = 0; rows[i].hypervisor != NULL; i++) {
        if (strcmp(rows[i].hypervisor, hypervisor) == 0 &&
            strcmp(rows[i].dialogue, dialogue) == 0 &&
            g_regex_match_simple(rows[i].text, text, 0, 0)) {
            rows[i].used++;
            return rows[i].reason;
        }
    }
    return NULL;
}

guint
known_print_unused(const char *hypervisor, const char *dialogue)
{
    guint unused = 0;

    for (guint i = 0; rows[i].hypervisor != NULL; i++) {
        if (rows[i].used == 0 && strcmp(rows[i].hypervisor, hypervisor) == 0 &&
            strcmp(rows[i].dialogue, dialogue) == 0) {
            printf("unused row: %s, %s, '%s'\n", rows[i].hypervisor, rows[i].dialogue,
                   rows[i].text);
            unused++;
        }
    }
    return unused;
}
