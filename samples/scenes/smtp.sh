# Mail handed over in clear.
# shellcheck shell=sh disable=SC2154

needs smtpd prlimit curl
cat >"$work/smtpd.conf" <<END
listen on 0.0.0.0 port 25 hostname mail.office.test
listen on :: port 25 hostname mail.office.test
listen on 0.0.0.0 port 2525 hostname mail.office.test
action "keep" mda "cat >/dev/null" virtual { "@" = ann }
match from any for any action "keep"
END
# It closes every descriptor that there may be, one by one.
start "$server" prlimit -n1024 smtpd -d -f "$work/smtpd.conf"
wait_for_port 2525
printf 'From: ann@office.test\r\nTo: bob@office.test\r\n%s\r\n\r\nAt ten.\r\n' \
    'Subject: Meeting' >"$work/message"

# send URL OPTION...
send() {
	quietly curl -sS --mail-from ann@office.test \
	    --mail-rcpt bob@office.test -T "$work/message" "$@"
}

capture smtp.pcap tcp
send smtp://10.77.1.2/desk.office.test
send 'smtp://[fd77:1::2]/desk.office.test'
send smtp://10.77.1.2:2525/desk.office.test
stop_capture smtp.pcap
