#!/bin/sh
# data/services-table: a later table replaces lines of an earlier one, and a
# line that cannot be right is refused with its file and number.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

# refuses LINE MESSAGE
refuses() {
	printf '# name\tport\ttransport\nssh\t22\ttcp\n%b\n' "$1" >bad.tsv
	if "$root/data/services-table" bad.tsv >out 2>message; then
		echo "taken: $1"
		exit 1
	fi
	if ! grep -qxF "services-table: bad.tsv:3: $2" message; then
		echo "for '$1' expected '$2', got:"
		cat message
		exit 1
	fi
}

refuses 'http\t80' 'not name, port and transport'
refuses 'a"b\t80\ttcp' 'not a name: a"b'
refuses 'sixteen-letters-\t80\ttcp' \
    'name of over 15 letters (RFC 6335, 5.1): sixteen-letters-'
refuses 'http\t65536\ttcp' 'not a port: 65536'
refuses 'http\t80x\ttcp' 'not a port: 80x'
refuses 'http\t80\ttpc' 'not a transport: tpc'
refuses 'other\t22\ttcp' 'the port is named twice: 22/tcp'

printf 'ssh\t22\ttcp\nhttp\t80\ttcp\n' >first.tsv
printf 'web\t80\ttcp\tour name\nssh\t22\tsctp\n' >second.tsv
"$root/data/services-table" first.tsv second.tsv >out
grep '^	[{"]' out >got
cat >wanted <<'EOT'
	"ssh",
	"web",
	{ 0, 22, PROTOCOL_TCP },
	{ 1, 80, PROTOCOL_TCP },
	{ 0, 22, PROTOCOL_SCTP },
EOT
diff -u wanted got
