# One command over ssh, on the port of another service.
# shellcheck shell=sh disable=SC2154

start_shell 443
capture ssh-443.pcap tcp port 443
secure_shell 443
stop_capture ssh-443.pcap
