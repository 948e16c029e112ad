#!/bin/sh
# Let apt take packages from Debian's archive as it was at one moment, so that a build never misses a version.
#
#   debian-snapshot.sh MOMENT [SOURCES]
#
# MOMENT is `image`: when the base image was made, which Debian's images write into their list of sources as a comment; or
# a time such as 20261101T000000Z. SOURCES is that list, /etc/apt/sources.list.d/debian.sources.
set -eu

moment=$1
sources=${2:-/etc/apt/sources.list.d/debian.sources}

if ! grep --quiet '^# [a-z]*://' "$sources"; then
  echo "$sources names no snapshot. BASE must be one of Debian's own images." >&2
  exit 1
fi
# In each entry the snapshot is a comment above the address that is replaced by it.
sed --in-place --regexp-extended '/^# [a-z]+:\/\//{N;s|^# (\S+)\nURIs: .*|URIs: \1|}' "$sources"
if [ "$moment" != image ]; then
  if ! printf '%s' "$moment" | grep --quiet --extended-regexp '^[0-9]{8}T[0-9]{6}Z$'; then
    echo "SNAPSHOT is $moment, but must be 'image' or a time such as 20261101T000000Z." >&2
    exit 1
  fi
  sed --in-place --regexp-extended "s|^(URIs: .*/)[0-9]{8}T[0-9]{6}Z|\1$moment|" "$sources"
  if ! grep --quiet "^URIs: .*/$moment\$" "$sources"; then
    echo "SNAPSHOT is $moment, but $sources names no snapshot by its time." >&2
    exit 1
  fi
fi
