#!/usr/bin/env bash
# Installs the official SDK into target/python-sdk, once, and prints the path of its Python. Needs python3 (3.9 or newer) with
# venv and pip, and PyPI. Several may ask at once: one installs, the others wait.
set -euo pipefail
cd "$(dirname "$0")/../.."
# To the version: what the tests say of the SDK is said of these.
packages=(memoair-voice==0.3.2 memoair-vapi==0.1.0)
folder="${CARGO_TARGET_DIR:-target}/python-sdk"

fail() {
    printf 'tests/python/install.sh: %s\n' "$1" >&2
    exit 1
}

mkdir -p "$(dirname "$folder")"
folder="$(cd "$(dirname "$folder")" && pwd)/python-sdk"
exec 9>"$folder.lock"
flock 9

# Written last: a folder without it was left half-way. It also says what was installed, in case that changes.
if [[ "$(cat "$folder/installed" 2>/dev/null)" != "${packages[*]}" || ! -x "$folder/bin/python" ]]; then
    command -v python3 >/dev/null || fail 'python3 is missing: install Python 3.9 or newer (on Debian: apt-get install python3 python3-venv)'
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || fail "$(python3 --version) is too old: install Python 3.9 or newer"
    python3 -c 'import venv, ensurepip' 2>/dev/null || fail 'python3 has no venv or no pip: install them (on Debian: apt-get install python3-venv python3-pip)'
    rm -rf "$folder"
    python3 -m venv "$folder" >&2 || fail "python3 -m venv $folder failed: see above"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}" >&2 ||
        fail "pip cannot install ${packages[*]}: it needs PyPI or a mirror of it (PIP_INDEX_URL)"
    printf '%s\n' "${packages[*]}" >"$folder/installed"
fi
printf '%s\n' "$folder/bin/python"
