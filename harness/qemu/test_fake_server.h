/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server that follows a script and not the protocol, in a child process at
 * the other end of a socket.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/** A step of the script. */
typedef enum {
    FAKE_END,  /* close the connection */
    FAKE_TAKE, /* wait for a whole command and drop it */
    FAKE_SAY,  /* send `text` */
    FAKE_MANY, /* send `text` that many times */
    FAKE_REST, /* sleep that many milliseconds */
    FAKE_WAIT, /* say and do nothing until the client goes */
} FakeVerb;

/** One step. */
typedef struct {
    FakeVerb verb;
    const char *text;
    guint number;
} FakeStep;

/** The server: its process, and our end of the connection. */
typedef struct {
    pid_t pid;
    int fd;
} FakeServer;

/** Take bytes up to the end of an object; FALSE at the end of the stream. */
static inline gboolean
fake_take(int fd)
{
    int depth = 0;
    char byte;
    do {
        if (read(fd, &byte, 1) != 1)
            return FALSE;
        depth += byte == '{' ? 1 : 0;
        depth -= byte == '}' ? 1 : 0;
    } while (depth > 0 || byte != '}');
    return TRUE;
}

/** Send a text; FALSE when the client is gone. */
static inline gboolean
fake_say(int fd, const char *text)
{
    gsize left = strlen(text);
    while (left > 0) {
        ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);
        if (sent < 0)
            return FALSE;
        text += sent;
        left -= (gsize)sent;
    }
    return TRUE;
}

/** Do what the script says. */
static inline void
fake_play(int fd, const FakeStep *step)
{
    gboolean on = TRUE;
    for (; on && step->verb != FAKE_END; step++) {
        guint times = step->verb == FAKE_MANY ? step->number : 1;
        switch (step->verb) {
        case FAKE_TAKE:
            on = fake_take(fd);
            break;
        case FAKE_SAY:
        case FAKE_MANY:
            for (guint i = 0; on && i < times; i++)
                on = fake_say(fd, step->text);
            break;
        case FAKE_REST:
            g_usleep(step->number * 1000);
            break;
        case FAKE_WAIT:
            while (fake_take(fd))
                continue;
            break;
        case FAKE_END:
            break;
        }
    }
}

/** Start it; the last step is FAKE_END. */
static inline FakeServer
fake_start(const FakeStep *script)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    FakeServer server = {fork(), fds[0]};
    if (server.pid == 0) {
        close(fds[0]);
        fake_play(fds[1], script);
        /* no exit: a memory checker would look for leaks in what the parent has */
        kill(getpid(), SIGKILL);
    }
    close(fds[1]);
    assert_int_equal(fcntl(server.fd, F_SETFL, O_NONBLOCK), 0);
    return server;
}

/** See it end; our end of the connection has been closed. */
static inline void
fake_end(const FakeServer *server)
{
    int status = 0;
    assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
