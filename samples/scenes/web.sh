# Pages over HTTP.
# shellcheck shell=sh disable=SC2154

start_web
capture web.pcap tcp port 80
quietly curl -s http://10.77.1.2/
quietly curl -s http://10.77.1.2/report.txt
quietly curl -s http://10.77.1.2/missing
quietly curl -s 'http://[fd77:1::2]/'
stop_capture web.pcap
