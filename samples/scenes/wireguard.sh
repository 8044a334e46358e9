# A tunnel of WireGuard.
# shellcheck shell=sh disable=SC2154

needs wireguard-go wg ping
for side in client server; do
	wg genkey >"$work/$side.key"
	wg pubkey <"$work/$side.key" >"$work/$side.pub"
done

# tunnel SPACE SIDE PEER ADDRESS PORT ENDPOINT...
tunnel() {
	space=$1
	name=w${2%"${2#?}"}$5
	start "$space" wireguard-go -f "$name"
	tries=0
	until in_space "$space" wg set "$name" listen-port "$5" \
	    private-key "$work/$2.key" peer "$(cat "$work/$3.pub")" \
	    allowed-ips 0.0.0.0/0 ${6:+endpoint "$6"} 2>>"$work/log"; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail "no $name"
		sleep 0.1
	done
	ip -n "$space" addr add "$4" dev "$name"
	ip -n "$space" link set "$name" up
}

tunnel "$server" server client 10.88.0.1/24 51820
tunnel "$server" server client 10.89.0.1/24 8182
tunnel "$client" client server 10.88.0.2/24 40001 10.77.1.2:51820
tunnel "$client" client server 10.89.0.2/24 40002 10.77.1.2:8182
capture wireguard.pcap udp
quietly ping -c 2 -i 0.2 10.88.0.1
quietly ping -c 2 -i 0.2 10.89.0.1
stop_capture wireguard.pcap
