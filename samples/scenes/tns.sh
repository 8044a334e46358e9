# Oracle TNS: made, not recorded.
# shellcheck shell=sh disable=SC2154

needs python3
"$here/tns.py" >"$target/tns.pcap"
echo "tns.pcap: $(wc -c <"$target/tns.pcap") bytes"
