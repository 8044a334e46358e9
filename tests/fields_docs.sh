#!/bin/sh
# docs/fields.md and docs/connections.md are what the program says of its
# fields today.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
tallyman=${TALLYMAN:-$root/tallyman}

if ! "$tallyman" --fields md | diff -u "$root/docs/fields.md" -; then
	echo "docs/fields.md is not current: tallyman --fields md >docs/fields.md"
	exit 1
fi
if ! "$tallyman" connections --fields md |
    diff -u "$root/docs/connections.md" -; then
	echo "docs/connections.md is not current:" \
	    "tallyman connections --fields md >docs/connections.md"
	exit 1
fi
