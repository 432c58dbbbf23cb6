/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the simulated target share: a connection, template
 * domains, and assertions on codes and events.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include "harness/target/target_load.h"
#include "spec/api/api.h"

#define UUID_A "11111111-1111-4111-8111-111111111111"
#define UUID_B "22222222-2222-4222-8222-222222222222"

/** The target and the one open connection of a test. */
static const struct vm_target *sim;
static struct vm_conn *conn;
static struct vm_error err;

/** A call answers 0; if not, its text is shown. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        int answered = (call);                                                                     \
        if (answered != 0)                                                                         \
            fail_msg("%s: %d %s", #call, answered, err.text);                                      \
    } while (0)

static inline int
open_profile(const char *profile)
{
    struct vm_target_options options = {.profile = profile, .seed = 1};
    sim = target_sim();
    memset(&err, 0, sizeof(err));
    assert_ok(sim->open(&options, &conn, &err));
    return 0;
}

static inline int
open_rfc(void **state)
{
    (void)state;
    return open_profile("rfc");
}

static inline int
close_sim(void **state)
{
    (void)state;
    sim->close(conn);
    conn = NULL;
    return 0;
}

/** A domain with one qcow2 disk. */
static inline char *
domain_xml(const char *name, const char *uuid)
{
    return g_strdup_printf("<domain type='kvm'><name>%s</name><uuid>%s</uuid>"
                           "<memory unit='KiB'>131072</memory><vcpu>1</vcpu>"
                           "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices>"
                           "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                           "<source file='/sim/images/%s.qcow2'/><target dev='vda' bus='virtio'/>"
                           "</disk></devices></domain>",
                           name, uuid, name);
}

static inline void
make_disk(const char *name)
{
    g_autofree char *path = g_strdup_printf("/sim/images/%s.qcow2", name);
    assert_ok(sim->disk_create(conn, path, "qcow2", 64 << 20, &err));
}

/** Define a domain with its image. */
static inline void
define(const char *name, const char *uuid)
{
    g_autofree char *xml = domain_xml(name, uuid);
    make_disk(name);
    assert_ok(sim->domain_define(conn, xml, 0, &err));
}

static inline void
write_file(const char *path, const char *text)
{
    assert_int_equal(sim->file_write(conn, path, text, strlen(text), &err), 0);
}

/** Whether a file is there. */
static inline gboolean
file_exists(const char *path)
{
    char *data = NULL;
    size_t length = 0;
    struct vm_error none = {0};
    if (sim->file_read(conn, path, &data, &length, &none) != 0)
        return FALSE;
    sim->free_string(data);
    return TRUE;
}

/** All events since the last time, as "started/booted resumed/unpaused". */
static inline char *
take_events(void)
{
    GString *text = g_string_new(NULL);
    struct vm_event event;
    while (sim->next_event(conn, &event)) {
        const char *type = vm_enum_word("event", event.type);
        g_autofree char *group = g_strconcat("detail-", type, NULL);
        g_string_append_printf(text, "%s%s/%s", text->len > 0 ? " " : "", type,
                               vm_enum_word(group, event.detail));
    }
    return g_string_free(text, FALSE);
}

#define assert_events(expected)                                                                    \
    do {                                                                                           \
        g_autofree char *seen_events = take_events();                                              \
        assert_string_equal(seen_events, expected);                                                \
    } while (0)

/** A call answers that code, and its text names what it is about. */
#define assert_refused(call, expected, part)                                                       \
    do {                                                                                           \
        assert_int_equal((call), (expected));                                                      \
        assert_int_equal(err.code, (expected));                                                    \
        assert_non_null(strstr(err.text, part));                                                   \
    } while (0)

static inline void
assert_state(const char *name, int state, int reason)
{
    int seen_state = -1, seen_reason = -1;
    assert_ok(sim->domain_get_state(conn, name, &seen_state, &seen_reason, &err));
    assert_int_equal(seen_state, state);
    assert_int_equal(seen_reason, reason);
}

/** The names of a domain's snapshots, sorted by the driver's order, joined by spaces. */
static inline char *
snapshot_names(const char *domain)
{
    char **names = NULL;
    assert_ok(sim->snapshot_list(conn, domain, NULL, 0, &names, &err));
    char *text = g_strjoinv(" ", names);
    sim->free_list(names);
    return text;
}

#define assert_snapshots(domain, expected)                                                         \
    do {                                                                                           \
        g_autofree char *seen_names = snapshot_names(domain);                                      \
        assert_string_equal(seen_names, expected);                                                 \
    } while (0)
