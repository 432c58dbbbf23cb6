/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/command_line.h"

#include <string.h>

/* What every instance has: nothing that was not asked for, and a panic device. */
static const char *const common[] = {
    "qemu-system-x86_64",
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-S",
    "-device",
    "pvpanic",
    /* a save ends with an event, and is as fast as the disk */
    "-global",
    "migration.x-events=on",
    "-global",
    "migration.x-max-bandwidth=1152921504606846976",
};

static void
add(GPtrArray *argv, const char *word)
{
    g_ptr_array_add(argv, g_strdup(word));
}

static void G_GNUC_PRINTF(3, 4)
    add_option(GPtrArray *argv, const char *option, const char *format, ...)
{
    va_list arguments;
    add(argv, option);
    va_start(arguments, format);
    g_ptr_array_add(argv, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static const char *
text(const json_t *config, const char *member)
{
    const char *value = json_string_value(json_object_get(config, member));
    return value != NULL ? value : "";
}

static long long
number(const json_t *config, const char *member)
{
    return MAX(json_integer_value(json_object_get(config, member)), 1);
}

/* A comma in a value is written twice. */
static char *
escaped(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    return g_strjoinv(",,", parts);
}

static void
add_machine(GPtrArray *argv, const json_t *config, const QemuCommandLine *line)
{
    g_autofree char *name = escaped(text(config, "name"));
    g_autofree char *machine = escaped(text(config, "machine"));
    add_option(argv, "-name", "guest=%s", name);
    add_option(argv, "-uuid", "%s", text(config, "uuid"));
    /* kernel_irqchip=split would start and end sooner, but a restored guest may lose an interrupt
     */
    add_option(argv, "-machine", "type=%s,accel=%s", machine, line->kvm ? "kvm" : "tcg");
    add_option(argv, "-m", "%lld", number(config, "memory"));
    add_option(argv, "-smp", "%lld", number(config, "vcpus"));
    if (line->rom != NULL)
        add_option(argv, "-bios", "%s", line->rom);
    if (json_object_get(config, "genid") != NULL)
        add_option(argv, "-device", "vmgenid,id=vmgenid0,guid=%s", text(config, "genid"));
    if (json_is_true(json_object_get(config, "incoming")))
        add_option(argv, "-incoming", "defer");
}

static void
add_objects(GPtrArray *argv, const json_t *config, const char *member, const char *option)
{
    const json_t *objects = json_object_get(config, member);
    for (gsize i = 0; i < json_array_size(objects); i++) {
        g_autofree char *object = json_dumps(json_array_get(objects, i), JSON_COMPACT);
        add_option(argv, option, "%s", object);
    }
}

static void
add_channels(GPtrArray *argv, const QemuCommandLine *line)
{
    add_option(argv, "-chardev", "socket,id=m,fd=%d,server=on,wait=off", line->monitor);
    add_option(argv, "-mon", "chardev=m,mode=control");
    add_option(argv, "-chardev", "socket,id=l,fd=%d", line->look);
    add_option(argv, "-mon", "chardev=l,mode=control");
    add_option(argv, "-chardev", "socket,id=s,fd=%d", line->serial);
    add_option(argv, "-device", "isa-serial,chardev=s");
}

char **
qemu_command_line(const json_t *config, const QemuCommandLine *line)
{
    GPtrArray *argv = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(common); i++)
        add(argv, common[i]);
    add_machine(argv, config, line);
    add_channels(argv, line);
    add_objects(argv, config, "blockdev", "-blockdev");
    add_objects(argv, config, "device", "-device");
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}
