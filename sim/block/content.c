/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/content.h"
#include "sim/block/digest.h"

struct SimContent {
    guint refs;
    GArray *extents; /* of SimExtent: sorted, disjoint, equal neighbours joined */
};

SimContent *
sim_content_new(void)
{
    SimContent *content = g_new(SimContent, 1);
    content->refs = 1;
    content->extents = NULL;
    return content;
}

SimContent *
sim_content_ref(SimContent *content)
{
    content->refs++;
    return content;
}

void
sim_content_unref(SimContent *content)
{
    if (content == NULL || --content->refs > 0)
        return;
    if (content->extents != NULL)
        g_array_unref(content->extents);
    g_free(content);
}

const SimExtent *
sim_content_extents(const SimContent *content, guint *count)
{
    *count = content->extents == NULL ? 0 : content->extents->len;
    return *count == 0 ? NULL : (const SimExtent *)(const void *)content->extents->data;
}

guint64
sim_content_allocated(const SimContent *content)
{
    guint count = 0;
    guint64 sum = 0;
    const SimExtent *extents = sim_content_extents(content, &count);
    for (guint i = 0; i < count; i++)
        sum += extents[i].length;
    return sum;
}

static void
own(SimContent **content)
{
    SimContent *old = *content;
    if (old->refs > 1) {
        SimContent *copy = sim_content_new();
        guint count = 0;
        const SimExtent *extents = sim_content_extents(old, &count);
        copy->extents = g_array_sized_new(FALSE, FALSE, sizeof(SimExtent), count + 2);
        if (count > 0)
            g_array_append_vals(copy->extents, extents, count);
        old->refs--;
        *content = copy;
    }
    if ((*content)->extents == NULL)
        (*content)->extents = g_array_new(FALSE, FALSE, sizeof(SimExtent));
}

static SimExtent *
at(GArray *extents, guint i)
{
    return &g_array_index(extents, SimExtent, i);
}

static guint64
end_of(const SimExtent *extent)
{
    return extent->offset + extent->length;
}

/* The first extent that ends after `offset`. */
static guint
find(GArray *extents, guint64 offset)
{
    guint low = 0, high = extents->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (end_of(at(extents, middle)) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Free [offset, end) of extents; gives the place where a new one belongs. */
static guint
punch(GArray *extents, guint64 offset, guint64 end)
{
    guint first = find(extents, offset);
    if (first < extents->len && at(extents, first)->offset < offset) {
        SimExtent right = *at(extents, first);
        at(extents, first)->length = offset - right.offset;
        first++;
        if (end_of(&right) > end) {
            right.length = end_of(&right) - end;
            right.offset = end;
            g_array_insert_val(extents, first, right);
            return first;
        }
    }
    guint last = first;
    while (last < extents->len && end_of(at(extents, last)) <= end)
        last++;
    if (last > first)
        g_array_remove_range(extents, first, last - first);
    if (first < extents->len && at(extents, first)->offset < end) {
        SimExtent *cut = at(extents, first);
        cut->length = end_of(cut) - end;
        cut->offset = end;
    }
    return first;
}

static void
join_right(GArray *extents, guint i)
{
    if (i + 1 >= extents->len)
        return;
    SimExtent *left = at(extents, i), *right = at(extents, i + 1);
    if (end_of(left) != right->offset || left->stamp != right->stamp)
        return;
    left->length += right->length;
    g_array_remove_index(extents, i + 1);
}

void
sim_content_write(SimContent **content, guint64 offset, guint64 length, guint64 stamp)
{
    if (length == 0)
        return;
    g_assert(offset + length > offset);
    own(content);
    GArray *extents = (*content)->extents;
    guint i = punch(extents, offset, offset + length);
    SimExtent extent = {offset, length, stamp};
    g_array_insert_val(extents, i, extent);
    join_right(extents, i);
    if (i > 0)
        join_right(extents, i - 1);
}

void
sim_content_discard(SimContent **content, guint64 offset, guint64 length)
{
    if (length == 0)
        return;
    g_assert(offset + length > offset);
    own(content);
    punch((*content)->extents, offset, offset + length);
}

/* Nothing from `size` on. */
static void
truncate_to(SimContent **content, guint64 size)
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(*content, &count);
    if (count == 0 || end_of(&extents[count - 1]) <= size)
        return;
    sim_content_discard(content, size, end_of(&extents[count - 1]) - size);
}

/* Zeroes look like nothing there to a guest. */
static void
drop_zeroes(SimContent **content)
{
    own(content);
    GArray *extents = (*content)->extents;
    guint kept = 0;
    for (guint i = 0; i < extents->len; i++) {
        if (at(extents, i)->stamp != SIM_STAMP_ZERO)
            *at(extents, kept++) = *at(extents, i);
    }
    g_array_set_size(extents, kept);
}

static gboolean
has_zeroes(const SimContent *content)
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(content, &count);
    for (guint i = 0; i < count; i++) {
        if (extents[i].stamp == SIM_STAMP_ZERO)
            return TRUE;
    }
    return FALSE;
}

SimContent *
sim_content_flatten(SimContent *base, SimContent *top, guint64 size)
{
    guint count = 0, base_count = 0;
    const SimExtent *extents = sim_content_extents(top, &count);
    if (base != NULL)
        sim_content_extents(base, &base_count);

    SimContent *result = sim_content_ref(base_count == 0 ? top : base);
    if (base_count > 0) {
        for (guint i = 0; i < count; i++)
            sim_content_write(&result, extents[i].offset, extents[i].length, extents[i].stamp);
    }
    truncate_to(&result, size);
    if (has_zeroes(result))
        drop_zeroes(&result);
    return result;
}

SimContent *
sim_content_slice(SimContent *content, guint64 offset, guint64 length)
{
    SimContent *result = sim_content_ref(content);
    if (offset > 0)
        sim_content_discard(&result, 0, offset);
    truncate_to(&result, offset + length);
    return result;
}

SimDigest
sim_content_sum(const SimContent *content, guint64 size)
{
    SimDigest digest = SIM_DIGEST_START;
    guint count = 0;
    const SimExtent *extents = sim_content_extents(content, &count);
    sim_digest_number(&digest, size);
    for (guint i = 0; i < count; i++) {
        sim_digest_number(&digest, extents[i].offset);
        sim_digest_number(&digest, extents[i].length);
        sim_digest_number(&digest, extents[i].stamp);
    }
    return digest;
}

char *
sim_content_digest(const SimContent *content, guint64 size)
{
    SimDigest digest = sim_content_sum(content, size);
    return sim_digest_text(&digest);
}

guint64
sim_stamp_of(const char *pattern)
{
    if (g_strcmp0(pattern, "zero") == 0 || g_strcmp0(pattern, "0") == 0)
        return SIM_STAMP_ZERO;
    SimDigest digest = SIM_DIGEST_START;
    sim_digest_string(&digest, pattern);
    return digest.a == SIM_STAMP_ZERO ? 1 : digest.a;
}
