/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An oracle over the fake target: what its own tests begin and end with.
 */
#pragma once

#include "harness/oracle/oracle.h"
#include "harness/oracle/test_fake_target.h"

/** The fake domain and the oracle that looks at it; made by a test's set_up(). */
typedef struct {
    struct vm_conn *conn;
    Oracle *oracle;
} Fixture;

/** Look at a domain, as a target with these capabilities; takes conn, borrows the list. */
static inline Fixture *
fixture_new(struct vm_conn *conn, const char *const *capabilities)
{
    OracleOptions options = {
        .target = fake_target(),
        .conn = conn,
        .profile = VM_PROFILE_RFC,
        .capabilities = capabilities,
        .name_prefix = "t-",
    };
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->conn = conn;
    fixture->oracle = oracle_new(&options, NULL);
    assert_non_null(fixture->oracle);
    return fixture;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    oracle_free(fixture->oracle);
    g_free(fixture->conn);
    g_free(fixture);
    return 0;
}

/** The text speaks of a part. */
static inline void
assert_speaks_of(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' does not speak of '%s'", text, part);
}
