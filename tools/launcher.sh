#!/bin/sh
# ilink-hub @VERSION@: the runtime and the program, packed behind this script. Unpacks itself once, then starts.
set -eu
umask 077
id=@ID@

# The first folder that is ours and can be written to; the unpacked files of an earlier start are found there.
choose() {
  for base in "${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}" "${TMPDIR:-/tmp}"; do
    [ -n "$base" ] || continue
    home=$base/ilink-hub
    [ "$base" = "${TMPDIR:-/tmp}" ] && home=$base/ilink-hub-$(id -u)
    mkdir -p "$home" 2>/dev/null || true
    # In a folder that everyone may write to, somebody else could have been first.
    [ -d "$home" ] && [ ! -L "$home" ] && [ -O "$home" ] || continue
    [ -d "$home/$id" ] && return 0
    [ -w "$home" ] && return 0
  done
  echo "ilink-hub: Cannot unpack itself: no folder of its own to write to. Set XDG_CACHE_HOME to one" >&2
  exit 1
}

unpack() {
  part=$(mktemp -d "$home/$id.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  tail -c @TAIL_BYTES@ "$0" | head -c @PROGRAM_BYTES@ | gzip -dc >"$part/ilink-hub.js" &&
    tail -c @RUNTIME_BYTES@ "$0" | gzip -dc >"$part/deno" && chmod 700 "$part/deno" || {
    echo "ilink-hub: Cannot unpack itself into $home: no room there, or this file is not whole" >&2
    exit 1
  }
  # Whoever was faster, in another process, has put the same files there.
  mv -T "$part" "$home/$id" 2>/dev/null || [ -x "$home/$id/deno" ]
  rm -rf "$part"
  trap - EXIT
}

choose
[ -x "$home/$id/deno" ] || unpack
export DENO_DIR="$home/$id/cache" DENO_NO_UPDATE_CHECK=1
exec "$home/$id/deno" run --no-config --no-lock --cached-only @FLAGS@ "$home/$id/ilink-hub.js" "$@"
