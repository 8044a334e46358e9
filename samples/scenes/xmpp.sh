# A stream of XMPP: a password in clear, and STARTTLS.
# shellcheck shell=sh disable=SC2154

needs prosody setpriv openssl socat
make_small_certificate office
mkdir "$work/data"
chown -R prosody "$work/data" "$work/office.key"
cat >"$work/prosody.lua" <<END
data_path = "$work/data"
pidfile = "$work/data/prosody.pid"
modules_enabled = { "saslauth", "tls", "disco" }
modules_disabled = { "s2s", "posix" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
c2s_ports = { 5222, 8522 }
interfaces = { "10.77.1.2" }
log = { info = "*console" }
ssl = { key = "$work/office.key", certificate = "$work/office.crt" }
VirtualHost "office.test"
END
start "$server" setpriv --reuid=prosody --regid=prosody --clear-groups \
    prosody -F --config "$work/prosody.lua"
wait_for_port 8522
stream="<?xml version='1.0'?><stream:stream to='office.test'"
stream="$stream xmlns='jabber:client' version='1.0'"
stream="$stream xmlns:stream='http://etherx.jabber.org/streams'>"
secret=$(printf '\0ann\0S3cret-xmpp' | base64)
capture xmpp.pcap tcp
for port in 5222 8522; do
	type_at "10.77.1.2:$port" "$stream" \
	    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'
	    mechanism='PLAIN'>$secret</auth>" '</stream:stream>'
done
quietly openssl s_client -connect 10.77.1.2:5222 -starttls xmpp \
    -xmpphost office.test -tls1_2 </dev/null
stop_capture xmpp.pcap
