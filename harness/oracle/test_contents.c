/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was read of an image is kept for as long as no file that it rests on
 * is another, and no longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/oracle/contents.h"

/* The target's answer to all places, and how often it was asked. */
static const char *shown;
static guint looks;

static int
content(struct vm_conn *conn G_GNUC_UNUSED, const char *place G_GNUC_UNUSED,
        struct vm_content *seen)
{
    looks++;
    seen->size = 1;
    g_strlcpy(seen->digest, shown, sizeof(seen->digest));
    return 1;
}

static const struct vm_target target = {.content = content};

typedef struct {
    ObserveView view;
    GPtrArray *all; /* of ObservedFile *: every one that was made */
    ObservedFile *base, *overlay;
} Fixture;

static ObservedFile *
file_new(Fixture *fixture, const char *path, const char *backing)
{
    ObservedFile *file = g_new0(ObservedFile, 1);

    file->path = g_strdup(path);
    file->image = g_new0(ObservedImage, 1);
    file->image->backing = g_strdup(backing);
    file->image->tags = g_array_new(FALSE, FALSE, sizeof(ObservedTag));
    file->image->bitmaps = g_ptr_array_new();
    g_ptr_array_add(fixture->all, file);
    return file;
}

static void
file_free(ObservedFile *file)
{
    observed_image_free(file->image);
    g_free(file->path);
    g_free(file);
}

/* The world is these two (the second may be NULL), in the order of their paths. */
static void
follow(Fixture *fixture, ObservedFile *first, ObservedFile *second)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    const Observation world = {.files = files};

    g_ptr_array_add(files, first);
    if (second)
        g_ptr_array_add(files, second);
    contents_follow(fixture->view.contents, &world);
}

/* What is read at a file's own place. */
static const char *
read_file(const Fixture *fixture, const ObservedFile *file)
{
    PlaceContent *place = &g_array_index(file->image->contents->places, PlaceContent, 0);

    contents_read(&fixture->view, place);
    return names_text(fixture->view.contents->names, place->disk);
}

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->view.target = &target;
    fixture->view.contents = contents_new();
    fixture->all = g_ptr_array_new_with_free_func((GDestroyNotify)file_free);
    fixture->base = file_new(fixture, "/a", NULL);
    fixture->overlay = file_new(fixture, "/b", "/a");
    follow(fixture, fixture->base, fixture->overlay);
    shown = "d1";
    looks = 0;
    assert_string_equal(read_file(fixture, fixture->overlay), "disk:d1");
    shown = "d2";
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    contents_free(fixture->view.contents);
    g_ptr_array_unref(fixture->all);
    g_free(fixture);
    return 0;
}

static void
test_the_same_files_are_read_once(void **state)
{
    Fixture *fixture = *state;

    follow(fixture, fixture->base, fixture->overlay);
    assert_string_equal(read_file(fixture, fixture->overlay), "disk:d1");
    assert_int_equal(looks, 1);
}

static void
test_another_file_below_is_another_content(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *former = g_strdup(read_file(fixture, fixture->overlay));

    follow(fixture, file_new(fixture, "/a", NULL), fixture->overlay);
    assert_string_equal(former, "disk:d1");
    assert_string_equal(read_file(fixture, fixture->overlay), "disk:d2");
}

static void
test_a_file_above_changes_nothing(void **state)
{
    Fixture *fixture = *state;
    const ImageContent *known = fixture->base->image->contents;

    follow(fixture, fixture->base, file_new(fixture, "/b", "/a"));
    assert_ptr_equal(fixture->base->image->contents, known);
    assert_true(contents_are_current(fixture->view.contents, known));
}

static void
test_what_is_gone_is_not_current(void **state)
{
    Fixture *fixture = *state;
    ImageContent *known = image_content_ref(fixture->overlay->image->contents);

    follow(fixture, fixture->base, NULL);
    assert_false(contents_are_current(fixture->view.contents, known));
    image_content_unref(known);
}

static void
test_over_an_unlisted_file_nothing_is_kept(void **state)
{
    Fixture *fixture = *state;

    follow(fixture, fixture->overlay, NULL);
    assert_string_equal(read_file(fixture, fixture->overlay), "disk:d2");
    shown = "d3";
    follow(fixture, fixture->overlay, NULL);
    assert_string_equal(read_file(fixture, fixture->overlay), "disk:d3");
}

static void
test_in_a_circle_nothing_is_kept(void **state)
{
    Fixture *fixture = *state;
    ObservedFile *low = file_new(fixture, "/a", "/b");

    follow(fixture, low, fixture->overlay);
    assert_string_equal(read_file(fixture, low), "disk:d2");
    shown = "d3";
    follow(fixture, low, fixture->overlay);
    assert_string_equal(read_file(fixture, low), "disk:d3");
}

#define CONTENTS_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CONTENTS_TEST(test_the_same_files_are_read_once),
        CONTENTS_TEST(test_another_file_below_is_another_content),
        CONTENTS_TEST(test_a_file_above_changes_nothing),
        CONTENTS_TEST(test_what_is_gone_is_not_current),
        CONTENTS_TEST(test_over_an_unlisted_file_nothing_is_kept),
        CONTENTS_TEST(test_in_a_circle_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
