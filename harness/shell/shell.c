/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The shell: its session, its own commands, and where its lines come from.
 */
#include "harness/shell/shell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "harness/report/exit_code.h"
#include "harness/run/workdir.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/session.h"
#include "harness/shell/complete.h"
#include "harness/shell/help.h"
#include "harness/shell/line_editor.h"
#include "harness/shell/own_command.h"
#include "harness/shell/tree_text.h"
#include "harness/target/target_load.h"

#define PROMPT "virt-moment> "
#define PROMPT_MORE "         ... "

struct Shell {
    ScnSession *session;
    char *dir; /* of this session alone, and its lock */
    int lock;
    guint bad, failed;
};

/* ---- begin and end -------------------------------------------------------- */

/* The part of every object's name: on the simulator each session is alone. */
static char *
session_id(const ShellOptions *options)
{
    return strcmp(options->target, "sim") == 0 ? g_strdup("shell")
                                               : g_strdup_printf("shell%x", (guint)getpid());
}

static gboolean
open_session(Shell *shell, const ShellOptions *options, GError **error)
{
    g_autofree char *uri = NULL;
    g_autofree char *id = session_id(options);
    g_autofree char *workdir = workdir_make(shell->dir, "session", error);
    const struct vm_target *target =
        workdir != NULL ? target_load(options->target, &uri, error) : NULL;
    ScnRunOptions run = {
        .target = target,
        .uri = uri,
        .profile = options->profile,
        .seed = options->seed,
        .workdir = workdir,
        .run_id = id,
    };

    if (target == NULL) {
        return FALSE;
    }
    shell->session = scn_session_open(&run, error);
    return shell->session != NULL;
}

Shell *
shell_open(const ShellOptions *options, GError **error)
{
    Shell *shell = g_new0(Shell, 1);

    shell->dir = workdir_new(error);
    shell->lock = shell->dir != NULL ? workdir_lock(shell->dir, options->target, error) : -1;
    if (shell->lock < 0 || !open_session(shell, options, error)) {
        shell_close(shell);
        return NULL;
    }
    return shell;
}

void
shell_close(Shell *shell)
{
    g_autofree char *left = NULL;

    if (shell == NULL) {
        return;
    }
    left = scn_session_close(shell->session);
    if (left != NULL) {
        fprintf(stderr, "virt-moment: %s\n", left);
    }
    if (shell->dir != NULL) {
        folder_remove(shell->dir);
    }
    if (shell->lock >= 0) {
        close(shell->lock);
    }
    g_free(shell->dir);
    g_free(shell);
}

/* ---- its own commands ------------------------------------------------------- */

/* Something is there that does not begin as a saved session does. */
static gboolean
is_of_another_hand(const char *path)
{
    g_autofree char *former = NULL;

    return g_file_test(path, G_FILE_TEST_EXISTS) &&
           !(g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
             g_file_get_contents(path, &former, NULL, NULL) &&
             g_str_has_prefix(former, SCN_SESSION_SENTENCE));
}

static char *
save_session(Shell *shell, const char *path)
{
    g_autofree char *text = scn_session_scenario(shell->session);
    g_autoptr(GError) error = NULL;

    if (is_of_another_hand(path)) {
        shell->bad++;
        return g_strdup_printf(
            "'%s' is there and was not saved by a shell: another name is wanted\n", path);
    }
    if (!g_file_set_contents(path, text, -1, &error)) {
        shell->bad++;
        return g_strdup_printf("%s\n", error->message);
    }
    return g_strdup_printf("saved; virt-moment run %s %s\n", path,
                           scn_session_has_breach(shell->session) ? "repeats the breach"
                                                                  : "passes");
}

/* A text about an object, or that there is none. */
static char *
or_none(Shell *shell, char *text, const char *name)
{
    if (text == NULL) {
        shell->bad++;
        return g_strdup_printf("there is no %s\n", name);
    }
    return text;
}

static char *
run_own(Shell *shell, const char *name, char **arguments)
{
    json_t *world = scn_session_world(shell->session);
    char *text;

    if (strcmp(name, "help") == 0) {
        text = or_none(shell, shell_help(arguments[0]), "command of that name; help lists them");
    } else if (strcmp(name, "tree") == 0) {
        text = or_none(shell, tree_text(world, arguments[0]), "such domain");
    } else if (strcmp(name, "chain") == 0) {
        text = or_none(shell, chain_text(world, arguments[0], arguments[1]),
                       "such domain, or no such disk of it");
    } else {
        text = save_session(shell, arguments[0]);
    }
    json_decref(world);
    return text;
}

/* The words of a line as texts; NULL for one that cannot be read. */
static char **
words_of(const char *line)
{
    const ScnPlace place = {.file = "line", .line = 1};
    g_autoptr(GPtrArray) words = scn_lex(line, &place, NULL);
    GPtrArray *texts;

    if (words == NULL) {
        return NULL;
    }
    texts = g_ptr_array_new();
    for (guint i = 0; i < words->len; i++) {
        g_ptr_array_add(texts, scn_unescape(((ScnWord *)g_ptr_array_index(words, i))->text));
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

/* The shell's own command that a line is, or NULL. */
static const OwnCommand *
own_of(char **words)
{
    const OwnCommand *own;
    guint count;

    if (words == NULL || words[0] == NULL) {
        return NULL;
    }
    own = own_command(strcmp(words[0], "exit") == 0 ? "quit" : words[0]);
    count = g_strv_length(words) - 1;
    /* virsh's save has a path behind the domain. */
    return own != NULL && strcmp(own->name, "save") == 0 && count > 1 ? NULL : own;
}

/* ---- lines -------------------------------------------------------------------- */

static void
count_end(Shell *shell, ScnSessionEnd end)
{
    shell->bad += end == SCN_SESSION_BAD;
    shell->failed += end == SCN_SESSION_FAILED;
}

gboolean
shell_take(Shell *shell, const char *line, char **shown)
{
    g_auto(GStrv) words = shell_is_open(shell) ? NULL : words_of(line);
    const OwnCommand *own = own_of(words);
    guint count = own != NULL ? g_strv_length(words) - 1 : 0;

    if (own == NULL) {
        count_end(shell, scn_session_line(shell->session, line, shown));
        return TRUE;
    }
    if (count < own->least || count > own->most) {
        shell->bad++;
        *shown = g_strdup_printf("expected: %s\n", own->usage);
        return TRUE;
    }
    if (strcmp(own->name, "quit") == 0) {
        *shown = g_strdup("");
        return FALSE;
    }
    *shown = run_own(shell, own->name, words + 1);
    return TRUE;
}

gboolean
shell_is_open(const Shell *shell)
{
    return scn_session_is_open(shell->session);
}

guint
shell_count_bad(const Shell *shell)
{
    return shell->bad;
}

guint
shell_count_failed(const Shell *shell)
{
    return shell->failed;
}

static gboolean
take_and_print(Shell *shell, const char *line)
{
    g_autofree char *shown = NULL;
    gboolean on = shell_take(shell, line, &shown);

    fputs(shown, stdout);
    fflush(stdout);
    return on;
}

static char **
complete(gpointer data, const char *text, gsize *begin)
{
    Shell *shell = data;

    if (shell_is_open(shell)) {
        *begin = strlen(text);
        return g_new0(char *, 1);
    }
    return shell_complete(shell->session, text, begin);
}

static void
read_terminal(Shell *shell, LineEditor *editor)
{
    gboolean on = TRUE;

    puts("virt-moment " VM_VERSION "; help lists the commands, quit ends");
    while (on) {
        gboolean interrupted = FALSE;
        g_autofree char *line =
            line_editor_read(editor, shell_is_open(shell) ? PROMPT_MORE : PROMPT, &interrupted);

        if (line == NULL) {
            return;
        }
        if (interrupted) {
            scn_session_forget_open(shell->session);
        } else {
            on = take_and_print(shell, line);
        }
    }
}

static void
read_plain(Shell *shell)
{
    g_autofree char *line = NULL;
    size_t room = 0;
    gboolean on = TRUE;

    while (on) {
        ssize_t length = getline(&line, &room, stdin);

        if (length < 0) {
            return;
        }
        if (length > 0 && line[length - 1] == '\n') {
            line[length - 1] = '\0';
        }
        on = take_and_print(shell, line);
    }
}

int
shell_read(Shell *shell)
{
    LineEditor *editor =
        isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? line_editor_open(complete, shell) : NULL;

    if (editor != NULL) {
        read_terminal(shell, editor);
        line_editor_close(editor);
        return shell->failed > 0 ? EXIT_CODE_UNEXPECTED : EXIT_CODE_OK;
    }
    read_plain(shell);
    if (shell_is_open(shell)) {
        fputs("virt-moment: the input ends before its last statement does\n", stderr);
        shell->bad++;
    }
    return shell->failed + shell->bad > 0 ? EXIT_CODE_UNEXPECTED : EXIT_CODE_OK;
}
