# Files fetched and stored by tftp.
# shellcheck shell=sh disable=SC2154

needs in.tftpd tftp
mkdir "$work/boot"
head -c 1200 /dev/zero | tr '\0' x >"$work/boot/kernel.img"
chmod -R a+rwX "$work/boot"

# serve PORT DATA_PORTS
serve() {
	start "$server" in.tftpd -L -s -c -u root -p \
	    -a "0.0.0.0:$1" -R "$2" "$work/boot"
	wait_for_port "$1" udp
}

serve 69 40690:40699
serve 6969 41690:41699
echo 'Notes from the office' >"$work/notes.txt"
capture tftp.pcap udp
quietly tftp 10.77.1.2 69 -m binary -c get kernel.img "$work/got"
quietly tftp 10.77.1.2 69 -m ascii -c put "$work/notes.txt" notes.txt
quietly tftp 10.77.1.2 69 -m binary -c get missing.img "$work/got"
quietly tftp 10.77.1.2 6969 -m binary -c get kernel.img "$work/got"
stop_capture tftp.pcap
