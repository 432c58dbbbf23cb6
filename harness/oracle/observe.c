/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Taking an observation: the whole world through the target seam.
 */
#include "harness/oracle/observe.h"

#include <string.h>

ObservedMoment *
observed_moment_ref(ObservedMoment *moment)
{
    moment->refs++;
    return moment;
}

void
observed_moment_unref(ObservedMoment *moment)
{
    if (--moment->refs > 0)
        return;
    g_free(moment->name);
    g_free(moment);
}

static void
domain_free(ObservedDomain *domain)
{
    g_free(domain->name);
    g_free(domain->current);
    g_ptr_array_unref(domain->moments);
    g_free(domain);
}

Observation *
observation_ref(Observation *world)
{
    world->refs++;
    return world;
}

void
observation_unref(Observation *world)
{
    if (!world || --world->refs > 0)
        return;
    g_ptr_array_unref(world->domains);
    g_clear_pointer(&world->files, g_ptr_array_unref);
    g_free(world->fault);
    g_free(world);
}

static void G_GNUC_PRINTF(2, 3) note_fault(Observation *world, const char *format, ...)
{
    va_list args;

    if (world->fault)
        return;
    va_start(args, format);
    world->fault = g_strdup_vprintf(format, args);
    va_end(args);
}

/* One look, beside the one before. */
typedef struct {
    const ObserveView *view;
    Observation *world;
    const Observation *former;    /* or NULL */
    const ObservedDomain *domain; /* of `former`: that of the name that is looked at; or NULL */
} Look;

static void
observe_moment(const Look *look, ObservedDomain *domain, const char *name)
{
    const ObserveView *view = look->view;
    ObservedMoment *former = look->domain ? observed_moment(look->domain, name) : NULL;
    struct vm_error err = {0};
    char *xml = NULL;
    const MomentDoc *doc;
    ObservedMoment *moment;

    if (view->target->snapshot_get_xml(view->conn, domain->name, name,
                                       VIR_DOMAIN_SNAPSHOT_XML_SECURE, &xml, &err) != 0) {
        note_fault(look->world, "snapshot '%s' of '%s' is listed, but its XML is refused: %s", name,
                   domain->name, err.text);
        return;
    }
    doc = document_moment_like(view->cache, xml, former ? former->doc : NULL);
    view->target->free_string(xml);
    if (former && former->doc == doc && strcmp(look->domain->uuid, domain->uuid) == 0) {
        g_ptr_array_add(domain->moments, observed_moment_ref(former));
        return;
    }
    moment = g_new0(ObservedMoment, 1);
    moment->refs = 1;
    moment->name = g_strdup(name);
    moment->doc = doc;
    g_ptr_array_add(domain->moments, moment);
}

static void
observe_tree(const Look *look, ObservedDomain *domain)
{
    const ObserveView *view = look->view;
    const struct vm_target *target = view->target;
    struct vm_error err = {0};
    char **list = NULL;
    char *current = NULL;
    int yes = 0;

    if (!target->snapshot_list || !target->snapshot_get_xml)
        return;
    if (target->snapshot_list(view->conn, domain->name, NULL, 0, &list, &err) != 0) {
        note_fault(look->world, "the snapshots of '%s' are not listed: %s", domain->name, err.text);
        return;
    }
    for (guint i = 0; list && list[i]; i++)
        observe_moment(look, domain, list[i]);
    if (list)
        target->free_list(list);
    if (!target->snapshot_current)
        return;
    if (target->snapshot_has_current &&
        target->snapshot_has_current(view->conn, domain->name, 0, &yes, &err) == 0 && !yes)
        return;
    if (target->snapshot_current(view->conn, domain->name, 0, &current, &err) != 0)
        return;
    domain->current = g_strdup(current);
    target->free_string(current);
}

static const DomainDoc *
observe_definition(const Look *look, const char *name, guint32 flags, const DomainDoc *former)
{
    const ObserveView *view = look->view;
    struct vm_error err = {0};
    char *xml = NULL;
    const DomainDoc *doc;

    if (view->target->domain_get_xml(view->conn, name, flags, &xml, &err) != 0) {
        note_fault(look->world, "domain '%s' is listed, but its XML is refused: %s", name,
                   err.text);
        return document_domain(view->cache, "");
    }
    doc = document_domain_like(view->cache, xml, former);
    view->target->free_string(xml);
    return doc;
}

static void
observe_properties(const Look *look, ObservedDomain *domain)
{
    const ObserveView *view = look->view;
    const struct vm_target *target = view->target;
    struct vm_error err = {0};
    int yes = 0;

    if (target->domain_get_state(view->conn, domain->name, &domain->state, &domain->reason, &err) !=
        0)
        note_fault(look->world, "domain '%s' is listed, but has no state: %s", domain->name,
                   err.text);
    if (target->domain_get_uuid)
        target->domain_get_uuid(view->conn, domain->name, domain->uuid, &err);
    if (target->domain_is_persistent &&
        target->domain_is_persistent(view->conn, domain->name, &yes, &err) == 0)
        domain->persistent = yes != 0;
    if (target->domain_get_autostart &&
        target->domain_get_autostart(view->conn, domain->name, &yes, &err) == 0)
        domain->autostart = yes != 0;
    if (target->domain_has_managed_save &&
        target->domain_has_managed_save(view->conn, domain->name, 0, &yes, &err) == 0)
        domain->managed_save = yes != 0;
}

static ObservedDomain *
observe_domain(Look *look, const char *name)
{
    ObservedDomain *domain = g_new0(ObservedDomain, 1);
    const ObservedDomain *former = look->former ? observed_domain(look->former, name) : NULL;

    look->domain = former;
    domain->name = g_strdup(name);
    domain->moments = g_ptr_array_new_with_free_func((GDestroyNotify)observed_moment_unref);
    observe_properties(look, domain);
    domain->live =
        observe_definition(look, name, VIR_DOMAIN_XML_SECURE, former ? former->live : NULL);
    domain->config = observe_definition(look, name, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE,
                                        former ? former->config : domain->live);
    observe_tree(look, domain);
    return domain;
}

json_t *
observe_inspect(const ObserveView *view, const char *what, const char *argument)
{
    struct vm_error err = {0};
    char *text = NULL;
    json_t *value = NULL;

    if (view->target->inspect_value)
        return view->target->inspect_value(view->conn, what, argument, &value, &err) == 0 ? value
                                                                                          : NULL;
    if (!view->target->inspect ||
        view->target->inspect(view->conn, what, argument, &text, &err) != 0)
        return NULL;
    value = json_loads(text, JSON_DECODE_ANY, NULL);
    view->target->free_string(text);
    return value;
}

static int
compare_domains(gconstpointer a, gconstpointer b)
{
    const ObservedDomain *const *one = a, *const *other = b;

    return strcmp((*one)->name, (*other)->name);
}

Observation *
observe_world(const ObserveView *view, const Observation *former)
{
    Observation *world = g_new0(Observation, 1);
    Look look = {view, world, former, NULL};
    struct vm_error err = {0};
    char **list = NULL;

    world->refs = 1;
    world->domains = g_ptr_array_new_with_free_func((GDestroyNotify)domain_free);
    if (view->target->domain_list(view->conn, 0, &list, &err) != 0)
        note_fault(world, "the domains are not listed: %s", err.text);
    for (guint i = 0; list && list[i]; i++) {
        if (g_str_has_prefix(list[i], view->prefix))
            g_ptr_array_add(world->domains, observe_domain(&look, list[i]));
    }
    if (list)
        view->target->free_list(list);
    g_ptr_array_sort(world->domains, compare_domains);
    if (view->files)
        world->files = observe_files(view, former ? former->files : NULL);
    return world;
}

ObservedDomain *
observed_domain(const Observation *world, const char *name)
{
    for (guint i = 0; name && i < world->domains->len; i++) {
        ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (strcmp(domain->name, name) == 0)
            return domain;
    }
    return NULL;
}

ObservedMoment *
observed_moment(const ObservedDomain *domain, const char *name)
{
    for (guint i = 0; name && i < domain->moments->len; i++) {
        ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (strcmp(moment->name, name) == 0)
            return moment;
    }
    return NULL;
}

gboolean
observed_active(const ObservedDomain *domain)
{
    return domain->state != VIR_DOMAIN_SHUTOFF && domain->state != VIR_DOMAIN_NOSTATE;
}

gboolean
observed_is_below(const ObservedDomain *domain, const char *moment, const char *ancestor)
{
    const ObservedMoment *at = observed_moment(domain, moment);

    for (guint steps = 0; at && at->doc->parent && steps <= domain->moments->len; steps++) {
        if (g_strcmp0(at->doc->parent, ancestor) == 0)
            return TRUE;
        at = observed_moment(domain, at->doc->parent);
    }
    return FALSE;
}
