#!/usr/bin/env python3
"""Check pages with axe-core, at the sizes of a phone and of a desk, light and dark.

    npm install axe-core                          # once, outside the repository
    python3 scripts/check_accessibility.py --axe node_modules/axe-core/axe.min.js runs/full/report.html http://127.0.0.1:8081/

Needs Chromium and its driver (Debian: chromium, chromium-driver), and no Python package. Every page is opened at 390 and
1280 pixels, each light and dark. Printed are violations of axe-core's rules (WCAG 2 A and AA and its best practices), a page
that is wider than its window, text that is cut, and messages of the console; the exit code is 1 if there is any, else 0.

`--before` runs JavaScript in each page first, to check a state of it: an open dialog, a field in focus. `--details` opens every
<details>. `--pictures FOLDER` also saves each page as PNG, whole; with `--window` only what its window shows, as for a dialog.
"""

import argparse
import base64
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

WIDTHS = {390: 844, 1280: 900}

RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  (result) => done(result.violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map((n) => [n.target.join(" "), n.failureSummary]) }))),
  (error) => done([{ id: "error", impact: "serious", help: String(error), nodes: [] }]));
"""

# Text that its own box cuts, visible boxes only; boxes that scroll are no fault.
CUT = """
const cut = [];
for (const e of document.querySelectorAll("body *")) {
  const style = getComputedStyle(e);
  if (style.overflowX !== "hidden" && style.overflowX !== "clip") continue;
  if (style.clipPath !== "none" || !e.clientWidth || !e.textContent.trim() || e.closest("svg")) continue;
  if (e.scrollWidth > e.clientWidth + 1) cut.push(`${e.tagName.toLowerCase()}.${e.className}: "${e.textContent.trim().slice(0, 60)}"`);
}
return [document.documentElement.scrollWidth - innerWidth, cut.slice(0, 10), cut.length];
"""


class Browser:
    """A headless Chromium, driven by WebDriver."""

    def __init__(self, width, dark):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
        if not driver or not chromium:
            sys.exit("Chromium and chromedriver are not installed (Debian: chromium, chromium-driver)")
        self.driver = subprocess.Popen([driver, f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        phone = width < 700
        metrics = {"width": width, "height": WIDTHS.get(width, 900), "pixelRatio": 2 if phone else 1, "touch": phone, "mobile": phone}
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--disable-background-networking", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                     f"--user-data-dir={self.profile.name}"]
        options = {"binary": chromium, "args": arguments, "mobileEmulation": {"deviceMetrics": metrics}}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}, "timeouts": {"script": 120_000}}
        for _ in range(100):
            try:
                made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("chromedriver does not answer")
        self.session = f"/session/{made['sessionId']}"

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def post(self, command, body):
        return self.ask("POST", f"{self.session}/{command}", body)

    def script(self, script, kind="sync"):
        return self.post(f"execute/{kind}", {"script": script, "args": []})

    def complaints(self):
        return [f"{entry['level']}: {entry['message']}" for entry in self.post("se/log", {"type": "browser"})]

    def picture(self, path, whole):
        if whole:
            # Images that are loaded when they come into view: the whole page is seen.
            self.script("for (const i of document.images) i.loading = 'eager'")
            time.sleep(0.5)
        shot = self.post("goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {"format": "png", "captureBeyondViewport": whole}})
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.ask("DELETE", self.session)
        self.driver.terminate()
        self.driver.wait()
        self.profile.cleanup()


def check(browser, url, args, axe, name):
    """Prints the faults of a page, and returns their number."""
    browser.post("url", {"url": url})
    if args.details:
        browser.script("for (const d of document.querySelectorAll('details')) d.open = true")
    time.sleep(args.wait)
    if args.before:
        browser.script(args.before)
        time.sleep(args.wait)
    beyond, cut, count = browser.script(CUT)
    faults = [f"the page is {beyond} px wider than the window"] if beyond > 1 else []
    faults += [f"{count} texts are cut: " + "; ".join(cut)] if count else []
    faults += browser.complaints()
    browser.script(axe + "\nreturn 0;")
    for violation in browser.script(RUN, "async"):
        faults.append(f"{violation['id']} ({violation['impact']}): {violation['help']}; {len(violation['nodes'])} elements")
        faults += [f"    {target}: {' '.join(why.split())}" for target, why in violation["nodes"][: args.show]]
    print(f"{name}: {'nothing found' if not faults else ''}")
    for fault in faults:
        print(f"  {fault}")
    if args.pictures:
        browser.picture(args.pictures / f"{name.replace(' ', '-').replace('/', '_').replace(':', '')}.png", not args.window)
    return len(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("pages", nargs="+", help="addresses (http://...) or files")
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js of the npm package axe-core")
    parser.add_argument("--before", default="", help="JavaScript to run in each page first")
    parser.add_argument("--details", action="store_true", help="open every <details> first")
    parser.add_argument("--wait", type=float, default=0.5, help="seconds between opening and checking")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS), help="widths of the window, pixels")
    parser.add_argument("--show", type=int, default=5, help="elements shown per violation")
    parser.add_argument("--pictures", type=Path, help="folder for a PNG of each page")
    parser.add_argument("--window", action="store_true", help="save only what the window shows")
    args = parser.parse_args()
    axe = args.axe.read_text(encoding="utf-8")
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
    faults = 0
    for width in args.widths:
        for dark in (False, True):
            browser = Browser(width, dark)
            try:
                for page in args.pages:
                    url = page if "://" in page else Path(page).resolve().as_uri()
                    name = f"{page.split('://')[-1].strip('/')} {width} {'dark' if dark else 'light'}"
                    faults += check(browser, url, args, axe, name)
            finally:
                browser.close()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
