# Messages for the log of another host.
# shellcheck shell=sh disable=SC2154

needs rsyslogd logger unshare hostname
cat >"$work/rsyslog.conf" <<END
module(load="imudp")
module(load="imtcp")
input(type="imudp" port="514")
input(type="imudp" port="8514")
input(type="imtcp" port="8514")
*.* $work/messages
END
start "$server" rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslog.pid"
wait_for_port 8514 tcp

# tell PORT OPTION...
tell() {
	port=$1
	shift
	# The words of the inner shell are its own.
	# shellcheck disable=SC2016
	quietly unshare -u sh -c 'hostname desk && exec logger "$@"' sh \
	    -n 10.77.1.2 -P "$port" -t door -p user.notice "$@"
}

capture syslog.pcap udp or tcp
tell 514 -d --rfc3164 'the door is open'
tell 514 -d --rfc5424=notq 'the door is closed'
tell 8514 -d --rfc3164 'the door is open'
tell 8514 -T --rfc5424=notq --octet-count 'the door is closed'
stop_capture syslog.pcap
