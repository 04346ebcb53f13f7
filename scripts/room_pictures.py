"""Takes pictures of the listening room of an application that runs, and prints what its page weighs.

python scripts/room_pictures.py http://127.0.0.1:8600 FOLDER; needs playwright, Chromium and Pillow.
"""

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 5
WIDE, PHONE = (1280, 800), (390, 844)
COLOURS = 128


def open_page(browser: Browser, address: str, view: str, size: tuple[int, int], theme: Any) -> Page:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, timezone_id="UTC"
    )
    page.goto(f"{address}/#/{view}")
    page.wait_for_selector(f"body[data-ready='{view}']")
    return page


def keep(page: Page, path: Path) -> None:
    page.wait_for_timeout(600)
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)
    page.close()


def take_pictures(browser: Browser, address: str, folder: Path) -> None:
    page = open_page(browser, address, "home", WIDE, "light")
    page.locator(".card .art").nth(1).click()
    page.locator(".card .why").nth(1).click()
    page.locator("#stages table").wait_for()
    keep(page, folder / "room-home-wide.png")
    keep(open_page(browser, address, "home", PHONE, "dark"), folder / "room-home-phone.png")
    page = open_page(browser, address, "dj", WIDE, "dark")
    page.locator(".segment").first.wait_for()
    page.locator(".spoken summary").first.click()
    page.locator("main").evaluate("main => { main.scrollTop = 0; }")
    keep(page, folder / "room-dj-wide.png")
    page = open_page(browser, address, "playlists", PHONE, "light")
    page.get_by_role("button", name="Calm music to study by").click()
    page.locator("#refine").wait_for()
    keep(page, folder / "room-playlists-phone.png")


def load(browser: Browser, address: str, view: str) -> tuple[float, list[int]]:
    """Milliseconds until a view has its content, and the bytes of each answer."""
    page, sizes = browser.new_page(), []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(f"{address}/#/{view}")
    page.wait_for_selector(f"body[data-ready='{view}']")
    milliseconds = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    page.close()
    return milliseconds, sizes


def print_weight(browser: Browser, address: str) -> None:
    for view in ("home", "search", "discover-weekly", "daylist", "dj", "playlists"):
        loads = [load(browser, address, view) for _ in range(ROUNDS)]
        ready, sizes = statistics.median(one[0] for one in loads), loads[-1][1]
        sys.stdout.write(
            f"{view}: {sum(sizes) / 1000:.0f} kB in {len(sizes)} requests, ready after {ready:.0f} ms\n"
        )


def main() -> None:
    address, folder = sys.argv[1], Path(sys.argv[2])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print_weight(browser, address)
        take_pictures(browser, address, folder)
        browser.close()


if __name__ == "__main__":
    main()
