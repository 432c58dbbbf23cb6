/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loss ledger on a target that loses one datum after the other: what
 * nothing permits is found, what a call may take with it is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/oracle/test_fake_oracle.h"
#include "spec/rules/loss.h"

static const char *const capabilities[] = {"files", "content", NULL};

/* Another digest of the file, so that the image is looked into again. */
static void
touch(struct vm_conn *conn)
{
    static const char one[] =
        "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1,\"digest\":\"y\"}]";
    static const char other[] =
        "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1,\"digest\":\"z\"}]";

    conn->files = conn->files == one ? other : one;
}

/* Two moments and today's content, each another: s1, its child s2. */
static int
set_up(void **state)
{
    struct vm_conn *conn = fake_conn_new();
    conn->images = TRUE;
    conn->bitmap = "b0";
    conn->digest = "d1";
    fake_add(conn, "s1");
    conn->digest = "d2";
    fake_add(conn, "s2");
    conn->digest = "d3";
    *state = fixture_new(conn, capabilities);
    touch(conn);
    return 0;
}

/* The text of the finding of I11 among those of a step, or NULL.  The caller frees it. */
static char *
loss_among(Oracle *oracle, OracleFinding *finding)
{
    char *text = NULL;

    for (; finding; finding = oracle_next_finding(oracle)) {
        if (!text && strcmp(finding->id, "I11") == 0)
            text = g_strdup(finding->text);
        oracle_finding_free(finding);
    }
    return text;
}

static char *
loss_by(Fixture *fixture, const OracleStep *step)
{
    return loss_among(fixture->oracle, oracle_after_call(fixture->oracle, step, NULL));
}

static void
expect_loss(char *found, const char *part)
{
    assert_non_null(found);
    assert_speaks_of(found, part);
    g_free(found);
}

static OracleStep
delete_s2(guint32 flags)
{
    const OracleStep step = {
        .call = VM_CALL_SNAPSHOT_DELETE, .domain = "t-vm", .moment = "s2", .flags = flags};

    return step;
}

static void
drop_s2(struct vm_conn *conn)
{
    conn->count = 1;
    g_strlcpy(conn->current, "s1", sizeof(conn->current));
}

static void
test_a_delete_may_take_its_own_moment(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(0);

    drop_s2(fixture->conn);
    assert_null(loss_by(fixture, &step));
}

static void
test_a_delete_that_takes_a_siblings_content_is_found(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(0);

    drop_s2(fixture->conn);
    fixture->conn->snapshots[0].untagged = TRUE;
    expect_loss(loss_by(fixture, &step), "disk content of a moment 's1' of 't-vm'");
}

static void
test_a_delete_that_takes_a_siblings_record_is_found(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(0);

    fixture->conn->count = 0;
    fixture->conn->current[0] = '\0';
    expect_loss(loss_by(fixture, &step), "moment 's1'");
}

static void
test_without_its_row_a_delete_may_take_nothing(void **state)
{
    static const LossRow none[] = {{"none", VM_PROFILE_BOTH, "", LOSS_DISK, LOSS_OF_DOMAIN, ""}};
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(0);
    char *found;

    drop_s2(fixture->conn);
    loss_use(none, 1);
    found = loss_by(fixture, &step);
    loss_use(NULL, 0);
    expect_loss(found, "moment 's2'");
}

static void
test_metadata_only_must_leave_the_content(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY);

    drop_s2(fixture->conn);
    expect_loss(loss_by(fixture, &step), "disk content of a moment 's2'");
}

static void
test_a_tag_that_stays_holds_its_content(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY);

    fixture->conn->snapshots[1].unlisted = TRUE;
    g_strlcpy(fixture->conn->current, "s1", sizeof(fixture->conn->current));
    assert_null(loss_by(fixture, &step));
}

static void
test_content_that_another_place_has_is_not_lost(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY);

    fixture->conn->snapshots[1].digest = "d3";
    oracle_finding_free(oracle_after_other(fixture->oracle, TRUE, NULL));
    touch(fixture->conn);
    drop_s2(fixture->conn);
    assert_null(loss_by(fixture, &step));
}

static void
test_a_call_that_overwrites_the_disk_is_found(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = {.call = VM_CALL_DOMAIN_SET_AUTOSTART, .domain = "t-vm"};

    fixture->conn->digest = "other";
    expect_loss(loss_by(fixture, &step), "disk content of 't-vm', which '/d/vda.qcow2' held");
}

static void
test_a_guest_may_overwrite_its_disk(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->digest = "other";
    assert_null(loss_among(fixture->oracle, oracle_after_other(fixture->oracle, FALSE, NULL)));
}

static void
test_a_restart_that_forgets_a_moment_is_found(void **state)
{
    Fixture *fixture = *state;

    drop_s2(fixture->conn);
    expect_loss(loss_among(fixture->oracle, oracle_after_other(fixture->oracle, FALSE, NULL)),
                "a step that is no call destroyed");
}

static void
test_damage_on_purpose_is_outside(void **state)
{
    Fixture *fixture = *state;

    drop_s2(fixture->conn);
    assert_null(loss_among(fixture->oracle, oracle_after_other(fixture->oracle, TRUE, NULL)));
}

static void
test_a_bitmap_that_goes_is_found(void **state)
{
    Fixture *fixture = *state;
    const OracleStep step = delete_s2(0);

    drop_s2(fixture->conn);
    fixture->conn->bitmap = NULL;
    expect_loss(loss_by(fixture, &step), "change tracking of 't-vm'");
}

static void
test_a_guest_that_goes_without_its_memory_is_found(void **state)
{
    Fixture *fixture = *state;
    const OracleStep suspend = {.call = VM_CALL_DOMAIN_SUSPEND, .domain = "t-vm"};
    const OracleStep destroy = {.call = VM_CALL_DOMAIN_DESTROY, .domain = "t-vm"};

    fixture->conn->state = VIR_DOMAIN_RUNNING;
    oracle_finding_free(oracle_after_other(fixture->oracle, TRUE, NULL));
    fixture->conn->state = VIR_DOMAIN_SHUTOFF;
    expect_loss(loss_by(fixture, &suspend), "memory of the guest of 't-vm'");

    fixture->conn->state = VIR_DOMAIN_RUNNING;
    oracle_finding_free(oracle_after_other(fixture->oracle, TRUE, NULL));
    fixture->conn->state = VIR_DOMAIN_SHUTOFF;
    assert_null(loss_by(fixture, &destroy));
}

static void
test_a_call_that_failed_may_take_nothing(void **state)
{
    Fixture *fixture = *state;
    OracleStep step = delete_s2(0);

    step.code = VIR_ERR_OPERATION_FAILED;
    drop_s2(fixture->conn);
    expect_loss(loss_by(fixture, &step), "virDomainSnapshotDelete, which failed, destroyed");
}

static void
test_a_domain_that_vanishes_takes_its_definition(void **state)
{
    Fixture *fixture = *state;
    const OracleStep autostart = {.call = VM_CALL_DOMAIN_SET_AUTOSTART, .domain = "t-vm"};

    fixture->conn->count = 0;
    fixture->conn->current[0] = '\0';
    oracle_finding_free(oracle_after_other(fixture->oracle, TRUE, NULL));
    fixture->conn->gone = TRUE;
    expect_loss(loss_by(fixture, &autostart), "definition of 't-vm'");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_delete_may_take_its_own_moment),
        TEST(test_a_delete_that_takes_a_siblings_content_is_found),
        TEST(test_a_delete_that_takes_a_siblings_record_is_found),
        TEST(test_without_its_row_a_delete_may_take_nothing),
        TEST(test_metadata_only_must_leave_the_content),
        TEST(test_a_tag_that_stays_holds_its_content),
        TEST(test_content_that_another_place_has_is_not_lost),
        TEST(test_a_call_that_overwrites_the_disk_is_found),
        TEST(test_a_guest_may_overwrite_its_disk),
        TEST(test_a_restart_that_forgets_a_moment_is_found),
        TEST(test_damage_on_purpose_is_outside),
        TEST(test_a_bitmap_that_goes_is_found),
        TEST(test_a_guest_that_goes_without_its_memory_is_found),
        TEST(test_a_call_that_failed_may_take_nothing),
        TEST(test_a_domain_that_vanishes_takes_its_definition),
    };

    return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
