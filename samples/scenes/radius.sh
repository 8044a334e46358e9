# Who may enter, asked by RADIUS.
# shellcheck shell=sh disable=SC2154

needs freeradius radclient
mkdir "$work/radius"
cat >"$work/radius/radiusd.conf" <<'END'
name = radiusd
security {
	allow_vulnerable_openssl = yes
}
modules {
	pap {
	}
	chap {
	}
}
client office {
	ipaddr = 10.77.0.0/16
	secret = S3cret-radius
}
server office {
	listen {
		type = auth
		ipaddr = *
		port = 1812
	}
	listen {
		type = auth
		ipaddr = *
		port = 8812
	}
	authorize {
		if (&User-Name == "ann") {
			update control {
				&Cleartext-Password := "S3cret-door"
			}
		}
		chap
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
		Auth-Type CHAP {
			chap
		}
	}
}
END
start "$server" freeradius -f -l stdout -d "$work/radius"
wait_for_port 8812 udp

# ask PORT ATTRIBUTES
ask() {
	echo "$2" | quietly radclient -r 1 -t 2 "10.77.1.2:$1" auth \
	    S3cret-radius
}

capture radius.pcap udp
ask 1812 'User-Name=ann,User-Password=S3cret-door,NAS-Identifier=door'
ask 1812 'User-Name=ann,CHAP-Password=S3cret-door,NAS-Identifier=door'
ask 1812 'User-Name=eve,User-Password=S3cret-wrong,NAS-Identifier=door'
ask 8812 'User-Name=ann,User-Password=S3cret-door,NAS-Identifier=door'
stop_capture radius.pcap
