/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items of a domain block, and the document that they make.
 */

#include "harness/scenario/run_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How many words an item has, at least and at most. */
static const struct {
    const char *name;
    guint least, most;
    const char *form;
} items_table[] = {
    {"disk", 2, 99, "disk TARGET [qcow2|raw] [SIZE] [snapshot=…] …"},
    {"disk-xml", 2, 2, "disk-xml '<disk …/>'"},
    {"memory", 2, 2, "memory 128M"},
    {"vcpus", 2, 2, "vcpus 1"},
    {"uuid", 2, 2, "uuid UUID"},
    {"agent", 1, 1, "agent"},
    {"xml-extra", 2, 2, "xml-extra '<element/>'"},
    {"device-extra", 2, 2, "device-extra '<element/>'"},
    {"transient", 1, 1, "transient"},
    {"undefined", 1, 1, "undefined"},
};

static const char *const disk_words[] = {"qcow2",
                                         "raw",
                                         "readonly",
                                         "shareable",
                                         "transient",
                                         "cdrom",
                                         "floppy",
                                         "missing",
                                         "snapshot=no",
                                         "snapshot=internal",
                                         "snapshot=external",
                                         "snapshot=manual",
                                         "serial=",
                                         "file=",
                                         "recipe=",
                                         "64M",
                                         NULL};

static const char *
text_at(const GPtrArray *item, guint at)
{
    return ((ScnWord *)g_ptr_array_index(item, at))->text;
}

/* "64M" in bytes, 0 where it is no size or more than 64 bits hold. */
static guint64
parse_size(const char *text)
{
    char *end;
    guint64 size = g_ascii_strtoull(text, &end, 10);
    const char *units = "KMGT";
    const char *unit = *end ? strchr(units, *end) : NULL;
    guint shift;

    if (!g_ascii_isdigit(*text) || (*end && (!unit || end[1])))
        return 0;
    shift = unit ? 10 * (guint)(unit - units + 1) : 0;
    return size <= G_MAXUINT64 >> shift ? size << shift : 0;
}

static gboolean
check_disk_word(const ScnWord *word, const ScnPlace *place, GError **error)
{
    const char *nearest;

    if (g_str_has_prefix(word->text, "serial=") || g_str_has_prefix(word->text, "file=") ||
        g_str_has_prefix(word->text, "recipe=") || parse_size(word->text) ||
        g_strv_contains(disk_words, word->text))
        return TRUE;
    nearest = scn_nearest(word->text, disk_words);
    return scn_syntax_error(error, place, word->column,
                            "'%s' is no attribute of a disk; expected a format, a size or an "
                            "attribute%s%s",
                            word->text, nearest ? ", the nearest is " : "", nearest ? nearest : "");
}

static gboolean
check_item(const GPtrArray *item, const ScnPlace *place, GError **error)
{
    const ScnWord *word = g_ptr_array_index(item, 0);

    for (guint i = 0; i < G_N_ELEMENTS(items_table); i++) {
        if (strcmp(items_table[i].name, word->text) != 0)
            continue;
        if (item->len < items_table[i].least || item->len > items_table[i].most)
            return scn_syntax_error(error, place, word->column, "expected '%s'",
                                    items_table[i].form);
        for (guint j = 2; i == 0 && j < item->len; j++) {
            if (!check_disk_word(g_ptr_array_index(item, j), place, error))
                return FALSE;
        }
        return TRUE;
    }
    return scn_syntax_error(error, place, word->column,
                            "'%s' in a domain block; expected disk, disk-xml, memory, vcpus, uuid, "
                            "agent, xml-extra, device-extra, transient or undefined",
                            word->text);
}

gboolean
scn_domain_check(const GPtrArray *items, const ScnPlace *place, ScnDeclared *declared,
                 GError **error)
{
    for (guint i = 0; i < items->len; i++) {
        const GPtrArray *item = g_ptr_array_index(items, i);

        if (!check_item(item, place, error))
            return FALSE;
        declared->transient |= strcmp(text_at(item, 0), "transient") == 0;
        declared->undefined |= strcmp(text_at(item, 0), "undefined") == 0;
        for (guint j = 1; j < item->len; j++)
            declared->recipe |= g_str_has_prefix(text_at(item, j), "recipe=");
    }
    return TRUE;
}

static void
disk_free(ScnDisk *disk)
{
    g_free(disk->target);
    g_free(disk->format);
    g_free(disk->path);
    g_free(disk->recipe);
    g_free(disk->xml);
    g_free(disk);
}

void
scn_template_free(ScnTemplate *made)
{
    if (!made)
        return;
    g_free(made->name);
    g_free(made->xml);
    g_ptr_array_unref(made->disks);
    g_free(made);
}

/* What the words of a disk item say besides format, path and size. */
typedef struct {
    const char *device, *snapshot, *serial;
    gboolean readonly, shareable, transient, sized;
} DiskWords;

static void
read_disk_word(ScnRun *run, const char *text, ScnDisk *disk, DiskWords *words)
{
    if (strcmp(text, "qcow2") == 0 || strcmp(text, "raw") == 0) {
        g_free(disk->format);
        disk->format = g_strdup(text);
    } else if (g_str_has_prefix(text, "snapshot=")) {
        words->snapshot = text + 9;
    } else if (g_str_has_prefix(text, "serial=")) {
        words->serial = text + 7;
    } else if (g_str_has_prefix(text, "file=")) {
        g_free(disk->path);
        disk->path = scn_expand_text(run, text + 5);
    } else if (g_str_has_prefix(text, "recipe=")) {
        g_free(disk->recipe);
        disk->recipe = g_strdup_printf("recipe:%s", text + 7);
    } else if (parse_size(text)) {
        disk->size = parse_size(text);
        words->sized = TRUE;
    } else if (strcmp(text, "cdrom") == 0 || strcmp(text, "floppy") == 0) {
        words->device = text;
    }
    words->readonly |= strcmp(text, "readonly") == 0;
    words->shareable |= strcmp(text, "shareable") == 0;
    words->transient |= strcmp(text, "transient") == 0;
    disk->missing |= strcmp(text, "missing") == 0;
}

/* A value between two stretches of a document. */
static void
put(GString *xml, const char *before, const char *value, const char *after)
{
    g_string_append(xml, before);
    g_string_append(xml, value);
    g_string_append(xml, after);
}

static char *
disk_xml(const ScnDisk *disk, const DiskWords *words)
{
    g_autoptr(GString) xml = g_string_new(NULL);
    const char *bus = g_str_has_prefix(disk->target, "vd")   ? "virtio"
                      : g_str_has_prefix(disk->target, "sd") ? "scsi"
                      : g_str_has_prefix(disk->target, "fd") ? "fdc"
                                                             : "ide";

    put(xml, "    <disk type='file' device='", words->device ? words->device : "disk", "'");
    if (words->snapshot)
        put(xml, " snapshot='", words->snapshot, "'");
    put(xml, ">\n      <driver name='qemu' type='", disk->format, "'/>\n");
    if (disk->path)
        put(xml, "      <source file='", disk->path, "'/>\n");
    put(xml, "      <target dev='", disk->target, "' bus='");
    put(xml, "", bus, "'/>\n");
    if (words->readonly || g_strcmp0(words->device, "cdrom") == 0)
        g_string_append(xml, "      <readonly/>\n");
    if (words->shareable)
        g_string_append(xml, "      <shareable/>\n");
    if (words->transient)
        g_string_append(xml, "      <transient/>\n");
    if (words->serial)
        put(xml, "      <serial>", words->serial, "</serial>\n");
    g_string_append(xml, "    </disk>\n");
    return g_string_free(g_steal_pointer(&xml), FALSE);
}

static ScnDisk *
build_disk(ScnRun *run, const char *domain, const GPtrArray *item)
{
    ScnDisk *disk = g_new0(ScnDisk, 1);
    DiskWords words = {NULL};

    disk->target = scn_expand_text(run, text_at(item, 1));
    disk->size = 64 << 20;
    for (guint i = 2; i < item->len; i++)
        read_disk_word(run, text_at(item, i), disk, &words);
    if (!disk->format)
        disk->format = g_strdup(words.device ? "raw" : "qcow2");
    if (!disk->path && (!words.device || words.sized))
        disk->path = g_strdup_printf("%s/%s%s-%s.%s", run->world.disk_dir, run->prefix, domain,
                                     disk->target, disk->format);
    disk->xml = disk_xml(disk, &words);
    return disk;
}

/* What a document is put together from. */
typedef struct {
    guint64 memory;
    char *vcpus, *uuid;
    GString *devices, *extra;
} DomainParts;

static void
read_item(ScnRun *run, ScnTemplate *made, const GPtrArray *item, DomainParts *parts)
{
    const char *name = text_at(item, 0);
    g_autofree char *value = item->len > 1 ? scn_expand_text(run, text_at(item, 1)) : NULL;

    if (strcmp(name, "disk") == 0) {
        ScnDisk *disk = build_disk(run, made->name, item);

        g_ptr_array_add(made->disks, disk);
        g_string_append(parts->devices, disk->xml);
    } else if (strcmp(name, "disk-xml") == 0 || strcmp(name, "device-extra") == 0) {
        g_string_append_printf(parts->devices, "    %s\n", value);
    } else if (strcmp(name, "xml-extra") == 0) {
        g_string_append_printf(parts->extra, "  %s\n", value);
    } else if (strcmp(name, "agent") == 0) {
        g_string_append(parts->devices,
                        "    <channel type='unix'>\n"
                        "      <target type='virtio' name='org.qemu.guest_agent.0'/>\n"
                        "    </channel>\n");
    } else if (strcmp(name, "memory") == 0) {
        parts->memory = parse_size(value) >> 10;
    } else if (strcmp(name, "vcpus") == 0) {
        g_free(parts->vcpus);
        parts->vcpus = g_steal_pointer(&value);
    } else if (strcmp(name, "uuid") == 0) {
        g_free(parts->uuid);
        parts->uuid = g_steal_pointer(&value);
    }
}

static char *
domain_xml(const ScnRun *run, const ScnTemplate *made, const DomainParts *parts)
{
    const struct vm_target_world *world = &run->world;
    GString *xml = g_string_sized_new(900);

    put(xml, "<domain type='", world->virt_type, "'>\n");
    put(xml, "  <name>", run->prefix, made->name);
    put(xml, "</name>\n  <uuid>", parts->uuid, "</uuid>\n");
    g_string_append_printf(xml, "  <memory unit='KiB'>%" G_GUINT64_FORMAT "</memory>\n",
                           parts->memory);
    put(xml, "  <vcpu>", parts->vcpus, "</vcpu>\n  <os>\n    <type");
    if (*world->arch)
        put(xml, " arch='", world->arch, "'");
    if (*world->machine)
        put(xml, " machine='", world->machine, "'");
    put(xml, ">", world->os_type, "</type>\n  </os>\n");
    put(xml, parts->extra->str, "  <devices>\n", parts->devices->str);
    g_string_append(xml, "  </devices>\n</domain>\n");
    return g_string_free(xml, FALSE);
}

ScnTemplate *
scn_template_build(ScnRun *run, const char *name, const GPtrArray *items)
{
    ScnTemplate *made = g_new0(ScnTemplate, 1);
    g_autoptr(GString) devices = g_string_new(NULL);
    g_autoptr(GString) extra = g_string_new(NULL);
    DomainParts parts = {.memory = 128 << 10, .devices = devices, .extra = extra};

    parts.vcpus = g_strdup("1");
    parts.uuid = scn_uuid(run, name);
    made->name = g_strdup(name);
    made->disks = g_ptr_array_new_with_free_func((GDestroyNotify)disk_free);
    for (guint i = 0; i < items->len; i++)
        read_item(run, made, g_ptr_array_index(items, i), &parts);
    made->xml = domain_xml(run, made, &parts);
    g_free(parts.vcpus);
    g_free(parts.uuid);
    g_hash_table_replace(run->templates, made->name, made);
    return made;
}

/* Note in the ledger, before it is made, what the case is about to make. */
static gboolean
note(ScnRun *run, const char *kind, const char *name)
{
    FILE *file;
    gboolean good;

    if (!run->ledger)
        return TRUE;
    file = fopen(run->ledger, "a");
    good = file && fprintf(file, "%s %s\n", kind, name) > 0;
    if (file)
        good = fclose(file) == 0 && good;
    return good ||
           scn_fail(run, "a note of what the case makes", "%s: %s", run->ledger, g_strerror(errno));
}

static gboolean
make_images(ScnRun *run, const ScnTemplate *made)
{
    for (guint i = 0; i < made->disks->len; i++) {
        const ScnDisk *disk = g_ptr_array_index(made->disks, i);
        struct vm_error err = {0};

        if (!disk->path || disk->missing || !run->target.disk_create ||
            g_ptr_array_find_with_equal_func(run->images, disk->path, g_str_equal, NULL))
            continue;
        if (!note(run, "file", disk->path))
            return FALSE;
        g_ptr_array_add(run->images, g_strdup(disk->path));
        if (run->target.disk_create(run->conn, disk->path,
                                    disk->recipe ? disk->recipe : disk->format, disk->size,
                                    &err) != 0)
            return scn_fail(run, "the image is made", "%s: %s", vm_error_name(err.code), err.text);
    }
    return TRUE;
}

gboolean
scn_run_domain(ScnRun *run, const ScnStep *step)
{
    g_autofree char *name = scn_word(run, step, 1);
    g_autofree char *real = scn_real_name(run, name);
    const ScnTemplate *made = scn_template_build(run, name, step->items);
    ScnCallArgs args = {
        .call = VM_CALL_DOMAIN_DEFINE_XML, .domain = real, .xml = made->xml, .sets_up = TRUE};
    g_auto(ScnAnswer) answer = {0};
    const ScnDeclared *declared = NULL;

    for (guint i = 0; i < run->scenario->declared->len; i++) {
        const ScnDeclared *each = g_ptr_array_index(run->scenario->declared, i);

        if (strcmp(each->name, name) == 0)
            declared = each;
    }
    if (!make_images(run, made) || !note(run, "domain", real))
        return FALSE;
    if (declared && (declared->transient || declared->undefined))
        return TRUE;
    if (!scn_call(run, &args, FALSE, &answer))
        return FALSE;
    return answer.code == 0 || scn_fail(run, "the domain is defined", "%s: %s",
                                        vm_error_name(answer.code), answer.text);
}
