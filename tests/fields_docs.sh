#!/bin/sh
# docs/fields.md is what the program says of its fields today.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
tallyman=${TALLYMAN:-$root/tallyman}

if ! "$tallyman" --fields md | diff -u "$root/docs/fields.md" -; then
	echo "docs/fields.md is not current: tallyman --fields md >docs/fields.md"
	exit 1
fi
