#!/bin/sh
# docs/dissectors.md is what the program says of its dissectors today.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
tallyman=${TALLYMAN:-$root/tallyman}

if ! command -v python3 >/dev/null; then
	echo "skipped: no python3"
	exit 77
fi
if ! python3 "$root/docs/dissectors.py" "$tallyman" |
    diff -u "$root/docs/dissectors.md" -; then
	echo "docs/dissectors.md is not current: docs/dissectors.py tallyman" \
	    "(to another file, then in its place)"
	exit 1
fi
