# HTTP/3: QUIC on its own port and on another.
# shellcheck shell=sh disable=SC2154

needs gtlsserver gtlsclient openssl
make_small_certificate www
mkdir "$work/www"
echo '<h1>Hello from the office</h1>' >"$work/www/index.html"
for port in 443 8443; do
	start "$server" gtlsserver -q -d "$work/www" 10.77.1.2 "$port" \
	    "$work/www.key" "$work/www.crt"
	wait_for_port "$port" udp
done
# The end of the second one is left out.
capture quic.pcap -c 18 udp
quietly gtlsclient -q --exit-on-all-streams-close 10.77.1.2 443 \
    https://www.office.test/index.html
quietly gtlsclient -q --exit-on-all-streams-close 10.77.1.2 8443 \
    https://www.office.test:8443/index.html
stop_capture quic.pcap
