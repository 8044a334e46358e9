# Files of a Windows network, and its names.
# shellcheck shell=sh disable=SC2154

needs smbd nmbd smbclient nmblookup
mkdir -p "$work/files" "$work/samba"
echo 'Notes from the office' >"$work/files/notes.txt"
chmod -R a+rX "$work"
cat >"$work/smb.conf" <<END
[global]
netbios name = FILES
workgroup = OFFICE
server string = Files of the office
map to guest = Bad User
server min protocol = NT1
private dir = $work/samba
lock directory = $work/samba
state directory = $work/samba
cache directory = $work/samba
pid directory = $work/samba
ncalrpc dir = $work/samba
log file = $work/samba/log
smb ports = 445 8445
load printers = no
disable spoolss = yes
[files]
path = $work/files
guest ok = yes
END
# In a process group of its own: at the end it ends its whole group.
start "$server" smbd -F -s "$work/smb.conf"
start "$server" nmbd -F -s "$work/smb.conf"
wait_for_port 8445
wait_for_port 137 udp
# It asks everybody for its own names first.
sleep 5

# visit PORT DIALECT COMMANDS
visit() {
	quietly smbclient -s "$work/smb.conf" -p "$1" -m "$2" -n DESK \
	    --option="client min protocol=$2" -U ann%S3cret-smb \
	    //10.77.1.2/files -c "$3"
}

capture smb.pcap tcp or udp port 137
quietly nmblookup -s "$work/smb.conf" -U 10.77.1.2 -R FILES
quietly nmblookup -s "$work/smb.conf" -A 10.77.1.2
visit 445 SMB3 'get notes.txt /dev/null'
visit 445 NT1 exit
visit 8445 SMB2 exit
stop_capture smb.pcap
