# Sourced by quickstart.sh and check.sh: find what is missing on a Debian-like machine and install it.
# need_packages PACKAGE… : installs the missing ones as root, else prints the one line to run and exits 1.
# want_packages PACKAGE… : the same, but goes on without them: the tests that use them say so and skip.
# A PACKAGE may be written a|b: either will do, and a is installed.

say() { printf '\n==> %s\n' "$*"; }

installed() {
    local p
    for p in ${1//|/ }; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] && return 0
    done
    return 1
}

# missing PACKAGE… : the names to install, one per line.
missing() {
    local p
    for p in "$@"; do
        installed "$p" || echo "${p%%|*}"
    done
}

apt_line() {
    local sudo=
    command -v sudo >/dev/null 2>&1 && sudo="sudo "
    printf '    %sapt-get update && %sapt-get install -y --no-install-recommends %s\n' "$sudo" "$sudo" "$*"
}

apt_install() {
    local log rc=0
    say "Installing with apt-get: $*"
    log=$(mktemp)
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
        >"$log" 2>&1 || rc=1
    [ "$rc" -eq 0 ] || tail -n 20 "$log" >&2
    rm -f "$log"
    # Only its program is wanted, for a test; no web server shall run because of us.
    if [[ " $* " == *" nginx-light "* ]] && [ -d /run/systemd/system ]; then
        systemctl disable --quiet --now nginx || true
    fi
    return "$rc"
}

need_packages() {
    command -v dpkg-query >/dev/null 2>&1 || {
        say "This is no Debian-like system: install these (or their equivalents) by hand, then run this again:"
        printf '    %s\n' "$*"
        command -v cmake >/dev/null 2>&1 || exit 1
        return 0
    }
    local names
    mapfile -t names < <(missing "$@")
    [ ${#names[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "These Debian packages are missing. Run this line as root, then this script again:"
        apt_line "${names[@]}"
        exit 1
    fi
    apt_install "${names[@]}" || {
        echo "apt-get could not install the packages; is this machine connected, and is another apt running?" >&2
        exit 1
    }
}

want_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    local names
    mapfile -t names < <(missing "$@")
    [ ${#names[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "Tests that use these packages will be skipped; this line, run as root, installs them:"
        apt_line "${names[@]}"
    elif ! apt_install "${names[@]}"; then
        echo "Going on without: ${names[*]}; the tests that use them will be skipped" >&2
    fi
}

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libcurl4-openssl-dev libcjson-dev libssl-dev
    libexpat1-dev libyaml-dev libcsv-dev zlib1g-dev libgsl-dev ca-certificates"
TEST_PACKAGES="git libcriterion-dev clang libclang-rt-dev|libclang-rt-14-dev python3-venv"
TEST_EXTRAS="nginx-light|nginx docker-registry openssl valgrind mandoc pmccabe zsh fish dpkg-dev"
