/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An object of the world, a moment or a domain beside its moments, with what
 * it holds itself and the places that it names.
 */
#pragma once

#include "harness/oracle/observe.h"
#include "spec/rules/loss.h"

/** Who holds a datum, or names a place; borrowed from the names of the contents. */
typedef struct {
    LossKind kind;
    const char *domain, *moment; /* or NULL */
} Owner;

/** One datum with one of its holders.  Numbers are of the names of the contents, 0 is none. */
typedef struct {
    Owner owner;
    guint datum; /* of "disk:DIGEST", "moment:UUID/NAME" …: equal numbers are the same datum */
    guint place; /* of "PATH" or "PATH@TAG" */
    guint saved; /* the datum that a paused guest's memory is where it is saved */
} Holding;

/** What it means that an object names a place; a set. */
typedef enum {
    CLAIM_OWNED = 1 << 0,    /* what is there is the owner's */
    CLAIM_GIVEN_UP = 1 << 1, /* it is to go with the guest: a transient disk */
    CLAIM_LAYER = 1 << 2,    /* it is frozen: it may stay, as a layer of others, when its moment is
                              * listed no more */
} ClaimSense;

/** A place that an object names. */
typedef struct {
    guint place;
    guint senses;
    Owner owner;
} Claim;

/** An object; another one where a document of it is another. */
typedef struct {
    guint refs;
    ObservedMoment *moment;         /* or NULL: a domain */
    const DomainDoc *live, *config; /* the domain's; of a moment the config alone */
    gboolean active, managed_save;
    guint name, uuid; /* of the domain */
    GArray *held;     /* of Holding */
    GArray *claims;   /* of Claim */
} Holder;

/** One more reference, and one less. */
Holder *holder_ref(Holder *holder);
void holder_unref(Holder *holder);

/** Whether it is that domain, or moment of the domain, as it is now. */
gboolean holder_is_domain(const Holder *holder, const ObserveView *view,
                          const ObservedDomain *domain);
gboolean holder_is_moment(const Holder *holder, const ObservedDomain *domain,
                          const ObservedMoment *moment);

/** A new one. */
Holder *holder_of_domain(const ObserveView *view, const ObservedDomain *domain);
Holder *holder_of_moment(const ObserveView *view, const ObservedDomain *domain,
                         ObservedMoment *moment);
