# A morning in an office: what the demonstration shows.
# shellcheck shell=sh disable=SC2154

needs ping
start_web
start_names
start_shell
capture office.pcapng --time-stamp-precision nano
quietly ping -c 2 -i 0.2 10.77.1.2
quietly curl -s http://www.office.test/
secure_shell &
shell=$!
quietly curl -s http://www.office.test/report.txt
quietly curl -sk --http1.1 https://www.office.test/
wait $shell
quietly curl -s http://files.office.test:8081/
quietly dig @10.77.1.2 nobody.office.test
quietly dig @10.77.1.2 -p 5300 +tries=1 +time=1 www.office.test
quietly ping -c 2 -i 0.2 fd77:1::2
stop_capture office.pcapng
