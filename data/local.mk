# Data that the program is built from, and the scripts that made it.
nodist_libtallyman_a_SOURCES += src/dissect/services_table.c
EXTRA_DIST += %D%/make-services %D%/services-table \
	%D%/services.tsv %D%/services-extra.tsv
CLEANFILES += src/dissect/services_table.c

src/dissect/services_table.c: %D%/services-table %D%/services.tsv \
    %D%/services-extra.tsv
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/%D%/services-table $(srcdir)/%D%/services.tsv \
	    $(srcdir)/%D%/services-extra.tsv > $@.new && \
	mv $@.new $@
