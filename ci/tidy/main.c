/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tidy ROOT [CHECK…]: the house rules as a test.
 */
#include <stdio.h>
#include <string.h>
#include "ci/tidy/tidy.h"

static const struct {
    const char *name;
    void (*check)(Tidy *tidy);
} checks[] = {
    {"layers", check_layers}, {"sizes", check_sizes},   {"comments", check_comments},
    {"calls", check_calls},   {"format", check_format},
};

/* Whether a check is among the words, or no word is given. */
static gboolean
wanted(const char *name, char **words)
{
    return words[0] == NULL || g_strv_contains((const char *const *)words, name);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Tidy) tidy = argc > 1 ? tidy_new(argv[1], &error) : NULL;
    guint ran = 0;

    if (tidy == NULL) {
        fprintf(stderr, "%s\n", error != NULL ? error->message : "usage: tidy ROOT [CHECK…]");
        return 2;
    }
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (wanted(checks[i].name, argv + 2)) {
            checks[i].check(tidy);
            ran++;
        }
    }
    if (ran == 0) {
        fprintf(stderr, "there is no such check\n");
        return 2;
    }
    printf("%u files, %u breaches\n", tidy->sources->len, tidy->breaches);
    return tidy->breaches > 0 ? 1 : 0;
}
