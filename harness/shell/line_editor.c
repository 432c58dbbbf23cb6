/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A terminal's lines, by libedit.
 */
#include "harness/shell/line_editor.h"

#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "harness/shell/complete.h"

#define HISTORY_KEPT 1000

/* Columns of a list of completions. */
#define LIST_WIDTH 78

struct LineEditor {
    EditLine *el;
    History *history;
    char *file; /* of the history */
    const char *prompt;
    LineComplete complete;
    gpointer data;
    struct sigaction before; /* what SIGINT did */
};

static volatile sig_atomic_t interrupts;

static void
note_interrupt(int number)
{
    (void)number;
    interrupts = 1;
}

static char *
show_prompt(EditLine *el)
{
    LineEditor *editor = NULL;

    el_get(el, EL_CLIENTDATA, &editor);
    return (char *)editor->prompt;
}

/* The list below the line. */
static void
list_words(char *const *words)
{
    gsize widest = 0, columns;
    guint i;

    for (i = 0; words[i] != NULL; i++) {
        widest = MAX(widest, strlen(words[i]) + 2);
    }
    columns = MAX(LIST_WIDTH / widest, 1);
    putchar('\n');
    for (i = 0; words[i] != NULL; i++) {
        printf("%-*s%s", (int)widest, words[i], (i + 1) % columns == 0 ? "\n" : "");
    }
    if (i % columns != 0) {
        putchar('\n');
    }
    fflush(stdout);
}

/* Put what all words have in common behind what stands there; a word that ends is followed by a
 * blank. */
static unsigned char
insert_common(EditLine *el, char *const *words, const char *last)
{
    g_autofree char *common = shell_common_prefix(words);
    gboolean single = words[1] == NULL;
    g_autofree char *rest = NULL;

    if (common == NULL) {
        return CC_ERROR;
    }
    rest = g_strconcat(common + strlen(last), single && !g_str_has_suffix(common, "/") ? " " : "",
                       NULL);
    if (*rest != '\0') {
        return el_insertstr(el, rest) == 0 ? CC_REFRESH : CC_ERROR;
    }
    list_words(words);
    return CC_REDISPLAY;
}

static unsigned char
complete_line(EditLine *el, int key)
{
    const LineInfo *info = el_line(el);
    g_autofree char *text = g_strndup(info->buffer, info->cursor - info->buffer);
    LineEditor *editor = NULL;
    gsize begin = 0;

    (void)key;
    el_get(el, EL_CLIENTDATA, &editor);
    {
        g_auto(GStrv) words = editor->complete(editor->data, text, &begin);

        return insert_common(el, words, text + begin);
    }
}

/* The user's history, in a folder that only the user can read. */
static char *
history_file(void)
{
    g_autofree char *folder = g_build_filename(g_get_user_data_dir(), "virt-moment", NULL);

    return g_mkdir_with_parents(folder, 0700) == 0 ? g_build_filename(folder, "shell-history", NULL)
                                                   : NULL;
}

static void
load_history(LineEditor *editor)
{
    HistEvent event;

    editor->history = history_init();
    history(editor->history, &event, H_SETSIZE, HISTORY_KEPT);
    history(editor->history, &event, H_SETUNIQUE, 1);
    editor->file = history_file();
    if (editor->file != NULL) {
        history(editor->history, &event, H_LOAD, editor->file);
    }
    el_set(editor->el, EL_HIST, history, editor->history);
}

LineEditor *
line_editor_open(LineComplete complete, gpointer data)
{
    LineEditor *editor;
    struct sigaction action = {.sa_handler = note_interrupt};
    EditLine *el;

    setlocale(LC_CTYPE, "");
    el = el_init("virt-moment", stdin, stdout, stderr);
    if (el == NULL) {
        return NULL;
    }
    editor = g_new0(LineEditor, 1);
    editor->el = el;
    editor->complete = complete;
    editor->data = data;
    editor->prompt = "";
    el_set(el, EL_CLIENTDATA, editor);
    el_set(el, EL_PROMPT, show_prompt);
    el_set(el, EL_EDITOR, "emacs");
    el_set(el, EL_ADDFN, "complete", "Complete the word", complete_line);
    el_set(el, EL_BIND, "^I", "complete", NULL);
    el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    load_history(editor);
    el_source(el, NULL);
    sigaction(SIGINT, &action, &editor->before);
    return editor;
}

void
line_editor_close(LineEditor *editor)
{
    HistEvent event;

    if (editor == NULL) {
        return;
    }
    sigaction(SIGINT, &editor->before, NULL);
    if (editor->file != NULL) {
        history(editor->history, &event, H_SAVE, editor->file);
    }
    history_end(editor->history);
    el_end(editor->el);
    g_free(editor->file);
    g_free(editor);
}

char *
line_editor_read(LineEditor *editor, const char *prompt, gboolean *interrupted)
{
    HistEvent event;
    const char *text;
    char *line;
    int length = 0;

    editor->prompt = prompt;
    interrupts = 0;
    text = el_gets(editor->el, &length);
    *interrupted = interrupts != 0;
    if (*interrupted) {
        el_reset(editor->el);
        putchar('\n');
        return g_strdup("");
    }
    if (text == NULL || length <= 0) {
        putchar('\n');
        return NULL;
    }
    line = g_strchomp(g_strdup(text));
    if (*line != '\0') {
        history(editor->history, &event, H_ENTER, line);
    }
    return line;
}
