# Captures that this project made itself.
EXTRA_DIST += \
	%D%/README.md \
	%D%/make \
	%D%/wrap \
	%D%/bulk-loss.pcap \
	%D%/dns.pcap \
	%D%/office.pcapng \
	%D%/ping.pcap \
	%D%/ssh.pcap \
	%D%/tls.pcap \
	%D%/web.pcap
