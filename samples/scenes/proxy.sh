# A proxy: a page through it, and TLS through CONNECT.
# shellcheck shell=sh disable=SC2154

needs tinyproxy nginx curl
make_pages
make_small_certificate www
start_nginx <<-END
	server {
		listen 80;
		listen 443 ssl;
	}
END
cat >"$work/proxy.conf" <<END
Port 8888
Timeout 60
Allow 10.77.0.0/16
ViaProxyName "office"
AddHeader "X-Office" "sample"
BasicAuth ann S3cret-proxy
END
start "$server" tinyproxy -d -c "$work/proxy.conf"
wait_for_port 443
wait_for_port 8888
proxy=http://ann:S3cret-proxy@10.77.1.2:8888
capture proxy.pcap tcp port 8888
quietly curl -s -x "$proxy" http://10.77.1.2/
quietly curl -sk -x "$proxy" https://www.office.test/
stop_capture proxy.pcap
