/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a step: collected, worded, and folded into the case's hash.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

/* "started/booted"; the caller frees it. */
static char *
make_event_word(int type, int detail)
{
    const char *type_word = vm_enum_word("event", type);
    g_autofree char *group = g_strconcat("detail-", type_word, NULL);
    const char *detail_word = type_word ? vm_enum_word(group, detail) : NULL;

    if (type_word && detail_word)
        return g_strdup_printf("%s/%s", type_word, detail_word);
    return g_strdup_printf("%d/%d", type, detail);
}

const char *
scn_event_word(const struct vm_event *event)
{
    static const char *words[16][16]; /* by type and detail: made once, for all runs */
    const guint type = (guint)event->type, detail = (guint)event->detail;
    g_autofree char *made = NULL;

    if (type < G_N_ELEMENTS(words) && detail < G_N_ELEMENTS(words[0]) && words[type][detail])
        return words[type][detail];
    made = make_event_word(event->type, event->detail);
    if (type >= G_N_ELEMENTS(words) || detail >= G_N_ELEMENTS(words[0]))
        return g_intern_string(made);
    return words[type][detail] = g_intern_string(made);
}

void
scn_take_events(ScnRun *run)
{
    struct vm_event event;

    while (run->target.next_event && run->target.next_event(run->conn, &event) == 1) {
        if (g_str_has_prefix(event.domain, run->prefix))
            g_array_append_val(run->events, event);
        memset(&event, 0, sizeof(event));
    }
}

void
scn_hash_events(ScnRun *run, guint from)
{
    for (guint i = from; i < run->events->len; i++) {
        const struct vm_event *event = &g_array_index(run->events, struct vm_event, i);

        scn_hash_words(run, "event ");
        scn_hash_part(run, event->domain);
        scn_hash_words(run, " ");
        scn_hash(run, scn_event_word(event));
    }
}
