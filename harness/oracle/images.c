/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms that look into image files: chains and internal snapshots.
 */
#include "harness/oracle/atoms.h"

#include <string.h>

/* A longer chain is a loop (no driver goes beyond 200). */
#define MAX_CHAIN 256

/* Where images cannot be looked into, only a snapshot tells that there are overlays. */
static gboolean
has_overlays(const ObservedDomain *domain)
{
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (document_is_external(moment->doc))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_in_chain(const StepContext *context, const char *top, const char *path)
{
    const char *at = top;

    if (!context->view->files)
        return has_overlays(context->domain);
    for (guint i = 0; at && i < MAX_CHAIN; i++) {
        at = observed_backing(context->before, at);
        if (at && strcmp(at, path) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
tops_differ(const StepContext *context, const ObservedMoment *moment, gboolean *in_chain)
{
    const DomainDoc *then = moment->doc->domain;
    const ObservedDomain *domain = context->domain;
    const DomainDoc *now = observed_active(domain) ? domain->live : domain->config;
    gboolean differ = FALSE;

    for (guint i = 0; then && i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);
        const OracleDisk *today = document_disk(now->disks, disk->name);

        /* A disk that the domain has no longer has no other image. */
        if (g_strcmp0(disk->snapshot, "internal") != 0 || !old || !today)
            continue;
        if (g_strcmp0(old->source, today->source) == 0)
            continue;
        differ = TRUE;
        if (in_chain && old->source && is_in_chain(context, today->source, old->source))
            *in_chain = TRUE;
    }
    return differ;
}

gboolean
image_has_tag(const StepContext *context, const char *path, const char *tag, gboolean unseen)
{
    const ObservedImage *image;

    if (!context->view->files || !path)
        return unseen;
    image = observed_image(context->before, path);
    return image ? observed_tag(image, tag) != NULL : unseen;
}

gboolean
tags_present(const StepContext *context, const ObservedMoment *moment)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : context->domain->config;

    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);

        if (old && g_strcmp0(disk->snapshot, "internal") == 0 &&
            !image_has_tag(context, old->source, moment->name, TRUE))
            return FALSE;
    }
    return TRUE;
}

gboolean
memory_present(const StepContext *context, const ObservedMoment *moment)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : context->domain->config;

    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);
        const ObservedImage *image = observed_image(context->before, old ? old->source : NULL);

        for (guint j = 0; image && j < image->tags->len; j++) {
            const ObservedTag *tag = &g_array_index(image->tags, ObservedTag, j);

            if (tag->memory && strcmp(tag->name, moment->name) == 0)
                return TRUE;
        }
    }
    return !context->view->files;
}
