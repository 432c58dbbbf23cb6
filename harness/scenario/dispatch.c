/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One API call at the target seam.
 */

#include "harness/scenario/run_int.h"

#include "spec/api/name_order.h"

/* What a handler works on. */
typedef struct {
    ScnRun *run;
    const struct vm_target *target;
    struct vm_conn *conn;
    const ScnCallArgs *args;
    ScnAnswer *answer;
    struct vm_error *err;
} Dispatch;

void
scn_answer_clear(ScnAnswer *answer)
{
    g_clear_pointer(&answer->text, g_free);
    g_clear_pointer(&answer->output, g_free);
    g_clear_pointer(&answer->name, g_free);
}

static int
no_support(struct vm_error *err)
{
    err->code = VIR_ERR_NO_SUPPORT;
    g_strlcpy(err->text, "this driver does not have the call", sizeof(err->text));
    return err->code;
}

/* Call a method, or report that it is missing. */
#define METHOD(d, method, ...)                                                                     \
    ((d)->target->method ? (d)->target->method((d)->conn, __VA_ARGS__, (d)->err)                   \
                         : no_support((d)->err))

/* Take over a string of the target. */
static char *
take_string(Dispatch *d, char *string)
{
    char *copy = g_strdup(string);

    if (string)
        d->target->free_string(string);
    return copy;
}

GPtrArray *
scn_take_list(ScnRun *run, char **list, gboolean sort)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; list && list[i]; i++)
        g_ptr_array_add(names, g_strdup(list[i]));
    if (list)
        run->target.free_list(list);
    if (sort)
        g_ptr_array_sort(names, vm_compare_names);
    return names;
}

/* Names one a line; `own`: only those of this case. */
static void
answer_names(Dispatch *d, char **list, gboolean sort, const char *own)
{
    g_autoptr(GPtrArray) names = scn_take_list(d->run, list, sort);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);

        if (!own || g_str_has_prefix(name, own))
            g_string_append_printf(text, "%s%s", text->len ? "\n" : "", name);
    }
    d->answer->output = g_string_free(text, FALSE);
}

static int
answer_yes(Dispatch *d, int code, const int *yes)
{
    if (code == 0)
        d->answer->output = g_strdup(*yes ? "yes" : "no");
    return code;
}

static int
answer_string(Dispatch *d, int code, char *string)
{
    char *copy = code == 0 ? take_string(d, string) : NULL;

    d->answer->output = copy;
    return code;
}

/* ---- domain: definition -------------------------------------------------- */

static int
domain_define(Dispatch *d)
{
    return METHOD(d, domain_define, d->args->xml, d->args->flags);
}

static int
domain_create_xml(Dispatch *d)
{
    return METHOD(d, domain_create_xml, d->args->xml, d->args->flags);
}

static int
domain_undefine(Dispatch *d)
{
    return METHOD(d, domain_undefine, d->args->domain);
}

static int
domain_undefine_flags(Dispatch *d)
{
    return METHOD(d, domain_undefine_flags, d->args->domain, d->args->flags);
}

static int
domain_rename(Dispatch *d)
{
    return METHOD(d, domain_rename, d->args->domain, d->args->argument, d->args->flags);
}

static int
domain_set_autostart(Dispatch *d)
{
    return METHOD(d, domain_set_autostart, d->args->domain, d->args->max);
}

static int
domain_get_autostart(Dispatch *d)
{
    int on = 0;

    return answer_yes(d, METHOD(d, domain_get_autostart, d->args->domain, &on), &on);
}

static int
domain_get_xml(Dispatch *d)
{
    char *xml = NULL;
    int code = METHOD(d, domain_get_xml, d->args->domain, d->args->flags, &xml);

    return answer_string(d, code, xml);
}

static int
domain_get_uuid(Dispatch *d)
{
    char uuid[37] = "";
    int code = METHOD(d, domain_get_uuid, d->args->domain, uuid);

    d->answer->output = code == 0 ? g_strdup(uuid) : NULL;
    return code;
}

static int
domain_is_persistent(Dispatch *d)
{
    int yes = 0;

    return answer_yes(d, METHOD(d, domain_is_persistent, d->args->domain, &yes), &yes);
}

static int
domain_list(Dispatch *d)
{
    char **names = NULL;
    int code = METHOD(d, domain_list, d->args->flags, &names);

    if (code == 0)
        answer_names(d, names, TRUE, d->run->prefix);
    return code;
}

/* ---- domain: run state --------------------------------------------------- */

static int
domain_create(Dispatch *d)
{
    return METHOD(d, domain_create, d->args->domain, d->args->flags);
}

static int
domain_destroy(Dispatch *d)
{
    return METHOD(d, domain_destroy, d->args->domain, d->args->flags);
}

static int
domain_shutdown(Dispatch *d)
{
    return METHOD(d, domain_shutdown, d->args->domain, d->args->flags);
}

static int
domain_reset(Dispatch *d)
{
    return METHOD(d, domain_reset, d->args->domain, d->args->flags);
}

static int
domain_suspend(Dispatch *d)
{
    return METHOD(d, domain_suspend, d->args->domain);
}

static int
domain_resume(Dispatch *d)
{
    return METHOD(d, domain_resume, d->args->domain);
}

static int
domain_get_state(Dispatch *d)
{
    int state = 0, reason = 0;
    int code = METHOD(d, domain_get_state, d->args->domain, &state, &reason);
    const char *word = vm_enum_word("state", state);
    g_autofree char *group = g_strconcat("reason-", word, NULL);
    const char *why = word ? vm_enum_word(group, reason) : NULL;

    if (code == 0)
        d->answer->output = g_strdup_printf("%s (%s)", word ? word : "?", why ? why : "?");
    return code;
}

static int
domain_save(Dispatch *d)
{
    return METHOD(d, domain_save, d->args->domain, d->args->argument, d->args->xml, d->args->flags);
}

static int
domain_restore(Dispatch *d)
{
    return METHOD(d, domain_restore, d->args->argument, d->args->xml, d->args->flags);
}

static int
domain_managed_save(Dispatch *d)
{
    return METHOD(d, domain_managed_save, d->args->domain, d->args->flags);
}

static int
domain_managed_save_remove(Dispatch *d)
{
    return METHOD(d, domain_managed_save_remove, d->args->domain, d->args->flags);
}

static int
domain_has_managed_save(Dispatch *d)
{
    int yes = 0;

    return answer_yes(d, METHOD(d, domain_has_managed_save, d->args->domain, d->args->flags, &yes),
                      &yes);
}

/* ---- snapshots ------------------------------------------------------------- */

static int
snapshot_create_xml(Dispatch *d)
{
    char *name = NULL;
    int code = METHOD(d, snapshot_create_xml, d->args->domain, d->args->xml, d->args->flags, &name);

    if (code == 0)
        d->answer->name = take_string(d, name);
    return code;
}

static int
snapshot_get_xml(Dispatch *d)
{
    char *xml = NULL;
    int code = METHOD(d, snapshot_get_xml, d->args->domain, d->args->moment, d->args->flags, &xml);

    return answer_string(d, code, xml);
}

static int
snapshot_list(Dispatch *d)
{
    char **names = NULL;
    int code = METHOD(d, snapshot_list, d->args->domain, d->args->moment, d->args->flags, &names);

    if (code == 0)
        answer_names(d, names, !(d->args->flags & VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL), NULL);
    return code;
}

static int
snapshot_num(Dispatch *d)
{
    int count = 0;
    int code = METHOD(d, snapshot_num, d->args->domain, d->args->moment, d->args->flags, &count);

    d->answer->output = code == 0 ? g_strdup_printf("%d", count) : NULL;
    return code;
}

static int
snapshot_list_names(Dispatch *d)
{
    char **names = NULL;
    int count = 0;
    int code = METHOD(d, snapshot_list_names, d->args->domain, d->args->moment, d->args->max,
                      d->args->flags, &names, &count);
    g_autofree char *list = NULL;

    if (code)
        return code;
    answer_names(d, names, !(d->args->flags & VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL), NULL);
    list = g_steal_pointer(&d->answer->output);
    d->answer->output = g_strdup_printf("%d\n%s", count, list);
    return 0;
}

static int
snapshot_lookup(Dispatch *d)
{
    return METHOD(d, snapshot_lookup, d->args->domain, d->args->moment, d->args->flags);
}

static int
snapshot_has_current(Dispatch *d)
{
    int yes = 0;

    return answer_yes(d, METHOD(d, snapshot_has_current, d->args->domain, d->args->flags, &yes),
                      &yes);
}

/* A name that a call found is its output too. */
static int
answer_name(Dispatch *d, int code, char *name)
{
    if (code == 0) {
        d->answer->name = take_string(d, name);
        d->answer->output = g_strdup(d->answer->name);
    }
    return code;
}

static int
snapshot_current(Dispatch *d)
{
    char *name = NULL;
    int code = METHOD(d, snapshot_current, d->args->domain, d->args->flags, &name);

    return answer_name(d, code, name);
}

static int
snapshot_parent(Dispatch *d)
{
    char *name = NULL;
    int code = METHOD(d, snapshot_parent, d->args->domain, d->args->moment, d->args->flags, &name);

    return answer_name(d, code, name);
}

static int
snapshot_is_current(Dispatch *d)
{
    int yes = 0;

    return answer_yes(
        d, METHOD(d, snapshot_is_current, d->args->domain, d->args->moment, d->args->flags, &yes),
        &yes);
}

static int
snapshot_has_metadata(Dispatch *d)
{
    int yes = 0;

    return answer_yes(
        d, METHOD(d, snapshot_has_metadata, d->args->domain, d->args->moment, d->args->flags, &yes),
        &yes);
}

static int
snapshot_revert(Dispatch *d)
{
    return METHOD(d, snapshot_revert, d->args->domain, d->args->moment, d->args->flags);
}

static int
snapshot_delete(Dispatch *d)
{
    return METHOD(d, snapshot_delete, d->args->domain, d->args->moment, d->args->flags);
}

static int (*const handlers[VM_CALL_LAST])(Dispatch *d) = {
    [VM_CALL_DOMAIN_DEFINE_XML] = domain_define,
    [VM_CALL_DOMAIN_CREATE_XML] = domain_create_xml,
    [VM_CALL_DOMAIN_CREATE] = domain_create,
    [VM_CALL_DOMAIN_UNDEFINE] = domain_undefine,
    [VM_CALL_DOMAIN_UNDEFINE_FLAGS] = domain_undefine_flags,
    [VM_CALL_DOMAIN_DESTROY] = domain_destroy,
    [VM_CALL_DOMAIN_SHUTDOWN] = domain_shutdown,
    [VM_CALL_DOMAIN_RESET] = domain_reset,
    [VM_CALL_DOMAIN_SUSPEND] = domain_suspend,
    [VM_CALL_DOMAIN_RESUME] = domain_resume,
    [VM_CALL_DOMAIN_RENAME] = domain_rename,
    [VM_CALL_DOMAIN_SET_AUTOSTART] = domain_set_autostart,
    [VM_CALL_DOMAIN_GET_AUTOSTART] = domain_get_autostart,
    [VM_CALL_DOMAIN_GET_XML] = domain_get_xml,
    [VM_CALL_DOMAIN_GET_UUID] = domain_get_uuid,
    [VM_CALL_DOMAIN_IS_PERSISTENT] = domain_is_persistent,
    [VM_CALL_DOMAIN_LIST] = domain_list,
    [VM_CALL_DOMAIN_GET_STATE] = domain_get_state,
    [VM_CALL_DOMAIN_SAVE] = domain_save,
    [VM_CALL_DOMAIN_RESTORE] = domain_restore,
    [VM_CALL_DOMAIN_MANAGED_SAVE] = domain_managed_save,
    [VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE] = domain_managed_save_remove,
    [VM_CALL_DOMAIN_HAS_MANAGED_SAVE] = domain_has_managed_save,
    [VM_CALL_SNAPSHOT_CREATE_XML] = snapshot_create_xml,
    [VM_CALL_SNAPSHOT_GET_XML] = snapshot_get_xml,
    [VM_CALL_SNAPSHOT_LIST] = snapshot_list,
    [VM_CALL_SNAPSHOT_LIST_CHILDREN] = snapshot_list,
    [VM_CALL_SNAPSHOT_NUM] = snapshot_num,
    [VM_CALL_SNAPSHOT_NUM_CHILDREN] = snapshot_num,
    [VM_CALL_SNAPSHOT_LIST_NAMES] = snapshot_list_names,
    [VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES] = snapshot_list_names,
    [VM_CALL_SNAPSHOT_LOOKUP] = snapshot_lookup,
    [VM_CALL_SNAPSHOT_HAS_CURRENT] = snapshot_has_current,
    [VM_CALL_SNAPSHOT_CURRENT] = snapshot_current,
    [VM_CALL_SNAPSHOT_PARENT] = snapshot_parent,
    [VM_CALL_SNAPSHOT_IS_CURRENT] = snapshot_is_current,
    [VM_CALL_SNAPSHOT_HAS_METADATA] = snapshot_has_metadata,
    [VM_CALL_SNAPSHOT_REVERT] = snapshot_revert,
    [VM_CALL_SNAPSHOT_DELETE] = snapshot_delete,
};

void
scn_dispatch(ScnRun *run, const ScnCallArgs *args, ScnAnswer *answer)
{
    struct vm_error err = {0};
    Dispatch d = {run, &run->target, run->conn, args, answer, &err};

    scn_answer_clear(answer);
    answer->code = handlers[args->call] ? handlers[args->call](&d) : no_support(&err);
    answer->text = answer->code ? g_strdup(err.text) : NULL;
}
