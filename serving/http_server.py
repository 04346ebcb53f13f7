"""HTTP for REST: Tornado reads requests in one thread, which holds any number of connections; others answer.

What a client may take is bounded: the bytes of a body, those of all bodies together, the requests that wait, and
the time of a header, a body and an answer.
"""

import asyncio
import logging
import re
import socket
import threading
import zlib
from collections.abc import Awaitable
from concurrent import futures
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from tornado import http1connection, httpserver, httputil, iostream

from serving.errors import STOPPING, ServerError
from serving.options import Options
from serving.rest_service import Answer, RestService, error_answer

IDLE_SECONDS: Final = 60.0  # between two requests, for a whole header, and for a whole body
MOST_DISCARDED: Final = 1 << 30  # bytes of a body that is too long, read on for the client to see the answer
UNREAD_SECONDS: Final = 0.1  # for requests to be read that came before a stop
BODIES: Final = 4  # of the longest, in memory at once
WAITING_PER_THREAD: Final = 64
_INFLATED: Final = 1 << 16  # bytes that a gzipped body grows by at a time
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
MOST_OF_HEADERS: Final = (
    1 << 16
)  # bytes; TF Serving sets no limit, and libevent answers 400 where there is one
METHODS: Final = frozenset(("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"))  # others are 501
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}


def path_of(target: str) -> str:
    """Returns the path of a request's target, which proxies may send with scheme and host."""
    if target.lower().startswith(("http://", "https://")):
        target = "/" + target.partition("://")[2].partition("/")[2]
    return target.partition("?")[0]


class _Server(httpserver.HTTPServer):
    """Tornado's, which closes the connection of a header that is too long, with an answer before."""

    def handle_stream(self, stream: iostream.IOStream, address: tuple) -> None:
        def answer_too_long() -> None:
            if isinstance(stream.error, iostream.UnsatisfiableReadError):
                body = error_answer(
                    HTTPStatus.BAD_REQUEST, f"The headers have over {MOST_OF_HEADERS} bytes"
                ).body
                with suppress(OSError):
                    stream.socket.send(
                        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                        b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
                    )
                    stream.socket.shutdown(socket.SHUT_WR)
                    while stream.socket.recv(MOST_OF_HEADERS):  # what is unread would reset the connection
                        pass
            close_fd()

        close_fd, stream.close_fd = stream.close_fd, answer_too_long  # type: ignore[method-assign]
        super().handle_stream(stream, address)


class HttpServer(httputil.HTTPServerConnectionDelegate):
    """A REST service on a port.

    Args:
        service: answers, in threads.
        options: the address, the port and the limits.

    Raises:
        ServerError: the port is in use.
    """

    def __init__(self, service: RestService, options: Options) -> None:
        self.service, self.max_body = service, options.max_message_bytes
        self.opens_to_pages = options.rest_api_enable_cors_support
        self.timeout = options.rest_api_timeout_in_ms / 1000
        self.buffered = self.waiting = 0  # touched by the loop's thread alone
        self.max_waiting = options.rest_api_num_threads * WAITING_PER_THREAD
        self.pool = futures.ThreadPoolExecutor(options.rest_api_num_threads, thread_name_prefix="rest")
        self.loop = asyncio.new_event_loop()
        self._server = _Server(
            self,
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=IDLE_SECONDS,
            max_body_size=max(MOST_DISCARDED, self.max_body),
            max_header_size=MOST_OF_HEADERS,
        )
        host, port = options.bind_address, options.rest_api_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server(
                (host, port), family=family, backlog=1024, reuse_port=options.reuse_port
            )
        except OSError as error:
            raise ServerError(f"Port {port} of {host} can't be opened: {error.strerror}") from None
        self._socket.setblocking(False)

    def start(self) -> None:
        """Starts to answer."""
        for name in ("general", "application"):  # a wrong request is the client's affair, and private
            logging.getLogger(f"tornado.{name}").disabled = True
        threading.Thread(target=self._run, name="http", daemon=True).start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.call_soon(self._server.add_sockets, [self._socket])
        self.loop.run_forever()

    def shutdown(self, seconds: float) -> None:
        """Stops to accept connections, and waits for the requests under way, but no longer than `seconds`."""

        async def stop() -> None:
            self._server.stop()
            end = self.loop.time() + seconds
            await asyncio.sleep(min(UNREAD_SECONDS, seconds))
            while self.waiting and self.loop.time() < end:
                await asyncio.sleep(0.02)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._server.close_all_connections(), 1.0)

        if not self.loop.is_running():
            return
        with suppress(futures.TimeoutError):
            asyncio.run_coroutine_threadsafe(stop(), self.loop).result(seconds + 2.0)
        self.loop.call_soon_threadsafe(self.loop.stop)

    def start_request(
        self, server_conn: object, request_conn: httputil.HTTPConnection
    ) -> httputil.HTTPMessageDelegate:
        """Makes the reader of a request."""
        assert isinstance(request_conn, http1connection.HTTP1Connection)
        return _Request(self, request_conn)


class _Request(httputil.HTTPMessageDelegate):
    """One request while it is read, answered and sent; all but `_work` runs in the loop's thread."""

    def __init__(self, server: HttpServer, connection: http1connection.HTTP1Connection) -> None:
        self._server, self._connection = server, connection
        self._method = self._path = self._origin = ""
        self._body: list[bytes] = []
        self._gzip: zlib._Decompress | None = None
        self._size = 0
        self._refusal: Answer | None = None
        self._is_over = False  # answered, or nobody is there to take an answer
        self._is_worked_on = False

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> Awaitable[None] | None:
        assert isinstance(start_line, httputil.RequestStartLine)
        self._method, self._path = start_line.method, path_of(start_line.path)
        if self._method not in METHODS:
            self._refuse(HTTPStatus.NOT_IMPLEMENTED, f"Not Implemented: {self._method}")
        if "gzip" in headers.get("Content-Encoding", "").lower():
            self._gzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._origin = headers.get("Origin", "")
        length = headers.get("Content-Length", "")
        if "Transfer-Encoding" in headers and length:
            raise httputil.HTTPInputError("both Content-Length and Transfer-Encoding")
        if length.isdecimal() and int(length[:20]) > self._server.max_body:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_long(length[:20]))
            if "Expect" in headers:  # the body isn't sent yet, and need not be
                self._send(self._refusal)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        if self._gzip is None:
            self._keep(chunk)
            return None
        try:
            while chunk and self._refusal is None:
                self._keep(self._gzip.decompress(chunk, _INFLATED))
                chunk = self._gzip.unconsumed_tail
        except zlib.error:
            self._refuse_gzip()
        return None

    def _keep(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._refusal is not None:
            return
        if self._size > self._server.max_body:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_long(f"over {self._size}"))
        elif self._server.buffered + len(chunk) > BODIES * self._server.max_body:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many long requests at once")
        else:
            self._server.buffered += len(chunk)
            self._body.append(chunk)

    def finish(self) -> None:
        server = self._server
        if self._refusal is None and self._gzip is not None and not self._gzip.eof:
            self._refuse_gzip()  # it was cut off
        if self._refusal is None and server.service.is_stopping():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, STOPPING)
        if self._refusal is None and server.waiting >= server.max_waiting:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests are waiting")
        if self._refusal is not None:
            self._send(self._refusal)
            return
        self._connection.set_close_callback(self.on_connection_close)
        server.waiting += 1
        self._is_worked_on = True
        timer = server.loop.call_later(server.timeout, self._expire)
        future = server.loop.run_in_executor(server.pool, self._work)
        future.add_done_callback(lambda done: self._end(done, timer))

    def on_connection_close(self) -> None:
        self._is_over = True
        if not self._is_worked_on:
            self._drop_body()

    def _work(self) -> Answer | None:
        """Answers, in a thread; None where nobody waits any longer."""
        if self._is_over:
            return None
        if self._method == "OPTIONS":  # before a page of another origin asks; TF Serving reads no more of it
            if re.search("https?://", self._origin):
                return Answer(HTTPStatus.OK, b"")
            return error_answer(HTTPStatus.BAD_REQUEST, "Origin header is missing in CORS preflight")
        body = b"".join(self._body)
        return self._server.service.answer(self._method, self._path, body, lambda: self._is_over)

    def _end(self, done: "asyncio.Future[Answer | None]", timer: asyncio.TimerHandle) -> None:
        self._server.waiting -= 1
        timer.cancel()
        self._drop_body()
        answer = None if done.cancelled() or done.exception() else done.result()
        if answer is not None:
            self._send(answer)

    def _expire(self) -> None:
        message = f"The request took longer than {self._server.timeout:g} s"
        self._send(error_answer(HTTPStatus.GATEWAY_TIMEOUT, message))

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._drop_body()
        self._refusal = error_answer(status, message)

    def _refuse_gzip(self) -> None:
        message = "JSON Parse error: The document is empty, as its gzip can't be read"
        self._refuse(HTTPStatus.BAD_REQUEST, message)

    def _too_long(self, size: str) -> str:
        return f"The body has {size} bytes, more than {self._server.max_body}"

    def _drop_body(self) -> None:
        self._server.buffered -= sum(map(len, self._body))
        self._body.clear()

    def _send(self, answer: Answer | None) -> None:
        if self._is_over or answer is None:
            return
        self._is_over = True
        headers = httputil.HTTPHeaders(
            {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
        )
        if self._server.opens_to_pages:
            headers.update(CORS)
        start_line = httputil.ResponseStartLine(
            "HTTP/1.1", answer.status, _REASONS.get(answer.status, "Error")
        )
        with suppress(iostream.StreamClosedError):
            self._connection.write_headers(
                start_line, headers, b"" if self._method == "HEAD" else answer.body
            )
            self._connection.finish()
