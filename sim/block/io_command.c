/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/io_command.h"
#include "sim/block/blocker.h"
#include "sim/block/node_io.h"
#include "spec/api/words.h"
#include <errno.h>
#include <string.h>

/* What write does without -P. */
#define DEFAULT_PATTERN 0xcd

/* One command as it was typed. */
typedef struct {
    SimNode *node;
    GString *out;
    gboolean quiet;     /* -q */
    gboolean zeroes;    /* -z */
    gboolean patterned; /* -P */
    guint pattern;
    guint64 offset;
    guint64 length;
} Io;

/* Does a command, 0 or a negative errno. */
typedef int (*IoRun)(Io *io);

/* A command of qemu-io. */
typedef struct {
    const char *name;
    const char *alias; /* or NULL */
    gboolean writes;   /* takes the permission to */
    guint arguments;   /* offset and length, or none */
    const char *flags; /* that it has without a value */
    IoRun run;
} IoCommand;

guint64
sim_io_stamp(guint byte)
{
    g_autofree char *name = g_strdup_printf("0x%02x", byte);
    return byte == 0 ? SIM_STAMP_ZERO : sim_stamp_of(name);
}

gboolean
sim_io_size(const char *text, guint64 *size)
{
    static const char suffixes[] = "bkmgtpe";
    char *end = NULL;
    if (!g_ascii_isdigit(text[0]))
        return FALSE;
    *size = g_ascii_strtoull(text, &end, g_str_has_prefix(text, "0x") ? 16 : 10);
    if (*end == '\0')
        return TRUE;
    const char *suffix = strchr(suffixes, g_ascii_tolower(*end));
    if (suffix == NULL || end[1] != '\0')
        return FALSE;
    guint shift = 10 * (guint)(suffix - suffixes);
    if (*size > (guint64)G_MAXINT64 >> shift)
        return FALSE;
    *size <<= shift;
    return TRUE;
}

/* ---- what they do ---- */

/* "64 KiB", with the fractions that there are. */
static char *
human_size(guint64 size)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    guint unit = 0;
    while (unit + 1 < G_N_ELEMENTS(units) && size >> (10 * (unit + 1)) > 0)
        unit++;
    gdouble value = (gdouble)size / (gdouble)(G_GUINT64_CONSTANT(1) << (10 * unit));
    g_autofree char *digits = g_strdup_printf("%.3f", value);
    gsize length = strlen(digits);
    while (digits[length - 1] == '0')
        length--;
    digits[digits[length - 1] == '.' ? length - 1 : length] = '\0';
    return g_strdup_printf("%s %s", digits, units[unit]);
}

/* Every request takes a microsecond. */
static void
report(Io *io, const char *verb)
{
    if (io->quiet)
        return;
    g_autofree char *size = human_size(io->length);
    g_autofree char *rate = human_size(io->length * 1000000);
    g_string_append_printf(io->out,
                           "%s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
                           " bytes at offset %" G_GUINT64_FORMAT
                           "\n%s, 1 ops; 00.00 sec (%s/sec and 1000000.0000 ops/sec)\n",
                           verb, io->length, io->length, io->offset, size, rate);
}

static int
failed(Io *io, const char *verb, int number)
{
    g_string_append_printf(io->out, "%s failed: %s\n", verb, g_strerror(number));
    return -number;
}

static int
check_range(const Io *io)
{
    guint64 size = sim_node_size(io->node);
    return io->offset > size || io->length > size - io->offset ? EIO : 0;
}

static int
run_write(Io *io)
{
    guint pattern = io->patterned ? io->pattern : DEFAULT_PATTERN;
    int number = check_range(io);
    if (number == 0 && io->length > 0)
        number = sim_node_write(io->node, io->offset, io->length,
                                io->zeroes ? SIM_STAMP_ZERO : sim_io_stamp(pattern));
    if (number != 0)
        return failed(io, "write", number);
    report(io, "wrote");
    return 0;
}

/* Whether a content has one stamp all over the range. */
static gboolean
is_all(const SimContent *content, const Io *io, guint64 stamp)
{
    guint count = 0;
    guint64 at = io->offset;
    const SimExtent *extents = sim_content_extents(content, &count);
    if (stamp == SIM_STAMP_ZERO)
        return count == 0;
    for (guint i = 0; i < count && extents[i].stamp == stamp && extents[i].offset <= at; i++)
        at = extents[i].offset + extents[i].length;
    return at >= io->offset + io->length;
}

static int
run_read(Io *io)
{
    int number = check_range(io);
    g_autoptr(SimContent) content =
        number != 0 ? NULL : sim_node_read(io->node, io->offset, io->length, &number);
    if (content == NULL)
        return failed(io, "read", number);
    gboolean differs =
        io->patterned && io->length > 0 && !is_all(content, io, sim_io_stamp(io->pattern));
    if (differs)
        g_string_append_printf(io->out,
                               "Pattern verification failed at offset %" G_GUINT64_FORMAT
                               ", %" G_GUINT64_FORMAT " bytes\n",
                               io->offset, io->length);
    report(io, "read");
    return differs ? -EINVAL : 0;
}

static int
run_discard(Io *io)
{
    int number = check_range(io);
    if (number == 0 && io->length > 0)
        number = sim_node_discard(io->node, io->offset, io->length);
    if (number != 0)
        return failed(io, "discard", number);
    report(io, "discard");
    return 0;
}

/* A flush that fails prints nothing. */
static int
run_flush(Io *io)
{
    return -sim_node_flush(io->node);
}

static int
run_length(Io *io)
{
    g_autofree char *size = human_size(sim_node_size(io->node));
    g_string_append_printf(io->out, "%s\n", size);
    return 0;
}

static const IoCommand commands[] = {
    {"write", "w", TRUE, 2, "zqufcn", run_write}, {"aio_write", NULL, TRUE, 2, "zqufcn", run_write},
    {"read", "r", FALSE, 2, "qCb", run_read},     {"aio_read", NULL, FALSE, 2, "qC", run_read},
    {"discard", "d", TRUE, 2, "qC", run_discard}, {"flush", "f", FALSE, 0, "", run_flush},
    {"length", "l", FALSE, 0, "", run_length},
};

/* ---- how they are typed ---- */

static const IoCommand *
find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, name) == 0 || g_strcmp0(commands[i].alias, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static int
misuse(Io *io, const char *what, const char *word)
{
    g_string_append_printf(io->out, "%s -- %s\n", what, word);
    return -EINVAL;
}

static int
read_pattern(Io *io, const char *word)
{
    guint64 value = 0;
    if (word == NULL || !sim_io_size(word, &value) || value > 255) {
        g_string_append_printf(io->out, "%s is not a valid pattern byte\n",
                               word == NULL ? "" : word);
        return -EINVAL;
    }
    io->patterned = TRUE;
    io->pattern = (guint)value;
    return 0;
}

/* The flags from words[1] on; *next is the first word after them. */
static int
read_flags(Io *io, const IoCommand *command, GStrv words, guint *next)
{
    guint i = 1;
    for (; words[i] != NULL && words[i][0] == '-' && words[i][1] != '\0'; i++) {
        char flag = words[i][1];
        if (flag == 'P' && command->arguments > 0) {
            const char *word = words[i][2] != '\0' ? words[i] + 2 : words[++i];
            if (read_pattern(io, word) != 0)
                return -EINVAL;
            continue;
        }
        if (strchr(command->flags, flag) == NULL)
            return misuse(io, "invalid option", words[i]);
        io->quiet = io->quiet || flag == 'q';
        io->zeroes = io->zeroes || flag == 'z';
    }
    *next = i;
    return 0;
}

static int
read_arguments(Io *io, const IoCommand *command, GStrv words)
{
    guint i = 1;
    if (read_flags(io, command, words, &i) != 0)
        return -EINVAL;
    guint given = g_strv_length(words) - i;
    if (given != command->arguments) {
        g_string_append_printf(
            io->out, "bad argument count %u to %s, expected %s %u arguments\n", given,
            command->name, given < command->arguments ? "at least" : "at most", command->arguments);
        return -EINVAL;
    }
    guint64 *const places[] = {&io->offset, &io->length};
    for (guint k = 0; k < given; k++) {
        if (!sim_io_size(words[i + k], places[k]))
            return misuse(io,
                          "Parsing error: non-numeric argument, or extraneous/unrecognized suffix",
                          words[i + k]);
    }
    return 0;
}

int
sim_io_command(SimNode *node, const SimEdge *user, const char *line, GString *out, GError **refused)
{
    g_autofree char *text = g_strstrip(g_strdup(line));
    g_auto(GStrv) words = vm_split_words(text);
    if (words[0] == NULL)
        return 0;
    const IoCommand *command = find_command(words[0]);
    if (command == NULL) {
        g_string_append_printf(out, "command \"%s\" not found\n", words[0]);
        return -EINVAL;
    }
    Io io = {.node = node, .out = out};
    if (read_arguments(&io, command, words) != 0)
        return -EINVAL;
    if (!command->writes)
        return command->run(&io);
    /* Images that belong to another process cannot be written, through a device neither. */
    if (user != NULL ? node->graph->inactive : node->inactive) {
        sim_qmp_refuse(refused, "Block node is read-only");
        return -EPERM;
    }
    if (user != NULL && user->writes)
        return command->run(&io);
    SimEdge *backend = sim_graph_use(node, SIM_PERM_WRITE, SIM_PERM_ALL, refused);
    if (backend == NULL)
        return -EPERM;
    int result = command->run(&io);
    sim_graph_drop(backend);
    return result;
}
