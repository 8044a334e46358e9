# A machine read and set by Modbus.
# shellcheck shell=sh disable=SC2154

needs python3
cat >"$work/server.py" <<'END'
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer

context = ModbusServerContext(slaves=ModbusSlaveContext(), single=True)
StartTcpServer(context=context, address=("10.77.1.2", int(sys.argv[1])))
END
cat >"$work/client.py" <<'END'
import sys

from pymodbus.client import ModbusTcpClient

client = ModbusTcpClient("10.77.1.2", port=int(sys.argv[1]))
client.connect()
client.write_register(1, 215, slave=1)
client.read_holding_registers(1, 2, slave=1)
client.read_coils(1, 8, slave=1)
client.close()
END
for port in 502 8502; do
	start "$server" /usr/bin/python3 "$work/server.py" "$port"
	wait_for_port "$port"
done
capture modbus.pcap tcp
quietly /usr/bin/python3 "$work/client.py" 502
quietly /usr/bin/python3 "$work/client.py" 8502
stop_capture modbus.pcap
