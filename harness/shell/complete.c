/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Completion.  A line is read by the scenario's own lexer; what may come next
 * is said by the command tables, and by what the session has.
 */
#include "harness/shell/complete.h"

#include <string.h>
#include "harness/scenario/command.h"
#include "harness/shell/own_command.h"
#include "spec/api/name_order.h"

static const char *const error_names[] = {
#define VM_ERR(name, number, since) #name,
#include "spec/api/errors.def"
    NULL,
};

/* A completion at work. */
typedef struct {
    ScnSession *session;
    GPtrArray *words; /* of ScnWord *: those before the last */
    const char *last;
    const char *domain; /* the first word that names a domain of the world, or NULL */
    json_t *world;
    GPtrArray *found; /* of char * */
} Completion;

/* Offer a word if it goes on as the last one begins. */
static void
offer(Completion *completion, const char *before, const char *word)
{
    char *whole = g_strconcat(before, word, NULL);

    if (g_str_has_prefix(whole, completion->last)) {
        g_ptr_array_add(completion->found, whole);
    } else {
        g_free(whole);
    }
}

static void
offer_all(Completion *completion, const char *before, char **words)
{
    for (guint i = 0; words[i] != NULL; i++) {
        offer(completion, before, words[i]);
    }
    g_strfreev(words);
}

static void
offer_list(Completion *completion, const char *const *words)
{
    for (guint i = 0; words[i] != NULL; i++) {
        offer(completion, "", words[i]);
    }
}

static const char *
name_of(const json_t *object)
{
    return json_string_value(json_object_get(object, "name"));
}

static const json_t *
domain_of(const Completion *completion, const char *name)
{
    const json_t *domains = json_object_get(completion->world, "domains");

    for (size_t i = 0; name != NULL && i < json_array_size(domains); i++) {
        if (g_strcmp0(name_of(json_array_get(domains, i)), name) == 0) {
            return json_array_get(domains, i);
        }
    }
    return NULL;
}

static void
offer_names(Completion *completion, const char *before, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = name_of(json_array_get(array, i));

        if (name != NULL) {
            offer(completion, before, name);
        }
    }
}

static void
offer_domains(Completion *completion, const char *before)
{
    offer_names(completion, before, json_object_get(completion->world, "domains"));
    offer_all(completion, before, scn_session_documents(completion->session));
}

/* The moments or disks of the line's domain. */
static void
offer_of_domain(Completion *completion, const char *before, const char *what)
{
    offer_names(completion, before,
                json_object_get(domain_of(completion, completion->domain), what));
}

/* The images that the world has, as the scenario writes them. */
static void
offer_images(Completion *completion, const char *before)
{
    json_t *images = json_object_get(completion->world, "images");
    const char *path;
    json_t *image;

    json_object_foreach(images, path, image)
    {
        offer(completion, before, path);
    }
    offer(completion, before, "${dir}/");
}

static void
offer_argument(Completion *completion, const char *before, ScnArg arg)
{
    static const char *const modes[] = {"acpi", "agent", "initctl", "signal", "paravirt"};

    switch (arg) {
    case SCN_ARG_DOMAIN:
        offer_domains(completion, before);
        break;
    case SCN_ARG_SNAPSHOT:
        offer_of_domain(completion, before, "moments");
        break;
    case SCN_ARG_FILE:
    case SCN_ARG_XML:
        offer_all(completion, before, scn_session_documents(completion->session));
        break;
    case SCN_ARG_PATH:
        offer_images(completion, before);
        break;
    case SCN_ARG_DISKSPEC:
        offer_of_domain(completion, before, "disks");
        break;
    case SCN_ARG_MODE:
        for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
            offer(completion, before, modes[i]);
        }
        break;
    default:
        break;
    }
}

/* ---- files of this machine --------------------------------------------------- */

static void
offer_files(Completion *completion)
{
    const char *slash = strrchr(completion->last, '/');
    g_autofree char *folder =
        slash != NULL ? g_strndup(completion->last, slash - completion->last + 1) : g_strdup("");
    g_autoptr(GDir) dir = g_dir_open(*folder != '\0' ? folder : ".", 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_strconcat(folder, name, NULL);
        g_autofree char *word =
            g_strconcat(path, g_file_test(path, G_FILE_TEST_IS_DIR) ? "/" : "", NULL);

        offer(completion, "", word);
    }
}

/* ---- the parts of a line ------------------------------------------------------- */

static const char *
word_at(const Completion *completion, guint i)
{
    return i < completion->words->len
               ? ((const ScnWord *)g_ptr_array_index(completion->words, i))->text
               : "";
}

static void
offer_commands(Completion *completion)
{
    offer_all(completion, "", scn_command_names());
    offer_all(completion, "", scn_statement_names());
    for (const OwnCommand *own = own_commands(); own->name != NULL; own++) {
        offer(completion, "", own->name);
    }
}

static void
offer_calls(Completion *completion)
{
    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        g_autofree char *word = g_ascii_strdown(vm_call_info(call)->name, -1);

        offer(completion, "", g_strdelimit(word, "_", '-'));
    }
}

/* What may follow `=>`, which is word `arrow`. */
static void
offer_result(Completion *completion, guint arrow)
{
    static const char *const kinds[] = {"ok", "error", "output", "outcome", NULL};

    if (arrow + 1 == completion->words->len) {
        offer_list(completion, kinds);
    } else if (arrow + 2 == completion->words->len &&
               strcmp(word_at(completion, arrow + 1), "error") == 0) {
        offer_list(completion, error_names);
    }
}

/* The index of `=>`, or of none. */
static guint
find_arrow(const Completion *completion)
{
    for (guint i = 0; i < completion->words->len; i++) {
        const ScnWord *word = g_ptr_array_index(completion->words, i);

        if (word->special && strcmp(word->text, "=>") == 0) {
            return i;
        }
    }
    return G_MAXUINT;
}

/* The words of a statement that is no command: domains, moments and disks wherever they may stand.
 */
static void
offer_statement(Completion *completion)
{
    static const char *const states[] = {"shutoff",          "running", "paused", "transient",
                                         "transient-paused", "saved",   NULL};
    const char *statement = word_at(completion, 0);
    gboolean second = completion->words->len == 1;
    const char *form;

    if (strcmp(statement, "state") == 0 && second) {
        offer_list(completion, states);
    } else if (strcmp(statement, "expect") == 0 && second) {
        for (guint i = 0; (form = scn_expect_form(i)) != NULL; i++) {
            g_auto(GStrv) words = g_strsplit(form, " ", 3);

            offer(completion, "", words[1]);
        }
    } else if (completion->domain == NULL) {
        offer_domains(completion, "");
    } else {
        offer_of_domain(completion, "", "disks");
        offer_of_domain(completion, "", "moments");
    }
}

static void
offer_options(Completion *completion, const char *command)
{
    const char *equals = strchr(completion->last, '=');
    ScnWord option = {0};
    ScnWord *words[] = {g_ptr_array_index(completion->words, 0), &option};

    if (equals == NULL) {
        offer_all(completion, "--", scn_command_options(command));
        return;
    }
    option.text = g_strndup(completion->last, equals - completion->last);
    {
        g_autofree char *before = g_strconcat(option.text, "=", NULL);

        offer_argument(completion, before, scn_command_next(words, G_N_ELEMENTS(words)));
    }
    g_free(option.text);
}

static void
offer_command_words(Completion *completion)
{
    gboolean api = strcmp(word_at(completion, 0), "api") == 0;

    if (api && completion->words->len == 1) {
        offer_calls(completion);
        return;
    }
    if (g_str_has_prefix(completion->last, "--")) {
        offer_options(completion, word_at(completion, api ? 1 : 0));
        return;
    }
    offer_argument(
        completion, "",
        scn_command_next((ScnWord *const *)completion->words->pdata, completion->words->len));
}

static void
offer_own(Completion *completion, const OwnCommand *own)
{
    OwnArgument argument = completion->words->len <= G_N_ELEMENTS(own->arguments)
                               ? own->arguments[completion->words->len - 1]
                               : OWN_NONE;

    switch (argument) {
    case OWN_NONE:
        break;
    case OWN_COMMAND:
        offer_commands(completion);
        break;
    case OWN_DOMAIN:
        offer_names(completion, "", json_object_get(completion->world, "domains"));
        break;
    case OWN_DISK:
        offer_of_domain(completion, "", "disks");
        break;
    case OWN_FILE:
        offer_files(completion);
        break;
    }
}

static void
offer_next(Completion *completion)
{
    const char *command = word_at(completion, 0);
    const OwnCommand *own = own_command(command);
    guint arrow = find_arrow(completion);

    if (completion->words->len == 0) {
        offer_commands(completion);
        return;
    }
    if (arrow != G_MAXUINT) {
        offer_result(completion, arrow);
        return;
    }
    if (own != NULL) {
        offer_own(completion, own);
    }
    if (scn_command_known(command)) {
        offer_command_words(completion);
    } else if (own == NULL) {
        offer_statement(completion);
    }
}

/* ---- the whole ----------------------------------------------------------------- */

static int
compare_found(gconstpointer a, gconstpointer b)
{
    return vm_compare_names(a, b);
}

/* Sorted, each once; takes the array. */
static char **
sorted_once(GPtrArray *found)
{
    GPtrArray *once = g_ptr_array_new();

    g_ptr_array_sort(found, compare_found);
    for (guint i = 0; i < found->len; i++) {
        const char *word = g_ptr_array_index(found, i);

        if (i == 0 || strcmp(word, g_ptr_array_index(found, i - 1)) != 0) {
            g_ptr_array_add(once, g_strdup(word));
        }
    }
    g_ptr_array_unref(found);
    g_ptr_array_add(once, NULL);
    return (char **)g_ptr_array_free(once, FALSE);
}

/* The domain that the line is about. */
static const char *
find_domain_word(const Completion *completion)
{
    for (guint i = 1; i < completion->words->len; i++) {
        if (domain_of(completion, word_at(completion, i)) != NULL) {
            return word_at(completion, i);
        }
    }
    return NULL;
}

char **
shell_complete(ScnSession *session, const char *line, gsize *begin)
{
    const ScnPlace place = {.file = "line", .line = 1};
    const char *last = line + strlen(line);
    g_autofree char *before = NULL;
    g_autoptr(GPtrArray) words = NULL;
    Completion completion = {.session = session};

    while (last > line && !g_ascii_isspace(last[-1])) {
        last--;
    }
    *begin = (gsize)(last - line);
    before = g_strndup(line, *begin);
    words = scn_lex(before, &place, NULL);
    completion.found = g_ptr_array_new_with_free_func(g_free);
    if (words == NULL) {
        return sorted_once(completion.found); /* inside a quote */
    }
    completion.words = words;
    completion.last = last;
    completion.world = scn_session_world(session);
    completion.domain = find_domain_word(&completion);
    offer_next(&completion);
    json_decref(completion.world);
    return sorted_once(completion.found);
}

char *
shell_common_prefix(char *const *words)
{
    gsize length;

    if (words[0] == NULL) {
        return NULL;
    }
    length = strlen(words[0]);
    for (guint i = 1; words[i] != NULL; i++) {
        gsize same = 0;

        while (same < length && words[i][same] == words[0][same]) {
            same++;
        }
        length = same;
    }
    return g_strndup(words[0], length);
}
