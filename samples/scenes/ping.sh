# Echoes, and the ICMP error of a closed port.
# shellcheck shell=sh disable=SC2154

needs ping dig
capture ping.pcap icmp or icmp6 or udp port 5300
quietly ping -c 3 -i 0.2 10.77.1.2
quietly ping -c 3 -i 0.2 fd77:1::2
quietly dig @10.77.1.2 -p 5300 +tries=1 +time=1 www.office.test
stop_capture ping.pcap
