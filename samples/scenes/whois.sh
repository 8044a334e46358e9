# Who a person is, by finger, and whose a name is, by whois.
# shellcheck shell=sh disable=SC2154

needs finger whois socat
cat >"$work/finger" <<'END'
#!/bin/sh
read -r name
printf 'Login: ann\r\nName: Ann Sample\r\nNo Plan.\r\n'
END
cat >"$work/whois" <<'END'
#!/bin/sh
read -r name
printf 'domain: OFFICE.TEST\r\nholder: Office\r\nsource: SAMPLE\r\n'
END
chmod +x "$work/finger" "$work/whois"
for words in '79 finger' '43 whois' '8043 whois'; do
	start "$server" socat "TCP-LISTEN:${words% *},fork,reuseaddr" \
	    "EXEC:$work/${words#* }"
	wait_for_port "${words% *}"
done
capture finger.pcap tcp
quietly finger ann@10.77.1.2
stop_capture finger.pcap
capture whois.pcap tcp
quietly whois -h 10.77.1.2 office.test
quietly whois -h 10.77.1.2 -p 8043 office.test
stop_capture whois.pcap
