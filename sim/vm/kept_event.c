/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/kept_event.h"

/* Texts last as long as the program, so that they are known by where they are: one that stands in
 * two places makes two events. */
typedef struct {
    const char *name, *word; /* word: NULL for none */
    int kind;
    json_t *event;
} KeptEvent;

enum { KIND_WORD, KIND_BY_HOST, KIND_BY_GUEST };

static GArray *kept; /* of KeptEvent */

static void __attribute__((destructor)) forget_at_exit(void)
{
    for (guint i = 0; kept != NULL && i < kept->len; i++)
        json_decref(g_array_index(kept, KeptEvent, i).event);
    g_clear_pointer(&kept, g_array_unref);
}

static json_t *
find(const char *name, const char *word, int kind)
{
    for (guint i = 0; kept != NULL && i < kept->len; i++) {
        const KeptEvent *known = &g_array_index(kept, KeptEvent, i);
        if (known->name == name && known->word == word && known->kind == kind)
            return json_incref(known->event);
    }
    return NULL;
}

static json_t *
keep(const char *name, const char *word, int kind, json_t *event)
{
    KeptEvent added = {name, word, kind, event};
    if (kept == NULL)
        kept = g_array_new(FALSE, FALSE, sizeof(KeptEvent));
    g_array_append_val(kept, added);
    return json_incref(event);
}

json_t *
sim_kept_event(const char *name)
{
    json_t *known = find(name, NULL, KIND_WORD);
    return known != NULL ? known : keep(name, NULL, KIND_WORD, json_pack("{s:s}", "event", name));
}

json_t *
sim_kept_event_of(const char *name, const char *member, const char *word)
{
    json_t *known = find(name, word, KIND_WORD);
    if (known != NULL)
        return known;
    return keep(name, word, KIND_WORD,
                json_pack("{s:s, s:{s:s}}", "event", name, "data", member, word));
}

json_t *
sim_kept_event_for(const char *name, gboolean by_guest, const char *reason)
{
    int kind = by_guest ? KIND_BY_GUEST : KIND_BY_HOST;
    json_t *known = find(name, reason, kind);
    if (known != NULL)
        return known;
    return keep(name, reason, kind,
                json_pack("{s:s, s:{s:b, s:s}}", "event", name, "data", "guest", by_guest, "reason",
                          reason));
}
