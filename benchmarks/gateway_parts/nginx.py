"""nginx: as the provider that answers at once, and as a plain proxy to compare with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway_parts.folders import CLAIMED, OPEN
from gateway_parts.processes import children, program

BINARY = Path("/usr/sbin/nginx")
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "desk-clerk",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "I am sorry, I cannot help with that."},
        }
    ],
    "usage": {"prompt_tokens": 60, "completion_tokens": 10, "total_tokens": 70},
}

_FRAME = """\
daemon off; master_process on; worker_processes 1;
pid {folder}/{name}.pid; error_log {folder}/{name}.log crit;
events {{ worker_connections 10000; }}
http {{
  access_log off; keepalive_requests 10000000; client_body_buffer_size 64k;
  client_body_temp_path {folder}/{name}-body; proxy_temp_path {folder}/{name}-proxy;
  fastcgi_temp_path {folder}/{name}-f; uwsgi_temp_path {folder}/{name}-u; scgi_temp_path {folder}/{name}-s;
  {http}
}}
"""


@contextmanager
def nginx(folder: Path, name: str, port: int, http: str) -> Iterator[list[int]]:
    """Run nginx with one worker; yield its processes."""
    path = folder / f"{name}.conf"
    path.write_text(_FRAME.format(folder=folder, name=name, http=http))
    command = [BINARY, "-c", path, "-e", folder / f"{name}-start.log"]
    with program(command, port, folder / f"{name}.out") as process:
        while not (workers := children(process.pid)):
            time.sleep(0.05)
        yield [process.pid, *workers]


def fixed(port: int) -> str:
    """Return the configuration of a provider that gives every request the answer of its model."""

    def answer(model: str) -> str:
        return json.dumps({**ANSWER, "model": model}, separators=(",", ":"))

    return f"""server {{ listen 127.0.0.1:{port} backlog=4096; default_type application/json;
      location /{CLAIMED}/ {{ return 200 '{answer(CLAIMED)}'; }}
      location / {{ return 200 '{answer(OPEN)}'; }} }}"""


def proxy(port: int, whole: int, streamed: int) -> str:
    """Return the configuration of a plain proxy; what is streamed has a path of its own."""
    return f"""
      upstream whole {{ server 127.0.0.1:{whole}; keepalive 256; keepalive_requests 10000000; }}
      upstream streamed {{ server 127.0.0.1:{streamed}; keepalive 256; keepalive_requests 10000000; }}
      server {{ listen 127.0.0.1:{port} backlog=4096;
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
        location /stream/ {{ proxy_pass http://streamed/; }}
        location / {{ proxy_pass http://whole; }} }}"""
