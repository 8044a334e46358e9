#!/bin/sh
# embed.sh FILE NAME HEADER: writes C source with the bytes of a file as
# NAME[] and their number as NAME_size, as HEADER declares them.
set -eu

cat <<END
/* Made by build-aux/embed.sh. */
#include "$3"

/* Aligned as the reader of such a file expects it. */
const unsigned char $2[] __attribute__((aligned(16))) = {
END
od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
cat <<END
};
const unsigned long $2_size = sizeof $2;
END
