# TLS over UDP.
# shellcheck shell=sh disable=SC2154

needs openssl
make_small_certificate www
for port in 4433 5684; do
	start "$server" sh -c "sleep 60 | openssl s_server -dtls -accept $port \
	    -cert $work/www.crt -key $work/www.key"
	wait_for_port "$port" udp
done
capture dtls.pcap udp
for port in 4433 5684; do
	{
		sleep 1
		echo hello
		sleep 0.3
	} | quietly openssl s_client -dtls -connect "10.77.1.2:$port" \
	    -servername www.office.test -alpn coap
done
stop_capture dtls.pcap
