/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A command line in the run: its call, or the few calls that virsh makes of it.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

/* A line with its variables replaced and its names translated. */
typedef struct {
    ScnRun *run;
    const ScnCommandLine *line;
    gboolean predict;
    ScnCallArgs args;
    ScnAnswer *answer;
    char *domain, *moment, *name, *path, *xml;
} Command;

static char *
argument(ScnRun *run, const ScnCommandLine *line, ScnArg arg)
{
    return line->args[arg] ? scn_expand_text(run, line->args[arg]) : NULL;
}

/* The text of a document, with `name` as on the command line. */
static char *
document(ScnRun *run, const ScnCommandLine *line, ScnArg arg)
{
    g_autofree char *name = argument(run, line, arg);

    return name ? g_strdup(scn_document(run, name)) : NULL;
}

static void
append_attribute(GString *xml, const char *name, const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    g_string_append_c(xml, ' ');
    g_string_append(xml, name);
    g_string_append(xml, "='");
    g_string_append(xml, escaped);
    g_string_append_c(xml, '\'');
}

static void
append_element(GString *xml, const char *name, const char *value)
{
    g_autofree char *escaped = value ? g_markup_escape_text(value, -1) : NULL;

    if (!value)
        return;
    g_string_append(xml, "  <");
    g_string_append(xml, name);
    g_string_append_c(xml, '>');
    g_string_append(xml, escaped);
    g_string_append(xml, "</");
    g_string_append(xml, name);
    g_string_append(xml, ">\n");
}

/* The value of `key=` in a comma list, or NULL; two commas are one comma of the value. */
static const char *
spec_value(char *const *parts, const char *key)
{
    gsize length = strlen(key);

    for (guint i = 0; parts[i]; i++) {
        if (strncmp(parts[i], key, length) == 0 && parts[i][length] == '=')
            return parts[i] + length + 1;
    }
    return NULL;
}

/* "[file=]name[,snapshot=type]" */
static void
append_memspec(GString *xml, const char *spec)
{
    g_auto(GStrv) parts = g_strsplit(spec, ",", -1);
    const char *file = spec_value(parts, "file");
    const char *snapshot = spec_value(parts, "snapshot");

    if (!file && parts[0] && !strchr(parts[0], '='))
        file = parts[0];
    g_string_append(xml, "  <memory");
    if (snapshot)
        append_attribute(xml, "snapshot", snapshot);
    if (file)
        append_attribute(xml, "file", file);
    g_string_append(xml, "/>\n");
}

/* "disk[,snapshot=type][,driver=type][,stype=type][,file=name]" */
static void
append_diskspec(GString *xml, const char *spec)
{
    g_auto(GStrv) parts = g_strsplit(spec, ",", -1);
    const char *snapshot = spec_value(parts, "snapshot");
    const char *driver = spec_value(parts, "driver");
    const char *type = spec_value(parts, "stype");
    const char *file = spec_value(parts, "file");
    gboolean block = g_strcmp0(type, "block") == 0;

    g_string_append(xml, "    <disk");
    append_attribute(xml, "name", parts[0] ? parts[0] : "");
    if (snapshot)
        append_attribute(xml, "snapshot", snapshot);
    if (type)
        append_attribute(xml, "type", type);
    if (!driver && !file) {
        g_string_append(xml, "/>\n");
        return;
    }
    g_string_append(xml, ">\n");
    if (driver) {
        g_string_append(xml, "      <driver");
        append_attribute(xml, "type", driver);
        g_string_append(xml, "/>\n");
    }
    if (file) {
        g_string_append(xml, "      <source");
        append_attribute(xml, block ? "dev" : "file", file);
        g_string_append(xml, "/>\n");
    }
    g_string_append(xml, "    </disk>\n");
}

/* The document that virsh makes of snapshot-create-as. */
static char *
snapshot_document(ScnRun *run, const ScnCommandLine *line)
{
    g_autoptr(GString) xml = g_string_new("<domainsnapshot>\n");
    g_autofree char *name = argument(run, line, SCN_ARG_NAME);
    g_autofree char *description = argument(run, line, SCN_ARG_DESCRIPTION);
    g_autofree char *memspec = argument(run, line, SCN_ARG_MEMSPEC);

    append_element(xml, "name", name);
    append_element(xml, "description", description);
    if (memspec)
        append_memspec(xml, memspec);
    if (line->diskspecs->len)
        g_string_append(xml, "  <disks>\n");
    for (guint i = 0; i < line->diskspecs->len; i++) {
        g_autofree char *spec = scn_expand_text(run, g_ptr_array_index(line->diskspecs, i));

        append_diskspec(xml, spec);
    }
    if (line->diskspecs->len)
        g_string_append(xml, "  </disks>\n");
    g_string_append(xml, "</domainsnapshot>\n");
    return g_string_free(g_steal_pointer(&xml), FALSE);
}

/* The document that the call takes. */
static char *
call_document(ScnRun *run, const ScnCommandLine *line)
{
    if (line->args[SCN_ARG_FILE])
        return document(run, line, SCN_ARG_FILE);
    if (line->args[SCN_ARG_XML])
        return document(run, line, SCN_ARG_XML);
    if (line->call != VM_CALL_SNAPSHOT_CREATE_XML)
        return NULL;
    if (strcmp(line->name, "snapshot-create-as") == 0)
        return snapshot_document(run, line);
    return g_strdup("<domainsnapshot/>");
}

/* A call before or after the one that the command is about. */
static gboolean
aside(Command *command, VmCall call, const char *moment, ScnAnswer *answer)
{
    ScnCallArgs args = {.call = call, .domain = command->domain, .moment = moment};

    return scn_call(command->run, &args, FALSE, answer);
}

/* Take the current snapshot for the one that is meant.  FALSE where the command ends here. */
static gboolean
resolve_current(Command *command, gboolean *clean)
{
    *clean = TRUE;
    if (!(command->line->options & SCN_OPT_CURRENT) || command->moment)
        return TRUE;
    *clean = aside(command, VM_CALL_SNAPSHOT_CURRENT, NULL, command->answer);
    if (!*clean || command->answer->code)
        return FALSE;
    command->moment = g_strdup(command->answer->name);
    command->args.moment = command->moment;
    return TRUE;
}

static void
replace_output(ScnAnswer *answer, char *output)
{
    g_free(answer->output);
    answer->output = output;
}

/* snapshot-list --parent: pairs. */
static gboolean
add_parents(Command *command)
{
    g_auto(GStrv) names = g_strsplit(command->answer->output, "\n", -1);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; names[i] && *names[i]; i++) {
        g_auto(ScnAnswer) parent = {0};

        if (!aside(command, VM_CALL_SNAPSHOT_PARENT, names[i], &parent))
            return FALSE;
        g_string_append_printf(text, "%s %s\n", names[i], parent.code ? "-" : parent.name);
    }
    replace_output(command->answer, g_strdup(text->str));
    return TRUE;
}

/* snapshot-current --snapshotname: redefine it with CURRENT. */
static gboolean
make_current(Command *command)
{
    g_autofree char *xml = NULL;
    ScnCallArgs get = {.call = VM_CALL_SNAPSHOT_GET_XML,
                       .flags = VIR_DOMAIN_SNAPSHOT_XML_SECURE,
                       .domain = command->domain,
                       .moment = command->moment};
    ScnCallArgs put = {.call = VM_CALL_SNAPSHOT_CREATE_XML,
                       .flags =
                           VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT,
                       .domain = command->domain};

    if (!scn_call(command->run, &get, FALSE, command->answer))
        return FALSE;
    if (command->answer->code)
        return TRUE;
    xml = g_strdup(command->answer->output);
    put.xml = xml;
    return scn_call(command->run, &put, command->predict, command->answer);
}

/* snapshot-current without --name prints the document. */
static gboolean
show_current(Command *command)
{
    g_autofree char *name = g_strdup(command->answer->name);
    ScnCallArgs get = {.call = VM_CALL_SNAPSHOT_GET_XML, .domain = command->domain, .moment = name};

    if (command->line->options & SCN_OPT_SECURE)
        get.flags = VIR_DOMAIN_SNAPSHOT_XML_SECURE;
    return scn_call(command->run, &get, FALSE, command->answer);
}

/* The text between two tags of a document, or "-". */
static char *
between(const char *xml, const char *open, const char *close)
{
    const char *begin = strstr(xml, open);
    const char *end = begin ? strstr(begin, close) : NULL;

    return end ? g_strndup(begin + strlen(open), end - begin - strlen(open)) : g_strdup("-");
}

/* One line of snapshot-info that is a call's output; FALSE where the oracle ended the case. */
static gboolean
info_line(Command *command, GString *text, const char *label, const ScnCallArgs *args)
{
    g_auto(ScnAnswer) answer = {0};

    if (!scn_call(command->run, args, FALSE, &answer))
        return FALSE;
    g_string_append_printf(text, "%s: %s\n", label, answer.code ? "-" : answer.output);
    return TRUE;
}

static gboolean
show_info(Command *command)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(ScnAnswer) xml = {0};
    g_autofree char *state = NULL;
    ScnCallArgs args = {.domain = command->domain, .moment = command->moment};
    static const struct {
        const char *label;
        VmCall call;
        guint32 flags;
    } lines[] = {
        {"Current", VM_CALL_SNAPSHOT_IS_CURRENT, 0},
        {"Parent", VM_CALL_SNAPSHOT_PARENT, 0},
        {"Children", VM_CALL_SNAPSHOT_NUM_CHILDREN, 0},
        {"Descendants", VM_CALL_SNAPSHOT_NUM_CHILDREN, VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS},
        {"Metadata", VM_CALL_SNAPSHOT_HAS_METADATA, 0},
    };

    if (!aside(command, VM_CALL_SNAPSHOT_GET_XML, command->moment, &xml))
        return FALSE;
    state = between(xml.code ? "" : xml.output, "<state>", "</state>");
    g_string_append_printf(
        text, "Name: %s\nDomain: %s\nState: %s\nLocation: %s\n", command->moment, command->domain,
        state, !xml.code && strstr(xml.output, "snapshot='external'") ? "external" : "internal");
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        args.call = lines[i].call;
        args.flags = lines[i].flags;
        if (!info_line(command, text, lines[i].label, &args))
            return FALSE;
    }
    replace_output(command->answer, g_strdup(text->str));
    return TRUE;
}

/* What a command does after its call succeeded. */
static gboolean
finish(Command *command)
{
    ScnAnswer *answer = command->answer;
    const ScnCommandLine *line = command->line;

    if (line->call == VM_CALL_DOMAIN_GET_STATE && !(line->options & SCN_OPT_REASON)) {
        *strchrnul(answer->output, ' ') = 0;
        return TRUE;
    }
    if (line->options & SCN_OPT_TREE) {
        g_auto(ScnAnswer) tree = {0};
        char *text = scn_tree_text(command->run, command->domain, &tree);

        if (text)
            replace_output(answer, text);
        return text != NULL || tree.code != 0;
    }
    if (line->options & SCN_OPT_PARENT)
        return add_parents(command);
    if (strcmp(line->name, "snapshot-info") == 0)
        return show_info(command);
    if (strcmp(line->name, "snapshot-current") == 0 && !(line->options & SCN_OPT_NAME))
        return show_current(command);
    return TRUE;
}

static void
prepare(Command *command)
{
    ScnRun *run = command->run;
    const ScnCommandLine *line = command->line;
    g_autofree char *domain = argument(run, line, SCN_ARG_DOMAIN);
    g_autofree char *name = argument(run, line, SCN_ARG_NAME);

    command->domain = domain ? scn_real_name(run, domain) : NULL;
    command->moment = argument(run, line, SCN_ARG_SNAPSHOT);
    command->path = argument(run, line, SCN_ARG_PATH);
    command->xml = call_document(run, line);
    if (line->call == VM_CALL_DOMAIN_RENAME)
        command->name = scn_real_name(run, name);
    command->args = (ScnCallArgs){
        .call = line->call,
        .flags = line->flags,
        .domain = command->domain,
        .moment = command->moment,
        .xml = command->xml,
        .argument = command->name ? command->name : command->path,
        .max = line->call == VM_CALL_DOMAIN_SET_AUTOSTART ? !(line->options & SCN_OPT_DISABLE)
                                                          : line->max,
    };
}

static gboolean
run_prepared(Command *command)
{
    gboolean clean;

    if (command->line->options & SCN_OPT_PRINT_XML) {
        command->answer->output = g_strdup(command->xml);
        return TRUE;
    }
    if (strcmp(command->line->name, "snapshot-current") == 0 && command->moment)
        return make_current(command);
    if (!resolve_current(command, &clean))
        return clean;
    if (!scn_call(command->run, &command->args, command->predict, command->answer))
        return FALSE;
    return command->answer->code != 0 || finish(command);
}

gboolean
scn_command_run(ScnRun *run, const ScnCommandLine *line, gboolean predict, ScnAnswer *answer)
{
    Command command = {.run = run, .line = line, .predict = predict, .answer = answer};
    gboolean clean;

    prepare(&command);
    clean = run_prepared(&command);
    g_free(command.domain);
    g_free(command.moment);
    g_free(command.name);
    g_free(command.path);
    g_free(command.xml);
    return clean;
}
