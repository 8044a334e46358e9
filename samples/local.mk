# Captures that this project made itself, and how.
EXTRA_DIST += \
	%D%/README.md \
	%D%/bulk-loss.pcap \
	%D%/dns.pcap \
	%D%/lib/network.sh \
	%D%/lib/servers.sh \
	%D%/make \
	%D%/office.pcapng \
	%D%/ping.pcap \
	%D%/scenes/bulk-loss.sh \
	%D%/scenes/dns.sh \
	%D%/scenes/office.sh \
	%D%/scenes/ping.sh \
	%D%/scenes/ssh.sh \
	%D%/scenes/tls.sh \
	%D%/scenes/web.sh \
	%D%/ssh.pcap \
	%D%/tls.pcap \
	%D%/web.pcap \
	%D%/wrap
