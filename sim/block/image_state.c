/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_state.h"
#include "sim/block/image_bitmap.h"

SimImageState
sim_image_state_copy(const SimImageState *state)
{
    SimImageState copy = {
        .size = state->size,
        .cluster_size = state->cluster_size,
        .version_2 = state->version_2,
        .table_left = state->table_left,
        .damage = state->damage,
        .content = state->content == NULL ? NULL : sim_content_ref(state->content),
        .backing = g_strdup(state->backing),
        .backing_format = g_strdup(state->backing_format),
        .bitmaps = state->bitmaps == NULL ? NULL : g_ptr_array_ref(state->bitmaps),
        .data_file = g_strdup(state->data_file),
    };
    return copy;
}

void
sim_image_state_clear(SimImageState *state)
{
    sim_content_unref(state->content);
    g_free(state->backing);
    g_free(state->backing_format);
    g_free(state->data_file);
    g_clear_pointer(&state->bitmaps, g_ptr_array_unref);
    *state = (SimImageState){0};
}

static void
digest_content(SimDigest *digest, SimContent *content, guint64 size)
{
    SimDigest sum = sim_content_sum(content, size);
    sim_digest_number(digest, sum.a);
    sim_digest_number(digest, sum.b);
}

static SimDigest
snapshot_sum(const SimSnapshot *snapshot)
{
    SimDigest digest = SIM_DIGEST_START;
    sim_digest_string(&digest, snapshot->id);
    sim_digest_string(&digest, snapshot->name);
    digest_content(&digest, snapshot->content, snapshot->size);
    if (snapshot->vm_state != NULL) {
        gsize length = 0;
        const void *data = g_bytes_get_data(snapshot->vm_state, &length);
        sim_digest_bytes(&digest, data, length);
    }
    return digest;
}

/* A snapshot does not change once it is in an image. */
static void
digest_snapshot(SimDigest *digest, SimSnapshot *snapshot)
{
    if (!snapshot->digested)
        snapshot->digest = snapshot_sum(snapshot);
    snapshot->digested = TRUE;
    sim_digest_number(digest, snapshot->digest.a);
    sim_digest_number(digest, snapshot->digest.b);
}

void
sim_image_state_digest(const SimImageState *state, const SimSnapshotList *snapshots,
                       SimDigest *digest)
{
    digest_content(digest, state->content, state->size);
    sim_digest_string(digest, state->backing);
    sim_digest_string(digest, state->backing_format);
    if (state->data_file != NULL)
        sim_digest_string(digest, state->data_file);
    /* A leak and the dirty flag are about how the file is laid out, not about what it holds. */
    if (sim_damage_refusal(state->damage, SIM_OPEN_WRITE) != NULL)
        sim_digest_number(digest, state->damage);
    for (const GList *link = sim_snapshots_first(snapshots); link != NULL; link = link->next)
        digest_snapshot(digest, link->data);
    for (guint i = 0; state->bitmaps != NULL && i < state->bitmaps->len; i++)
        sim_stored_bitmap_digest(state->bitmaps->pdata[i], digest);
}
