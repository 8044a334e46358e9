# Loss. Half of the frames' bytes are cut off: the transfer is what matters.
# shellcheck shell=sh disable=SC2154

needs iperf3
start "$server" iperf3 -s -1
sleep 0.5
if in_space "$router" tc qdisc add dev r1 root netem loss 3% \
    2>>"$work/log"; then
	echo 'bulk-loss.pcap: loss by netem'
else
	in_space "$router" tc qdisc add dev r1 root tbf \
	    rate 8mbit burst 4kb limit 30kb
	echo 'bulk-loss.pcap: loss by a short queue at 8 Mbit/s'
fi
capture bulk-loss.pcap -s 96 tcp port 5201
quietly iperf3 -c 10.77.1.2 -n 250K
stop_capture bulk-loss.pcap
