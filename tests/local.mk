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
	%D%/unit/base/buffer \
	%D%/unit/base/channel \
	%D%/unit/base/cursor \
	%D%/unit/base/hash \
	%D%/unit/base/log \
	%D%/unit/base/pool \
	%D%/unit/base/sha1 \
	%D%/unit/base/spell \
	%D%/unit/base/units \
	%D%/unit/capture/file/pcap \
	%D%/unit/capture/file/pcapng \
	%D%/unit/capture/file/stream \
	%D%/unit/capture/paced \
	%D%/unit/capture/saved \
	%D%/unit/capture/windows \
	%D%/unit/dissect/naming \
	%D%/unit/dissect/naming_request \
	%D%/unit/dissect/applications \
	%D%/unit/dissect/facts \
	%D%/unit/dissect/hpack \
	%D%/unit/dissect/probes \
	%D%/unit/dissect/services \
	%D%/unit/dissect/truncation \
	%D%/unit/dissectors/application_lines \
	%D%/unit/dissectors/application_quic \
	%D%/unit/dissectors/application_tls \
	%D%/unit/dissectors/application_data \
	%D%/unit/dissectors/application_web \
	%D%/unit/dissectors/application_infra \
	%D%/unit/dissectors/ethernet \
	%D%/unit/dissectors/icmp \
	%D%/unit/dissectors/ipv4 \
	%D%/unit/dissectors/ipv6 \
	%D%/unit/dissectors/more_links \
	%D%/unit/dissectors/tcp \
	%D%/unit/dissectors/tunnels \
	%D%/unit/engine/engine \
	%D%/unit/engine/ledger \
	%D%/unit/flow/community \
	%D%/unit/flow/direction \
	%D%/unit/flow/key \
	%D%/unit/flow/meter \
	%D%/unit/flow/names \
	%D%/unit/flow/payload \
	%D%/unit/flow/queue \
	%D%/unit/flow/reading \
	%D%/unit/flow/rtp \
	%D%/unit/flow/table \
	%D%/unit/flow/udp \
	%D%/unit/host/host \
	%D%/unit/host/process_files \
	%D%/unit/host/sockets_message \
	%D%/unit/host/sockets_proc \
	%D%/unit/host/news \
	%D%/unit/host/programs_table \
	%D%/unit/host/syns \
	%D%/unit/options \
	%D%/unit/output/csv \
	%D%/unit/output/json \
	%D%/unit/output/json_write \
	%D%/unit/output/output \
	%D%/unit/output/text \
	%D%/unit/output/text_slow \
	%D%/unit/packet/fragments \
	%D%/unit/record/fields \
	%D%/unit/record/record \
	%D%/unit/record/record_tcp \
	%D%/unit/tcp/congestion \
	%D%/unit/tcp/connection \
	%D%/unit/tcp/delivery \
	%D%/unit/tcp/flow_control \
	%D%/unit/tcp/hostile \
	%D%/unit/tcp/limits \
	%D%/unit/tcp/order \
	%D%/unit/tcp/order_conflicts \
	%D%/unit/tcp/reliability \
	%D%/unit/tcp/track \
	%D%/unit/top/model \
	%D%/unit/top/scene

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

script_tests = \
	%D%/bench.py \
	%D%/confusion.py \
	%D%/corpus.py \
	%D%/dissectors_docs.sh \
	%D%/errors.py \
	%D%/fields_docs.sh \
	%D%/flows.py \
	%D%/golden.py \
	%D%/layering.py \
	%D%/listed.sh \
	%D%/live/connections.py \
	%D%/live/live.py \
	%D%/live/programs.py \
	%D%/live/promises.py \
	%D%/live/top.py \
	%D%/malformed.py \
	%D%/options_docs.py \
	%D%/output.py \
	%D%/peers.py \
	%D%/promises.py \
	%D%/property.py \
	%D%/readme.py \
	%D%/services.py \
	%D%/services_current.sh \
	%D%/services_table.sh \
	%D%/tcptrace.py \
	%D%/threads.py

TESTS += $(script_tests)

# What the scripts share, and what is run by hand.
EXTRA_DIST += $(script_tests) \
	%D%/fresh \
	%D%/fuzz/run \
	%D%/fuzz/seeds.py \
	%D%/lib/capture.py \
	%D%/lib/counters.py \
	%D%/lib/dissected.h \
	%D%/lib/forwarder.py \
	%D%/lib/hellos.h \
	%D%/lib/made.h \
	%D%/lib/run.py \
	%D%/lib/sample.h \
	%D%/lib/segments.h \
	%D%/lib/shown.h \
	%D%/lib/stored.h \
	%D%/lib/tmux.py \
	%D%/lib/tracked.h \
	%D%/lib/walked.h \
	%D%/lib/wire.py \
	%D%/data \
	%D%/golden

# With --enable-fuzzers: make fuzz runs each target for a while.
fuzz_targets = \
	%D%/fuzz/application \
	%D%/fuzz/delivery \
	%D%/fuzz/host \
	%D%/fuzz/news \
	%D%/fuzz/saved \
	%D%/fuzz/tcp \
	%D%/fuzz/walk
FUZZ_SECONDS = 60

if FUZZERS
noinst_PROGRAMS += $(fuzz_targets)
endif
%C%_fuzz_application_SOURCES = %D%/fuzz/application.c
%C%_fuzz_application_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_delivery_SOURCES = %D%/fuzz/delivery.c
%C%_fuzz_delivery_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_host_SOURCES = %D%/fuzz/host.c
%C%_fuzz_host_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_news_SOURCES = %D%/fuzz/news.c
%C%_fuzz_news_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_saved_SOURCES = %D%/fuzz/saved.c
%C%_fuzz_saved_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_tcp_SOURCES = %D%/fuzz/tcp.c
%C%_fuzz_tcp_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
%C%_fuzz_walk_SOURCES = %D%/fuzz/walk.c
%C%_fuzz_walk_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)

.PHONY: fuzz
fuzz: $(fuzz_targets)
	for target in $(fuzz_targets); do \
		$(MKDIR_P) $$target.corpus && \
		cp $(srcdir)/samples/*.pcap* $$target.corpus/ && \
		$$target -max_total_time=$(FUZZ_SECONDS) -timeout=1 \
		    $$target.corpus || exit 1; \
	done

clean-local:
	rm -rf $(fuzz_targets:=.corpus)
