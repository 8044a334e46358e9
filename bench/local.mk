# Measurements: `make bench` at a tenth of the size, `make bench-full`.
EXTRA_PROGRAMS += %D%/generate %D%/loop %D%/mix
EXTRA_DIST += %D%/run
CLEANFILES += $(EXTRA_PROGRAMS)

%C%_generate_SOURCES = %D%/generate.c
%C%_generate_LDADD =
%C%_loop_SOURCES = %D%/loop.c
%C%_loop_LDADD = $(PCAP_LIBS)
%C%_mix_SOURCES = %D%/mix.c %D%/readdress.c %D%/readdress.h
%C%_mix_LDADD = $(PCAP_LIBS)

.PHONY: bench bench-full
bench: tallyman$(EXEEXT) %D%/generate$(EXEEXT) %D%/loop$(EXEEXT)
	$(PYTHON_TEST) $(srcdir)/%D%/run '$(abs_top_builddir)'

bench-full: tallyman$(EXEEXT) %D%/generate$(EXEEXT) %D%/loop$(EXEEXT)
	$(PYTHON_TEST) $(srcdir)/%D%/run --full '$(abs_top_builddir)'
