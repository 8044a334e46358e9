# Mail submitted with a password: in clear, and after STARTTLS.
# shellcheck shell=sh disable=SC2154

needs python3 curl openssl
make_small_certificate mail
cat >"$work/server.py" <<'END'
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult


def is_right(server, session, envelope, mechanism, data):
    return AuthResult(success=True)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + ".crt", sys.argv[1] + ".key")
for port in (587, 8025):
    Controller(Sink(), hostname="10.77.1.2", port=port, ident="ESMTP sample",
               server_hostname="mail.office.test", authenticator=is_right,
               auth_require_tls=False, tls_context=context).start()
time.sleep(60)
END
start "$server" /usr/bin/python3 "$work/server.py" "$work/mail"
wait_for_port 8025
printf 'Subject: Lunch\r\n\r\nAt noon.\r\n' >"$work/message"

# send PORT OPTION...
send() {
	port=$1
	shift
	quietly curl -sSk --mail-from ann@office.test \
	    --mail-rcpt bob@office.test -T "$work/message" \
	    "smtp://10.77.1.2:$port/desk.office.test" "$@"
}

capture submission.pcap tcp
send 587 --user ann:S3cret-smtp
send 587 --user ann:S3cret-smtp --ssl-reqd --tls-max 1.2
send 8025 --user ann:S3cret-smtp --login-options AUTH=LOGIN
stop_capture submission.pcap
