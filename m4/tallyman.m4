# TALLYMAN_FLAGS(VARIABLE, FLAGS)
# Adds to VARIABLE those of the FLAGS that the compiler takes silently.
AC_DEFUN([TALLYMAN_FLAGS], [
for flag in $2; do
	AC_MSG_CHECKING([whether $CC takes $flag])
	tallyman_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
	    [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $flag"])],
	    [AC_MSG_RESULT([no])])
	CFLAGS=$tallyman_saved
done
AC_SUBST([$1])
])

# TALLYMAN_LINK_FLAGS(VARIABLE, FLAGS)
# The same for the linker.
AC_DEFUN([TALLYMAN_LINK_FLAGS], [
for flag in $2; do
	AC_MSG_CHECKING([whether $CC links with $flag])
	tallyman_saved=$LDFLAGS
	LDFLAGS="$LDFLAGS -Werror $flag"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()],
	    [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $flag"])],
	    [AC_MSG_RESULT([no])])
	LDFLAGS=$tallyman_saved
done
AC_SUBST([$1])
])

# TALLYMAN_HARDENING
# Sets HARDENING_CFLAGS and HARDENING_LDFLAGS. Fortified calls need an
# optimising compiler and do not go with the sanitizers.
AC_DEFUN([TALLYMAN_HARDENING], [
TALLYMAN_FLAGS([HARDENING_CFLAGS], [-fstack-protector-strong -fPIE])
TALLYMAN_LINK_FLAGS([HARDENING_LDFLAGS], [-pie -Wl,-z,relro -Wl,-z,now])
AS_IF([test "x$enable_sanitizers" = xno], [
	AC_MSG_CHECKING([whether calls can be fortified])
	tallyman_saved=$CFLAGS
	tallyman_fortify="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
	CFLAGS="$CFLAGS -Werror $tallyman_fortify"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]])],
	    [AC_MSG_RESULT([yes])
	     AS_VAR_APPEND([HARDENING_CFLAGS], [" $tallyman_fortify"])],
	    [AC_MSG_RESULT([no])])
	CFLAGS=$tallyman_saved
])
])

# TALLYMAN_LTO
# Objects with code for the linker and for the optimiser of whole programs:
# the program is linked by the second, tests and benches by the first.
AC_DEFUN([TALLYMAN_LTO], [
AC_MSG_CHECKING([whether $CC optimises whole programs])
tallyman_saved=$CFLAGS
CFLAGS="$CFLAGS -Werror -flto=auto -ffat-lto-objects"
AC_LINK_IFELSE([AC_LANG_PROGRAM()],
    [enable_lto=yes
     AC_SUBST([LTO_CFLAGS], ["-flto=auto -ffat-lto-objects"])
     AC_SUBST([LTO_LDFLAGS], [-flto=auto])
     AC_SUBST([NO_LTO_LDFLAGS], [-fno-lto])],
    [enable_lto=no])
AC_MSG_RESULT([$enable_lto])
CFLAGS=$tallyman_saved
])

# TALLYMAN_SANITIZERS
# Stops configure where the compiler has no sanitizers: a build that only
# seems to be checked is worse than none.
AC_DEFUN([TALLYMAN_SANITIZERS], [
tallyman_sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
tallyman_saved=$CFLAGS
CFLAGS="$CFLAGS $tallyman_sanitize"
AC_MSG_CHECKING([whether $CC has the sanitizers])
AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([--enable-sanitizers: $CC cannot link with them])])
CFLAGS=$tallyman_saved
SANITIZER_CFLAGS="$tallyman_sanitize -fno-omit-frame-pointer"
SANITIZER_LDFLAGS="$tallyman_sanitize"
AC_SUBST([SANITIZER_CFLAGS])
AC_SUBST([SANITIZER_LDFLAGS])
])

# TALLYMAN_FUZZERS
# Every object counts its branches for libFuzzer; the targets link its main.
AC_DEFUN([TALLYMAN_FUZZERS], [
tallyman_saved=$CFLAGS
CFLAGS="$CFLAGS -fsanitize=fuzzer"
AC_MSG_CHECKING([whether $CC has libFuzzer])
AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return data == NULL && size == 1;
}]])], [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([--enable-fuzzers: $CC has no libFuzzer (try CC=clang)])])
CFLAGS=$tallyman_saved
FUZZER_CFLAGS=-fsanitize=fuzzer-no-link
FUZZER_LDFLAGS=-fsanitize=fuzzer
AC_SUBST([FUZZER_CFLAGS])
AC_SUBST([FUZZER_LDFLAGS])
])

# TALLYMAN_REQUIRED(VARIABLE, MODULE)
AC_DEFUN([TALLYMAN_REQUIRED], [
PKG_CHECK_MODULES([$1], [$2], [],
    [AC_MSG_ERROR([$2 is missing (try: ./bootstrap deps)])])
])

# TALLYMAN_OPTIONAL(NAME, VARIABLE, MODULE, WHAT-FOR)
# --with-NAME insists on the library, --without-NAME leaves it out, neither
# takes it where it is installed. Defines HAVE_VARIABLE, sets have_NAME, and
# collects in tallyman_reads what readers of captures gain.
AC_DEFUN([TALLYMAN_OPTIONAL], [
m4_pushdef([have], [m4_translit([have_$1], [-], [_])])
m4_pushdef([with], [m4_translit([with_$1], [-], [_])])
AC_ARG_WITH([$1], [AS_HELP_STRING([--without-$1], [do not $4])], [],
    [with=auto])
have=no
AS_IF([test "x$with" != xno], [
	PKG_CHECK_MODULES([$2], [$3], [have=yes], [
		AS_IF([test "x$with" = xyes],
		    [AC_MSG_ERROR([--with-$1: $3 is missing])])
	])
])
AS_IF([test "x$have" = xyes], [
	AC_DEFINE([HAVE_$2], [1], [Define to 1 to $4.])
	AS_CASE([$1], [libcap-ng], [], [libcrypto], [], [libmnl], [],
	    [ncurses], [], [libbpf], [],
	    [lzma], [AS_VAR_APPEND([tallyman_reads], [" xz"])],
	    [zlib], [AS_VAR_APPEND([tallyman_reads], [" gz"])],
	    [AS_VAR_APPEND([tallyman_reads], [" $1"])])
])
m4_popdef([with])
m4_popdef([have])
])

# TALLYMAN_BPF_CLANG
# After libbpf: finds a clang that compiles for the kernel's machine, sets
# BPF_CLANG and BPF_CFLAGS, have_ebpf and HAVE_EBPF. libbpf is of no use
# without one, and is not linked then.
AC_DEFUN([TALLYMAN_BPF_CLANG], [
AC_ARG_VAR([BPF_CLANG], [clang that compiles for BPF])
AC_SUBST([BPF_CFLAGS], ["-target bpf -O2 -g -ffreestanding"])
have_ebpf=no
AS_IF([test "x$have_libbpf" = xyes], [
	AC_CHECK_PROGS([BPF_CLANG], [clang clang-21 clang-20 clang-19 \
	    clang-18 clang-17 clang-16 clang-15 clang-14 clang-13])
	AC_MSG_CHECKING([whether ${BPF_CLANG:-clang} compiles for BPF])
	cat >conftest.bpf.c <<'END'
typedef unsigned char __u8;
typedef unsigned short __u16, __be16;
typedef unsigned int __u32, __be32, __wsum;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
struct of_kernel { int member; } __attribute__((preserve_access_index));
SEC("raw_tracepoint/none") int
probe(struct of_kernel *k)
{
	return BPF_CORE_READ(k, member);
}
END
	AS_IF([test -n "$BPF_CLANG" && $BPF_CLANG $BPF_CFLAGS \
	    $LIBBPF_CFLAGS -c conftest.bpf.c -o conftest.bpf.o \
	    >&AS_MESSAGE_LOG_FD 2>&1],
	    [have_ebpf=yes
	     AC_DEFINE([HAVE_EBPF], [1],
		[Define to 1 to carry a program for the kernel.])],
	    [LIBBPF_LIBS=
	     AS_IF([test "x$with_libbpf" = xyes],
		[AC_MSG_ERROR([--with-libbpf: no clang compiles for BPF])])])
	AC_MSG_RESULT([$have_ebpf])
	rm -f conftest.bpf.c conftest.bpf.o
])
AM_CONDITIONAL([HAVE_EBPF], [test "x$have_ebpf" = xyes])
])
