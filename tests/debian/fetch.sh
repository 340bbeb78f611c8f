#!/bin/sh
# fetch.sh FOLDER PROGRAM PACKAGE...: puts a program of Debian's packages into FOLDER without root and without installing
# anything, and leaves a way to start it beside them, named as the program is. Needs apt-get, dpkg and Debian's or
# Ubuntu's package archive.
set -eu
folder=$1 program=$2
shift 2
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
# What the machine lacks of the packages and of what they need.
missing=$(apt --print-uris --no-install-recommends -y install "$@" | awk '{ sub(/_.*/, "", $2); print $2 }')
# shellcheck disable=SC2086 # they are many words
if [ -n "$missing" ]; then (cd "$parts/debs" && apt download $missing); fi
for deb in "$parts"/debs/*.deb; do dpkg -x "$deb" "$parts/root"; done

rm -rf "$folder/root"
mv "$parts/root" "$folder/root"
name=$(basename "$program")
cat >"$folder/$name.part" <<END
#!/bin/sh
root='$folder/root'
for libraries in "\$root"/usr/lib/*-linux-gnu "\$root"/usr/lib/*-linux-gnu/pulseaudio; do
    LD_LIBRARY_PATH="\$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "\$root/$program" "\$@"
END
chmod +x "$folder/$name.part"
mv "$folder/$name.part" "$folder/$name"
"$folder/$name" --version
