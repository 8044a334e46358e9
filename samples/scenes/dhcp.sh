# A laptop asks for addresses, IPv4 and IPv6.
# shellcheck shell=sh disable=SC2154

needs dnsmasq dhclient
start "$router" dnsmasq --keep-in-foreground --conf-file=/dev/null \
    --port=0 --user=root --pid-file="$work/lease.pid" --interface=r0 \
    --bind-interfaces --dhcp-leasefile="$work/leases" --no-ping \
    --dhcp-range=10.77.0.100,10.77.0.200,10m --dhcp-authoritative \
    --dhcp-range=fd77::100,fd77::200,64,10m --domain=office.test
echo 'send host-name "laptop"; send vendor-class-identifier "sample";' \
    >"$work/dhclient.conf"
: >"$work/dhclient.leases"
sleep 1

# lease FAMILY OPTION...
lease() {
	family=$1
	shift
	quietly dhclient "-$family" -1 -sf /bin/true \
	    -cf "$work/dhclient.conf" -lf "$work/dhclient.leases" \
	    -pf "$work/dhclient-$family.pid" "$@" c0
}

capture dhcp.pcap udp portrange 67-68 or udp portrange 546-547
lease 4
lease 4 -r
lease 6 -D LL
stop_capture dhcp.pcap
