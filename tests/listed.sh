#!/bin/sh
# Every source, test, script, document and sample of the tree stands in a
# local.mk: what make does not know is neither built, tested nor distributed.
set -eu

root=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$root"

# The makefiles' words, %D% put in full.
words=$(for makefile in Makefile.am */local.mk; do
	sed "s|%D%|$(dirname "$makefile")|g" "$makefile"
done | awk '{ gsub(/\\/, " "); for (i = 1; i <= NF; i++) print $i }')

status=0
for file in $(find src dissectors tests bench docs samples \
    \( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.md' \
    -o -name '*.pcap' -o -name '*.pcapng' \) \
    ! -path 'tests/data/*' ! -path '*.corpus/*' \
    ! -name registry_list.c ! -name services_table.c | sort); do
	case $file in
	tests/unit/*)
		word=${file%.c}
		;;
	*)
		word=$file
		;;
	esac
	if ! printf '%s\n' "$words" | grep -qxF "$word"; then
		echo "$file is in no local.mk"
		status=1
	fi
done
exit $status
