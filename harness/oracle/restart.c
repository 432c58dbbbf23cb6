/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I2 and I3: a restarted driver on a copy of the store.
 */
#include "harness/oracle/invariants.h"

#include <string.h>
#include "harness/oracle/difference.h"

char *
invariant_documents(const Observation *world)
{
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (domain->live->faults & (DOC_NOT_WELL_FORMED | DOC_WRONG_ROOT) ||
            domain->config->faults & (DOC_NOT_WELL_FORMED | DOC_WRONG_ROOT))
            return g_strdup_printf("the document of domain '%s' cannot be read", domain->name);
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            if (moment->doc->faults)
                return g_strdup_printf("the document of snapshot '%s' of '%s' is not sound (%#x)",
                                       moment->name, domain->name, moment->doc->faults);
        }
    }
    return NULL;
}

static char *
compare_copy(const Observation *world, const Observation *copy)
{
    if (copy->fault)
        return g_strdup_printf("after a restart: %s", copy->fault);
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);
        g_autofree char *found =
            difference_after_restart(domain, observed_domain(copy, domain->name));

        if (found)
            return g_strdup_printf("after a restart: %s", found);
    }
    for (guint i = 0; i < copy->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(copy->domains, i);

        if (!observed_domain(world, domain->name))
            return g_strdup_printf("after a restart: domain '%s' appeared", domain->name);
    }
    return NULL;
}

/* Where no captured definition is held there is nothing to align with: such
 * a document is accepted only while the old one is there, which it is. */
static char *
redefine_moment(const ObserveView *copy, const ObservedDomain *domain, const ObservedMoment *moment,
                guint32 flags)
{
    const struct vm_target *target = copy->target;
    struct vm_error err = {0};
    char *text = NULL;
    char *found = NULL;

    if (target->snapshot_create_xml(copy->conn, domain->name, moment->doc->text, flags, &text,
                                    &err) != 0)
        return g_strdup_printf("snapshot '%s' of '%s': its own document is refused: %s",
                               moment->name, domain->name, err.text);
    target->free_string(text);
    text = NULL;
    if (target->snapshot_get_xml(copy->conn, domain->name, moment->name,
                                 VIR_DOMAIN_SNAPSHOT_XML_SECURE, &text, &err) != 0)
        return g_strdup_printf("snapshot '%s' of '%s' is lost by a redefinition: %s", moment->name,
                               domain->name, err.text);
    if (strcmp(text, moment->doc->text) != 0)
        found = g_strdup_printf("snapshot '%s' of '%s': taken back, its document changed: %s",
                                moment->name, domain->name,
                                difference_of_texts(moment->doc->text, text));
    target->free_string(text);
    return found;
}

/* Every document that has not passed before. */
static char *
check_documents(const ObserveView *copy, const Observation *world, const RestartCheck *check)
{
    guint32 flags = VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE;

    if (check->validate)
        flags |= VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE;
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);
            char *found;

            if (g_hash_table_contains(check->verified, moment->doc))
                continue;
            found = redefine_moment(copy, domain, moment, flags);
            if (found)
                return found;
        }
    }
    return NULL;
}

static void
note_verified(const RestartCheck *check, const Observation *world)
{
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            g_hash_table_add(check->verified, (gpointer)moment->doc);
        }
    }
}

/* ---- what was so before ---- */

static void
add_unverified(GByteArray *key, const ObservedDomain *domain, GHashTable *verified)
{
    g_byte_array_append(key, (const guint8 *)domain->name, (guint)strlen(domain->name) + 1);
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (!g_hash_table_contains(verified, moment->doc))
            g_byte_array_append(key, (const guint8 *)&moment->doc, sizeof(moment->doc));
    }
}

/* All that the check depends on: what a driver finds that begins now, what it is asked, and the
 * documents that it is to take back, which are equal where they are the same.  NULL where the
 * target cannot tell. */
static GBytes *
key_of(const ObserveView *view, const Observation *world, const RestartCheck *check)
{
    const struct vm_target *target = view->target;
    char beginning[33];
    GByteArray *key;

    if (!target->probe_key || !target->probe_kept_to_key ||
        target->probe_key(view->conn, beginning) != 1)
        return NULL;
    key = g_byte_array_new();
    g_byte_array_append(key, (const guint8 *)beginning, sizeof(beginning));
    g_byte_array_append(key, (const guint8 *)&check->target, sizeof(check->target));
    g_byte_array_append(key, (const guint8 *)&check->validate, sizeof(check->validate));
    g_byte_array_append(key, (const guint8 *)view->prefix, (guint)strlen(view->prefix) + 1);
    for (guint i = 0; i < world->domains->len; i++)
        add_unverified(key, g_ptr_array_index(world->domains, i), check->verified);
    return g_byte_array_free_to_bytes(key);
}

static char *
restart_on_copy(const ObserveView *view, const Observation *world, const RestartCheck *check,
                GBytes *key, const char **invariant)
{
    ObserveView copy = *view;
    g_autoptr(Observation) seen = NULL;
    struct vm_error err = {0};
    char *found;

    copy.files = FALSE;
    if (view->target->probe(view->conn, &copy.conn, &err) != 0)
        return g_strdup_printf("a restarted driver does not come up: %s", err.text);
    seen = observe_world(&copy, world);
    found = compare_copy(world, seen);
    if (!found) {
        *invariant = "I3";
        found = check_documents(&copy, world, check);
    }
    if (!found && key && view->target->probe_kept_to_key(copy.conn))
        recall_keep_restart(check->recall, key, seen);
    view->target->close(copy.conn);
    return found;
}

char *
invariant_restart(const ObserveView *view, const Observation *world, const RestartCheck *check,
                  const char **invariant)
{
    g_autoptr(GBytes) key = key_of(view, world, check);
    const Observation *known = key ? recall_restart(check->recall, key) : NULL;
    char *found;

    *invariant = "I2";
    found =
        known ? compare_copy(world, known) : restart_on_copy(view, world, check, key, invariant);
    if (!found)
        note_verified(check, world);
    return found;
}
