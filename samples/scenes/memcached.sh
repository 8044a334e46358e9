# A cache, by its words.
# shellcheck shell=sh disable=SC2154

needs memcached socat
start "$server" memcached -u nobody -p 11211 -m 8
start "$server" memcached -u nobody -p 8211 -m 8
wait_for_port 11211
wait_for_port 8211
capture memcached.pcap tcp
for port in 11211 8211; do
	type_at "10.77.1.2:$port" 'set room 0 0 5' table 'get room' version quit
done
stop_capture memcached.pcap
