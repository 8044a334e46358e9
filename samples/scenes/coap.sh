# A small device asked by CoAP.
# shellcheck shell=sh disable=SC2154

needs coap-server-notls coap-client-notls
for port in 5683 8683; do
	start "$server" coap-server-notls -A 10.77.1.2 -p "$port"
	wait_for_port "$port" udp
done
capture coap.pcap udp
quietly coap-client-notls -m get coap://10.77.1.2/time
quietly coap-client-notls -m get coap://10.77.1.2/.well-known/core
quietly coap-client-notls -m put -e 1000 coap://10.77.1.2/time
quietly coap-client-notls -m get coap://10.77.1.2:8683/time
stop_capture coap.pcap
