# Names asked for, over UDP and TCP.
# shellcheck shell=sh disable=SC2154

start_names
capture dns.pcap port 53
quietly dig @10.77.1.2 www.office.test A
quietly dig @10.77.1.2 www.office.test AAAA
quietly dig @10.77.1.2 nobody.office.test A
quietly dig @10.77.1.2 +tcp mail.office.test A
stop_capture dns.pcap
