# Servers that several scenes need. Read by samples/make.
# shellcheck shell=sh disable=SC2154

# make_certificate NAME [KEY...]: $work/NAME.key and NAME.crt.
make_certificate() {
	certificate=$1
	shift
	[ $# -gt 0 ] || set -- rsa:2048
	openssl req -x509 -nodes -days 3650 -newkey "$@" \
	    -subj "/CN=$certificate.office.test" \
	    -keyout "$work/$certificate.key" \
	    -out "$work/$certificate.crt" 2>/dev/null
}

# make_small_certificate NAME: of an elliptic curve, to keep captures small.
make_small_certificate() {
	make_certificate "$1" ec -pkeyopt ec_paramgen_curve:prime256v1
}

make_pages() {
	mkdir -p "$work/www"
	echo '<html><body><h1>Hello from the office</h1></body></html>' \
	    >"$work/www/index.html"
	i=0
	while [ $i -lt 100 ]; do
		echo "row $i: nothing happened today"
		i=$((i + 1))
	done >"$work/www/report.txt"
	chmod -R a+rX "$work"
}

# start_nginx: with the server blocks on standard input.
start_nginx() {
	cat >"$work/nginx.conf" <<-END
	daemon off;
	pid $work/nginx.pid;
	error_log $work/nginx.log;
	events { }
	http {
		access_log off;
		ssl_certificate $work/www.crt;
		ssl_certificate_key $work/www.key;
		root $work/www;
		$(cat)
	}
	END
	start "$server" nginx -c "$work/nginx.conf" -e "$work/nginx.log"
}

start_web() {
	needs nginx openssl curl
	make_pages
	make_certificate www
	start_nginx <<-END
		server {
			listen 80;
			listen [::]:80;
			listen 443 ssl;
		}
	END
	wait_for_port 443
}

# start_names [OPTION...]: dnsmasq, which knows three names.
start_names() {
	needs dnsmasq dig
	for name in files www mail; do
		set -- "$@" \
		    "--host-record=$name.office.test,10.77.1.2,fd77:1::2"
	done
	start "$server" dnsmasq --keep-in-foreground --conf-file=/dev/null \
	    --no-resolv --no-hosts --user=root --pid-file="$work/names.pid" \
	    --local=/office.test/ --listen-address=10.77.1.2 \
	    --bind-interfaces "$@"
	sleep 0.5
}

# start_shell [PORT]
start_shell() {
	needs ssh sshd ssh-keygen
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -C sample -f "$work/host"
	ssh-keygen -q -t ed25519 -N '' -C sample -f "$work/user"
	start "$server" "$(command -v sshd)" -D -e -f /dev/null \
	    -p "${1:-22}" \
	    -h "$work/host" -o "AuthorizedKeysFile=$work/user.pub" \
	    -o StrictModes=no -o UsePAM=no -o PidFile=none \
	    -o PermitRootLogin=prohibit-password
	wait_for_port "${1:-22}"
}

# secure_shell [PORT]: one command.
secure_shell() {
	quietly ssh -n -F none -i "$work/user" -o BatchMode=yes \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -p "${1:-22}" root@10.77.1.2 'echo hello'
}
