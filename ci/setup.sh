# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by ci/test and ci/conformance: install what is missing, and only that.
# Without root and sudo the missing Debian packages are named.

REQUIRED_BUILD="gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev libjansson-dev libxml2-dev libnbd-dev libedit-dev"
REQUIRED_TEST="libcmocka-dev lcov valgrind g++"
OPTIONAL="libvirt-dev libvirt0 libvirt-clients qemu-system-x86 qemu-utils libnbd-bin graphviz chromium"

say() {
    printf '%s\n' "$*"
}

is_installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'
}

# missing PACKAGE...: those that are not installed.  pkgconf took pkg-config's place in later releases.
missing() {
    for package in "$@"; do
        if is_installed "$package"; then
            continue
        fi
        if [ "$package" = pkg-config ] && command -v pkg-config >/dev/null 2>&1; then
            continue
        fi
        printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

apt_install() {
    as_root apt-get install -y -q --no-install-recommends "$@" </dev/null
}

# setup PACKAGE...: install the missing of them, or name them and fail.
setup() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "This is no Debian or Ubuntu; what is needed goes there by the names: $*"
        return 0
    fi
    # shellcheck disable=SC2046
    lacking=$(missing "$@")
    if [ -z "$lacking" ]; then
        return 0
    fi
    if ! may_install; then
        say "Neither root nor sudo without a password; please install: $lacking" >&2
        exit 2
    fi
    say "Installing: $lacking"
    # shellcheck disable=SC2086
    apt_install $lacking >"$LOG" 2>&1 ||
        { as_root apt-get update -q >>"$LOG" 2>&1 && apt_install $lacking >>"$LOG" 2>&1; } ||
        { cat "$LOG" >&2; say "Could not install: $lacking" >&2; exit 2; }
}

# setup_optional PACKAGE...: install what can be; $SKIPPED_PACKAGES names what is not there in the end.
setup_optional() {
    SKIPPED_PACKAGES=
    command -v dpkg-query >/dev/null 2>&1 || return 0
    lacking=$(missing "$@")
    if [ -n "$lacking" ] && may_install; then
        say "Installing, where there is such a package: $lacking"
        as_root apt-get update -q >"$LOG" 2>&1
        for package in $lacking; do
            apt_install "$package" >"$LOG" 2>&1
        done
    fi
    for package in $(missing "$@"); do
        SKIPPED_PACKAGES="$SKIPPED_PACKAGES $package"
    done
}
