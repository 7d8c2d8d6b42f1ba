"""The office's web server as a process that can be killed, and people who send it forms."""

import http.client
import re
import socket
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

from tests.factories import PASSWORD
from tests.kills.forked import Forked
from tests.waiting import HUNG_AFTER, wait_until

FORM = "application/x-www-form-urlencoded"


class Server(Forked):
    """The office's web server, which answers once it is started."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        super().__init__("web", data, COUNTY_PORT=str(port), COUNTY_ADDRESS="127.0.0.1")

    def start(self, stage: str = "") -> None:
        super().start(stage)
        wait_until(self.answers, "the server does not start")

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), HUNG_AFTER):
            return True
        return False


def signed_in(server: Server, *logins: str) -> list["Browser"]:
    server.start()
    browsers = [Browser(server.port, login) for login in logins]
    server.kill()
    return browsers


class Browser:
    """A signed-in person who sends one form after the other."""

    def __init__(self, port: int, login: str) -> None:
        self.port, self.cookie = port, ""
        token = self.token("/office/sign-in")
        form = urlencode({"csrf_token": token, "login": login, "password": PASSWORD}).encode()
        status, _body = self.send("POST", "/office/sign-in", form)
        assert status == 303, status
        self.csrf = self.token("/office/account")

    def token(self, path: str) -> str:
        _status, body = self.send("GET", path)
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body)[1]

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        """The answer, or (0, "") when the server died meanwhile."""
        headers = {"Cookie": self.cookie, "Content-Type": kind or FORM}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HUNG_AFTER)
        with closing(connection):
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode(errors="replace")
            except (OSError, http.client.HTTPException):
                return 0, ""
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0]
        return answer.status, text
