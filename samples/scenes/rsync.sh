# Files fetched by rsync.
# shellcheck shell=sh disable=SC2154

needs rsync
mkdir "$work/files"
echo 'Notes from the office' >"$work/files/notes.txt"
printf '[files]\npath = %s\nuse chroot = no\ncomment = Of the office\n' \
    "$work/files" >"$work/rsyncd.conf"
chmod -R a+rX "$work"
for port in 873 8873; do
	start "$server" rsync --daemon --no-detach --port="$port" \
	    --config="$work/rsyncd.conf"
	wait_for_port "$port"
done
capture rsync.pcap tcp
quietly rsync rsync://10.77.1.2/
quietly rsync rsync://10.77.1.2/files/notes.txt "$work/one"
quietly rsync rsync://10.77.1.2:8873/files/notes.txt "$work/two"
stop_capture rsync.pcap
