# A call by SIP.
# shellcheck shell=sh disable=SC2154

needs sipp
for words in '5060 u1' '7060 t1'; do
	start "$server" sipp -sn uas -nostdin -i 10.77.1.2 -p "${words% *}" \
	    -t "${words#* }"
done
sleep 1
capture sip.pcap udp or tcp
for words in '5060 u1' '7060 t1'; do
	quietly sipp -sn uac -nostdin -i 10.77.0.2 -p 6060 -m 1 -d 200 \
	    -s ann -t "${words#* }" "10.77.1.2:${words% *}"
done
stop_capture sip.pcap
