# Three network namespaces, what runs in them, and tcpdump in the middle.
# Read by samples/make, which sets $here, $target and $work.
# shellcheck shell=sh disable=SC2154

client=tm-client-$$
router=tm-router-$$
server=tm-server-$$
tap=

fail() {
	echo "samples/make: $*" >&2
	exit 1
}

# needs PROGRAM...: what this scene cannot do without.
needs() {
	for program in "$@"; do
		command -v "$program" >/dev/null ||
			fail "$program is not installed"
	done
}

# in_space SPACE COMMAND...
in_space() {
	space=$1
	shift
	ip netns exec "$space" "$@"
}

# start SPACE COMMAND... runs a program until the end of the scene.
start() {
	ip netns exec "$@" >>"$work/log" 2>&1 </dev/null &
}

# quietly COMMAND... in the client; a failure may be what a scene shows.
quietly() {
	in_space "$client" timeout 20 "$@" >>"$work/log" 2>&1 || :
}

# type_at HOST:PORT LINE... sends lines as a person types them, and what
# printf makes of them.
type_at() {
	peer=$1
	shift
	{
		sleep 0.4
		for line in "$@"; do
			printf '%b\r\n' "$line"
			sleep 0.3
		done
	} | quietly socat -t 0.5 - "TCP:$peer"
}

# link SPACE NAME MAC V4 V6: addresses of one end, and no offloads, so that
# the frames are those that a wire would carry.
link() {
	ip -n "$1" link set dev "$2" address "$3"
	ip -n "$1" addr add "$4" dev "$2"
	ip -n "$1" addr add "$5" dev "$2" nodad
	ip -n "$1" link set dev "$2" up
	in_space "$1" ethtool -K "$2" tso off gso off gro off tx off \
	    >/dev/null 2>&1
}

build_network() {
	for space in "$client" "$router" "$server"; do
		ip netns add "$space"
		ip -n "$space" link set dev lo up
	done
	ip link add c0 netns "$client" type veth peer name r0 netns "$router"
	ip link add s0 netns "$server" type veth peer name r1 netns "$router"
	link "$client" c0 02:00:00:77:00:02 10.77.0.2/24 fd77::2/64
	link "$router" r0 02:00:00:77:00:01 10.77.0.1/24 fd77::1/64
	link "$router" r1 02:00:00:77:01:01 10.77.1.1/24 fd77:1::1/64
	link "$server" s0 02:00:00:77:01:02 10.77.1.2/24 fd77:1::2/64
	in_space "$router" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
	    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	in_space "$server" sh -c \
	    'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
	ip -n "$client" route add default via 10.77.0.1
	ip -n "$client" -6 route add default via fd77::1
	ip -n "$server" route add default via 10.77.1.1
	ip -n "$server" -6 route add default via fd77:1::1
	people
}

# What only the namespaces' programs see: a resolver, the user ann, and that
# every password of hers is right.
people() {
	mkdir -p "/etc/netns/$client" "/etc/netns/$server/pam.d"
	echo 'nameserver 10.77.1.2' >"/etc/netns/$client/resolv.conf"
	echo 'nameserver 127.0.0.1' >"/etc/netns/$server/resolv.conf"
	{
		cat /etc/passwd
		echo "ann:x:1077:1077:Ann Sample:$work/home:/bin/sh"
	} >"/etc/netns/$server/passwd"
	printf '127.0.0.1 localhost\n10.77.1.2 www.office.test\n' \
	    >"/etc/netns/$server/hosts"
	for kind in auth account password session; do
		echo "$kind required pam_permit.so"
	done >"/etc/netns/$server/pam.d/other"
	mkdir -p "$work/home"
	echo 'Notes from the office' >"$work/home/notes.txt"
	chown -R 1077:1077 "$work/home"
}

# Ends every program in the namespaces, and nothing else.
stop_programs() {
	for signal in TERM TERM KILL; do
		for space in "$client" "$router" "$server"; do
			for pid in $(ip netns pids "$space" 2>/dev/null); do
				kill "-$signal" "$pid" 2>/dev/null || :
			done
		done
		sleep 0.2
	done
}

remove_network() {
	stop_programs
	for space in "$client" "$router" "$server"; do
		ip netns del "$space" 2>/dev/null || :
		rm -rf "/etc/netns/$space"
	done
	rmdir /etc/netns 2>/dev/null || :
}

wait_for() {
	tries=0
	until [ -s "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail "no $1: $(cat "$work/log")"
		sleep 0.1
	done
	sleep 0.3
}

# wait_for_port PORT [PROTOCOL]: until somebody listens in the server's space.
wait_for_port() {
	tries=0
	until in_space "$server" ss -lntuH | grep -q "${2:-}.*:$1 "; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "port $1: $(cat "$work/log")"
		sleep 0.1
	done
}

# capture FILE FILTER...: tcpdump on the router; stop_capture ends it, unless
# it had -c and has ended itself.
capture() {
	file=$1
	shift
	ip netns exec "$router" tcpdump -i r0 --immediate-mode -U -q "$@" \
	    -w "$work/$file" >>"$work/log" 2>&1 &
	tap=$!
	wait_for "$work/$file"
}

stop_capture() {
	sleep 0.7
	kill -INT "$tap" 2>/dev/null || :
	wait "$tap" || :
	case $1 in
	*.pcapng)
		"$here/wrap" r0 <"$work/$1" >"$target/$1" ;;
	*)
		cat "$work/$1" >"$target/$1" ;;
	esac
	size=$(wc -c <"$target/$1")
	[ "$size" -gt 100 ] || fail "$1 is empty: $(cat "$work/log")"
	[ "$size" -lt 60000 ] || fail "$1 has $size bytes"
	echo "$1: $size bytes"
}
