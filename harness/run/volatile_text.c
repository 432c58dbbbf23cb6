/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a result's text holds that differs from run to run.
 */
#include "harness/run/volatile_text.h"

#include <string.h>

#define TIME_DIGITS 10
#define DAY_S (24 * 60 * 60)

static void
replace(char **text, const char *from, const char *to)
{
    GString *out = g_string_new(*text);

    g_string_replace(out, from, to, 0);
    g_free(*text);
    *text = g_string_free(out, FALSE);
}

static gboolean
is_about_now(const char *digits)
{
    g_autofree char *number = g_strndup(digits, TIME_DIGITS);
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;

    return ABS(g_ascii_strtoll(number, NULL, 10) - now) < DAY_S;
}

static void
hide_times(char **text)
{
    GString *out = g_string_new(NULL);

    for (const char *at = *text; *at != '\0';) {
        size_t digits = strspn(at, "0123456789");

        if (digits == TIME_DIGITS && is_about_now(at)) {
            g_string_append(out, "$NOW");
        } else {
            digits = MAX(digits, 1);
            g_string_append_len(out, at, digits);
        }
        at += digits;
    }
    g_free(*text);
    *text = g_string_free(out, FALSE);
}

void
volatile_text_hide(char **text, const char *workdir)
{
    if (*text != NULL) {
        replace(text, workdir, "$WORKDIR");
        hide_times(text);
    }
}
