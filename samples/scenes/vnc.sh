# A desktop from afar by VNC.
# shellcheck shell=sh disable=SC2154

needs Xvnc Xvfb xtightvncviewer vncpasswd
echo S3cret-v | vncpasswd -f >"$work/password"
start "$server" Xvnc :76 -rfbport 5900 -desktop Office \
    -geometry 128x64 -depth 16 -SecurityTypes VncAuth \
    -PasswordFile "$work/password"
start "$server" Xvnc :75 -rfbport 8590 -desktop Office \
    -geometry 128x64 -depth 16 -SecurityTypes None
start "$client" Xvfb :77 -screen 0 640x480x16 -nolisten tcp
wait_for_port 5900
wait_for_port 8590
capture vnc.pcap tcp
export DISPLAY=:77
quietly timeout 2 xtightvncviewer -passwd "$work/password" 10.77.1.2::5900
quietly timeout 2 xtightvncviewer 10.77.1.2::8590
stop_capture vnc.pcap
