# HTTP on ports of other services: several requests on one connection, what
# is sent to a server, cookies and tokens, and a change to WebSocket.
# shellcheck shell=sh disable=SC2154

needs nginx curl python3
mkdir "$work/www"
echo '<h1>Files</h1>' >"$work/www/index.html"
echo 'Notes from the office' >"$work/www/notes.txt"
cat >"$work/nginx.conf" <<END
daemon off;
pid $work/nginx.pid;
events { }
http {
	access_log off;
	root $work/www;
	server {
		listen 80;
		listen 8081;
		listen [::]:8081;
		add_header Set-Cookie session=S3cret-cookie-set;
		location = /form { return 204; }
		location = /private { return 401; }
		location = /old { return 301 /notes.txt; }
	}
	server {
		listen 8000 http2;
	}
}
END
start "$server" nginx -c "$work/nginx.conf" -e "$work/nginx.log"
cat >"$work/echo.py" <<'END'
import asyncio

import websockets


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main():
    async with websockets.serve(echo, "10.77.1.2", 8765):
        await asyncio.sleep(60)

asyncio.run(main())
END
cat >"$work/say.py" <<'END'
import asyncio

import websockets


async def main():
    address = "ws://10.77.1.2:8765/chat"
    async with websockets.connect(address, compression=None) as socket:
        await socket.send("hello")
        await socket.recv()

asyncio.run(main())
END
start "$server" /usr/bin/python3 "$work/echo.py"
wait_for_port 8081
wait_for_port 8765
files=http://www.files.test:8081
resolve=www.files.test:8081:10.77.1.2
capture http.pcap tcp
quietly curl -s --resolve "$resolve" "$files/" "$files/notes.txt" \
    "$files/missing"
quietly curl -s --resolve "$resolve" -A 'sample/1.0' -d 'word=S3cret-form' \
    -H 'Cookie: session=S3cret-cookie' "$files/form"
quietly curl -s --resolve "$resolve" -H 'Authorization: Bearer S3cret-bearer' \
    "$files/private?token=S3cret-query"
quietly curl -s --resolve "$resolve" -u ann:S3cret-basic -I "$files/old"
quietly curl -s --resolve 'www.files.test:8081:[fd77:1::2]' "$files/"
quietly curl -s http://10.77.1.2/notes.txt
quietly curl -s --http2-prior-knowledge http://10.77.1.2:8000/notes.txt
quietly /usr/bin/python3 "$work/say.py"
stop_capture http.pcap
