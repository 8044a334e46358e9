#!/bin/sh
# data/services.tsv is what data/make-services makes of the source it names.
# Skipped where that source, in that very version, is not installed.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
source=${SERVICES_SOURCE:-/usr/share/wireshark/services}
table=$root/data/services.tsv

if [ ! -r "$source" ]; then
	echo "skipped: '$source' (Debian: libwireshark-data) is missing"
	exit 77
fi
sum=$(sha256sum <"$source" | cut -d ' ' -f 1)
if ! grep -q "^# SHA-256 $sum\\.\$" "$table"; then
	echo "skipped: '$source' is not the version that was used"
	exit 77
fi
"$root/data/make-services" "$source" | diff -u "$table" -
