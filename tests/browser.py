"""A headless Chromium, spoken to over a pipe: what a page looks like and says."""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
]  # fmt: skip
_HIGH = 10


class Browser:
    """One page, with its messages, errors and requests.

    Attributes:
        events: What the browser told of the page, in order.
    """

    def __init__(self, commands, answers):
        self._commands, self._answers = commands, answers
        self._n, self._session, self._rest = 0, None, b""
        self.events = []

    def send(self, method, **params):
        """Ask for something, and return the answer."""
        self._n += 1
        message = {"id": self._n, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._n:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def _read(self):
        while b"\0" not in self._rest:
            read = os.read(self._answers, 65536)
            assert read, "the browser has ended"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def open(self, url, *, width, height=800, scheme="light"):
        """Show a page, and wait until it is there."""
        if self._session is None:
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.send(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.send("Emulation.setDeviceMetricsOverride", **size, mobile=width < 500)
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", features=media)
        self.events.clear()
        self.send("Page.navigate", url=url)
        while all(one.get("method") != "Page.loadEventFired" for one in self.events):
            self.events.append(self._read())

    def evaluate(self, expression):
        """Return the value of JavaScript in the page."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        return answer["result"].get("value")

    def screenshot(self, path, *, is_whole=True):
        """Write the page as a PNG."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=is_whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self):
        """Return errors and messages of the console, in words."""
        kinds = {
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
        }
        return [json.dumps(one) for one in self.events if one.get("method") in kinds]

    def requests(self):
        """Return the addresses that the page asked for."""
        return [
            one["params"]["request"]["url"]
            for one in self.events
            if one.get("method") == "Network.requestWillBeSent"
        ]


@contextlib.contextmanager
def browser():
    """Run a browser inside a `with` block."""
    pipes = [*os.pipe(), *os.pipe()]
    # Out of the way of 3 and 4, which are those that the browser looks at.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in pipes]
    for end in pipes:
        os.close(end)
    theirs_in, commands, answers, theirs_out = ends

    def place():
        os.dup2(theirs_in, 3)
        os.dup2(theirs_out, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=place,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
        )
        try:
            yield Browser(commands, answers)
        finally:
            process.terminate()
            process.wait(timeout=20)
            for end in ends:
                os.close(end)
