# A desktop from afar: the beginnings of a session.
# shellcheck shell=sh disable=SC2154

needs xrdp xfreerdp Xvfb openssl
make_small_certificate desk
cat >"$work/xrdp.ini" <<END
[Globals]
ini_version=1
fork=true
port=tcp://:3389 tcp://:3390
security_layer=negotiate
certificate=$work/desk.crt
key_file=$work/desk.key
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile=$work/xrdp.log
LogLevel=INFO
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
END
start "$server" xrdp --nodaemon --config "$work/xrdp.ini"
wait_for_port 3389
start "$client" Xvfb :77 -screen 0 640x480x16 -nolisten tcp
sleep 1
export DISPLAY=:77
# The pictures at the end are left out.
capture rdp.pcap -c 100 tcp
for words in '3389 /sec:tls' '3390 /sec:tls' '3389 /sec:rdp'; do
	quietly xfreerdp "/v:10.77.1.2:${words%% *}" "${words#* }" \
	    /u:ann /p:S3cret-rdp /client-hostname:desk /cert:ignore +auth-only
done
stop_capture rdp.pcap
