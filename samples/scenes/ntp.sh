# The time asked for.
# shellcheck shell=sh disable=SC2154

needs chronyd
for port in 123 8123; do
	cat >"$work/chrony-$port.conf" <<-END
	local stratum 8
	allow 10.77.0.0/16
	allow fd77::/16
	port $port
	cmdport 0
	bindcmdaddress /
	pidfile $work/chrony-$port.pid
	END
	# -x: the clock is nobody's business here.
	start "$server" chronyd -d -x -u root -f "$work/chrony-$port.conf"
	wait_for_port "$port" udp
done
sleep 1

# ask SERVER: says what the time is and sets nothing.
ask() {
	quietly chronyd -Q -t 8 -u root 'cmdport 0' 'bindcmdaddress /' \
	    "pidfile $work/ask.pid" "server $1 iburst maxsamples 2"
}

capture ntp.pcap udp
ask 10.77.1.2
ask fd77:1::2
ask '10.77.1.2 port 8123'
stop_capture ntp.pcap
