# make check: programs in C and scripts, each a test; exit status 77 skips.
TEST_EXTENSIONS = .sh .py
SH_LOG_COMPILER = $(SHELL)
PY_LOG_COMPILER = $(PYTHON_TEST)
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	TALLYMAN='$(abs_top_builddir)/tallyman$(EXEEXT)'; export TALLYMAN; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;

# One line a program; its source has the same name and .c at the end.
unit_tests = \
	%D%/unit/base/sha1 \
	%D%/unit/base/units \
	%D%/unit/dissect/services \
	%D%/unit/dissectors/ethernet \
	%D%/unit/flow/community \
	%D%/unit/options

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

script_tests = \
	%D%/flows.py \
	%D%/layering.py \
	%D%/listed.sh \
	%D%/options_docs.py \
	%D%/peers.py \
	%D%/services_current.sh \
	%D%/services_table.sh

TESTS += $(script_tests)

# What the scripts share, and what is run by hand.
EXTRA_DIST += $(script_tests) \
	%D%/fresh \
	%D%/lib/capture.py \
	%D%/lib/run.py
