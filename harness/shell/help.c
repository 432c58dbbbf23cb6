/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What `help` prints: from the tables of commands, calls and flags.
 */
#include "harness/shell/help.h"

#include <string.h>
#include "harness/scenario/command.h"
#include "harness/shell/own_command.h"
#include "harness/shell/shell.h"

/* Columns of a list of names. */
#define LIST_WIDTH 78

/* The statements of the language that are no calls, with their forms. */
static const struct {
    const char *word;
    const char *form;
    const char *sentence;
} statements[] = {
    {"api", "api CALL [DOMAIN] [SNAPSHOT] [ARGUMENT…] [OPTION…]",
     "a call by its own name, with or without a command: api snapshot-num vm"},
    {"domain", "domain NAME { disk vda qcow2 64M; … }", "make the images and define the domain"},
    {"state", "state STATE [DOMAIN]", "bring a fresh domain to running, paused, saved, …"},
    {"document", "document NAME <<END", "a text for FILE arguments, up to the line END"},
    {"edit", "edit NAME from DOMAIN/SNAPSHOT { set XPATH VALUE; … }", "a document, changed"},
    {"guest", "guest DOMAIN write DISK OFFSET LENGTH pattern P", "let the guest do something"},
    {"mark", "mark NAME DOMAIN [DISK…] [ram]", "remember the content of disks and memory"},
    {"restart", "restart", "drop the driver's memory and load everything again"},
    {"reconnect", "reconnect", "close the connection and open it again: autodestroy takes effect"},
    {"power-cut", "power-cut", "processes and what was not synced are gone; then load again"},
    {"clock", "clock 2s", "let the target's clock go on"},
    {"file", "file write|truncate|pad|remove|copy|replace PATH …",
     "damage, make, or let fail (file fail, file heal) a file"},
    {"hang", "hang DOMAIN [at COMMAND]", "the process behind the domain answers no more"},
    {"unhang", "unhang DOMAIN", "it goes on"},
    {"kill", "kill DOMAIN [at|after COMMAND]", "it is killed behind the driver's back"},
    {"expect", "expect WHAT …", "look and compare"},
};

/* The options of a command that are no flags of its call. */
static const struct {
    const char *option;
    const char *sentence;
} spoken_options[] = {
    {"all", "active and inactive domains"},
    {"current", "the current snapshot; where one is made or redefined: let it be the current one"},
    {"description", "TEXT for the snapshot"},
    {"diskspec", "DISK[,snapshot=no|internal|external|manual][,driver=FORMAT][,file=PATH]"},
    {"disable", "no longer"},
    {"domain", "NAME, as the first word"},
    {"file", "PATH, as the word in its place"},
    {"flags", "NUMBER of flags as they are, also of such as there are none"},
    {"from", "SNAPSHOT whose children, or descendants, are meant"},
    {"inactive", "inactive domains only"},
    {"memspec", "[file=]PATH[,snapshot=no|internal|external]"},
    {"mode", "acpi, agent, initctl, signal or paravirt; several by commas"},
    {"name", "of the snapshot; for a list: names only"},
    {"new-name", "NAME that it gets"},
    {"parent", "with the name of each one's parent"},
    {"print-xml", "print the document and do nothing"},
    {"reason", "with the reason"},
    {"security-info", "with what is secret"},
    {"snapshotname", "NAME, as the word in its place"},
    {"table", "as it is"},
    {"tree", "as a tree"},
    {"verbose", "as it is"},
    {"xml", "FILE: another definition of the domain"},
    {"xmlfile", "FILE, as the word in its place"},
};

static const char *
spoken_option(const char *option)
{
    for (guint i = 0; i < G_N_ELEMENTS(spoken_options); i++) {
        if (strcmp(spoken_options[i].option, option) == 0) {
            return spoken_options[i].sentence;
        }
    }
    return "";
}

static const char *
profile_note(VmProfile profile)
{
    switch (profile) {
    case VM_PROFILE_RFC:
        return ", rfc only";
    case VM_PROFILE_LIBVIRT:
        return ", libvirt only";
    case VM_PROFILE_BOTH:
        return "";
    }
    g_assert_not_reached();
}

char *
shell_call_help(const char *name)
{
    int id = scn_command_call(name);
    g_autofree char *usage = scn_command_usage(name);
    const VmCallInfo *call = id >= 0 ? vm_call_info((VmCall)id) : NULL;
    g_auto(GStrv) options = scn_command_options(name);
    const VmFlagInfo *flags;
    GString *text;
    gsize count;

    if (call == NULL) {
        return NULL;
    }
    text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s: %s, since %s%s\n", usage, name, call->function,
                           call->since, profile_note(call->profile));
    flags = vm_call_flags(call->id, &count);
    for (gsize i = 0; i < count; i++) {
        const char *option = scn_command_lacks(name, flags[i].option) ? NULL : flags[i].option;

        g_string_append_printf(text, "  %s%-22s VIR_%s = 0x%x, since %s%s\n",
                               option != NULL ? "--" : "  ", option != NULL ? option : "",
                               flags[i].name, flags[i].value, flags[i].since,
                               profile_note(flags[i].profile));
    }
    for (guint i = 0; options[i] != NULL; i++) {
        if (vm_flag_by_option(call->id, options[i]) == NULL) {
            g_string_append_printf(text, "  --%-22s %s\n", options[i], spoken_option(options[i]));
        }
    }
    return g_string_free(text, FALSE);
}

static char *
own_help(const OwnCommand *own)
{
    return g_strdup_printf("%s\n  %s\n", own->usage, own->sentence);
}

static char *
statement_help(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(statements); i++) {
        GString *text;
        const char *form;

        if (strcmp(statements[i].word, name) != 0) {
            continue;
        }
        text = g_string_new(NULL);
        g_string_append_printf(text, "%s\n  %s\n", statements[i].form, statements[i].sentence);
        for (guint j = 0; strcmp(name, "expect") == 0 && (form = scn_expect_form(j)) != NULL; j++) {
            g_string_append_printf(text, "  %s\n", form);
        }
        return g_string_free(text, FALSE);
    }
    return NULL;
}

/* Names in lines of at most LIST_WIDTH columns. */
static void
append_names(GString *text, char **names)
{
    gsize column = 0;

    for (guint i = 0; names[i] != NULL; i++) {
        gsize length = strlen(names[i]);

        if (column + length + 1 > LIST_WIDTH) {
            g_string_append_c(text, '\n');
            column = 0;
        }
        g_string_append_printf(text, "%s%s", column == 0 ? "  " : " ", names[i]);
        column += length + 1;
    }
    g_string_append_c(text, '\n');
}

static char *
all_help(void)
{
    GString *text = g_string_new("Commands of virsh (help COMMAND has their options):\n");
    g_auto(GStrv) names = scn_command_names();

    append_names(text, names);
    g_string_append(text, "\nWhat the scenario language adds:\n");
    for (guint i = 0; i < G_N_ELEMENTS(statements); i++) {
        g_string_append_printf(text, "  %-10s %s\n", statements[i].word, statements[i].sentence);
    }
    g_string_append(text, "\nCommands of the shell:\n");
    for (const OwnCommand *own = own_commands(); own->name != NULL; own++) {
        g_string_append_printf(text, "  %-20s %s\n", own->usage, own->sentence);
    }
    g_string_append(text, "\nA line may end with what must come of it: => ok, => error CODE, "
                          "=> output WORD…\n");
    return g_string_free(text, FALSE);
}

char *
shell_help(const char *name)
{
    const OwnCommand *own = name != NULL ? own_command(name) : NULL;
    g_autofree char *first = own != NULL ? own_help(own) : NULL;
    g_autofree char *second = NULL;

    if (name == NULL) {
        return all_help();
    }
    second = shell_call_help(name);
    second = second != NULL ? second : statement_help(name);
    if (first == NULL && second == NULL) {
        return NULL;
    }
    return g_strconcat(first != NULL ? first : "", second != NULL ? second : "", NULL);
}
