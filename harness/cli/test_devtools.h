/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A headless Chromium, for tests that look at pages as a reader does: it is
 * driven by its DevTools protocol over a pair of pipes, without a network.
 */
#pragma once

#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BROWSER_PATIENCE_MS 60000

/** A browser with one page. */
typedef struct {
    pid_t pid;
    int to, from;
    GString *buffer;
    char *session; /* of the page; NULL before it is attached */
    int last;      /* id of the last message */
} Browser;

/** The program, or NULL where none is installed; the caller frees it. */
static char *
browser_find(void)
{
    static const char *const names[] = {"chromium", "chromium-browser", "google-chrome"};
    char *found = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(names) && found == NULL; i++) {
        found = g_find_program_in_path(names[i]);
    }
    return found;
}

/* In the child: the pipes become 3 and 4, which is where the browser looks for them. */
static void
browser_exec(const char *program, const char *dir, const int in[2], const int out[2])
{
    g_autofree char *profile = g_strconcat("--user-data-dir=", dir, NULL);
    const char *argv[] = {program,
                          "--headless",
                          "--disable-gpu",
                          "--disable-dev-shm-usage",
                          "--no-first-run",
                          "--window-size=1200,900",
                          "--remote-debugging-pipe",
                          profile,
                          geteuid() == 0 ? "--no-sandbox" : "about:blank",
                          "about:blank",
                          NULL};
    int read_end = fcntl(in[0], F_DUPFD, 10);
    int write_end = fcntl(out[1], F_DUPFD, 10);
    int silent = open("/dev/null", O_RDWR);

    g_setenv("HOME", dir, TRUE);
    dup2(silent, STDOUT_FILENO);
    dup2(silent, STDERR_FILENO);
    dup2(read_end, 3);
    dup2(write_end, 4);
    for (int fd = 5; fd < 64; fd++) {
        close(fd);
    }
    execv(program, (char **)argv);
    _exit(127);
}

static Browser *
browser_start(const char *program, const char *dir)
{
    Browser *browser = g_new0(Browser, 1);
    int in[2], out[2];

    g_assert(pipe(in) == 0 && pipe(out) == 0);
    browser->pid = fork();
    if (browser->pid == 0) {
        browser_exec(program, dir, in, out);
    }
    close(in[0]);
    close(out[1]);
    browser->to = in[1];
    browser->from = out[0];
    browser->buffer = g_string_new(NULL);
    return browser;
}

/** End it, and free it. */
static void
browser_stop(Browser *browser)
{
    static const char end[] = "{\"id\":0,\"method\":\"Browser.close\"}";
    int status;

    if (write(browser->to, end, sizeof(end)) < 0) {
        kill(browser->pid, SIGKILL);
    }
    close(browser->to);
    for (guint i = 0; waitpid(browser->pid, &status, WNOHANG) == 0; i++) {
        if (i == 100) {
            kill(browser->pid, SIGKILL);
        }
        g_usleep(50000);
    }
    close(browser->from);
    g_string_free(browser->buffer, TRUE);
    g_free(browser->session);
    g_free(browser);
}

/* The next message; NULL when the browser is gone or says nothing any more. */
static json_t *
browser_read(Browser *browser)
{
    for (;;) {
        char *end = memchr(browser->buffer->str, '\0', browser->buffer->len);
        struct pollfd poller = {.fd = browser->from, .events = POLLIN};
        char chunk[65536];
        ssize_t n;

        if (end != NULL) {
            json_t *message = json_loads(browser->buffer->str, 0, NULL);

            g_string_erase(browser->buffer, 0, end - browser->buffer->str + 1);
            return message;
        }
        if (poll(&poller, 1, BROWSER_PATIENCE_MS) <= 0) {
            return NULL;
        }
        n = read(browser->from, chunk, sizeof(chunk));
        if (n <= 0) {
            return NULL;
        }
        g_string_append_len(browser->buffer, chunk, n);
    }
}

/** Do one thing; takes `params`.  Gives its result (the caller decrefs it), or NULL. */
static json_t *
browser_call(Browser *browser, const char *method, json_t *params)
{
    int id = ++browser->last;
    json_t *message = json_pack("{s:i,s:s,s:o}", "id", id, "method", method, "params", params);
    char *text;
    json_t *result = NULL;
    gboolean sent;

    if (browser->session != NULL) {
        json_object_set_new(message, "sessionId", json_string(browser->session));
    }
    text = json_dumps(message, JSON_COMPACT);
    sent = write(browser->to, text, strlen(text) + 1) == (ssize_t)strlen(text) + 1;
    free(text);
    json_decref(message);
    while (sent && result == NULL) {
        message = browser_read(browser);
        if (message == NULL) {
            return NULL;
        }
        if (json_integer_value(json_object_get(message, "id")) == id) {
            result = json_incref(json_object_get(message, "result"));
            sent = FALSE;
        }
        json_decref(message);
    }
    return result;
}

/** Open a page of its own.  FALSE where the browser does not answer. */
static gboolean
browser_open_page(Browser *browser)
{
    json_t *made =
        browser_call(browser, "Target.createTarget", json_pack("{s:s}", "url", "about:blank"));
    const char *target = json_string_value(json_object_get(made, "targetId"));
    json_t *attached =
        target != NULL ? browser_call(browser, "Target.attachToTarget",
                                      json_pack("{s:s,s:b}", "targetId", target, "flatten", TRUE))
                       : NULL;

    browser->session = g_strdup(json_string_value(json_object_get(attached, "sessionId")));
    json_decref(made);
    json_decref(attached);
    return browser->session != NULL;
}

/** What an expression in the page gives, as text; NULL for none.  The caller frees it. */
static char *
browser_ask(Browser *browser, const char *expression)
{
    g_autofree char *whole = g_strdup_printf("String(%s)", expression);
    json_t *result =
        browser_call(browser, "Runtime.evaluate", json_pack("{s:s}", "expression", whole));
    json_t *value = json_object_get(json_object_get(result, "result"), "value");
    char *text = g_strdup(json_string_value(value));

    json_decref(result);
    return text;
}

/** Wait until an expression gives true; FALSE where it does not. */
static gboolean
browser_wait(Browser *browser, const char *expression)
{
    for (guint i = 0; i < BROWSER_PATIENCE_MS / 50; i++) {
        g_autofree char *text = browser_ask(browser, expression);

        if (g_strcmp0(text, "true") == 0) {
            return TRUE;
        }
        g_usleep(50000);
    }
    return FALSE;
}

/** Go to a page, and wait until it is there. */
static gboolean
browser_go(Browser *browser, const char *url)
{
    g_autofree char *there =
        g_strdup_printf("location.href.startsWith('%s') && document.readyState == 'complete'", url);

    json_decref(browser_call(browser, "Page.navigate", json_pack("{s:s}", "url", url)));
    return browser_wait(browser, there);
}

static void
browser_mouse(Browser *browser, const char *type, double x, double y)
{
    json_decref(browser_call(browser, "Input.dispatchMouseEvent",
                             json_pack("{s:s,s:f,s:f,s:s,s:i}", "type", type, "x", x, "y", y,
                                       "button", "left", "clickCount", 1)));
}

/** Click with the mouse on the first element that a selector finds; FALSE where there is none. */
static gboolean
browser_click(Browser *browser, const char *selector)
{
    g_autofree char *expression =
        g_strdup_printf("(() => { const e = document.querySelector(\"%s\"); if (!e) return ''; "
                        "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect(); "
                        "return (b.x + b.width / 2) + ' ' + (b.y + b.height / 2); })()",
                        selector);
    g_autofree char *place = browser_ask(browser, expression);
    g_auto(GStrv) parts = g_strsplit(place != NULL ? place : "", " ", 2);

    if (g_strv_length(parts) != 2) {
        return FALSE;
    }
    browser_mouse(browser, "mousePressed", g_ascii_strtod(parts[0], NULL),
                  g_ascii_strtod(parts[1], NULL));
    browser_mouse(browser, "mouseReleased", g_ascii_strtod(parts[0], NULL),
                  g_ascii_strtod(parts[1], NULL));
    return TRUE;
}
