# Sourced by quickstart.sh and check.sh: find what is missing on a Debian-like machine and install it.
# need_packages PACKAGE… : installs the missing ones as root, else prints the one line to run and exits 1.

say() { printf '\n==> %s\n' "$*"; }

need_packages() {
    local missing=() p
    command -v dpkg-query >/dev/null 2>&1 || {
        say "This is no Debian-like system: install these (or their equivalents) by hand, then run this again:"
        printf '    %s\n' "$*"
        command -v cmake >/dev/null 2>&1 || exit 1
        return 0
    }
    for p in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "These Debian packages are missing. Run this line as root, then this script again:"
        local sudo=
        command -v sudo >/dev/null 2>&1 && sudo="sudo "
        printf '    %sapt-get update && %sapt-get install -y --no-install-recommends %s\n' "$sudo" "$sudo" "${missing[*]}"
        exit 1
    fi
    say "Installing with apt-get: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        echo "apt-get could not install the packages; is this machine connected, and is another apt running?" >&2
        exit 1
    fi
    rm -f "$log"
    # Only its program is wanted, for a test; no web server shall run because of us.
    if [[ " ${missing[*]} " == *" nginx-light "* ]] && [ -d /run/systemd/system ]; then
        systemctl disable --quiet --now nginx || true
    fi
}

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libcurl4-openssl-dev libcjson-dev libssl-dev
    libexpat1-dev libyaml-dev libcsv-dev zlib1g-dev ca-certificates"
TEST_PACKAGES="git nginx-light openssl libcriterion-dev clang libclang-rt-dev valgrind python3-venv mandoc pmccabe"
