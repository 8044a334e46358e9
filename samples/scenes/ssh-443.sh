# One command over ssh, on the port of another service.
# shellcheck shell=sh disable=SC2154

start_shell 443
# Past the keys all is encrypted.
capture ssh-443.pcap -c 20 tcp port 443
secure_shell 443
stop_capture ssh-443.pcap
