"""Shell scripts that the machine runs as root, each whole or not at all; `$1`, `$2`, … are named in each.

Every one may be run again after it was cut off anywhere.
"""

from __future__ import annotations

PREPARE = """
umask 022
root="$1" user="$2"
getent passwd "$user" >/dev/null || useradd --system --user-group --no-create-home \
    --home-dir "$root/data" --shell /usr/sbin/nologin "$user"
mkdir -p "$root/blobs" "$root/notes" "$root/environments" "$root/releases" "$root/slots"
install -d -m 0700 "$root/credentials"
install -d -m 0700 -o "$user" -g "$user" "$root/data"
"""
"""Root folder, user: everything that is there before the first release."""

MISSING = """
while read -r blob; do
    [ -e "$1/$blob" ] || echo "$blob"
done
"""
"""Folder of blobs; names on standard input: those that are not there."""

RECEIVE = """
umask 022
cd "$1"
rm -rf incoming
mkdir incoming
tar --extract --no-same-owner --directory incoming
cd incoming
for blob in *; do
    printf '%s  %s\\n' "$blob" "$blob"
done | sha256sum --check --quiet --strict -
mv -- * ..
cd ..
rmdir incoming
"""
"""Folder of blobs; a tar archive on standard input, whose entries are named after what they hash to."""

CREDENTIAL = """
umask 077
systemd-creds encrypt --with-key=host --name="$2" - "$1/$2.part"
mv "$1/$2.part" "$1/$2"
"""
"""Folder, name; the secret on standard input."""

INSTALL = """
umask 022
release="$1" environment="$2" python="$3"
if [ ! -e "$environment/ready" ]; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-compile \
        --find-links "$release/files/wheels" --require-hashes --no-deps --only-binary :all: \
        -r "$release/files/requirements.lock"
    # The bot may not write here. Nobody imports the tests of packages, nor sympy, which onnxruntime names for
    # its own tools; and a few files are there on purpose that no Python compiles.
    "$environment/bin/python" -m compileall -q -j 0 -x '/(tests|sympy|mpmath|pip)/' "$environment/lib" \
        >/dev/null || :
    touch "$environment/ready"
fi
rm -rf "$release/code"
mkdir "$release/code"
"$environment/bin/python" -m zipfile -e "$release"/files/wavoice/*.whl "$release/code"
"$environment/bin/python" -m compileall -q -j 0 "$release/code"
ln -sfn "$environment" "$release/environment"
touch "$release/ready"
"""
"""Folder of the release, of its environment, Python: makes the release ready to be started."""

START = """
slot="$1" release="$2" unit="$3"
systemctl daemon-reload
systemctl stop "$unit"
ln -sfn "$release" "$slot"
systemctl reset-failed "$unit" 2>/dev/null || :  # it may never have been loaded
systemd-analyze verify --man=no --recursive-errors=no "/etc/systemd/system/$unit"
systemctl start "$unit"
"""
"""Link of the colour, folder of the release, unit."""

SWITCH = """
umask 022
site="$1" caddyfile="$2" line="$3" live="$4" idle="$5"
cat > "$site.next"
cp -p "$caddyfile" "$caddyfile.before"
if [ -e "$site" ]; then cp -p "$site" "$site.before"; else rm -f "$site.before"; fi
mv "$site.next" "$site"
grep -qxF "$line" "$caddyfile" || printf '\\n%s\\n' "$line" >> "$caddyfile"
if ! systemctl reload caddy; then
    if [ -e "$site.before" ]; then mv "$site.before" "$site"; else rm "$site"; fi
    mv "$caddyfile.before" "$caddyfile"
    journalctl --quiet --unit=caddy --output=cat --lines=3 >&2
    exit 1
fi
rm -f "$site.before" "$caddyfile.before"
# After a restart of the machine the live colour comes back, and it alone.
systemctl --quiet enable "$live"
systemctl --quiet disable "$idle"
"""
"""Site file, Caddy's file, import line, unit that becomes live, the other; the site on standard input."""

STOP = """
unit="$1" drop_in="/run/systemd/system/$1.d/grace.conf"
mkdir -p "$(dirname "$drop_in")"
printf '%s' "$2" > "$drop_in"
systemctl daemon-reload
systemctl stop "$unit"
systemctl show --property=Result --value "$unit"
rm -f "$drop_in"
systemctl daemon-reload
"""
"""Unit, text of a drop-in that says how long it has; prints systemd's word for how it ended."""

PRUNE = """
root="$1"
shift
for release in "$@"; do
    rm -rf "$root/releases/$release"
done
for environment in "$root"/environments/*; do
    find "$root/releases" -maxdepth 2 -lname "$environment" | grep -q . || rm -rf "$environment"
done
find "$root/blobs" -type f -links 1 -delete
"""
"""Root folder, then the releases that go; with them what no other release needs."""

LOCK = """
umask 022
mkdir -p "$(dirname "$1")"
cat > "$1.$$"
if ln "$1.$$" "$1" 2>/dev/null; then rm "$1.$$"; exit 0; fi
rm "$1.$$"
cat "$1"
"""
"""File; who wants it on standard input. A link is made by one alone; prints who was faster."""

APPEND = """
umask 022
mkdir -p "$(dirname "$1")"
cat >> "$1"
sync "$1"
"""
"""File; a line on standard input."""
