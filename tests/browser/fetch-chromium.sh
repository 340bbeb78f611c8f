#!/bin/sh
# Puts a headless Chromium into FOLDER (target/browser unless said otherwise) without root and without installing
# anything: Debian's packages, unpacked. Needs apt-get, dpkg and Debian's or Ubuntu's package archive.
set -eu
folder=${1:-"$(dirname "$0")/../../target/browser"}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
parts="$folder/parts.$$"
trap 'rm -rf "$parts"' EXIT
mkdir -p "$parts/lists/partial" "$parts/archives/partial" "$parts/debs" "$parts/root"

# Lists and locks of our own: a bare container has none, and the system's belong to root.
apt() {
    apt-get -qq -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" -o Dir::State::lists="$parts/lists" \
        -o Dir::Cache::archives="$parts/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

apt update
# What the machine lacks of Chromium and of what it needs.
missing=$(apt --print-uris --no-install-recommends -y install chromium-headless-shell fonts-dejavu-core |
    awk '{ sub(/_.*/, "", $2); print $2 }')
# shellcheck disable=SC2086 # they are many words
if [ -n "$missing" ]; then (cd "$parts/debs" && apt download $missing); fi
for deb in "$parts"/debs/*.deb; do dpkg -x "$deb" "$parts/root"; done

rm -rf "$folder/root"
mv "$parts/root" "$folder/root"
cat >"$folder/chromium.part" <<EOF
#!/bin/sh
root='$folder/root'
for libraries in "\$root"/usr/lib/*-linux-gnu "\$root"/usr/lib/*-linux-gnu/pulseaudio; do
    LD_LIBRARY_PATH="\$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "\$root/usr/lib/chromium/chromium-headless-shell" "\$@"
EOF
chmod +x "$folder/chromium.part"
mv "$folder/chromium.part" "$folder/chromium"
"$folder/chromium" --version
