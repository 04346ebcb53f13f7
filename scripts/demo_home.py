"""Prints the shelves of a listener's Home from an application that runs; fails where its page doesn't answer."""

import json
import sys
import urllib.parse
import urllib.request

address, listener = sys.argv[1:]


def read(path: str) -> bytes:
    with urllib.request.urlopen(f"{address}{path}", timeout=30) as response:
        return response.read()


if b"<main" not in read("/"):
    sys.exit(f"{address} has no page")
home = json.loads(read(f"/v1/home?user_id={urllib.parse.quote(listener)}"))
for shelf in home["shelves"]:
    titles = ", ".join(item["title"] for item in shelf["items"][:3])
    sys.stdout.write(f"  {shelf['title']}: {titles} …\n")
