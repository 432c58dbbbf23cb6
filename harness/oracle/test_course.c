/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cases that begin alike: what was well once is not worked out again, and what
 * is not as it was then is found all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/oracle/test_fake_target.h"
#include "harness/oracle/oracle.h"
#include "spec/rules/loss.h"

static struct vm_target target; /* the fake one, which tells a key */
static guint looks;             /* how often the world was looked into */
static guint state_of_world;    /* what the key tells */

static int
inspect(struct vm_conn *conn, const char *what, const char *argument, char **json,
        struct vm_error *err)
{
    looks++;
    return fake_target()->inspect(conn, what, argument, json, err);
}

static int
inspect_key(struct vm_conn *conn, char key[33])
{
    g_snprintf(key, 33, "%u %u", state_of_world, conn->count);
    return 1;
}

typedef struct {
    struct vm_conn *conn;
    Oracle *oracle;
} Case;

/* A domain with s1. */
static Case
begin(void)
{
    static const char *const capabilities[] = {"files", "content", "events", NULL};
    Case one = {fake_conn_new(), NULL};
    OracleOptions options = {.target = &target,
                             .conn = one.conn,
                             .profile = VM_PROFILE_RFC,
                             .capabilities = capabilities,
                             .name_prefix = "t-"};

    fake_add(one.conn, "s1");
    one.oracle = oracle_new(&options, NULL);
    assert_non_null(one.oracle);
    assert_null(oracle_after_other(one.oracle, FALSE, NULL));
    return one;
}

static void
end(Case *one)
{
    oracle_free(one->oracle);
    g_free(one->conn);
}

static OracleFinding *
create(Case *one, const char *name)
{
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name></domainsnapshot>", name);
    const OracleStep step = {
        .call = VM_CALL_SNAPSHOT_CREATE_XML, .domain = "t-vm", .xml = xml, .result = name};

    fake_add(one->conn, name);
    return oracle_after_call(one->oracle, &step, NULL);
}

/* A case that goes well: s2 comes to s1. */
static int
set_up(void **state G_GNUC_UNUSED)
{
    Case one;

    target = *fake_target();
    target.inspect = inspect;
    target.inspect_key = inspect_key;
    target.probe = NULL;
    state_of_world = 0;
    one = begin();
    assert_null(create(&one, "s2"));
    end(&one);
    return 0;
}

static void
the_same_steps_are_passed_over(void **state G_GNUC_UNUSED)
{
    Case one = begin();
    guint before;

    before = looks;
    assert_null(create(&one, "s2"));
    assert_int_equal(looks, before);
    end(&one);
}

static void
another_world_is_looked_into(void **state G_GNUC_UNUSED)
{
    Case one = begin();
    guint before = looks;

    state_of_world = 1;
    assert_null(create(&one, "s2"));
    assert_true(looks > before);
    end(&one);
}

static void
expect(OracleFinding *finding, const char *id)
{
    assert_non_null(finding);
    assert_string_equal(finding->id, id);
    oracle_finding_free(finding);
}

static void
what_came_before_is_known_where_a_case_goes_its_own_way(void **state G_GNUC_UNUSED)
{
    Case one = begin();

    assert_null(create(&one, "s2"));
    one.conn->snapshots[1].digest = "other"; /* as s2 did not have it when it was made */
    state_of_world = 2;
    expect(create(&one, "s3"), "I4");
    end(&one);
}

static void
a_driver_that_shows_something_else_is_found(void **state G_GNUC_UNUSED)
{
    Case one = begin();

    g_strlcpy(one.conn->snapshots[0].state, "paused", sizeof(one.conn->snapshots[0].state));
    expect(create(&one, "s2"), "SNAP-EXEC-001");
    end(&one);
}

static void
a_driver_that_answers_otherwise_is_found(void **state G_GNUC_UNUSED)
{
    Case one = begin();

    one.conn->hide = TRUE;
    expect(create(&one, "s2"), "I1");
    end(&one);
}

static void
what_counts_is_counted_as_before(void **state G_GNUC_UNUSED)
{
    Case one = begin();
    json_t *first, *second;

    assert_null(create(&one, "s2"));
    first = oracle_coverage(one.oracle);
    end(&one);
    loss_watch(NULL); /* nothing is taken over from before that */
    one = begin();
    assert_null(create(&one, "s2"));
    second = oracle_coverage(one.oracle);
    end(&one);
    assert_true(json_equal(first, second));
    json_decref(first);
    json_decref(second);
}

static void
other_rules_are_tried_anew(void **state G_GNUC_UNUSED)
{
    Case one;
    guint before;

    loss_watch(NULL);
    one = begin();
    before = looks;
    assert_null(create(&one, "s2"));
    assert_true(looks > before);
    end(&one);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_steps_are_passed_over),
        TEST(another_world_is_looked_into),
        TEST(what_came_before_is_known_where_a_case_goes_its_own_way),
        TEST(a_driver_that_shows_something_else_is_found),
        TEST(a_driver_that_answers_otherwise_is_found),
        TEST(what_counts_is_counted_as_before),
        TEST(other_rules_are_tried_anew),
    };

    return cmocka_run_group_tests_name("course", tests, NULL, NULL);
}
