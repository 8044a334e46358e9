# An address seen from outside by STUN, and a relay by TURN.
# shellcheck shell=sh disable=SC2154

needs turnserver turnutils_stunclient turnutils_uclient
for port in 3478 8478; do
	start "$server" turnserver -n -L 10.77.1.2 -p "$port" --no-tls \
	    --no-dtls --no-cli -a -u ann:S3cret-turn -r office.test \
	    --min-port "${port}1" --max-port "${port}9" \
	    --log-file stdout --pidfile "$work/turn-$port.pid" \
	    --db "$work/turn-$port.db" --allow-loopback-peers
	wait_for_port "$port" udp
done
capture stun.pcap udp
quietly turnutils_stunclient -p 3478 10.77.1.2
quietly turnutils_stunclient -p 8478 10.77.1.2
quietly timeout 4 turnutils_uclient -p 3478 -u ann -w S3cret-turn -n 1 -m 1 \
    -l 40 -y -c 10.77.1.2
stop_capture stun.pcap
