/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of command lines.
 */
#include "harness/explore/call_lines.h"

#include <string.h>

#define ALL G_MAXUINT32
#define STATES (WORLD_COMMON | WORLD_SPECIAL)

/* Flags that a faulty document is tried with: where each is looked at. */
#define FAULT_FLAGS                                                                                \
    (VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT |                    \
     VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA | VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY |               \
     VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT | VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)

/* One row makes a line in each world of its purposes; MOMENT stands for each of vm's moments and
 * for one that there is not, DOCUMENT for each document of its kind. */
typedef struct {
    VmCall call;
    guint purposes; /* of WorldPurpose: any of them */
    const char *text;
    int documents; /* of WorldDocuments, or -1 */
    guint32 limit;
} LineRow;

static const LineRow rows[] = {
    {VM_CALL_DOMAIN_DEFINE_XML, STATES | WORLD_STORED, "define vm", -1, ALL},
    {VM_CALL_DOMAIN_DEFINE_XML, WORLD_PLAIN, "define other", -1, ALL},
    {VM_CALL_DOMAIN_DEFINE_XML, WORLD_PLAIN, "define DOCUMENT", DOCUMENTS_DOMAIN, ALL},
    {VM_CALL_DOMAIN_CREATE_XML, STATES | WORLD_STORED, "create vm", -1, ALL},
    {VM_CALL_DOMAIN_CREATE_XML, WORLD_PLAIN | WORLD_STORED, "create other", -1, ALL},
    {VM_CALL_DOMAIN_CREATE_XML, WORLD_PLAIN, "create DOCUMENT", DOCUMENTS_DOMAIN, ALL},
    {VM_CALL_DOMAIN_CREATE, STATES, "start vm", -1, ALL},
    {VM_CALL_DOMAIN_CREATE, WORLD_ONE, "start ghost", -1, ALL},
    {VM_CALL_DOMAIN_UNDEFINE, STATES, "api domain-undefine vm", -1, ALL},
    {VM_CALL_DOMAIN_UNDEFINE, WORLD_ONE, "api domain-undefine ghost", -1, ALL},
    {VM_CALL_DOMAIN_UNDEFINE_FLAGS, STATES, "api domain-undefine-flags vm", -1, ALL},
    {VM_CALL_DOMAIN_UNDEFINE_FLAGS, WORLD_ONE, "api domain-undefine-flags ghost", -1, ALL},
    {VM_CALL_DOMAIN_DESTROY, STATES, "destroy vm", -1, ALL},
    {VM_CALL_DOMAIN_DESTROY, WORLD_ONE, "destroy ghost", -1, ALL},
    {VM_CALL_DOMAIN_SHUTDOWN, STATES, "shutdown vm", -1, ALL},
    {VM_CALL_DOMAIN_SHUTDOWN, WORLD_ONE, "shutdown ghost", -1, ALL},
    {VM_CALL_DOMAIN_RESET, STATES, "reset vm", -1, ALL},
    {VM_CALL_DOMAIN_RESET, WORLD_ONE, "reset ghost", -1, ALL},
    {VM_CALL_DOMAIN_SUSPEND, STATES, "suspend vm", -1, ALL},
    {VM_CALL_DOMAIN_SUSPEND, WORLD_ONE, "suspend ghost", -1, ALL},
    {VM_CALL_DOMAIN_RESUME, STATES, "resume vm", -1, ALL},
    {VM_CALL_DOMAIN_RESUME, WORLD_ONE, "resume ghost", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, STATES, "domrename vm fresh", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, WORLD_LIST, "domrename vm held", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, WORLD_PLAIN, "domrename vm vm", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, WORLD_PLAIN, "domrename vm ''", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, WORLD_PLAIN, "domrename vm a/b", -1, ALL},
    {VM_CALL_DOMAIN_RENAME, WORLD_ONE, "domrename ghost fresh", -1, ALL},
    {VM_CALL_DOMAIN_SET_AUTOSTART, STATES, "autostart vm", -1, ALL},
    {VM_CALL_DOMAIN_SET_AUTOSTART, STATES, "autostart vm --disable", -1, ALL},
    {VM_CALL_DOMAIN_SET_AUTOSTART, WORLD_ONE, "autostart ghost", -1, ALL},
    {VM_CALL_DOMAIN_GET_AUTOSTART, STATES, "api domain-get-autostart vm", -1, ALL},
    {VM_CALL_DOMAIN_GET_AUTOSTART, WORLD_ONE, "api domain-get-autostart ghost", -1, ALL},
    {VM_CALL_DOMAIN_GET_XML, STATES, "dumpxml vm", -1, ALL},
    {VM_CALL_DOMAIN_GET_XML, WORLD_ONE, "dumpxml ghost", -1, ALL},
    {VM_CALL_DOMAIN_GET_UUID, STATES, "domuuid vm", -1, ALL},
    {VM_CALL_DOMAIN_GET_UUID, WORLD_ONE, "domuuid ghost", -1, ALL},
    {VM_CALL_DOMAIN_IS_PERSISTENT, STATES, "api domain-is-persistent vm", -1, ALL},
    {VM_CALL_DOMAIN_IS_PERSISTENT, WORLD_ONE, "api domain-is-persistent ghost", -1, ALL},
    {VM_CALL_DOMAIN_LIST, WORLD_LIST, "list", -1, ALL},
    {VM_CALL_DOMAIN_GET_STATE, STATES, "domstate vm", -1, ALL},
    {VM_CALL_DOMAIN_GET_STATE, WORLD_ONE, "domstate ghost", -1, ALL},
    {VM_CALL_DOMAIN_SAVE, STATES, "save vm ${dir}/new.save", -1, ALL},
    {VM_CALL_DOMAIN_SAVE, STATES, "save vm ${dir}/new.save --xml vm", -1, ALL},
    {VM_CALL_DOMAIN_SAVE, WORLD_PLAIN, "save vm ${dir}/new.save --xml other", -1, ALL},
    {VM_CALL_DOMAIN_SAVE, WORLD_ONE, "save ghost ${dir}/new.save", -1, ALL},
    {VM_CALL_DOMAIN_RESTORE, WORLD_STORED, "restore ${dir}/run.save", -1, ALL},
    {VM_CALL_DOMAIN_RESTORE, WORLD_STORED, "restore ${dir}/pause.save", -1, ALL},
    {VM_CALL_DOMAIN_RESTORE, WORLD_STORED, "restore ${dir}/nope.save", -1, ALL},
    {VM_CALL_DOMAIN_RESTORE, WORLD_STORED, "restore ${dir}/run.save --xml vm", -1, ALL},
    {VM_CALL_DOMAIN_RESTORE, WORLD_STORED, "restore ${dir}/run.save --xml other", -1, ALL},
    {VM_CALL_DOMAIN_MANAGED_SAVE, STATES, "managedsave vm", -1, ALL},
    {VM_CALL_DOMAIN_MANAGED_SAVE, WORLD_ONE, "managedsave ghost", -1, ALL},
    {VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE, STATES, "managedsave-remove vm", -1, ALL},
    {VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE, WORLD_ONE, "managedsave-remove ghost", -1, ALL},
    {VM_CALL_DOMAIN_HAS_MANAGED_SAVE, STATES, "api domain-has-managed-save vm", -1, ALL},
    {VM_CALL_DOMAIN_HAS_MANAGED_SAVE, WORLD_ONE, "api domain-has-managed-save ghost", -1, ALL},

    {VM_CALL_SNAPSHOT_CREATE_XML, STATES, "snapshot-create vm default.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_QCOW2, "snapshot-create vm internal.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_QCOW2, "snapshot-create vm external.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_PLAIN, "snapshot-create vm none.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_PLAIN, "snapshot-create vm manual.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_PLAIN, "snapshot-create vm memory.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_PLAIN, "snapshot-create vm DOCUMENT", DOCUMENTS_FAULTY,
     FAULT_FLAGS},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_QCOW2 | WORLD_LIST, "snapshot-create vm DOCUMENT",
     DOCUMENTS_AGAIN, FAULT_FLAGS},
    {VM_CALL_SNAPSHOT_CREATE_XML, WORLD_ONE, "snapshot-create ghost default.xml", -1, ALL},
    {VM_CALL_SNAPSHOT_GET_XML, STATES, "snapshot-dumpxml vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_GET_XML, WORLD_ONE, "snapshot-dumpxml ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST, WORLD_LIST, "api snapshot-list vm", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST, WORLD_ONE, "api snapshot-list ghost", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN, WORLD_LIST, "api snapshot-list-children vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN, WORLD_ONE, "api snapshot-list-children ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_NUM, WORLD_LIST, "api snapshot-num vm", -1, ALL},
    {VM_CALL_SNAPSHOT_NUM, WORLD_ONE, "api snapshot-num ghost", -1, ALL},
    {VM_CALL_SNAPSHOT_NUM_CHILDREN, WORLD_LIST, "api snapshot-num-children vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_NUM_CHILDREN, WORLD_ONE, "api snapshot-num-children ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_NAMES, WORLD_LIST, "api snapshot-list-names vm 64", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_NAMES, WORLD_ONE, "api snapshot-list-names ghost 64", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES, WORLD_LIST,
     "api snapshot-list-children-names vm MOMENT 64", -1, ALL},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES, WORLD_ONE,
     "api snapshot-list-children-names ghost nope 64", -1, ALL},
    {VM_CALL_SNAPSHOT_LOOKUP, STATES, "api snapshot-lookup vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_LOOKUP, WORLD_ONE, "api snapshot-lookup ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_HAS_CURRENT, STATES, "api snapshot-has-current vm", -1, ALL},
    {VM_CALL_SNAPSHOT_HAS_CURRENT, WORLD_ONE, "api snapshot-has-current ghost", -1, ALL},
    {VM_CALL_SNAPSHOT_CURRENT, STATES, "api snapshot-current vm", -1, ALL},
    {VM_CALL_SNAPSHOT_CURRENT, WORLD_ONE, "api snapshot-current ghost", -1, ALL},
    {VM_CALL_SNAPSHOT_PARENT, STATES, "api snapshot-parent vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_PARENT, WORLD_ONE, "api snapshot-parent ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_IS_CURRENT, STATES, "api snapshot-is-current vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_IS_CURRENT, WORLD_ONE, "api snapshot-is-current ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_HAS_METADATA, STATES, "api snapshot-has-metadata vm MOMENT", -1, ALL},
    {VM_CALL_SNAPSHOT_HAS_METADATA, WORLD_ONE, "api snapshot-has-metadata ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_REVERT, STATES | WORLD_LIST | WORLD_HISTORY, "snapshot-revert vm MOMENT", -1,
     ALL},
    {VM_CALL_SNAPSHOT_REVERT, WORLD_ONE, "snapshot-revert ghost nope", -1, ALL},
    {VM_CALL_SNAPSHOT_DELETE, STATES | WORLD_LIST | WORLD_HISTORY, "snapshot-delete vm MOMENT", -1,
     ALL},
    {VM_CALL_SNAPSHOT_DELETE, WORLD_ONE, "snapshot-delete ghost nope", -1, ALL},
};

static void
line_free(gpointer data)
{
    CallLine *line = data;

    g_free(line->text);
    g_free(line);
}

static char *
put(const char *text, const char *placeholder, const char *value)
{
    g_autoptr(GString) line = g_string_new(text);

    g_string_replace(line, placeholder, value, 0);
    return g_strdup(line->str);
}

static void
add_line(GPtrArray *lines, const LineRow *row, const char *placeholder, const char *value)
{
    CallLine *line = g_new0(CallLine, 1);

    line->call = row->call;
    line->text = put(row->text, placeholder, value);
    line->limit = row->limit;
    g_ptr_array_add(lines, line);
}

static void
add_lines(GPtrArray *lines, const LineRow *row, const char *placeholder, char *const *values)
{
    for (guint i = 0; values[i]; i++)
        add_line(lines, row, placeholder, values[i]);
}

static void
add_row(GPtrArray *lines, const LineRow *row, const WorldKind *world)
{
    if (row->documents >= 0) {
        g_auto(GStrv) names = world_document_names((WorldDocuments)row->documents);

        add_lines(lines, row, "DOCUMENT", names);
        return;
    }
    if (strstr(row->text, "MOMENT"))
        add_lines(lines, row, "MOMENT", world->moments);
    else
        add_line(lines, row, "", "");
}

GPtrArray *
call_lines(const WorldKind *world)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean about_moments = rows[i].documents == DOCUMENTS_AGAIN;

        if ((rows[i].purposes & world->purposes) && !(about_moments && !world->moments[1]))
            add_row(lines, &rows[i], world);
    }
    return lines;
}

gboolean
call_reads(VmCall call)
{
    static const VmCall reading[] = {
        VM_CALL_DOMAIN_GET_AUTOSTART,
        VM_CALL_DOMAIN_GET_XML,
        VM_CALL_DOMAIN_GET_UUID,
        VM_CALL_DOMAIN_IS_PERSISTENT,
        VM_CALL_DOMAIN_LIST,
        VM_CALL_DOMAIN_GET_STATE,
        VM_CALL_DOMAIN_HAS_MANAGED_SAVE,
        VM_CALL_SNAPSHOT_GET_XML,
        VM_CALL_SNAPSHOT_LIST,
        VM_CALL_SNAPSHOT_LIST_CHILDREN,
        VM_CALL_SNAPSHOT_NUM,
        VM_CALL_SNAPSHOT_NUM_CHILDREN,
        VM_CALL_SNAPSHOT_LIST_NAMES,
        VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES,
        VM_CALL_SNAPSHOT_LOOKUP,
        VM_CALL_SNAPSHOT_HAS_CURRENT,
        VM_CALL_SNAPSHOT_CURRENT,
        VM_CALL_SNAPSHOT_PARENT,
        VM_CALL_SNAPSHOT_IS_CURRENT,
        VM_CALL_SNAPSHOT_HAS_METADATA,
    };

    for (guint i = 0; i < G_N_ELEMENTS(reading); i++) {
        if (reading[i] == call)
            return TRUE;
    }
    return FALSE;
}

gboolean
call_is_at_the_seam(VmCall call)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].call == call)
            return TRUE;
    }
    return FALSE;
}
