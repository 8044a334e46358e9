# TLS in its versions, on its own port and on another; a certificate in clear.
# shellcheck shell=sh disable=SC2154

needs nginx openssl curl
make_pages
make_small_certificate www
start_nginx <<-END
	server {
		listen 443 ssl http2;
		listen [::]:443 ssl http2;
		listen 4443 ssl http2;
		ssl_protocols TLSv1.2 TLSv1.3;
	}
END
wait_for_port 4443

# fetch PORT OPTION...
fetch() {
	port=$1
	shift
	quietly curl -sk "$@" \
	    --connect-to "www.office.test:$port:10.77.1.2:$port" \
	    "https://www.office.test:$port/"
}

capture tls-versions.pcap tcp
fetch 443 --tls-max 1.2 --http1.1
fetch 443 --tlsv1.3 --http2
fetch 4443 --tls-max 1.2 --http2
fetch 4443 --tlsv1.3 --http1.1
stop_capture tls-versions.pcap
