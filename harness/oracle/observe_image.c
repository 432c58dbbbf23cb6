/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking into an image.
 */
#include "harness/oracle/contents.h"

#include <string.h>

static void
tag_clear(ObservedTag *tag)
{
    g_free(tag->name);
}

void
observed_image_free(ObservedImage *image)
{
    if (!image)
        return;
    image_content_unref(image->contents);
    g_array_unref(image->tags);
    g_ptr_array_unref(image->bitmaps);
    g_free(image->backing);
    g_free(image->backing_format);
    g_free(image);
}

static ObservedImage *
image_new(void)
{
    ObservedImage *image = g_new0(ObservedImage, 1);

    image->tags = g_array_new(FALSE, FALSE, sizeof(ObservedTag));
    g_array_set_clear_func(image->tags, (GDestroyNotify)tag_clear);
    image->bitmaps = g_ptr_array_new_with_free_func(g_free);
    return image;
}

static void
add_tag(ObservedImage *image, const char *name, gboolean memory)
{
    const ObservedTag tag = {g_strdup(name), memory};

    g_array_append_val(image->tags, tag);
}

static void
read_lists(ObservedImage *image, const json_t *told)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(told, "snapshots"), i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));

        if (name)
            add_tag(image, name, json_integer_value(json_object_get(entry, "vm-state-size")) > 0);
    }
    json_array_foreach(json_object_get(told, "bitmaps"), i, entry)
    {
        if (json_is_string(entry))
            g_ptr_array_add(image->bitmaps, g_strdup(json_string_value(entry)));
    }
}

static ObservedImage *
read_told(const json_t *told)
{
    ObservedImage *image = image_new();

    image->format = g_intern_string(json_string_value(json_object_get(told, "format")));
    image->backing = g_strdup(json_string_value(json_object_get(told, "backing")));
    image->backing_format = g_strdup(json_string_value(json_object_get(told, "backing-format")));
    image->damaged = json_is_true(json_object_get(told, "damaged"));
    image->data_outside = json_is_true(json_object_get(told, "data-outside"));
    read_lists(image, told);
    return image;
}

static void
take(void *data, const struct vm_image *seen)
{
    ObservedImage **taken = data;
    ObservedImage *image = image_new();

    image->format = g_intern_string(seen->format);
    image->backing = g_strdup(seen->backing);
    image->backing_format = g_strdup(seen->backing_format);
    image->damaged = seen->damaged != 0;
    image->data_outside = seen->data_outside != 0;
    for (size_t i = 0; i < seen->tag_count; i++)
        add_tag(image, seen->tags[i].name, seen->tags[i].memory > 0);
    for (size_t i = 0; i < seen->bitmap_count; i++)
        g_ptr_array_add(image->bitmaps, g_strdup(seen->bitmaps[i]));
    *taken = image;
}

ObservedImage *
observe_image(const ObserveView *view, const char *path)
{
    ObservedImage *image = NULL;
    json_t *told;

    if (view->target->visit_image) {
        view->target->visit_image(view->conn, path, take, &image);
        return image;
    }
    told = observe_inspect(view, "file", path);
    image = told ? read_told(told) : NULL;
    json_decref(told);
    return image;
}
