# A printer that makes itself known by multicast DNS, and who asks for it.
# shellcheck shell=sh disable=SC2154

needs avahi-daemon dig
cat >"$work/avahi.conf" <<END
[server]
host-name=printer
allow-interfaces=r0
enable-dbus=no
[publish]
publish-workstation=no
publish-hinfo=no
END
capture mdns.pcap udp port 5353 or udp port 5454
start "$router" avahi-daemon --no-drop-root --no-chroot -f "$work/avahi.conf"
sleep 3
quietly dig @224.0.0.251 -p 5353 +tries=1 +time=1 printer.local A
quietly dig @224.0.0.251 -p 5353 +tries=1 +time=1 -x 10.77.0.1
stop_capture mdns.pcap
