/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line: find the subcommand, read its options, run it.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include "harness/cli/layout.h"
#include "harness/cli/nearest.h"

static const CliCommand *const commands[] = {
    &cmd_run, &cmd_shell,  &cmd_list, &cmd_compare, &cmd_report, &cmd_rules,
    &cmd_xml, &cmd_matrix, &cmd_qmp,  &cmd_doctor,  &cmd_help,   NULL,
};

const CliCommand *const *
cli_commands(void)
{
    return commands;
}

const CliCommand *
cli_find(const char *name)
{
    for (guint i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

int
cli_refuse(const char *format, ...)
{
    va_list arguments;

    fputs("virt-moment: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_CODE_USAGE;
}

int
cli_check_profile(const char *profile)
{
    static const char *const profiles[] = {"rfc", "libvirt", NULL};
    const char *nearest;

    if (profile == NULL || g_strv_contains(profiles, profile)) {
        return EXIT_CODE_OK;
    }
    nearest = nearest_of(profile, profiles);
    return cli_refuse("there is no profile '%s'; did you mean '%s'?", profile,
                      nearest != NULL ? nearest : "rfc' or 'libvirt");
}

char *
cli_help(void)
{
    GString *out = g_string_new("Usage: virt-moment COMMAND [OPTION…] [ARGUMENT…]\n\n"
                                "Tries the moment APIs (snapshots, checkpoints, backups) of a "
                                "hypervisor driver.\n\nCommands:\n");

    for (guint i = 0; commands[i] != NULL; i++) {
        g_string_append_printf(out, "  %-8s ", commands[i]->name);
        layout_append(out, commands[i]->summary, 11, 11, layout_width());
    }
    g_string_append(out, "\n  virt-moment COMMAND --help      the options of a command\n"
                         "  virt-moment help VIRSH-COMMAND  an API call and its flags\n"
                         "  virt-moment --version           the version\n");
    return g_string_free(out, FALSE);
}

static GOptionContext *
context_of(const CliCommand *command)
{
    GOptionContext *context = g_option_context_new(NULL);

    g_option_context_set_help_enabled(context, FALSE);
    if (command->entries != NULL) {
        g_option_context_add_main_entries(context, command->entries, NULL);
    }
    return context;
}

/* "-j, --jobs=N" */
static char *
option_names(const GOptionEntry *entry)
{
    const char *value = entry->arg_description;
    const char letter[] = {'-', entry->short_name, ',', ' ', '\0'};

    return g_strconcat(entry->short_name != 0 ? letter : "    ", "--", entry->long_name,
                       value != NULL ? "=" : "", value != NULL ? value : "", NULL);
}

static guint
names_width(const GOptionEntry *entries)
{
    guint width = 0;

    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
        g_autofree char *names = option_names(entry);

        width = MAX(width, strlen(names));
    }
    return width;
}

char *
cli_command_help(const CliCommand *command)
{
    GString *out = g_string_new(NULL);
    guint width = command->entries != NULL ? names_width(command->entries) : 0;

    g_string_append_printf(out, "Usage: virt-moment %s %s\n\n", command->name, command->arguments);
    layout_append(out, command->summary, 0, 0, layout_width());
    if (command->entries != NULL) {
        g_string_append(out, "\nOptions:\n");
        for (const GOptionEntry *entry = command->entries; entry->long_name != NULL; entry++) {
            g_autofree char *names = option_names(entry);

            g_string_append_printf(out, "  %-*s  ", (int)width, names);
            layout_append(out, entry->description, width + 4, width + 4, layout_width());
        }
    }
    if (command->notes != NULL) {
        g_string_append_printf(out, "\n%s", command->notes);
    }
    return g_string_free(out, FALSE);
}

/* The option that a word "--name=value" or "-n" names; NULL when the command has none. */
static gboolean
knows_option(const CliCommand *command, const char *word, size_t length)
{
    const GOptionEntry *entry = command->entries;

    for (; entry != NULL && entry->long_name != NULL; entry++) {
        if (strlen(entry->long_name) == length && strncmp(entry->long_name, word, length) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static const char *
nearest_option(const CliCommand *command, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (const GOptionEntry *entry = command->entries; entry != NULL && entry->long_name != NULL;
         entry++) {
        g_ptr_array_add(names, (gpointer)entry->long_name);
    }
    g_ptr_array_add(names, NULL);
    return nearest_of(name, (const char *const *)names->pdata);
}

/* GLib's text, and for an unknown long option the one that was probably meant. */
static int
refuse_options(const CliCommand *command, char **words, const char *text)
{
    for (guint i = 0; words[i] != NULL && strcmp(words[i], "--") != 0; i++) {
        size_t length = strcspn(words[i], "=");
        g_autofree char *name = NULL;
        const char *nearest;

        if (!g_str_has_prefix(words[i], "--") || knows_option(command, words[i] + 2, length - 2)) {
            continue;
        }
        name = g_strndup(words[i] + 2, length - 2);
        nearest = nearest_option(command, name);
        return cli_refuse("%s has no option --%s%s%s%s", command->name, name,
                          nearest != NULL ? "; did you mean --" : "",
                          nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    }
    return cli_refuse("%s: %s", command->name, text);
}

static gboolean
wants_help(char **words)
{
    for (guint i = 0; words[i] != NULL && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether a word is a short option of the command with its value attached: "-j2". */
static gboolean
has_attached_value(const CliCommand *command, const char *word)
{
    const GOptionEntry *entry = command->entries;

    if (word[0] != '-' || word[1] == '-' || word[1] == '\0' || word[2] == '\0') {
        return FALSE;
    }
    for (; entry != NULL && entry->long_name != NULL; entry++) {
        if (entry->short_name == word[1]) {
            return entry->arg != G_OPTION_ARG_NONE;
        }
    }
    return FALSE;
}

/* GLib takes a short option's value from the next word only. */
static char **
detach_values(const CliCommand *command, char **words)
{
    GPtrArray *out = g_ptr_array_new();
    gboolean options = TRUE;

    for (guint i = 0; words[i] != NULL; i++) {
        options = options && strcmp(words[i], "--") != 0;
        if (options && has_attached_value(command, words[i])) {
            g_ptr_array_add(out, g_strndup(words[i], 2));
            g_ptr_array_add(out, g_strdup(words[i] + 2));
        } else {
            g_ptr_array_add(out, g_strdup(words[i]));
        }
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

/* words: the command's name and all that follows it. */
static int
run_command(const CliCommand *command, char **words)
{
    g_autoptr(GOptionContext) context = context_of(command);
    g_auto(GStrv) given = g_strdupv(words);
    g_auto(GStrv) rest = detach_values(command, words);
    g_autoptr(GError) error = NULL;
    guint first = 1;

    if (wants_help(words)) {
        g_autofree char *help = cli_command_help(command);

        fputs(help, stdout);
        return EXIT_CODE_OK;
    }
    if (!g_option_context_parse_strv(context, &rest, &error)) {
        return refuse_options(command, given + 1, error->message);
    }
    if (rest[first] != NULL && strcmp(rest[first], "--") == 0) {
        first++;
    }
    return command->run(rest + first);
}

static int
refuse_command(const char *name)
{
    const char *names[G_N_ELEMENTS(commands)];
    const char *nearest;

    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i] != NULL ? commands[i]->name : NULL;
    }
    nearest = nearest_of(name, names);
    if (nearest == NULL) {
        return cli_refuse("there is no command '%s'; virt-moment help lists them", name);
    }
    return cli_refuse("there is no command '%s'; did you mean '%s'?", name, nearest);
}

int
cli_main(int argc, char **argv)
{
    const CliCommand *command;

    if (argc < 2) {
        g_autofree char *help = cli_help();

        fputs(help, stderr);
        return EXIT_CODE_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("virt-moment " VM_VERSION);
        return EXIT_CODE_OK;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        g_autofree char *help = cli_help();

        fputs(help, stdout);
        return EXIT_CODE_OK;
    }
    command = cli_find(argv[1]);
    return command != NULL ? run_command(command, argv + 1) : refuse_command(argv[1]);
}
