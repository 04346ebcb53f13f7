#!/bin/sh
# A small made world, the whole pipeline, the server, what one listener would hear next, and the destinations with
# their page. Everything goes to demo/; what was started is stopped at the end, however that comes.
set -eu
cd "$(dirname "$0")/.."
upnext=.venv/bin/upnext
python=.venv/bin/python
server=
surfaces=

stop_servers() {
    for started in $surfaces $server; do
        kill "$started" 2>/dev/null || true
        wait "$started" 2>/dev/null || true
    done
    server=
    surfaces=
}
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

step() { printf '\n$ %s\n' "$*"; }

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Prints what a server says in a file when it is ready; fails with its words if it ends before.
wait_until_ready() {
    while ! grep '^ready' "$2"; do
        if ! kill -0 "$1" 2>/dev/null; then
            cat "$2" >&2
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
wait_until_ready "$server" demo/serve.out

listener=$("$python" scripts/demo_listener.py demo/data)
step upnext recommend --home demo/home --user "$listener" --address "127.0.0.1:$grpc"
"$upnext" recommend --home demo/home --user "$listener" --address "127.0.0.1:$grpc"

port=$(free_port)
step upnext surfaces --home demo/home --address "127.0.0.1:$grpc" --port "$port"
: >demo/surfaces.out
"$upnext" surfaces --home demo/home --address "127.0.0.1:$grpc" --port "$port" >demo/surfaces.out 2>&1 &
surfaces=$!
wait_until_ready "$surfaces" demo/surfaces.out
"$python" scripts/demo_home.py "http://127.0.0.1:$port" "$listener"

stop_servers
cat <<END

All of it is in demo/. The listening room, the destinations as a listener meets them, opens again with
    $upnext surfaces --home demo/home
at http://127.0.0.1:8600/; with it comes a model server. The models alone: $upnext serve --home demo/home
END
