# One page over TLS: refused over IPv6, answered over IPv4.
# shellcheck shell=sh disable=SC2154

start_web
start_names
capture tls.pcap tcp port 443
quietly curl -sk --http1.1 https://www.office.test/report.txt
stop_capture tls.pcap
