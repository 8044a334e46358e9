# The dissectors: one line a file. The registry is generated from this list.
dissectors = \
	%D%/application/bittorrent.c \
	%D%/application/cassandra.c \
	%D%/application/bacnet.c \
	%D%/application/bfd.c \
	%D%/application/dhcp.c \
	%D%/application/dhcpv6.c \
	%D%/application/dnp3.c \
	%D%/application/dns.c \
	%D%/application/finger.c \
	%D%/application/ftp.c \
	%D%/application/ftp_data.c \
	%D%/application/git.c \
	%D%/application/http.c \
	%D%/application/doip.c \
	%D%/application/enip.c \
	%D%/application/gtp.c \
	%D%/application/h323.c \
	%D%/application/hsrp.c \
	%D%/application/iec104.c \
	%D%/application/ike.c \
	%D%/application/imap.c \
	%D%/application/bgp.c \
	%D%/application/cassandra.c \
	%D%/application/diameter.c \
	%D%/application/dns.c \
	%D%/application/kerberos.c \
	%D%/application/ldap.c \
	%D%/application/llmnr.c \
	%D%/application/mdns.c \
	%D%/application/mgcp.c \
	%D%/application/mms.c \
	%D%/application/irc.c \
	%D%/application/llmnr.c \
	%D%/application/mdns.c \
	%D%/application/memcached.c \
	%D%/application/modbus.c \
	%D%/application/mongodb.c \
	%D%/application/mqtt.c \
	%D%/application/mysql.c \
	%D%/application/nats.c \
	%D%/application/nntp.c \
	%D%/application/netflow.c \
	%D%/application/ntp.c \
	%D%/application/openvpn.c \
	%D%/application/pop3.c \
	%D%/application/postgresql.c \
	%D%/application/rdp.c \
	%D%/application/redis.c \
	%D%/application/rlogin.c \
	%D%/application/rsync.c \
	%D%/application/rtsp.c \
	%D%/application/sip.c \
	%D%/application/smtp.c \
	%D%/application/opcua.c \
	%D%/application/pptp.c \
	%D%/application/rip.c \
	%D%/application/s7comm.c \
	%D%/application/sflow.c \
	%D%/application/skinny.c \
	%D%/application/smpp.c \
	%D%/application/snmp.c \
	%D%/application/ssdp.c \
	%D%/application/someip.c \
	%D%/application/radius.c \
	%D%/application/ssh.c \
	%D%/application/syslog.c \
	%D%/application/tds.c \
	%D%/application/synchrophasor.c \
	%D%/application/telnet.c \
	%D%/application/tftp.c \
	%D%/application/tls.c \
	%D%/application/tns.c \
	%D%/application/vnc.c \
	%D%/application/whois.c \
	%D%/application/wireguard.c \
	%D%/application/xmpp.c \
	%D%/link/arcnet_linux.c \
	%D%/link/atm.c \
	%D%/link/enc.c \
	%D%/link/etag.c \
	%D%/link/ethernet.c \
	%D%/link/fabricpath.c \
	%D%/link/fddi.c \
	%D%/link/frame_relay.c \
	%D%/link/ieee80211.c \
	%D%/link/ipnet.c \
	%D%/link/juniper.c \
	%D%/link/linux_sll.c \
	%D%/link/linux_sll2.c \
	%D%/link/llc.c \
	%D%/link/mpls.c \
	%D%/link/nflog.c \
	%D%/link/nlpid.c \
	%D%/link/nsh.c \
	%D%/link/null_loopback.c \
	%D%/link/pflog.c \
	%D%/link/ppi.c \
	%D%/link/ppp.c \
	%D%/link/pppoe.c \
	%D%/link/prism.c \
	%D%/link/radiotap.c \
	%D%/link/raw_ip.c \
	%D%/link/slip.c \
	%D%/link/sunatm.c \
	%D%/link/token_ring.c \
	%D%/link/vlan.c \
	%D%/link/vntag.c \
	%D%/network/ah.c \
	%D%/network/ipv4.c \
	%D%/network/ipv6.c \
	%D%/transport/capwap.c \
	%D%/transport/dccp.c \
	%D%/transport/geneve.c \
	%D%/transport/gre.c \
	%D%/transport/gtp_u.c \
	%D%/transport/icmp.c \
	%D%/transport/icmpv6.c \
	%D%/transport/igmp.c \
	%D%/transport/ip_in_ip.c \
	%D%/transport/l2tp.c \
	%D%/transport/sctp.c \
	%D%/transport/tcp.c \
	%D%/transport/udp.c \
	%D%/transport/udplite.c \
	%D%/transport/vxlan.c

libtallyman_a_SOURCES += $(dissectors)
nodist_libtallyman_a_SOURCES = src/dissect/registry_list.c
EXTRA_DIST += build-aux/registry.sh
CLEANFILES += src/dissect/registry_list.c

src/dissect/registry_list.c: %D%/local.mk build-aux/registry.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SHELL) $(srcdir)/build-aux/registry.sh $(dissectors) > $@.new && \
	mv $@.new $@
