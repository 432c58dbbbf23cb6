/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulator's recipes against the scripts of images/recipes, which make
 * the same images with real programs, and against the cases that use them.
 */
#include "sim/tool/recipe.h"
#include "sim/tool/test_tool.h"

#define SCRIPTS VM_SOURCE_DIR "/images/recipes"
#define SUITE VM_SOURCE_DIR "/conformance"
#define SIZE (4 << 20)

static void
make(ToolRig *rig, const char *recipe, const char *path)
{
    g_autoptr(GError) error = NULL;
    const SimRecipeImage image = {recipe, path, SIZE};
    if (!sim_recipe_make(rig->fs, &rig->clock, &image, &error))
        fail_msg("%s: %s", recipe, error->message);
}

static gboolean
has_recipe(const char *name)
{
    const char *known = sim_recipe_name(0);
    for (guint i = 1; known != NULL && strcmp(known, name) != 0; i++)
        known = sim_recipe_name(i);
    return known != NULL;
}

/* ---- against the scripts ---- */

/* The exit codes that a script promises, "-" for what is not to be tried; the caller frees them. */
static char **
read_expected(const char *recipe)
{
    g_autofree char *path = g_strdup_printf(SCRIPTS "/%s.sh", recipe);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("there is no %s", path);
    const char *line = strstr(text, "# expect ");
    assert_non_null(line);
    g_autofree char *words = g_strndup(line, strcspn(line, "\n"));
    return g_strsplit(words, " ", -1);
}

static void
try_command(ToolRig *rig, const char *expected, const char *line)
{
    guint64 rc = 0;
    if (strcmp(expected, "-") == 0)
        return;
    assert_true(g_ascii_string_to_unsigned(expected, 10, 0, 255, &rc, NULL));
    g_free(tool_output(rig, line, (int)rc));
}

/* QEMU writes to an image whose tables lead nowhere; the simulator does not. */
static const char *const written_by_qemu_alone[] = {"bad-l1", "bad-l2", "truncated", NULL};

static void
try_recipe(ToolRig *rig, const char *recipe)
{
    g_auto(GStrv) expected = read_expected(recipe);
    const char *format = strcmp(recipe, "raw") == 0 ? "raw" : "qcow2";
    g_autofree char *info = g_strdup_printf("qemu-img info --output=json -f %s /x", format);
    g_autofree char *chain =
        g_strdup_printf("qemu-img info --output=json --backing-chain -f %s /x", format);
    g_autofree char *check = g_strdup_printf("qemu-img check -f %s /x", format);
    g_autofree char *write = g_strdup_printf("qemu-io -f %s -c 'write -P 1 64k 64k' /x", format);
    assert_int_equal(g_strv_length(expected), 10);
    make(rig, recipe, "/x");
    try_command(rig, expected[3], info);
    try_command(rig, expected[5], chain);
    try_command(rig, expected[7], check);
    try_command(rig, g_strv_contains(written_by_qemu_alone, recipe) ? "1" : expected[9], write);
}

static void
test_each_recipe_comes_out_as_its_script_says(void **state)
{
    ToolRig *rig = *state;
    guint count = 0;
    for (; sim_recipe_name(count) != NULL; count++)
        try_recipe(rig, sim_recipe_name(count));
    assert_int_equal(count, 31);
}

static void
test_each_script_is_simulated_or_known_not_to_be(void **state)
{
    (void)state;
    static const char *const not_simulated[] = {"bad-refcount",
                                                "qcow2-compressed",
                                                "qcow2-extended-l2",
                                                "qcow2-narrow-refcounts",
                                                "raw-odd",
                                                "check",
                                                "make",
                                                NULL};
    GDir *folder = g_dir_open(SCRIPTS, 0, NULL);
    const char *entry = NULL;
    assert_non_null(folder);
    while ((entry = g_dir_read_name(folder)) != NULL) {
        g_autofree char *name = g_strndup(entry, strcspn(entry, "."));
        if (!g_str_has_suffix(entry, ".sh"))
            continue;
        if (has_recipe(name) == g_strv_contains(not_simulated, name))
            fail_msg("%s", name);
    }
    g_dir_close(folder);
}

/* ---- against the suite ---- */

/* How many recipes a line of a scenario names, each of which is to be there. */
static guint
count_named(const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
    gboolean matrix = g_str_has_prefix(line, "matrix recipe =");
    guint count = 0;
    for (guint i = 0; words[i] != NULL; i++) {
        const char *name = matrix && i > 2                         ? words[i]
                           : g_str_has_prefix(words[i], "recipe=") ? words[i] + strlen("recipe=")
                                                                   : "";
        if (*name == '\0' || *name == '$')
            continue;
        if (!has_recipe(name))
            fail_msg("a case uses '%s'", name);
        count++;
    }
    return count;
}

static guint
count_in_scenario(const char *path)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(text, "\\\n", -1);
    g_autofree char *joined = g_strjoinv(" ", parts);
    g_auto(GStrv) lines = g_strsplit(joined, "\n", -1);
    guint count = 0;
    for (guint i = 0; lines[i] != NULL; i++)
        count += count_named(lines[i]);
    return count;
}

static guint
count_below(const char *path)
{
    if (g_str_has_suffix(path, ".scn"))
        return count_in_scenario(path);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *entry = NULL;
    guint count = 0;
    while (folder != NULL && (entry = g_dir_read_name(folder)) != NULL) {
        g_autofree char *below = g_build_filename(path, entry, NULL);
        count += count_below(below);
    }
    g_clear_pointer(&folder, g_dir_close);
    return count;
}

static void
test_each_recipe_that_a_case_uses_is_there(void **state)
{
    (void)state;
    assert_in_range(count_below(SUITE), 25, 1000);
}

static void
test_a_recipe_that_is_not_there_fails_by_name(void **state)
{
    ToolRig *rig = *state;
    g_autoptr(GError) error = NULL;
    const SimRecipeImage image = {"qcow2-compressed", "/x", SIZE};
    assert_false(sim_recipe_make(rig->fs, &rig->clock, &image, &error));
    assert_int_equal(error->code, VIR_ERR_OPERATION_UNSUPPORTED);
    assert_string_equal(error->message, "the image recipe 'qcow2-compressed' is not simulated");
    assert_null(sim_fs_lookup(rig->fs, "/x", NULL));
}

/* ---- what is in them ---- */

static void
test_a_bitmap_that_is_in_use_is_told_of(void **state)
{
    make(*state, "bitmap-in-use", "/x");
    g_autofree char *info = tool_output(*state, "qemu-img info --output=json /x", 0);
    assert_non_null(strstr(info, "\"in-use\""));
    make(*state, "bitmaps", "/y");
    g_autofree char *sound = tool_output(*state, "qemu-img info --output=json /y", 0);
    assert_null(strstr(sound, "\"in-use\""));
    assert_non_null(strstr(sound, "\"b1\""));
}

static void
test_the_next_who_writes_repairs_a_dirty_image(void **state)
{
    make(*state, "dirty", "/x");
    g_autofree char *before = tool_output(*state, "qemu-img info --output=json /x", 0);
    assert_non_null(strstr(before, "\"dirty-flag\": true"));
    tool_do(*state, "qemu-io -c 'read 0 512' -r /x");
    g_autofree char *read = tool_output(*state, "qemu-img info --output=json /x", 0);
    assert_non_null(strstr(read, "\"dirty-flag\": true"));
    tool_do(*state, "qemu-io -c 'read 0 512' /x");
    g_autofree char *after = tool_output(*state, "qemu-img info --output=json /x", 0);
    assert_non_null(strstr(after, "\"dirty-flag\": false"));
}

static void
test_a_chain_that_comes_back_is_told_of(void **state)
{
    make(*state, "backing-self", "/x");
    tool_prints(*state, "qemu-img info --output=json --backing-chain /x", 1,
                "qemu-img: Backing file '/x' creates an infinite loop.\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TOOL_TEST(test_each_recipe_comes_out_as_its_script_says),
        TOOL_TEST(test_each_script_is_simulated_or_known_not_to_be),
        TOOL_TEST(test_each_recipe_that_a_case_uses_is_there),
        TOOL_TEST(test_a_recipe_that_is_not_there_fails_by_name),
        TOOL_TEST(test_a_bitmap_that_is_in_use_is_told_of),
        TOOL_TEST(test_the_next_who_writes_repairs_a_dirty_image),
        TOOL_TEST(test_a_chain_that_comes_back_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
