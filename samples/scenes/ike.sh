# The first messages of IKE; nobody agrees.
# shellcheck shell=sh disable=SC2154

needs ike-scan
capture ike.pcap udp
quietly ike-scan --retry=1 --sport=500 10.77.1.2
quietly ike-scan --retry=1 --sport=500 --ikev2 10.77.1.2
quietly ike-scan --retry=1 --sport=0 --dport=8500 --ikev2 10.77.1.2
stop_capture ike.pcap
