# Mail fetched by POP3 and IMAP: in clear, and after STLS and STARTTLS.
# shellcheck shell=sh disable=SC2154

needs dovecot curl
make_small_certificate mail
mkdir -p "$work/box/new" "$work/box/cur" "$work/box/tmp" "$work/run"
printf 'From: bob@office.test\r\nSubject: Tea\r\n\r\nAt four.\r\n' \
    >"$work/box/new/1.sample"
chown -R 1077:1077 "$work/box"
cat >"$work/dovecot.conf" <<END
base_dir = $work/run
log_path = /dev/stderr
protocols = pop3 imap
ssl = yes
ssl_cert = <$work/mail.crt
ssl_key = <$work/mail.key
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:$work/box
first_valid_uid = 1
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=1077 gid=1077 home=$work/home
}
service pop3-login {
  inet_listener pop3 {
    port = 110
  }
  inet_listener pop3-other {
    port = 8110
  }
}
service imap-login {
  inet_listener imap {
    port = 143
  }
  inet_listener imap-other {
    port = 8143
  }
}
END
start "$server" dovecot -F -c "$work/dovecot.conf"
wait_for_port 110
wait_for_port 8143

capture pop3.pcap tcp
type_at 10.77.1.2:110 'USER ann' 'PASS S3cret-pop3' STAT 'RETR 1' QUIT
quietly curl -sk --tls-max 1.2 --ssl-reqd -u ann:S3cret-pop3 pop3://10.77.1.2/1
quietly curl -s -u ann:S3cret-pop3 'pop3://[fd77:1::2]/1'
type_at 10.77.1.2:8110 'USER ann' 'PASS S3cret-pop3' QUIT
stop_capture pop3.pcap

capture imap.pcap tcp
type_at 10.77.1.2:143 'a LOGIN ann S3cret-imap' 'b SELECT INBOX' \
    'c FETCH 1 BODY[HEADER]' 'd LOGOUT'
quietly curl -sk --tls-max 1.2 --ssl-reqd -u ann:S3cret-imap \
    'imap://10.77.1.2/INBOX;MAILINDEX=1'
type_at 10.77.1.2:8143 'a LOGIN ann S3cret-imap' 'd LOGOUT'
stop_capture imap.pcap
