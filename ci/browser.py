#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Chromium without a window, driven over two pipes by its debugging protocol: no driver, no package.

    with Browser() as browser:
        page = browser.page(width=390, dark=True)
        page.open("build/report/report.html")
        page.evaluate("document.title"), page.problems, page.requests

browser.py PAGE OUT.png [--width N] [--height N] [--dark] [--no-scripts] [--full]   takes a picture
browser.py --find                                                                  prints where Chromium is

There is no network for the page: names do not resolve, and each request is noted.
"""
import argparse
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-sync", "--disable-component-update", "--disable-default-apps",
    "--hide-scrollbars", "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
# What a key is called in an event, and which code it has.
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40}


class BrowserError(Exception):
    """The browser is not there, has ended, or does not answer."""


def find():
    """Where the browser is; None: nowhere."""
    return next((p for p in map(shutil.which, NAMES) if p), None)


class Browser:
    """A browser process. Pages are tabs of it."""

    def __init__(self, timeout=180):
        self.timeout = timeout
        self.buffer = b""
        self.last = 0
        self.pages = {}

    def __enter__(self):
        program = find()
        if not program:
            raise BrowserError("there is no chromium")
        self.profile = tempfile.mkdtemp(prefix="browser-")
        theirs_in, ours_out = pipe()
        ours_in, theirs_out = pipe()
        # It reads from 3 and writes to 4, which only a shell can arrange without disturbing Python's own.
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["bash", "-c", 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"', "browser", str(theirs_in), str(theirs_out),
             program, *ARGUMENTS, f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self.to, self.of = ours_out, ours_in
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (BrowserError, subprocess.TimeoutExpired, OSError):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.of)
        shutil.rmtree(self.profile, ignore_errors=True)

    def page(self, width=1280, height=900, dark=False, scripts=True):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target)
        self.pages[session] = page
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1,
                  uploadThroughput=-1)
        page.look(width, height, dark)
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        return page

    def send(self, method, session=None, **params):
        """One command, whose answer nobody waits for."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.write(json.dumps(message).encode() + b"\0")

    def call(self, method, session=None, **params):
        """One command, and its answer; events that come meanwhile go to their pages."""
        self.send(method, session, **params)
        until = time.monotonic() + self.timeout
        while True:
            answer = self.receive(until, method)
            if answer.get("id") != self.last:
                continue
            if "error" in answer:
                raise BrowserError(f"{method}: {answer['error'].get('message')}")
            return answer["result"]

    def write(self, data):
        while data:
            data = data[os.write(self.to, data):]

    def receive(self, until, why):
        """The next message; an event has been noted by then."""
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.of], [], [], left)[0]:
                raise BrowserError(f"no answer: {why}")
            data = os.read(self.of, 1 << 20)
            if not data:
                raise BrowserError(f"the browser has ended: {why}")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(line)
        page = self.pages.get(message.get("sessionId"))
        if page and "method" in message:
            page.note(message["method"], message.get("params", {}))
        return message


def pipe():
    """Away from the numbers that the browser's own are to have."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends


class Page:
    """A tab: what it shows, and what it complained of."""

    def __init__(self, browser, session, target):
        self.browser, self.session, self.target = browser, session, target
        self.problems = []  # errors on the console, exceptions, what could not be loaded
        self.requests = []
        self.loads = 0

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def note(self, method, params):
        if method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.loadingFailed":
            self.problems.append(f"not loaded: {params.get('errorText')}")
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.problems.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Inspector.targetCrashed":
            self.problems.append("the page crashed")

    def look(self, width=1280, height=900, dark=False, media=""):
        """How large the window is, and what the reader prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, path, fragment=""):
        """Opens a file; the milliseconds until it was loaded."""
        self.problems.clear()
        self.requests.clear()
        url = path if str(path).startswith(("about:", "file:")) else pathlib.Path(path).resolve().as_uri()
        before, loads = time.monotonic(), self.loads
        answer = self.call("Page.navigate", url=url + (f"#{fragment}" if fragment else ""))
        if answer.get("errorText"):
            raise BrowserError(f"{path}: {answer['errorText']}")
        if answer.get("loaderId"):  # none: only the fragment has changed
            self.wait(lambda: self.loads > loads, f"{path} is loading")
        # Two frames have been drawn: what the page's own scripts do on load has been done.
        self.call("Runtime.evaluate", expression="document.body.getBoundingClientRect().height")
        return round((time.monotonic() - before) * 1000)

    def wait(self, done, why):
        until = time.monotonic() + self.browser.timeout
        while not done():
            self.browser.receive(until, why)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def until(self, expression, seconds=10):
        """Whether it becomes true in time."""
        until = time.monotonic() + seconds
        while not self.evaluate(expression):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def press(self, key, times=1):
        event = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        if key in ("Enter", " "):
            event["text"] = "\r" if key == "Enter" else " "
        for n in range(1, times + 1):
            self.browser.send("Input.dispatchKeyEvent", self.session, type="keyDown", **event)
            # Some are on their way together; not so many that both sides wait for a full pipe.
            last = n % 50 == 0 or n == times
            (self.browser.call if last else self.browser.send)("Input.dispatchKeyEvent", self.session, type="keyUp", **event)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def back(self):
        """One step back in the history."""
        history = self.call("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        self.call("Page.navigateToHistoryEntry", entryId=entry["id"])

    def screenshot(self, path, full=False):
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=full, **(
            {"clip": {**self.extent(), "scale": 1}} if full else {}))
        with open(path, "wb") as f:
            f.write(base64.b64decode(answer["data"]))

    def extent(self):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {k: size[k] for k in ("x", "y", "width", "height")}

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        del self.browser.pages[self.session]


def main():
    if sys.argv[1:] == ["--find"]:
        print(find() or "")
        return 0 if find() else 1
    parser = argparse.ArgumentParser(description="takes a picture of a page")
    parser.add_argument("page")
    parser.add_argument("out")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--no-scripts", action="store_true")
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args()
    path, _, fragment = args.page.partition("#")
    with Browser() as browser:
        page = browser.page(args.width, args.height, args.dark, not args.no_scripts)
        page.open(path, fragment)
        page.screenshot(args.out, args.full)
        for problem in page.problems:
            print(problem)
        return 1 if page.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrowserError as error:
        sys.exit(f"browser: {error}")
