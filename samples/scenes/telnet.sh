# A login by telnet, and one without any option.
# shellcheck shell=sh disable=SC2154

needs telnetd telnet socat
cat >"$work/login" <<'END'
#!/bin/sh
printf 'office login: '
read -r name
printf 'Password: '
read -r word
printf '\r\nWelcome, %s.\r\n$ ' "${name%?}"
while read -r line; do
	case $line in
	exit*) exit 0 ;;
	date*) printf 'a day in November\r\n$ ' ;;
	*) printf 'not found\r\n$ ' ;;
	esac
done
END
chmod +x "$work/login"
for port in 23 2323; do
	start "$server" socat "TCP6-LISTEN:$port,fork,reuseaddr,ipv6only=0" \
	    "EXEC:telnetd --exec-login=$work/login,nofork"
	wait_for_port "$port"
done
start "$server" socat TCP-LISTEN:2024,fork,reuseaddr "EXEC:$work/login"

# log_in HOST PORT
log_in() {
	{
		for line in '' ann S3cret-telnet date exit; do
			sleep 0.5
			[ -z "$line" ] || printf '%s\r\n' "$line"
		done
		sleep 0.5
	} | quietly telnet "$@"
}

capture telnet.pcap tcp
log_in 10.77.1.2 23
log_in fd77:1::2 23
log_in 10.77.1.2 2323
type_at 10.77.1.2:2024 ann S3cret-telnet date exit
stop_capture telnet.pcap
