# The manual page and the shells' completions come from the table of options.
noinst_PROGRAMS += %D%/generate
docs_generate_SOURCES = %D%/generate.c
docs_generate_LDADD = libtallyman.a $(LIBCRYPTO_LIBS)

nodist_man1_MANS = %D%/tallyman.1
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d

nodist_bashcomp_DATA = %D%/completions/tallyman
nodist_zshcomp_DATA = %D%/_tallyman
nodist_fishcomp_DATA = %D%/tallyman.fish

CLEANFILES += %D%/tallyman.1 %D%/completions/tallyman \
	%D%/_tallyman %D%/tallyman.fish
EXTRA_DIST += \
	%D%/tallyman.1.in \
	%D%/architecture.md \
	%D%/connections.md \
	%D%/dissectors.md \
	%D%/dissectors.py \
	%D%/fields.md \
	%D%/limits.md \
	%D%/performance.md \
	%D%/programs.md \
	%D%/realtime.md \
	%D%/screen.py \
	%D%/tcp.md \
	%D%/top.svg \
	%D%/truth.md

%D%/tallyman.1: %D%/tallyman.1.in %D%/generate$(EXEEXT)
	$(AM_V_GEN)%D%/generate man $(srcdir)/%D%/tallyman.1.in > $@.new && \
	mv $@.new $@
%D%/completions/tallyman: %D%/generate$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/generate bash > $@.new && mv $@.new $@
%D%/_tallyman: %D%/generate$(EXEEXT)
	$(AM_V_GEN)%D%/generate zsh > $@.new && mv $@.new $@
%D%/tallyman.fish: %D%/generate$(EXEEXT)
	$(AM_V_GEN)%D%/generate fish > $@.new && mv $@.new $@
