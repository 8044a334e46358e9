#!/bin/sh
# Writes the registry of dissectors, as C, from their files' names:
#   registry.sh dissectors/link/ethernet.c ... > registry_list.c
# dissectors/link/ethernet.c exports dissector_ethernet.
set -eu

names=$(for file; do basename "$file" .c; done | LC_ALL=C sort)

cat <<HEAD
/*
 * Generated from the list in dissectors/local.mk; change that.
 */
#include "dissect/registry.h"

HEAD
for name in $names; do
	echo "extern const struct dissector dissector_$name;"
done
echo
echo "const struct dissector *const registry_dissectors[] = {"
for name in $names; do
	echo "	&dissector_$name,"
done
echo "	NULL"
echo "};"
