#!/bin/sh
# Writes the registry of dissectors, as C, from their files' names:
#   registry.sh dissectors/link/ethernet.c ... > registry_list.c
# dissectors/link/ethernet.c exports dissector_ethernet, and
# dissectors/application/dns.c exports application_dns.
set -eu

# list TYPE PREFIX TABLE NAME...
list() {
	type=$1
	prefix=$2
	table=$3
	shift 3
	for name; do
		echo "extern const struct $type ${prefix}_$name;"
	done
	echo
	echo "const struct $type *const ${table}[] = {"
	for name; do
		echo "	&${prefix}_$name,"
	done
	echo "	NULL"
	echo "};"
}

names=
applications=
for file in $(printf '%s\n' "$@" | LC_ALL=C sort); do
	case $file in
	*/application/*)
		applications="$applications $(basename "$file" .c)" ;;
	*)
		names="$names $(basename "$file" .c)" ;;
	esac
done

cat <<HEAD
/*
 * Generated from the list in dissectors/local.mk; change that.
 */
#include "dissect/applications.h"
#include "dissect/registry.h"

HEAD
# shellcheck disable=SC2086 # names of files, which have no blanks
list dissector dissector registry_dissectors $names
echo
# shellcheck disable=SC2086
list application application registry_applications $applications
