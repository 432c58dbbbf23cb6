/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/recipe.h"
#include "sim/block/image_bitmap.h"
#include "sim/tool/tool.h"
#include "spec/api/error.h"
#include <string.h>

/* Makes of the image what the programs cannot. */
typedef void (*Patch)(SimFs *fs, const char *path);

/* $file and $size are filled in; a command per line. */
typedef struct {
    const char *name;
    const char *commands;
    SimDamage damage;
    Patch patch;
    guint layers; /* images below $file, each over the one before: $file.1 … */
} Recipe;

/* ---- patches ---- */

static void
put_bytes(SimFs *fs, const char *path, const void *bytes, gsize length)
{
    SimInode *inode = NULL;
    int number = sim_fs_create(fs, path, &inode);
    g_assert(number == 0);
    sim_inode_append(inode, bytes, length);
}

static void
empty_file(SimFs *fs, const char *path)
{
    put_bytes(fs, path, "", 0);
}

/* Without it nothing tells that the bytes are an image. */
static void
clear_magic(SimFs *fs, const char *path)
{
    g_autoptr(GBytes) head = sim_inode_bytes(sim_fs_lookup(fs, path, NULL));
    gsize length = g_bytes_get_size(head);
    g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(head, NULL), length);
    memset(bytes, 0, 4);
    put_bytes(fs, path, bytes, length);
}

static void
remove_base(SimFs *fs, const char *path)
{
    g_autofree char *base = g_strconcat(path, ".base", NULL);
    int number = sim_fs_unlink(fs, base);
    g_assert(number == 0);
}

/* Only the header tells of it. */
static void
put_data_outside(SimFs *fs, const char *path)
{
    g_autofree char *data = g_strconcat(path, ".data", NULL);
    SimImage *image = sim_inode_image(sim_fs_lookup(fs, path, NULL));
    put_bytes(fs, data, "", 0);
    sim_image_set_data_file(image, data);
    sim_image_flush(image);
}

/* Its first bitmap was never stored by the process that loaded it. */
static void
leave_bitmap_in_use(SimFs *fs, const char *path)
{
    SimImage *image = sim_inode_image(sim_fs_lookup(fs, path, NULL));
    const GPtrArray *bitmaps = sim_image_state(image)->bitmaps;
    GPtrArray *changed = sim_stored_bitmaps_new();
    for (guint i = 0; i < bitmaps->len; i++)
        g_ptr_array_add(changed, sim_stored_bitmap_copy(bitmaps->pdata[i]));
    ((SimStoredBitmap *)changed->pdata[0])->in_use = TRUE;
    sim_image_set_bitmaps(image, changed);
}

/* ---- the recipes ---- */

#define CREATE "qemu-img create -q -f qcow2 $file $size\n"
#define CREATE_WITH(options) "qemu-img create -q -f qcow2 -o " options " $file $size\n"
#define BASE "qemu-img create -q -f qcow2 $file.base $size\n"
#define OVERLAY(image, base) "qemu-img create -q -f qcow2 -F qcow2 -b " base " " image "\n"
#define REBASE(image) "qemu-img rebase -u -f qcow2 -F qcow2 -b $file " image "\n"
#define WRITE_IN(image, byte, range) "qemu-io -c 'write -P " byte " " range "' " image "\n"
#define WRITE(byte, range) WRITE_IN("$file", byte, range)
#define SNAPSHOT(name) "qemu-img snapshot -c " name " $file\n"
#define BITMAP(options) "qemu-img bitmap --add " options "\n"

static const Recipe recipes[] = {
    {"backing-chain",
     BASE WRITE_IN("$file.base", "0x61", "0 256k") OVERLAY("$file.mid", "$file.base") WRITE_IN(
         "$file.mid", "0x62", "64k 64k") OVERLAY("$file", "$file.mid") WRITE("0x63", "128k 64k"),
     0, NULL},
    {"backing-deep",
     "qemu-img create -q -f qcow2 $file.1 $size\n" WRITE_IN("$file.1", "0x65", "0 64k"), 0, NULL,
     190},
    {"backing-loop", BASE OVERLAY("$file", "$file.base") REBASE("$file.base"), 0, NULL},
    {"backing-missing", BASE OVERLAY("$file", "$file.base"), 0, remove_base},
    {"backing-raw",
     "qemu-img create -q -f raw $file.base $size\n"
     "qemu-img create -q -f qcow2 -F raw -b $file.base $file\n",
     0, NULL},
    {"backing-self", CREATE REBASE("$file"), 0, NULL},
    {"backing-shorter",
     "qemu-img create -q -f qcow2 $file.base 1M\n" WRITE_IN("$file.base", "0x64", "0 1M")
         OVERLAY("$file $size", "$file.base"),
     0, NULL},
    {"bad-feature", CREATE, SIM_DAMAGE_FEATURE, NULL},
    {"bad-l1", CREATE WRITE("0x71", "0 64k"), SIM_DAMAGE_TABLES, NULL},
    {"bad-l2", CREATE WRITE("0x72", "0 64k") WRITE("0x72", "64k 64k"), SIM_DAMAGE_TABLES, NULL},
    {"bad-magic", CREATE, 0, clear_magic},
    {"bad-snapshot-table", CREATE SNAPSHOT("s1") SNAPSHOT("s2"), SIM_DAMAGE_SNAPSHOT_TABLE, NULL},
    {"bad-version", CREATE, SIM_DAMAGE_VERSION, NULL},
    {"bitmap-in-use", CREATE BITMAP("$file b0"), 0, leave_bitmap_in_use},
    {"bitmaps-and-snapshot", CREATE SNAPSHOT("s1") BITMAP("$file b0"), 0, NULL},
    {"bitmaps",
     CREATE BITMAP("$file b0") BITMAP("--disable -g 1M $file b1") WRITE("0x51", "64k 64k"), 0,
     NULL},
    {"corrupt-flag", CREATE WRITE("0x77", "0 64k"), SIM_DAMAGE_CORRUPT_FLAG, NULL},
    {"dirty", CREATE_WITH("lazy_refcounts=on") WRITE("0x76", "0 64k"), SIM_DAMAGE_DIRTY, NULL},
    {"empty", "", 0, empty_file},
    {"leaked-cluster", CREATE WRITE("0x74", "0 64k"), SIM_DAMAGE_LEAK, NULL},
    {"qcow2-data-file", CREATE WRITE("0x36", "0 64k"), 0, put_data_outside},
    {"qcow2-small-clusters", CREATE_WITH("cluster_size=512") WRITE("0x32", "0 128k"), 0, NULL},
    {"qcow2-v2", CREATE_WITH("compat=0.10") WRITE("0x21", "0 64k"), 0, NULL},
    {"qcow2-v3", CREATE_WITH("compat=1.1") WRITE("0x31", "0 64k"), 0, NULL},
    {"raw",
     "qemu-img create -q -f raw $file $size\n"
     "qemu-io -f raw -c 'write -P 0x11 0 64k' $file\n",
     0, NULL},
    {"snapshots-name-is-id",
     CREATE WRITE("0x46", "0 64k") SNAPSHOT("2") WRITE("0x47", "0 64k") SNAPSHOT("1"), 0, NULL},
    {"snapshots-same-name",
     CREATE WRITE("0x44", "0 64k") SNAPSHOT("twice") WRITE("0x45", "0 64k") SNAPSHOT("twice"), 0,
     NULL},
    {"snapshots",
     CREATE WRITE("0x41", "0 64k") SNAPSHOT("s1") WRITE("0x42", "0 64k") SNAPSHOT("s2")
         WRITE("0x43", "0 64k"),
     0, NULL},
    {"truncated-header", CREATE, SIM_DAMAGE_SHORT_HEADER, NULL},
    {"truncated-tables", CREATE, SIM_DAMAGE_TABLES, NULL},
    {"truncated", CREATE WRITE("0x75", "0 1M"), SIM_DAMAGE_TABLES, NULL},
};

const char *
sim_recipe_name(guint i)
{
    return i < G_N_ELEMENTS(recipes) ? recipes[i].name : NULL;
}

/* ---- making one ---- */

/* A place on the simulated file system, and what stands for $file and $size. */
typedef struct {
    SimFs *fs;
    SimClock *clock;
    const char *path;
    const char *size;
} Place;

static char *
fill_in(const Place *place, const char *word)
{
    GString *text = g_string_new(word);
    if (strcmp(word, "$size") == 0)
        g_string_assign(text, place->size);
    else if (g_str_has_prefix(word, "$file"))
        g_string_printf(text, "%s%s", place->path, word + strlen("$file"));
    return g_string_free(text, FALSE);
}

static gboolean
run_line(const Place *place, const char *line, GError **error)
{
    g_auto(GStrv) words = NULL;
    gboolean parsed = g_shell_parse_argv(line, NULL, &words, NULL);
    g_assert(parsed);
    for (guint i = 0; words[i] != NULL; i++) {
        char *filled = fill_in(place, words[i]);
        g_free(words[i]);
        words[i] = filled;
    }
    g_autofree char *out = NULL;
    int rc = 0;
    if (!sim_tool_run(place->fs, place->clock, (const char *const *)words, &rc, &out, error))
        return FALSE;
    return rc == 0 || vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s: %s", place->path, out);
}

static gboolean
run_lines(const Place *place, const char *commands, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(commands, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0' && !run_line(place, lines[i], error))
            return FALSE;
    }
    return TRUE;
}

/* Overlays over $file.1 until there are as many layers, and $file over them all. */
static gboolean
pile_up(const Place *place, guint layers, GError **error)
{
    for (guint i = 1; i <= layers; i++) {
        g_autofree char *name = i < layers ? g_strdup_printf(".%u", i + 1) : g_strdup("");
        g_autofree char *line =
            g_strdup_printf("qemu-img create -q -f qcow2 -F qcow2 -b $file.%u $file%s", i, name);
        if (!run_line(place, line, error))
            return FALSE;
    }
    return TRUE;
}

static const Recipe *
find_recipe(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(recipes); i++) {
        if (strcmp(recipes[i].name, name) == 0)
            return &recipes[i];
    }
    return NULL;
}

gboolean
sim_recipe_make(SimFs *fs, SimClock *clock, const SimRecipeImage *image, GError **error)
{
    const Recipe *recipe = find_recipe(image->recipe);
    if (recipe == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "the image recipe '%s' is not simulated", image->recipe);
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, image->size);
    const Place place = {fs, clock, image->path, size};
    if (!run_lines(&place, recipe->commands, error) || !pile_up(&place, recipe->layers, error))
        return FALSE;
    if (recipe->patch != NULL)
        recipe->patch(fs, image->path);
    if (recipe->damage == SIM_DAMAGE_NONE)
        return TRUE;
    SimImage *made = sim_inode_image(sim_fs_lookup(fs, image->path, NULL));
    sim_image_set_damage(made, recipe->damage);
    sim_image_flush(made);
    return TRUE;
}
