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
    const ObservedImage *seen = file->image;
    ImageContent *image = g_new0(ImageContent, 1);

    image->refs = 1;
    image->places = g_array_sized_new(FALSE, FALSE, sizeof(PlaceContent), seen->tags->len + 1);
    image->bitmaps = g_array_new(FALSE, FALSE, sizeof(guint));
    add_place(image->places, names_number(names, file->path));
    for (guint i = 0; i < seen->tags->len; i++) {
        const ObservedTag *tag = &g_array_index(seen->tags, ObservedTag, i);

        add_place(image->places, names_number_of(names, file->path, "@", tag->name, NULL));
    }
    for (guint i = 0; i < seen->bitmaps->len; i++) {
        const char *name = g_ptr_array_index(seen->bitmaps, i);
        guint bitmap = names_number_of(names, "bitmap:", name, NULL);

        g_array_append_val(image->bitmaps, bitmap);
    }
    return image;
}

static ImageContent *follow_image(Contents *contents, const Observation *world,
                                  const ObservedFile *file);

/* NULL where it is not listed, or is above the file too. */
static ImageContent *
follow_below(Contents *contents, const Observation *world, const char *path)
{
    const ObservedFile *below = observed_file_among(world->files, path);
    ImageContent *image = below && below->image ? follow_image(contents, world, below) : NULL;

    return image && !image->open ? image : NULL;
}

static ImageContent *
follow_image(Contents *contents, const Observation *world, const ObservedFile *file)
{
    ObservedImage *seen = file->image;
    ImageContent *known = seen->contents;
    ImageContent *below = NULL;
    gboolean same;

    if (known && known->look == contents->look)
        return known;
    if (!known)
        seen->contents = image_new(contents->names, file);
    seen->contents->look = contents->look;
    seen->contents->open = TRUE;
    if (seen->backing)
        below = follow_below(contents, world, seen->backing);
    same = known && !known->vague && known->below == below && (below || !seen->backing);
    if (known && !same) {
        image_content_unref(known);
        seen->contents = image_new(contents->names, file);
        seen->contents->look = contents->look;
    }
    if (!same) {
        seen->contents->vague = seen->backing && !below;
        seen->contents->below = below ? image_content_ref(below) : NULL;
    }
    seen->contents->open = FALSE;
    contents->vague += seen->contents->vague;
    return seen->contents;
}

void
contents_follow(Contents *contents, const Observation *world)
{
    if (contents->files == world->files && contents->vague == 0)
        return;
    contents->look++;
    contents->vague = 0;
    for (guint i = 0; world->files && i < world->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(world->files, i);

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

    return file && file->image ? file->image->contents : NULL;
}

gboolean
contents_are_current(const Contents *contents, const ImageContent *image)
{
    return image->look == contents->look;
}

/* ---- what they hold ---- */

/* In the way that every target can tell it. */
static gboolean
inspect_place(const ObserveView *view, const char *place, struct vm_content *seen)
{
    json_t *told = observe_inspect(view, "content", place);
    const char *digest = json_string_value(json_object_get(told, "digest"));
    const char *memory = json_string_value(json_object_get(told, "memory"));

    seen->size = (guint64)MAX(json_integer_value(json_object_get(told, "size")), 0);
    g_strlcpy(seen->digest, digest ? digest : "", sizeof(seen->digest));
    g_strlcpy(seen->memory, memory ? memory : "", sizeof(seen->memory));
    json_decref(told);
    return told != NULL;
}

void
contents_read(const ObserveView *view, PlaceContent *content)
{
    Names *names = view->contents->names;
    const char *place = names_text(names, content->place);
    struct vm_content seen = {.digest = ""};

    if (content->read)
        return;
    content->read = TRUE;
    if (view->target->content ? !view->target->content(view->conn, place, &seen)
                              : !inspect_place(view, place, &seen))
        return;
    content->disk = *seen.digest ? names_number_of(names, disk_prefix, seen.digest, NULL) : 0;
    content->memory = *seen.memory ? names_number_of(names, memory_prefix, seen.memory, NULL) : 0;
    content->bare = seen.size == 0;
}

static gboolean
inspect_guest(const ObserveView *view, const char *domain, char digest[64])
{
    json_t *ram = observe_inspect(view, "ram", domain);
    const char *told = json_string_value(json_object_get(ram, "digest"));

    g_strlcpy(digest, told ? told : "", 64);
    json_decref(ram);
    return *digest != '\0';
}

guint
contents_of_guest(const ObserveView *view, const char *domain)
{
    char digest[64];

    if (!view->content || (view->target->ram ? !view->target->ram(view->conn, domain, digest)
                                             : !inspect_guest(view, domain, digest)))
        return 0;
    return names_number_of(view->contents->names, memory_prefix, digest, NULL);
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
