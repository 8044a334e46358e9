# Which programs a host offers by ONC RPC.
# shellcheck shell=sh disable=SC2154

needs rpcbind rpcinfo
start "$server" rpcbind -f
wait_for_port 111
wait_for_port 111 udp
capture rpc.pcap tcp or udp
quietly rpcinfo -p 10.77.1.2
quietly rpcinfo -T udp 10.77.1.2 100000 2
quietly rpcinfo -T tcp 10.77.1.2 100000 4
stop_capture rpc.pcap
