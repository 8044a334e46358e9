# The dissectors: one line a file. The registry is generated from this list.
dissectors = \
	%D%/link/ethernet.c \
	%D%/link/vlan.c \
	%D%/network/ah.c \
	%D%/network/ipv4.c \
	%D%/network/ipv6.c \
	%D%/transport/icmp.c \
	%D%/transport/icmpv6.c \
	%D%/transport/tcp.c \
	%D%/transport/udp.c

libtallyman_a_SOURCES += $(dissectors)
nodist_libtallyman_a_SOURCES = src/dissect/registry_list.c
EXTRA_DIST += build-aux/registry.sh
CLEANFILES += src/dissect/registry_list.c

src/dissect/registry_list.c: %D%/local.mk build-aux/registry.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/build-aux/registry.sh $(dissectors) > $@.new && \
	mv $@.new $@
