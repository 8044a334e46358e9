# The dissectors: one line a file. The registry is generated from this list.
dissectors =

libtallyman_a_SOURCES += $(dissectors)
nodist_libtallyman_a_SOURCES = src/dissect/registry_list.c
EXTRA_DIST += build-aux/registry.sh
CLEANFILES += src/dissect/registry_list.c

src/dissect/registry_list.c: %D%/local.mk build-aux/registry.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/build-aux/registry.sh $(dissectors) > $@.new && \
	mv $@.new $@
