"""What tests say to a served cluster: plain HTTP, and bytes that are no HTTP at all."""

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any

JSON = "application/json"


@dataclass
class Reply:
    code: int
    body: bytes
    headers: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_status(self) -> bool:
        """Whether it is a refusal as Kubernetes says it."""
        said = self.json
        return said["kind"] == "Status" and said["status"] == "Failure" and said["code"] == self.code


class Web:
    def __init__(self, server):
        self.server, self.port, self.token = server, server.port, server.token

    def ask(self, method, path, body=None, *, accept=JSON, sort=JSON, token=None, **headers) -> Reply:
        said = {"Accept": accept, "Authorization": f"Bearer {self.token if token is None else token}"}
        if token == "":
            del said["Authorization"]
        if body is not None and not isinstance(body, bytes):
            body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        if body is not None:
            said["Content-Type"] = sort
        said.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, said)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.headers)
        finally:
            connection.close()

    def get(self, path, **options) -> Reply:
        return self.ask("GET", path, **options)

    def watch(self, path, accept=JSON):
        """An open watch: `next` gives its events."""
        return Watched(self, path, accept)

    def raw(self, data: bytes, *, patience: float = 5.0) -> bytes:
        """Everything that is answered to some bytes, until the server hangs up or says no more for a while.

        A busy machine may be slow to say the first of it; and where the server hangs up on bytes that it has not read,
        the reset may overtake the answer: then they are sent again.
        """
        for _ in range(3):
            pieces = []
            with socket.create_connection(("127.0.0.1", self.port), timeout=max(patience, 5.0)) as held:
                try:
                    held.sendall(data)
                    while piece := held.recv(65536):
                        pieces.append(piece)
                        held.settimeout(patience)
                except (ConnectionResetError, BrokenPipeError, TimeoutError):
                    pass
            if pieces:
                break
        return b"".join(pieces)


class Watched:
    def __init__(self, web, path, accept):
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
        self.connection.request("GET", path, headers={"Accept": accept, "Authorization": f"Bearer {web.token}"})
        self.answer = self.connection.getresponse()

    def __iter__(self):
        return self

    def __next__(self):
        line = self.answer.readline()
        if not line:
            raise StopIteration
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()
        self.connection.close()
