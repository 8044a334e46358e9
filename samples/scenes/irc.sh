# A talk by IRC.
# shellcheck shell=sh disable=SC2154

needs ngircd socat
cat >"$work/ngircd.conf" <<END
[Global]
Name = irc.office.test
Info = Office
AdminInfo1 = Ann
Listen = 10.77.1.2
Ports = 6667, 8667
Password = S3cret-irc
MotdPhrase = Welcome
PidFile = $work/ngircd.pid
[Options]
DNS = no
Ident = no
PAM = no
END
start "$server" ngircd -n -f "$work/ngircd.conf"
wait_for_port 8667
capture irc.pcap tcp
type_at 10.77.1.2:6667 'PASS S3cret-irc' 'NICK ann' \
    'USER ann 0 * :Ann Sample' 'JOIN #office' \
    'PRIVMSG #office :Good morning' 'QUIT :Tea'
type_at 10.77.1.2:8667 'NICK bob' 'USER bob 0 * :Bob Sample' 'QUIT :Tea'
stop_capture irc.pcap
