# A tunnel of OpenVPN, over UDP and TCP.
# shellcheck shell=sh disable=SC2154

needs openvpn openssl
make_small_certificate vpn

# vpn SPACE OPTION...
vpn() {
	space=$1
	shift
	start "$space" openvpn --dev null --ca "$work/vpn.crt" \
	    --cert "$work/vpn.crt" --key "$work/vpn.key" --ping 1 \
	    --disable-dco "$@"
}

vpn "$server" --tls-server --dh none --proto udp --port 1194
vpn "$server" --tls-server --dh none --proto tcp-server --port 8194
sleep 1
capture openvpn.pcap port 1194 or port 8194
vpn "$client" --tls-client --proto udp --remote 10.77.1.2 1194 --nobind
vpn "$client" --tls-client --proto tcp-client --remote 10.77.1.2 8194 --nobind
sleep 2
stop_capture openvpn.pcap
