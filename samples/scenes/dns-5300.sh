# Names asked for on a port of another service, over UDP and TCP.
# shellcheck shell=sh disable=SC2154

start_names --port=5300 --txt-record=www.office.test,a-text \
    --cname=web.office.test,www.office.test
capture dns-5300.pcap port 5300
for words in 'www.office.test AAAA' 'web.office.test A' \
    '+tcp mail.office.test A' 'nobody.office.test TXT'; do
	# The words are words of their own.
	# shellcheck disable=SC2086
	quietly dig @10.77.1.2 -p 5300 +tries=1 $words
done
stop_capture dns-5300.pcap
