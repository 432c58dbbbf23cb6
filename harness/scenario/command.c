/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness/scenario/command.h"

#include <stdlib.h>
#include <string.h>
#include "spec/api/name_order.h"

/* An option that is no flag of the API: it takes a value (slot) or sets a bit. */
typedef struct {
    const char *name;
    ScnArg slot;
    guint bit;
} Option;

struct ScnCommand {
    const char *name; /* NULL: a call without a command of its own, by `api` */
    VmCall call;
    ScnArg positional[5];
    guint required; /* how many of them */
    const Option *options;
    const char *lacks; /* flags of the call that the command has no option for, by commas */
};

static const Option no_options[] = {{NULL}};
static const Option current_options[] = {
    {"snapshotname", SCN_ARG_SNAPSHOT}, {"current", SCN_ARG_NONE, SCN_OPT_CURRENT}, {NULL}};
static const Option file_options[] = {{"xmlfile", SCN_ARG_FILE}, {"file", SCN_ARG_FILE}, {NULL}};
static const Option save_options[] = {{"file", SCN_ARG_PATH},
                                      {"xml", SCN_ARG_XML},
                                      {"verbose", SCN_ARG_NONE, SCN_OPT_COSMETIC},
                                      {NULL}};
static const Option create_as_options[] = {{"name", SCN_ARG_NAME},
                                           {"description", SCN_ARG_DESCRIPTION},
                                           {"memspec", SCN_ARG_MEMSPEC},
                                           {"diskspec", SCN_ARG_DISKSPEC},
                                           {"print-xml", SCN_ARG_NONE, SCN_OPT_PRINT_XML},
                                           {NULL}};
static const Option list_options[] = {{"from", SCN_ARG_SNAPSHOT},
                                      {"current", SCN_ARG_NONE, SCN_OPT_CURRENT},
                                      {"parent", SCN_ARG_NONE, SCN_OPT_PARENT},
                                      {"tree", SCN_ARG_NONE, SCN_OPT_TREE},
                                      {"name", SCN_ARG_NONE, SCN_OPT_COSMETIC},
                                      {NULL}};
static const Option snapshot_current_options[] = {{"snapshotname", SCN_ARG_SNAPSHOT},
                                                  {"name", SCN_ARG_NONE, SCN_OPT_NAME},
                                                  {"security-info", SCN_ARG_NONE, SCN_OPT_SECURE},
                                                  {NULL}};
static const Option name_options[] = {{"new-name", SCN_ARG_NAME}, {NULL}};
static const Option autostart_options[] = {{"disable", SCN_ARG_NONE, SCN_OPT_DISABLE}, {NULL}};
static const Option state_options[] = {{"reason", SCN_ARG_NONE, SCN_OPT_REASON}, {NULL}};
static const Option shutdown_options[] = {{"mode", SCN_ARG_MODE}, {NULL}};
static const Option domain_list_options[] = {{"all", SCN_ARG_NONE, SCN_OPT_ALL},
                                             {"inactive", SCN_ARG_NONE, SCN_OPT_INACTIVE},
                                             {"name", SCN_ARG_NONE, SCN_OPT_COSMETIC},
                                             {"table", SCN_ARG_NONE, SCN_OPT_COSMETIC},
                                             {NULL}};
/* What every command takes. */
static const Option common_options[] = {{"domain", SCN_ARG_DOMAIN},
                                        {"flags", SCN_ARG_FLAGS},
                                        {"snapshotname", SCN_ARG_SNAPSHOT},
                                        {NULL}};

#define D SCN_ARG_DOMAIN
#define S SCN_ARG_SNAPSHOT
static const ScnCommand commands[] = {
    {"define", VM_CALL_DOMAIN_DEFINE_XML, {SCN_ARG_FILE}, 1, file_options},
    {"create", VM_CALL_DOMAIN_CREATE_XML, {SCN_ARG_FILE}, 1, file_options},
    {"start", VM_CALL_DOMAIN_CREATE, {D}, 1, no_options},
    {"undefine", VM_CALL_DOMAIN_UNDEFINE_FLAGS, {D}, 1, no_options},
    {"destroy", VM_CALL_DOMAIN_DESTROY, {D}, 1, no_options},
    {"shutdown", VM_CALL_DOMAIN_SHUTDOWN, {D}, 1, shutdown_options},
    {"reset", VM_CALL_DOMAIN_RESET, {D}, 1, no_options},
    {"suspend", VM_CALL_DOMAIN_SUSPEND, {D}, 1, no_options},
    {"resume", VM_CALL_DOMAIN_RESUME, {D}, 1, no_options},
    {"domrename", VM_CALL_DOMAIN_RENAME, {D, SCN_ARG_NAME}, 2, name_options},
    {"autostart", VM_CALL_DOMAIN_SET_AUTOSTART, {D}, 1, autostart_options},
    {"dumpxml", VM_CALL_DOMAIN_GET_XML, {D}, 1, no_options},
    {"domstate", VM_CALL_DOMAIN_GET_STATE, {D}, 1, state_options},
    {"domuuid", VM_CALL_DOMAIN_GET_UUID, {D}, 1, no_options},
    {"list", VM_CALL_DOMAIN_LIST, {SCN_ARG_NONE}, 0, domain_list_options},
    {"save", VM_CALL_DOMAIN_SAVE, {D, SCN_ARG_PATH}, 2, save_options},
    {"restore", VM_CALL_DOMAIN_RESTORE, {SCN_ARG_PATH}, 1, save_options},
    {"managedsave", VM_CALL_DOMAIN_MANAGED_SAVE, {D}, 1, save_options + 2},
    {"managedsave-remove", VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE, {D}, 1, no_options},
    {"snapshot-create", VM_CALL_SNAPSHOT_CREATE_XML, {D, SCN_ARG_FILE}, 1, file_options},
    {"snapshot-create-as",
     VM_CALL_SNAPSHOT_CREATE_XML,
     {D, SCN_ARG_NAME, SCN_ARG_DESCRIPTION, SCN_ARG_DISKSPEC},
     1,
     create_as_options,
     "redefine,current"},
    {"snapshot-list", VM_CALL_SNAPSHOT_LIST, {D}, 1, list_options},
    {"snapshot-current", VM_CALL_SNAPSHOT_CURRENT, {D}, 1, snapshot_current_options},
    {"snapshot-dumpxml", VM_CALL_SNAPSHOT_GET_XML, {D, S}, 2, no_options},
    {"snapshot-info", VM_CALL_SNAPSHOT_LOOKUP, {D, S}, 2, current_options},
    {"snapshot-parent", VM_CALL_SNAPSHOT_PARENT, {D, S}, 2, current_options},
    {"snapshot-revert", VM_CALL_SNAPSHOT_REVERT, {D, S}, 2, current_options},
    {"snapshot-delete", VM_CALL_SNAPSHOT_DELETE, {D, S}, 2, current_options},
    {NULL, VM_CALL_DOMAIN_UNDEFINE, {D}, 1, no_options},
    {NULL, VM_CALL_DOMAIN_UNDEFINE_FLAGS, {D}, 1, no_options},
    {NULL, VM_CALL_DOMAIN_GET_AUTOSTART, {D}, 1, no_options},
    {NULL, VM_CALL_DOMAIN_IS_PERSISTENT, {D}, 1, no_options},
    {NULL, VM_CALL_DOMAIN_HAS_MANAGED_SAVE, {D}, 1, no_options},
    {NULL, VM_CALL_SNAPSHOT_LIST_CHILDREN, {D, S}, 2, no_options},
    {NULL, VM_CALL_SNAPSHOT_NUM, {D}, 1, no_options},
    {NULL, VM_CALL_SNAPSHOT_NUM_CHILDREN, {D, S}, 2, no_options},
    {NULL, VM_CALL_SNAPSHOT_LIST_NAMES, {D, SCN_ARG_MAX}, 2, no_options},
    {NULL, VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES, {D, S, SCN_ARG_MAX}, 3, no_options},
    {NULL, VM_CALL_SNAPSHOT_LOOKUP, {D, S}, 2, no_options},
    {NULL, VM_CALL_SNAPSHOT_HAS_CURRENT, {D}, 1, no_options},
    {NULL, VM_CALL_SNAPSHOT_CURRENT, {D}, 1, no_options},
    {NULL, VM_CALL_SNAPSHOT_IS_CURRENT, {D, S}, 2, no_options},
    {NULL, VM_CALL_SNAPSHOT_HAS_METADATA, {D, S}, 2, no_options},
};
#undef D
#undef S

/* What a missing argument is called in a message. */
static const char *const arg_words[SCN_ARG_LAST] = {
    [SCN_ARG_DOMAIN] = "a domain",
    [SCN_ARG_SNAPSHOT] = "a snapshot",
    [SCN_ARG_FILE] = "a document",
    [SCN_ARG_PATH] = "a path",
    [SCN_ARG_NAME] = "a name",
    [SCN_ARG_DESCRIPTION] = "a description",
    [SCN_ARG_MEMSPEC] = "memory attributes",
    [SCN_ARG_DISKSPEC] = "disk attributes",
    [SCN_ARG_XML] = "a document",
    [SCN_ARG_MAX] = "a count",
    [SCN_ARG_FLAGS] = "a number",
    [SCN_ARG_MODE] = "a mode",
};

void
scn_command_line_free(ScnCommandLine *line)
{
    if (!line)
        return;
    for (guint i = 0; i < SCN_ARG_LAST; i++)
        g_free(line->args[i]);
    g_ptr_array_unref(line->diskspecs);
    g_free(line);
}

/* "snapshot-num" for VM_CALL_SNAPSHOT_NUM; the caller frees it. */
static char *
call_word(VmCall call)
{
    char *word = g_ascii_strdown(vm_call_info(call)->name, -1);

    return g_strdelimit(word, "_", '-');
}

static const ScnCommand *
find_command(const char *name)
{
    for (guint i = 0; name && i < G_N_ELEMENTS(commands); i++) {
        if (commands[i].name && strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

/* The row of a call: the one without a command's ways, where there is one. */
static const ScnCommand *
find_call(const char *name)
{
    const ScnCommand *found = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *word = call_word(commands[i].call);

        if (strcmp(word, name) != 0)
            continue;
        if (!commands[i].name)
            return &commands[i];
        found = found ? found : &commands[i];
    }
    return found;
}

gboolean
scn_command_known(const char *name)
{
    return strcmp(name, "api") == 0 || find_command(name) != NULL;
}

char **
scn_command_names(void)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (commands[i].name)
            g_ptr_array_add(names, g_strdup(commands[i].name));
    }
    g_ptr_array_add(names, g_strdup("api"));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

int
scn_command_call(const char *name)
{
    const ScnCommand *command = find_command(name);

    command = command ? command : find_call(name);
    return command ? (int)command->call : -1;
}

gboolean
scn_command_lacks(const char *name, const char *option)
{
    const ScnCommand *command = find_command(name);
    g_auto(GStrv) lacking = g_strsplit(command && command->lacks ? command->lacks : "", ",", -1);

    return option && g_strv_contains((const char *const *)lacking, option);
}

static const Option *
find_option(const Option *options, const char *name)
{
    for (; options->name; options++) {
        if (strcmp(options->name, name) == 0)
            return options;
    }
    return NULL;
}

static gboolean
unknown_name(GError **error, const ScnPlace *place, const ScnWord *word, char **names)
{
    const char *nearest = scn_nearest(word->text, (const char *const *)names);

    if (nearest)
        return scn_syntax_error(error, place, word->column,
                                "unknown command '%s'; expected a command, the nearest is '%s'",
                                word->text, nearest);
    return scn_syntax_error(error, place, word->column,
                            "unknown command '%s'; expected a command of conformance/README.md",
                            word->text);
}

/* The row that the first words name; *skip receives how many words that were. */
static const ScnCommand *
choose_command(ScnWord *const *words, guint count, const ScnPlace *place, guint *skip,
               GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const ScnCommand *command;

    *skip = 1;
    if (strcmp(words[0]->text, "api") != 0) {
        g_auto(GStrv) known = scn_command_names();

        command = find_command(words[0]->text);
        if (!command)
            unknown_name(error, place, words[0], known);
        return command;
    }
    *skip = 2;
    if (count < 2) {
        scn_syntax_error(error, place, words[0]->column, "expected the name of a call after 'api'");
        return NULL;
    }
    command = find_call(words[1]->text);
    for (guint i = 0; !command && i < G_N_ELEMENTS(commands); i++) {
        g_ptr_array_add(names, call_word(commands[i].call));
    }
    g_ptr_array_add(names, NULL);
    if (!command)
        unknown_name(error, place, words[1], (char **)names->pdata);
    return command;
}

/* The parse of one line: what is known so far. */
typedef struct {
    ScnCommandLine *line;
    ScnWord *const *words;
    guint count, at;
    guint position; /* the next positional argument */
    const ScnPlace *place;
} Parser;

static gboolean
unknown_option(Parser *parser, const char *name, const ScnWord *word, GError **error)
{
    const ScnCommandLine *line = parser->line;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;
    gsize count;
    const VmFlagInfo *flags = vm_call_flags(line->call, &count);

    for (gsize i = 0; i < count; i++) {
        if (flags[i].option && !scn_command_lacks(line->command->name, flags[i].option))
            g_ptr_array_add(names, (char *)flags[i].option);
    }
    for (const Option *option = line->command->options; option->name; option++)
        g_ptr_array_add(names, (char *)option->name);
    g_ptr_array_add(names, (char *)"flags");
    g_ptr_array_add(names, NULL);
    nearest = scn_nearest(name, (const char *const *)names->pdata);
    if (nearest)
        return scn_syntax_error(error, parser->place, word->column,
                                "command '%s' has no option '--%s'; the nearest is '--%s'",
                                line->name, name, nearest);
    return scn_syntax_error(error, parser->place, word->column, "command '%s' has no option '--%s'",
                            line->name, name);
}

static gboolean
parse_number(Parser *parser, const ScnWord *word, const char *text, gint64 *number, GError **error)
{
    char *end;

    *number = g_ascii_strtoll(text, &end, 0);
    if (*text && !*end && *number >= -G_MAXINT32 && *number <= G_MAXUINT32)
        return TRUE;
    return scn_syntax_error(error, parser->place, word->column,
                            "'%s' is not a number; expected a number of 32 bits", text);
}

/* Put a value into its slot. */
static gboolean
take_value(Parser *parser, ScnArg slot, const ScnWord *word, const char *value, GError **error)
{
    ScnCommandLine *line = parser->line;
    g_autofree char *mode = NULL;
    const VmFlagInfo *flag;
    gint64 number;

    if (slot == SCN_ARG_DISKSPEC) {
        g_ptr_array_add(line->diskspecs, g_strdup(value));
        return TRUE;
    }
    if (slot == SCN_ARG_FLAGS || slot == SCN_ARG_MAX) {
        if (!parse_number(parser, word, value, &number, error))
            return FALSE;
        if (slot == SCN_ARG_FLAGS)
            line->flags |= (guint32)number;
        else
            line->max = (int)number;
    }
    if (slot == SCN_ARG_MODE) {
        mode = g_strconcat("mode=", value, NULL);
        flag = vm_flag_by_option(line->call, mode);
        if (!flag)
            return scn_syntax_error(
                error, parser->place, word->column,
                "unknown mode '%s'; expected acpi, agent, initctl, signal or paravirt", value);
        line->flags |= flag->value;
    }
    g_free(line->args[slot]);
    line->args[slot] = g_strdup(value);
    return TRUE;
}

/* `--name`, `--name value` or `--name=value`. */
static gboolean
take_option(Parser *parser, GError **error)
{
    const ScnWord *word = parser->words[parser->at++];
    ScnCommandLine *line = parser->line;
    const char *equals = strchr(word->text, '=');
    g_autofree char *name =
        equals ? g_strndup(word->text + 2, equals - word->text - 2) : g_strdup(word->text + 2);
    const Option *option = find_option(line->command->options, name);
    const VmFlagInfo *flag = vm_flag_by_option(line->call, name);

    option = option ? option : flag ? NULL : find_option(common_options, name);
    if (flag && !option && !scn_command_lacks(line->command->name, name) && !equals) {
        line->flags |= flag->value;
        return TRUE;
    }
    if (!option && !(flag && equals))
        return unknown_option(parser, name, word, error);
    if (option && option->slot == SCN_ARG_NONE && !equals) {
        line->options |= option->bit;
        return TRUE;
    }
    if (!option || option->slot == SCN_ARG_NONE)
        return scn_syntax_error(error, parser->place, word->column, "option '--%s' takes no value",
                                name);
    if (equals)
        return take_value(parser, option->slot, word, equals + 1, error);
    if (parser->at == parser->count)
        return scn_syntax_error(error, parser->place, word->column,
                                "option '--%s' lacks its value; expected %s", name,
                                arg_words[option->slot]);
    word = parser->words[parser->at++];
    return take_value(parser, option->slot, word, word->text, error);
}

static gboolean
take_positional(Parser *parser, GError **error)
{
    const ScnWord *word = parser->words[parser->at++];
    ScnCommandLine *line = parser->line;
    const ScnArg *positional = line->command->positional;

    while (positional[parser->position] && positional[parser->position] != SCN_ARG_DISKSPEC &&
           line->args[positional[parser->position]])
        parser->position++;
    if (!positional[parser->position])
        return scn_syntax_error(error, parser->place, word->column,
                                "'%s' is one argument too many for '%s'", word->text, line->name);
    return take_value(parser, positional[parser->position], word, word->text, error);
}

static gboolean
parse_arguments(Parser *parser, GError **error)
{
    gboolean options = TRUE;

    while (parser->at < parser->count) {
        const ScnWord *word = parser->words[parser->at];

        if (options && !word->quoted && strcmp(word->text, "--") == 0) {
            options = FALSE;
            parser->at++;
        } else if (options && g_str_has_prefix(word->text, "--")) {
            if (!take_option(parser, error))
                return FALSE;
        } else if (!take_positional(parser, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
check_required(Parser *parser, GError **error)
{
    const ScnCommandLine *line = parser->line;
    const ScnWord *last = parser->words[parser->count - 1];

    for (guint i = 0; i < line->command->required; i++) {
        ScnArg arg = line->command->positional[i];

        if (line->args[arg] || (arg == SCN_ARG_SNAPSHOT && line->options & SCN_OPT_CURRENT))
            continue;
        return scn_syntax_error(error, parser->place, last->column + (guint)strlen(last->text),
                                "'%s' lacks an argument; expected %s", line->name, arg_words[arg]);
    }
    return TRUE;
}

/* A listing of children is another call, with other flags. */
static VmCall
call_of(const ScnCommand *command, ScnWord *const *words, guint count)
{
    if (command->options != list_options)
        return command->call;
    for (guint i = 0; i < count; i++) {
        if (g_str_has_prefix(words[i]->text, "--from") || strcmp(words[i]->text, "--current") == 0)
            return VM_CALL_SNAPSHOT_LIST_CHILDREN;
    }
    return command->call;
}

/* What virsh makes of its own options. */
static void
settle(ScnCommandLine *line)
{
    if (line->command->name && line->call == VM_CALL_DOMAIN_UNDEFINE_FLAGS && !line->flags &&
        !line->args[SCN_ARG_FLAGS])
        line->call = VM_CALL_DOMAIN_UNDEFINE;
    if (line->call != VM_CALL_DOMAIN_LIST || line->options & SCN_OPT_ALL)
        return;
    if (line->options & SCN_OPT_INACTIVE)
        line->flags |= VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    else if (!(line->flags & (VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED |
                              VIR_CONNECT_LIST_DOMAINS_SHUTOFF | VIR_CONNECT_LIST_DOMAINS_OTHER)) &&
             !line->args[SCN_ARG_FLAGS])
        line->flags |= VIR_CONNECT_LIST_DOMAINS_ACTIVE;
}

ScnCommandLine *
scn_command_parse(ScnWord *const *words, guint count, const ScnPlace *place, GError **error)
{
    guint skip;
    const ScnCommand *command = choose_command(words, count, place, &skip, error);
    ScnCommandLine *line;
    Parser parser;

    if (!command)
        return NULL;
    line = g_new0(ScnCommandLine, 1);
    line->command = command;
    line->name = command->name ? command->name : vm_call_info(command->call)->name;
    line->call = call_of(command, words, count);
    line->diskspecs = g_ptr_array_new_with_free_func(g_free);
    parser = (Parser){.line = line, .words = words, .count = count, .at = skip, .place = place};
    if (!parse_arguments(&parser, error) || !check_required(&parser, error)) {
        scn_command_line_free(line);
        return NULL;
    }
    settle(line);
    return line;
}

char **
scn_command_options(const char *name)
{
    const ScnCommand *command = find_command(name);
    GPtrArray *names = g_ptr_array_new();
    const VmFlagInfo *flags = NULL;
    gsize count = 0;

    command = command ? command : find_call(name);
    if (command)
        flags = vm_call_flags(command->call, &count);
    for (gsize i = 0; i < count; i++) {
        if (flags[i].option && !scn_command_lacks(name, flags[i].option))
            g_ptr_array_add(names, g_strdup(flags[i].option));
    }
    for (const Option *option = command ? command->options : no_options; option->name; option++)
        g_ptr_array_add(names, g_strdup(option->name));
    if (command)
        g_ptr_array_add(names, g_strdup("flags"));
    g_ptr_array_sort(names, vm_compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* What the value of an option is; SCN_ARG_NONE where it takes none, or has it already. */
static ScnArg
option_value(const ScnCommand *command, const char *word)
{
    const Option *option =
        g_str_has_prefix(word, "--") ? find_option(command->options, word + 2) : NULL;

    if (!option && g_str_has_prefix(word, "--") && !vm_flag_by_option(command->call, word + 2))
        option = find_option(common_options, word + 2);
    return option ? option->slot : SCN_ARG_NONE;
}

ScnArg
scn_command_next(ScnWord *const *words, guint count)
{
    gboolean api = count > 0 && strcmp(words[0]->text, "api") == 0;
    guint first = api ? 1 : 0, position = 0;
    const ScnCommand *command = first >= count ? NULL
                                : api          ? find_call(words[first]->text)
                                               : find_command(words[first]->text);

    if (!command)
        return SCN_ARG_NONE;
    for (guint i = first + 1; i < count; i++) {
        ScnArg value = option_value(command, words[i]->text);

        if (value != SCN_ARG_NONE && i + 1 == count)
            return value;
        if (value != SCN_ARG_NONE)
            i++;
        else if (!g_str_has_prefix(words[i]->text, "--") && command->positional[position] &&
                 command->positional[position] != SCN_ARG_DISKSPEC)
            position++;
    }
    return command->positional[position];
}

char *
scn_command_usage(const char *name)
{
    static const char *const forms[SCN_ARG_LAST] = {
        [SCN_ARG_DOMAIN] = "DOMAIN", [SCN_ARG_SNAPSHOT] = "SNAPSHOT",
        [SCN_ARG_FILE] = "FILE",     [SCN_ARG_PATH] = "PATH",
        [SCN_ARG_NAME] = "NAME",     [SCN_ARG_DESCRIPTION] = "DESCRIPTION",
        [SCN_ARG_MAX] = "MAX",       [SCN_ARG_DISKSPEC] = "DISKSPEC…",
    };
    const ScnCommand *command = find_command(name);
    GString *usage;

    command = command ? command : find_call(name);
    if (!command)
        return NULL;
    usage = g_string_new(command->name ? "" : "api ");
    g_string_append(usage, name);
    for (guint i = 0; command->positional[i]; i++)
        g_string_append_printf(usage, i < command->required ? " %s" : " [%s]",
                               forms[command->positional[i]]);
    g_string_append(usage, " [OPTION…]");
    return g_string_free(usage, FALSE);
}

/* A call (with any of these flags; 0 = with none of `without`) needs a capability. */
static const struct {
    VmCall call;
    guint32 with, without;
    const char *capability;
} needs_table[] = {
    {VM_CALL_DOMAIN_DEFINE_XML, 0, 0, "persistent"},
    {VM_CALL_DOMAIN_CREATE_XML, 0, 0, "transient"},
    {VM_CALL_DOMAIN_CREATE_XML, VIR_DOMAIN_START_PAUSED, 0, "start-paused"},
    {VM_CALL_DOMAIN_CREATE, VIR_DOMAIN_START_PAUSED, 0, "start-paused"},
    {VM_CALL_DOMAIN_SET_AUTOSTART, 0, 0, "autostart"},
    {VM_CALL_DOMAIN_GET_AUTOSTART, 0, 0, "autostart"},
    {VM_CALL_DOMAIN_RENAME, 0, 0, "rename"},
    {VM_CALL_DOMAIN_SAVE, 0, 0, "save-restore"},
    {VM_CALL_DOMAIN_RESTORE, 0, 0, "save-restore"},
    {VM_CALL_DOMAIN_MANAGED_SAVE, 0, 0, "managed-save"},
    {VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE, 0, 0, "managed-save"},
    {VM_CALL_DOMAIN_HAS_MANAGED_SAVE, 0, 0, "managed-save"},
    {VM_CALL_SNAPSHOT_CREATE_XML, 0,
     VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE,
     "snapshot-internal"},
    {VM_CALL_SNAPSHOT_CREATE_XML, VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY, 0, "snapshot-disk-only"},
    {VM_CALL_SNAPSHOT_CREATE_XML, VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA, 0,
     "snapshot-no-metadata"},
    {VM_CALL_SNAPSHOT_CREATE_XML, VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT, 0,
     "snapshot-reuse-external"},
    {VM_CALL_SNAPSHOT_CREATE_XML, VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE, 0, "snapshot-redefine"},
    {VM_CALL_SNAPSHOT_CREATE_XML, VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE, 0, "snapshot-validate"},
    {VM_CALL_SNAPSHOT_DELETE, VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY, 0, "delete-metadata-only"},
    {VM_CALL_SNAPSHOT_REVERT,
     VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN | VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD, 0,
     "revert-delete"},
};

void
scn_command_needs(const ScnCommandLine *line, GHashTable *needs)
{
    if (line->options & SCN_OPT_PRINT_XML)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(needs_table); i++) {
        if (needs_table[i].call != line->call || line->flags & needs_table[i].without)
            continue;
        if (!needs_table[i].with || line->flags & needs_table[i].with)
            g_hash_table_add(needs, (gpointer)needs_table[i].capability);
    }
    if (line->command->options == snapshot_current_options && line->args[SCN_ARG_SNAPSHOT])
        g_hash_table_add(needs, (gpointer) "snapshot-redefine");
}
