# Measurements: `make bench` at a tenth of the size, `make bench-full`.
EXTRA_PROGRAMS += %D%/generate %D%/loop %D%/mix
EXTRA_DIST += %D%/measure.py %D%/peers.py %D%/run
CLEANFILES += $(EXTRA_PROGRAMS)

%C%_generate_SOURCES = %D%/generate.c
%C%_generate_LDADD =
%C%_loop_SOURCES = %D%/loop.c
%C%_loop_LDADD = $(PCAP_LIBS)
%C%_mix_SOURCES = %D%/mix.c %D%/readdress.c %D%/readdress.h
%C%_mix_LDADD = $(PCAP_LIBS)

# BENCH_OPTIONS: what else to measure, as the head of run says.
.PHONY: bench bench-full
bench bench-full: tallyman$(EXEEXT) %D%/generate$(EXEEXT) %D%/loop$(EXEEXT) \
    %D%/mix$(EXEEXT)
	$(PYTHON_TEST) $(srcdir)/%D%/run $$(test $@ = bench || echo --full) \
	    $(BENCH_OPTIONS) '$(abs_top_builddir)'
