# A store of keys and values, with a password.
# shellcheck shell=sh disable=SC2154

needs redis-server redis-cli
for port in 6379 8379; do
	start "$server" redis-server --port "$port" --requirepass S3cret-redis \
	    --protected-mode no --save '' --dir "$work"
	wait_for_port "$port"
done
capture redis.pcap tcp
for port in 6379 8379; do
	quietly redis-cli -h 10.77.1.2 -p "$port" -a S3cret-redis \
	    set room 'second floor'
	quietly redis-cli -h 10.77.1.2 -p "$port" -a S3cret-redis get room
done
stop_capture redis.pcap
