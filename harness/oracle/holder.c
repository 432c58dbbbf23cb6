/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What documents say of data, and of who holds them.
 */
#include "harness/oracle/holder.h"

#include <string.h>
#include "harness/oracle/contents.h"

Holder *
holder_ref(Holder *holder)
{
    holder->refs++;
    return holder;
}

void
holder_unref(Holder *holder)
{
    if (--holder->refs > 0)
        return;
    g_clear_pointer(&holder->moment, observed_moment_unref);
    g_array_unref(holder->held);
    g_array_unref(holder->claims);
    g_free(holder);
}

gboolean
holder_is_domain(const Holder *holder, const ObserveView *view, const ObservedDomain *domain)
{
    const Names *names = view->contents->names;

    return !holder->moment && holder->live == domain->live && holder->config == domain->config &&
           holder->active == observed_active(domain) &&
           holder->managed_save == domain->managed_save &&
           strcmp(names_text(names, holder->uuid), domain->uuid) == 0 &&
           strcmp(names_text(names, holder->name), domain->name) == 0;
}

/* A moment of another domain, or of one that has another name or UUID by now, is another. */
gboolean
holder_is_moment(const Holder *holder, const ObservedDomain *domain, const ObservedMoment *moment)
{
    return holder->moment == moment && (moment->doc->domain || holder->config == domain->config);
}

/* ---- while one is made ---- */

typedef struct {
    const ObserveView *view;
    const ObservedDomain *domain;
    Holder *made;
    const char *domain_name, *moment_name; /* kept by the names */
} Making;

static Making
begin(const ObserveView *view, const ObservedDomain *domain, ObservedMoment *moment)
{
    Names *names = view->contents->names;
    Making making = {view, domain, g_new0(Holder, 1), NULL, NULL};

    making.made->refs = 1;
    making.made->config = domain->config;
    making.made->name = names_number(names, domain->name);
    making.made->uuid = names_number(names, domain->uuid);
    making.made->held = g_array_sized_new(FALSE, FALSE, sizeof(Holding), 2);
    making.made->claims = g_array_sized_new(FALSE, FALSE, sizeof(Claim), 4);
    making.domain_name = names_text(names, making.made->name);
    if (moment) {
        making.made->moment = observed_moment_ref(moment);
        making.moment_name = names_text(names, names_number(names, moment->name));
    }
    return making;
}

static void
hold(Making *making, LossKind kind, guint datum)
{
    const Holding holding = {{kind, making->domain_name, making->moment_name}, datum, 0, 0};

    g_array_append_val(making->made->held, holding);
}

static void
claim(Making *making, LossKind kind, guint senses, guint place)
{
    /* What a disk holds now is of no moment, whoever names it. */
    const char *moment = kind == LOSS_DISK ? NULL : making->moment_name;
    const Claim claimed = {place, senses, {kind, making->domain_name, moment}};

    g_array_append_val(making->made->claims, claimed);
}

static guint
definition(const Making *making, const DomainDoc *doc)
{
    char number[16];

    g_snprintf(number, sizeof(number), "%u", doc->abi_number);
    return names_number_of(making->view->contents->names, "definition:", making->domain->uuid, " ",
                           number, NULL);
}

/* ---- a domain ---- */

static void
claim_tops(Making *making, const DomainDoc *doc)
{
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        gboolean goes = disk->transient && doc == making->made->live && making->made->active;

        if (disk->source)
            claim(making, LOSS_DISK, goes ? CLAIM_GIVEN_UP : CLAIM_OWNED,
                  names_number(making->view->contents->names, disk->source));
    }
}

Holder *
holder_of_domain(const ObserveView *view, const ObservedDomain *domain)
{
    Names *names = view->contents->names;
    Making making = begin(view, domain, NULL);

    making.made->live = domain->live;
    making.made->active = observed_active(domain);
    making.made->managed_save = domain->managed_save;
    hold(&making, LOSS_DEFINITION, definition(&making, domain->config));
    if (making.made->active)
        hold(&making, LOSS_MEMORY, names_number_of(names, "guest:", domain->uuid, NULL));
    if (domain->managed_save && !view->content)
        hold(&making, LOSS_SAVED, names_number_of(names, "managed:", domain->uuid, NULL));
    claim_tops(&making, domain->live);
    if (domain->config != domain->live)
        claim_tops(&making, domain->config);
    return making.made;
}

/* ---- a moment ---- */

static void
claim_disk(Making *making, const ObservedMoment *moment, const OracleDisk *disk, const char *source)
{
    Names *names = making->view->contents->names;

    if (g_strcmp0(disk->snapshot, "internal") == 0) {
        claim(making, LOSS_MOMENT, CLAIM_OWNED,
              names_number_of(names, source, "@", moment->name, NULL));
        /* what was written above the moment and left there by a revert away from it */
        claim(making, LOSS_DISK, CLAIM_OWNED, names_number(names, source));
    }
    if (g_strcmp0(disk->snapshot, "external") == 0)
        claim(making, LOSS_MOMENT, CLAIM_OWNED | CLAIM_LAYER, names_number(names, source));
    if (g_strcmp0(disk->snapshot, "manual") == 0) /* not frozen, and kept all the same */
        claim(making, LOSS_MOMENT, CLAIM_LAYER, names_number(names, source));
}

Holder *
holder_of_moment(const ObserveView *view, const ObservedDomain *domain, ObservedMoment *moment)
{
    Names *names = view->contents->names;
    const MomentDoc *doc = moment->doc;
    const DomainDoc *then = doc->domain ? doc->domain : domain->config;
    Making making = begin(view, domain, moment);

    hold(&making, LOSS_METADATA,
         names_number_of(names, "moment:", domain->uuid, "/", moment->name, NULL));
    if (doc->domain)
        hold(&making, LOSS_METADATA, definition(&making, doc->domain));
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);

        if (old && old->source)
            claim_disk(&making, moment, disk, old->source);
    }
    if (doc->memory_file)
        claim(&making, LOSS_MOMENT, CLAIM_OWNED, names_number(names, doc->memory_file));
    return making.made;
}
