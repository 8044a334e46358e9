# A sensor tells its temperature by MQTT.
# shellcheck shell=sh disable=SC2154

needs mosquitto mosquitto_pub mosquitto_sub
printf 'listener %s 10.77.1.2\n' 1883 8833 >"$work/mosquitto.conf"
echo 'allow_anonymous true' >>"$work/mosquitto.conf"
start "$server" mosquitto -c "$work/mosquitto.conf"
wait_for_port 8833
capture mqtt.pcap tcp
for port in 1883 8833; do
	quietly mosquitto_sub -h 10.77.1.2 -p "$port" -i desk -t room/+ -C 1 \
	    -V mqttv5 &
	listener=$!
	sleep 0.5
	quietly mosquitto_pub -h 10.77.1.2 -p "$port" -i sensor -u ann \
	    -P S3cret-mqtt -t room/two -m 21.5 -q 1
	wait $listener
done
stop_capture mqtt.pcap
