"""A server on loopback that speaks OpenAI's protocol for embeddings, or breaks it as a test says."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MEANINGS = (("magnet", "магнит", "磁"), ("weld", "свар", "焊"))
Answer = tuple[int, bytes]


def vector(text: str) -> list[float]:
    """Return an embedding of a text: how often each meaning occurs, in any language, and a little noise."""
    return [float(sum(text.casefold().count(word) for word in words)) for words in MEANINGS] + [0.1]


def vectors(asked: Any) -> Answer:
    """Return embeddings in the format of the protocol."""
    found = [{"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(asked["input"])]
    return 200, json.dumps({"object": "list", "data": found, "model": asked["model"]}).encode()


@dataclass
class FakeEndpoint:
    """The endpoint. url: what follows `openai:`. asked: path, headers and body of each request. answer: to the next
    requests.
    """

    url: str = ""
    answer: Callable[[Any], Answer] = vectors
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    pause: threading.Event | None = None
    """Where set, the answer's last byte waits until this is."""

    @property
    def texts(self) -> Sequence[str]:
        """All texts sent, in order."""
        return [text for _, _, body in self.asked for text in body["input"]]


@contextmanager
def endpoint() -> Iterator[FakeEndpoint]:
    found = FakeEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append((self.path, dict(self.headers), body))
            status, data = found.answer(body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **found.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if found.pause is not None:
                self.wfile.write(data[:-1])
                self.wfile.flush()
                found.pause.wait()
                data = data[-1:]
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: tests look at `asked`."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Ignore errors: clients may hang up early."""

    with Server(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            if found.pause is not None:
                found.pause.set()
            server.shutdown()
            thread.join()
