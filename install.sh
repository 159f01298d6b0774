#!/bin/bash
# Installs Sextant on a Debian or Ubuntu machine that has Swift 6.2 or newer.
#
#   ./install.sh [--prefix DIR]   C libraries, release build, then binary, man page and completions below DIR (~/.local)
#   ./install.sh demo             sets up and opens the UI on the embedded demo cluster
#   ./install.sh test             sets up and runs every test
#   ./install.sh test --sanitize=thread    runs the tests of faults under the thread sanitizer, built apart
#
# A build folder other than .build can be named in SEXTANT_BUILD_DIR.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() { sed -n '2,9s/^# \{0,1\}//p' install.sh; }
say() { printf 'install.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

action=install prefix=$HOME/.local sanitizer=
while [ $# -gt 0 ]; do
    case $1 in
        demo | test) action=$1 ;;
        --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        --sanitize=thread) sanitizer=thread ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

[ -z "$sanitizer" ] || [ "$action" = test ] || die "--sanitize is for test"

build_dir=${SEXTANT_BUILD_DIR:-.build}
# An import that Package.swift does not declare is an error.
strict=(--explicit-target-dependency-import-check error)

install_packages() {
    command -v dpkg-query > /dev/null || { say "no dpkg here: please see to it that these are installed: $*"; return; }
    local missing=() package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo > /dev/null || die "please install as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}")
    "${get[@]}" > /dev/null 2>&1 || { "${as_root[@]}" apt-get -q update && "${get[@]}"; } >&2 ||
        die "apt-get could not install ${missing[*]}"
}

check_swift() {
    command -v swift > /dev/null || die "Swift is not installed: see https://www.swift.org/install/linux/"
    local version
    version=$(swift --version 2>&1 | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)
    read -r major minor <<< "${version:-0 0}"
    [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 2 ]; } || die "Swift 6.2 or newer is needed, this is $major.$minor"
}

build_release() {
    say "building a release (the first time takes several minutes)"
    swift build --scratch-path "$build_dir" -c release --static-swift-stdlib "${strict[@]}" --product sextant >&2
}

check_swift
case $action in
    install)
        install_packages libncurses-dev libvterm-dev zlib1g-dev
        build_release
        binary=$build_dir/release/sextant
        install -D -m 755 "$binary" "$prefix/bin/sextant"
        command -v strip > /dev/null && strip "$prefix/bin/sextant"
        install -D -m 644 Resources/man/sextant.1 "$prefix/share/man/man1/sextant.1"
        for shell in bash zsh fish; do
            case $shell in
                bash) file=$prefix/share/bash-completion/completions/sextant ;;
                zsh) file=$prefix/share/zsh/site-functions/_sextant ;;
                fish) file=$prefix/share/fish/vendor_completions.d/sextant.fish ;;
            esac
            mkdir -p "$(dirname "$file")"
            "$binary" --generate-completion-script $shell > "$file"
        done
        say "installed $prefix/bin/sextant, its man page and completions for bash, zsh and fish"
        case ":$PATH:" in *":$prefix/bin:"*) ;; *) say "note: $prefix/bin is not in PATH" ;; esac
        ;;
    demo)
        install_packages libncurses-dev libvterm-dev zlib1g-dev
        build_release
        exec "$build_dir/release/sextant" demo
        ;;
    test)
        install_packages libncurses-dev libvterm-dev zlib1g-dev tmux openssl
        if [ -n "$sanitizer" ]; then
            # Everything is compiled otherwise: a folder of its own keeps the other build warm.
            say "building everything for the thread sanitizer"
            sanitized=(--scratch-path "$build_dir-$sanitizer" "--sanitize=$sanitizer" "${strict[@]}")
            swift build "${sanitized[@]}" --build-tests
            say "running the tests of faults under the thread sanitizer"
            TSAN_OPTIONS="suppressions=$PWD/Tests/CThreadSanitizer/suppressions.txt halt_on_error=0 exitcode=66" \
                exec swift test "${sanitized[@]}" --skip-build --filter 'FaultTests|ClusterCacheTests'
        fi
        say "checking the format"
        swift format lint --strict --recursive --parallel Package.swift Sources Tests
        say "building everything"
        swift build --scratch-path "$build_dir" --build-tests "${strict[@]}"
        say "running the tests"
        # Between two steps a test waits for a step of each of the others: more at once only wait longer, until something
        # takes them for dead. All at once they also hold more files open than Foundation can list when it starts a
        # process: it then reads past the end of a folder's entries, and may crash.
        export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16
        # Thousands of lines: what failed comes once more at the end, where it is found.
        output=$(mktemp)
        trap 'rm -f "$output"' EXIT
        swift test --scratch-path "$build_dir" --skip-build "${strict[@]}" 2>&1 | tee "$output" || {
            say "what failed:"
            grep -aE '✘|↳|[Ff]atal error|Crash' "$output" | cut -c 1-500 >&2
            exit 1
        }
        say "driving the program in a terminal"
        Tests/Smoke/smoke.sh "$build_dir/debug/sextant"
        ;;
esac
