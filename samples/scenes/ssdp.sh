# Devices looked for by SSDP.
# shellcheck shell=sh disable=SC2154

needs upnpc
capture ssdp.pcap udp
quietly timeout 4 upnpc -m c0 -l
stop_capture ssdp.pcap
