/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping what was read of images from one world to the next.
 */
#include "harness/oracle/contents.h"

#include <string.h>

static const char disk_prefix[] = "disk:";
static const char memory_prefix[] = "memory:";

Contents *
contents_new(void)
{
    Contents *contents = g_new0(Contents, 1);

    contents->names = names_new();
    return contents;
}

void
contents_free(Contents *contents)
{
    if (!contents)
        return;
    g_clear_pointer(&contents->files, g_ptr_array_unref);
    names_free(contents->names);
    g_free(contents);
}

ImageContent *
image_content_ref(ImageContent *image)
{
    image->refs++;
    return image;
}

void
image_content_unref(ImageContent *image)
{
    if (!image || --image->refs > 0)
        return;
    image_content_unref(image->below);
    g_array_unref(image->places);
    g_array_unref(image->bitmaps);
    g_free(image);
}

/* ---- which images are as they were ---- */

static void
add_place(GArray *places, guint place)
{
    const PlaceContent content = {.place = place};

    for (guint i = 0; i < places->len; i++) {
        if (g_array_index(places, PlaceContent, i).place == place)
            return;
    }
    g_array_append_val(places, content);
}

static ImageContent *
image_new(Names *names, const ObservedFile *file)
{
    ImageContent *image = g_new0(ImageContent, 1);
    json_t *told;
    size_t i;

    image->refs = 1;
    image->places = g_array_new(FALSE, FALSE, sizeof(PlaceContent));
    image->bitmaps = g_array_new(FALSE, FALSE, sizeof(guint));
    add_place(image->places, names_number(names, file->path));
    json_array_foreach(json_object_get(file->image, "snapshots"), i, told)
    {
        const char *tag = json_string_value(json_object_get(told, "name"));

        if (tag)
            add_place(image->places, names_number_of(names, file->path, "@", tag, NULL));
    }
    json_array_foreach(json_object_get(file->image, "bitmaps"), i, told)
    {
        guint bitmap = json_is_string(told)
                           ? names_number_of(names, "bitmap:", json_string_value(told), NULL)
                           : 0;

        if (bitmap)
            g_array_append_val(image->bitmaps, bitmap);
    }
    return image;
}

static ImageContent *follow_image(Contents *contents, const Observation *world, ObservedFile *file);

/* NULL where it is not listed, or is above the file too. */
static ImageContent *
follow_below(Contents *contents, const Observation *world, const ObservedFile *file)
{
    ObservedFile *below = observed_file_at(world, file->backing);
    ImageContent *image = below && below->image ? follow_image(contents, world, below) : NULL;

    return image && !image->open ? image : NULL;
}

static ImageContent *
follow_image(Contents *contents, const Observation *world, ObservedFile *file)
{
    ImageContent *known = file->content;
    ImageContent *below = NULL;
    gboolean same;

    if (known && known->look == contents->look)
        return known;
    if (!known)
        file->content = image_new(contents->names, file);
    file->content->look = contents->look;
    file->content->open = TRUE;
    if (file->backing)
        below = follow_below(contents, world, file);
    same = known && !known->vague && known->below == below && (below || !file->backing);
    if (known && !same) {
        image_content_unref(known);
        file->content = image_new(contents->names, file);
        file->content->look = contents->look;
    }
    if (!same) {
        file->content->vague = file->backing && !below;
        file->content->below = below ? image_content_ref(below) : NULL;
    }
    file->content->open = FALSE;
    contents->vague += file->content->vague;
    return file->content;
}

void
contents_follow(Contents *contents, const Observation *world)
{
    if (contents->files == world->files && contents->vague == 0)
        return;
    contents->look++;
    contents->vague = 0;
    for (guint i = 0; world->files && i < world->files->len; i++) {
        ObservedFile *file = g_ptr_array_index(world->files, i);

        if (file->image)
            follow_image(contents, world, file);
    }
    g_clear_pointer(&contents->files, g_ptr_array_unref);
    contents->files = world->files ? g_ptr_array_ref(world->files) : NULL;
}

ImageContent *
contents_image(const Contents *contents, const char *path)
{
    const ObservedFile *file = observed_file_among(contents->files, path);

    return file ? file->content : NULL;
}

gboolean
contents_are_current(const Contents *contents, const ImageContent *image)
{
    return image->look == contents->look;
}

/* ---- what they hold ---- */

void
contents_read(const ObserveView *view, PlaceContent *content)
{
    Names *names = view->contents->names;
    json_t *told = NULL;
    const char *digest, *memory;

    if (content->read)
        return;
    told = observe_inspect(view, "content", names_text(names, content->place));
    digest = json_string_value(json_object_get(told, "digest"));
    memory = json_string_value(json_object_get(told, "memory"));
    content->disk = digest ? names_number_of(names, disk_prefix, digest, NULL) : 0;
    content->memory = memory ? names_number_of(names, memory_prefix, memory, NULL) : 0;
    content->bare = json_integer_value(json_object_get(told, "size")) <= 0;
    content->read = TRUE;
    json_decref(told);
}

guint
contents_of_guest(const ObserveView *view, const char *domain)
{
    json_t *ram = view->content ? observe_inspect(view, "ram", domain) : NULL;
    const char *digest = json_string_value(json_object_get(ram, "digest"));
    guint memory = digest ? names_number_of(view->contents->names, memory_prefix, digest, NULL) : 0;

    json_decref(ram);
    return memory;
}

PlaceContent *
contents_place(const ImageContent *image, guint place)
{
    for (guint i = 0; i < image->places->len; i++) {
        PlaceContent *content = &g_array_index(image->places, PlaceContent, i);

        if (content->place == place)
            return content;
    }
    return NULL;
}

gboolean
contents_equal(const PlaceContent *one, const PlaceContent *other)
{
    return one->disk == other->disk && (one->disk == 0 || one->memory == other->memory);
}

char *
contents_describe(const Contents *contents, const PlaceContent *content)
{
    const char *disk = names_text(contents->names, content->disk);
    const char *memory = names_text(contents->names, content->memory);

    if (!disk)
        return g_strdup("");
    return g_strconcat(disk + strlen(disk_prefix), memory ? " with memory " : NULL,
                       memory ? memory + strlen(memory_prefix) : NULL, NULL);
}
