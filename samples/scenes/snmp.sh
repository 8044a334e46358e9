# A host asked for its state by SNMP in three versions, and a trap.
# shellcheck shell=sh disable=SC2154

needs snmpd snmpget snmpwalk snmptrap socat
cat >"$work/snmpd.conf" <<END
agentAddress udp:161,udp6:161,udp:1161
rocommunity S3cret-community 10.77.0.0/16
rocommunity6 S3cret-community fd77::/16
sysName printer.office.test
sysLocation second floor
sysDescr A printer
createUser ann SHA S3cret-snmp-auth AES S3cret-snmp-priv
rouser ann priv
END
export SNMP_PERSISTENT_DIR="$work/snmp" MIBS=
mkdir "$work/snmp"
start "$server" snmpd -f -Lo -C -c "$work/snmpd.conf" -p "$work/snmpd.pid"
start "$server" socat -u UDP-RECV:162 OPEN:/dev/null
start "$server" socat -u UDP-RECV:1162 OPEN:/dev/null
wait_for_port 1161 udp
name=1.3.6.1.2.1.1.5.0
capture snmp.pcap udp
quietly snmpget -v 1 -c S3cret-community 10.77.1.2 $name
quietly snmpget -v 2c -c S3cret-community 10.77.1.2 $name
quietly snmpget -v 2c -c S3cret-community 'udp6:[fd77:1::2]' $name
quietly snmpget -v 3 -u ann -l authPriv -a SHA -A S3cret-snmp-auth \
    -x AES -X S3cret-snmp-priv 10.77.1.2 $name
quietly snmpget -v 2c -c S3cret-community 10.77.1.2:1161 $name
quietly snmpget -v 3 -u ann -l authPriv -a SHA -A S3cret-snmp-auth \
    -x AES -X S3cret-snmp-priv 10.77.1.2:1161 $name
quietly snmptrap -v 2c -c S3cret-trap 10.77.1.2 '' 1.3.6.1.6.3.1.1.5.3
quietly snmptrap -v 1 -c S3cret-trap 10.77.1.2 1.3.6.1.4.1.8072 10.77.0.2 \
    2 0 ''
stop_capture snmp.pcap
