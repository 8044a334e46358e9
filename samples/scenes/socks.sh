# A page and TLS through a SOCKS proxy.
# shellcheck shell=sh disable=SC2154

needs microsocks nginx curl
make_pages
make_small_certificate www
start_nginx <<-END
	server {
		listen 80;
		listen 443 ssl;
	}
END
start "$server" microsocks -p 1080 -u ann -P S3cret-socks
start "$server" microsocks -p 8180
wait_for_port 1080
wait_for_port 8180
capture socks.pcap tcp
quietly curl -s -x socks5h://ann:S3cret-socks@10.77.1.2:1080 \
    http://www.office.test/
quietly curl -sk -x socks5h://ann:S3cret-socks@10.77.1.2:1080 \
    https://www.office.test/
quietly curl -s -x socks5://10.77.1.2:8180 http://10.77.1.2/
stop_capture socks.pcap
