# One command over ssh.
# shellcheck shell=sh disable=SC2154

start_shell
capture ssh.pcap tcp port 22
secure_shell
stop_capture ssh.pcap
