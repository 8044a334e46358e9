# Files fetched and stored by ftp, with each way to open a data connection.
# shellcheck shell=sh disable=SC2154

needs vsftpd curl

# serve PORT DATA_PORT
serve() {
	cat >"$work/ftp-$1.conf" <<-END
		listen=NO
		listen_ipv6=YES
		listen_port=$1
		background=NO
		anonymous_enable=NO
		local_enable=YES
		write_enable=YES
		chroot_local_user=YES
		allow_writeable_chroot=YES
		seccomp_sandbox=NO
		isolate_network=NO
		secure_chroot_dir=$work/empty
		pasv_min_port=$2
		pasv_max_port=$2
	END
	start "$server" vsftpd "$work/ftp-$1.conf"
	wait_for_port "$1"
}

# fetch URL OPTION...
fetch() {
	quietly curl -sS --user ann:S3cret-ftp "$@"
}

mkdir "$work/empty"
serve 21 40021
serve 2121 42121
capture ftp.pcap tcp
fetch ftp://10.77.1.2/notes.txt
fetch --disable-epsv ftp://10.77.1.2/notes.txt
fetch --disable-eprt --ftp-port 10.77.0.2:40101-40101 \
    ftp://10.77.1.2/notes.txt
fetch --ftp-port '[fd77::2]:40102-40102' 'ftp://[fd77:1::2]/notes.txt'
fetch ftp://10.77.1.2:2121/notes.txt
fetch --ftp-port 10.77.0.2:40103-40103 -T "$work/home/notes.txt" \
    ftp://10.77.1.2:2121/copy.txt
stop_capture ftp.pcap
