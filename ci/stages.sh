# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by ci/test: one function per stage, and the count of what passed.

PASSED=0
FAILED=0
SKIPPED=0
COVERAGE_MIN=85
PROFILES="rfc libvirt"

pass() {
    PASSED=$((PASSED + 1))
    say "ok    $1"
}

# fail NAME [FILE]: count it, and show the file.
fail() {
    FAILED=$((FAILED + 1))
    say "FAIL  $1"
    if [ $# -gt 1 ] && [ -s "$2" ]; then
        tail -n 200 "$2" | sed 's/^/      /'
    fi
}

skip() {
    SKIPPED=$((SKIPPED + 1))
    say "skip  $1 ($2)"
}

# check NAME COMMAND...: a stage of one command.
check() {
    name=$1
    shift
    if "$@" >"$LOG" 2>&1; then
        pass "$name"
        return 0
    fi
    fail "$name" "$LOG"
    return 1
}

# build DIR CMAKE-OPTION...
build() {
    dir=$1
    shift
    cmake -S . -B "$dir" -G Ninja "$@" && ninja -C "$dir" -k 0
}

# count_ctest NAME: count each test of $LOG by itself, show those that failed.
count_ctest() {
    passed=$(grep -c ' Passed ' "$LOG")
    skipped=$(grep -c '\*\*\*Skipped' "$LOG")
    failed=$(grep -cE '\*\*\*(Failed|Exception|Timeout|Not Run)' "$LOG")
    PASSED=$((PASSED + passed))
    SKIPPED=$((SKIPPED + skipped))
    FAILED=$((FAILED + failed))
    say "$1: $passed passed, $failed failed, $skipped skipped"
    grep '\*\*\*Skipped' "$LOG" | sed 's/^/skip  /'
    if [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; then
        grep -vE ' Passed |Start ' "$LOG" | tail -n 300 | sed 's/^/      /'
    fi
    if [ "$passed" -eq 0 ]; then
        fail "$1 ran no test"
    fi
}

# run_ctest NAME DIR OPTION...
run_ctest() {
    name=$1
    dir=$2
    shift 2
    ctest --test-dir "$dir" -j "$JOBS" --output-on-failure "$@" >"$LOG" 2>&1
    count_ctest "$name"
}

# One tree with symbols and counters serves the tests and the measurement of what they cover.
stage_tests() {
    say "== all tests"
    check "build-coverage" build build-coverage -DCMAKE_BUILD_TYPE=Debug -DVM_COVERAGE=ON || return
    find build-coverage -name '*.gcda' -delete
    run_ctest "tests" build-coverage
}

# The suite covers what the unit tests do not, so both count.
stage_coverage() {
    say "== line coverage of spec/ and sim/"
    for profile in $PROFILES; do
        build-coverage/virt-moment run -j"$JOBS" --profile "$profile" >"$LOG" 2>&1
    done
    check "coverage is read" ci/coverage.sh build-coverage "$WORK" || return
    percent=$(cat "$WORK/percent")
    say "lines covered in spec/ and sim/: $percent %; least in:"
    head -n 10 "$WORK/files"
    if [ "${percent%%.*}" -ge "$COVERAGE_MIN" ]; then
        pass "coverage is at least $COVERAGE_MIN %"
    else
        fail "coverage is below $COVERAGE_MIN %" "$WORK/files"
    fi
}

# Optimised programs are several times faster under valgrind and show the same leaks.
stage_valgrind() {
    say "== unit tests under valgrind"
    check "build" build build -DCMAKE_BUILD_TYPE=RelWithDebInfo || return
    failed_before=$FAILED
    passed_before=$PASSED
    find build/tests -type f -perm -u+x -name '*test_*' | sort |
        xargs -P "$JOBS" -I{} ci/valgrind_one.sh {} "$WORK"
    for result in "$WORK"/*.valgrind; do
        name=$(basename "$result" .valgrind)
        case $(head -n 1 "$result") in
        ok) PASSED=$((PASSED + 1)) ;;
        skip) skip "valgrind $name" "$(sed -n 2p "$result")" ;;
        *) fail "valgrind $name" "$result" ;;
        esac
    done
    [ "$PASSED" -gt "$passed_before" ] || fail "valgrind ran no test"
    say "valgrind: $((PASSED - passed_before)) without leak and error," \
        "$((FAILED - failed_before)) failed"
}

stage_asan() {
    say "== unit tests under asan and ubsan"
    check "build-asan" build build-asan -DCMAKE_BUILD_TYPE=Debug -DVM_SANITIZE=ON || return
    run_ctest "asan" build-asan -L unit
}

# show_run NAME CODE LOG: the suite's verdict is the exit code; its counts are shown, not added.
show_run() {
    grep -E '^planned ' "$3" | sed "s|^|      $1: |"
    if [ "$2" -eq 0 ]; then
        pass "$1"
    else
        fail "$1 (exit code $2)" "$3"
    fi
}

without_times() {
    sed -E 's/^( *"ms": ).*$/\1-,/' "$1"
}

# run_twice TARGET PROFILE: once with one worker, once with two; equal but for the times.
run_twice() {
    name="suite on $1, profile $2"
    for jobs in 1 2; do
        code=0
        build/virt-moment run --target "$1" --profile "$2" -j$jobs --json "$WORK/j$jobs.json" \
            >"$WORK/j$jobs.log" 2>&1 || code=$?
        show_run "$name, -j$jobs" $code "$WORK/j$jobs.log"
        without_times "$WORK/j$jobs.json" >"$WORK/j$jobs.txt"
    done
    if diff "$WORK/j1.txt" "$WORK/j2.txt" >"$LOG" 2>&1 && [ -s "$WORK/j1.txt" ]; then
        pass "$name: -j1 and -j2 give equal reports"
    else
        fail "$name: -j1 and -j2 give different reports" "$LOG"
    fi
}

stage_suite() {
    say "== the suite on the simulator"
    [ -x build/virt-moment ] || { fail "the suite: no build"; return; }
    for profile in $PROFILES; do
        run_twice sim "$profile"
    done
    code=0
    build/virt-moment run --filter 'no-such-case*' >"$LOG" 2>&1 || code=$?
    if [ $code -eq 5 ]; then
        pass "a run without a case exits 5"
    else
        fail "a run without a case exits $code, not 5" "$LOG"
    fi
}

# A part of what ci/matrix does: every fifth set of flags.
stage_matrix() {
    say "== the flag matrix"
    [ -x build/virt-moment ] || { fail "the flag matrix: no build"; return; }
    for profile in $PROFILES; do
        check "flag matrix, profile $profile" \
            build/virt-moment matrix --every 5 --altered 20 --profile "$profile" -j"$JOBS" &&
            tail -n 1 "$LOG"
    done
}

stage_libvirt() {
    say "== the suite on libvirt's test driver"
    [ -x build/virt-moment ] || { fail "test:///default: no build"; return; }
    if ! build/virt-moment doctor | grep -q '^yes  libvirt '; then
        skip "suite on test:///default" "libvirt is not installed"
        return
    fi
    run_twice test:///default libvirt
}

# Recorded dialogues on both, and both at once.
stage_fidelity() {
    say "== the simulator held to QEMU"
    [ -x build/virt-moment ] || { fail "fidelity: no build"; return; }
    check "dialogues on the simulator" build/virt-moment qmp replay conformance/transcripts/*.json &&
        tail -n 1 "$LOG"
    if ! has_qemu; then
        skip "dialogues and lock step on QEMU" "QEMU is not installed"
        return
    fi
    check "dialogues on QEMU" build/virt-moment qmp replay --hypervisor qemu \
        conformance/transcripts/*.json && tail -n 1 "$LOG"
    check "lock step" build/virt-moment qmp lockstep --seed 1,2 --steps 2000 && tail -n 1 "$LOG"
}

has_qemu() {
    command -v qemu-system-x86_64 >/dev/null 2>&1 && command -v qemu-img >/dev/null 2>&1
}

# run_on_qemu TARGET SHARD: a part of the suite, its verdicts held against the simulator's.
run_on_qemu() {
    name="suite on $1, part $2"
    code=0
    build/virt-moment run --target "$1" --shard "$2" -j"$JOBS" --json "$WORK/qemu.json" \
        >"$WORK/qemu.log" 2>&1 || code=$?
    show_run "$name" $code "$WORK/qemu.log"
    grep '^the cases took' "$WORK/qemu.log" | sed 's/^/      /'
    build/virt-moment run --shard "$2" --quick -j"$JOBS" --json "$WORK/sim.json" >"$LOG" 2>&1
    check "$name: verdicts are those of the simulator" \
        build/virt-moment compare "$WORK/sim.json" "$WORK/qemu.json"
}

stage_qemu() {
    say "== the suite on QEMU"
    [ -x build/virt-moment ] || { fail "QEMU: no build"; return; }
    if ! has_qemu; then
        skip "suite on QEMU" "QEMU is not installed"
        return
    fi
    run_on_qemu qemu 1/6
    run_on_qemu qemu+tcg 2/16
}

# What a run makes lies in folders of its own, and its processes end with it.
stage_nothing_left() {
    say "== nothing is left"
    pgrep -a -f 'qemu-system-x86_64 .*guest=vmt-' >"$LOG" 2>&1
    ls -d "${TMPDIR:-/tmp}"/virt-moment-* >>"$LOG" 2>/dev/null
    if [ -s "$LOG" ]; then
        fail "a process or a folder is left" "$LOG"
    else
        pass "no process and no folder is left"
    fi
}
