#!/bin/sh
# A small made world, the whole pipeline, the server, and what one listener would hear next. Everything goes to
# demo/; the server is stopped at the end, however that comes.
set -eu
cd "$(dirname "$0")/.."
upnext=.venv/bin/upnext
python=.venv/bin/python
server=

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}
trap stop_server EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

step() { printf '\n$ %s\n' "$*"; }

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Prints what the server says when it is ready; fails with its words if it ends before.
wait_until_ready() {
    while ! grep '^ready' demo/serve.out; do
        if ! kill -0 "$server" 2>/dev/null; then
            cat demo/serve.out >&2
            exit 1
        fi
        sleep 0.2
    done
}

mkdir -p demo
step upnext data make --out demo/data --users 400 --items 500 --days 60
"$upnext" data make --out demo/data --users 400 --items 500 --days 60

step upnext run --data demo/data --home demo/home
"$upnext" run --data demo/data --home demo/home

grpc=$(free_port)
rest=$(free_port)
step upnext serve --home demo/home --grpc-port "$grpc" --rest-port "$rest"
: >demo/serve.out  # there before it is looked into
"$upnext" serve --home demo/home --grpc-port "$grpc" --rest-port "$rest" >demo/serve.out 2>&1 &
server=$!
wait_until_ready

listener=$("$python" scripts/demo_listener.py demo/data)
step upnext recommend --home demo/home --user "$listener" --address "127.0.0.1:$grpc"
"$upnext" recommend --home demo/home --user "$listener" --address "127.0.0.1:$grpc"

stop_server
printf '\nAll of it is in demo/. Try another listener, or serve it yourself: %s serve --home demo/home\n' "$upnext"
