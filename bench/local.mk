# Measurements: `make bench` at a tenth of the size, `make bench-full`. What a
# frame costs in instructions is a test; `make bench-baseline` says that what
# it costs now is right.
check_PROGRAMS += %D%/generate %D%/mix
EXTRA_PROGRAMS += %D%/loop %D%/stages
TESTS += %D%/instructions.py
EXTRA_DIST += %D%/measure.py %D%/peers.py %D%/run %D%/instructions.py \
	%D%/baseline.json
CLEANFILES += $(EXTRA_PROGRAMS)

%C%_generate_SOURCES = %D%/generate.c
%C%_generate_LDADD =
%C%_loop_SOURCES = %D%/loop.c
%C%_loop_LDADD = $(PCAP_LIBS)
%C%_mix_SOURCES = %D%/mix.c %D%/readdress.c %D%/readdress.h
%C%_mix_LDADD = $(PCAP_LIBS)
%C%_stages_SOURCES = %D%/stages.c %D%/held.c %D%/held.h %D%/stopwatch.c \
	%D%/stopwatch.h
%C%_stages_LDADD = $(tallyman_LDADD)

# BENCH_OPTIONS: what else to measure, as the head of run says.
.PHONY: bench bench-full bench-stages bench-baseline
bench bench-full: tallyman$(EXEEXT) %D%/generate$(EXEEXT) %D%/loop$(EXEEXT) \
    %D%/mix$(EXEEXT)
	$(PYTHON_TEST) $(srcdir)/%D%/run $$(test $@ = bench || echo --full) \
	    $(BENCH_OPTIONS) '$(abs_top_builddir)'

# Each stage by itself, on captures of a tenth of the size.
STAGES_TRACES = 'small 100000 100000' 'elephants 200 100' 'syn 500000'
STAGES_REPEATS = 5

bench-stages: %D%/generate$(EXEEXT) %D%/stages$(EXEEXT)
	for trace in $(STAGES_TRACES); do \
		capture=%D%/$${trace%% *}.pcap; \
		%D%/generate $$trace > $$capture && \
		%D%/stages $(STAGES_REPEATS) $$capture; \
		status=$$?; rm -f $$capture; \
		test $$status -eq 0 || exit 1; \
	done

bench-baseline: tallyman$(EXEEXT) %D%/generate$(EXEEXT) %D%/mix$(EXEEXT)
	top_builddir='$(abs_top_builddir)' \
	    $(PYTHON_TEST) $(srcdir)/%D%/instructions.py --update
