"""nginx as a mail service: a private process that serves files over TLS on loopback."""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

START_LIMIT = 10.0  # seconds

CONFIG = """
{user}
daemon off;
worker_processes auto;
worker_rlimit_nofile 4096;
pid {root}/nginx.pid;
error_log {root}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  log_format requests '$request_method $request_uri $status';
  access_log {access_log};
  client_body_temp_path {root}/temp;
  proxy_temp_path {root}/temp;
  fastcgi_temp_path {root}/temp;
  uwsgi_temp_path {root}/temp;
  scgi_temp_path {root}/temp;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 300s;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {root}/certificate.pem;
    ssl_certificate_key {root}/key.pem;
    location = /v1.0/users/bench@example.com/messages {{
      default_type application/json;
      alias {root}/pages/1.json;
    }}
    location ~ ^/v1\\.0/page/(?<page>[0-9]+)$ {{
      default_type application/json;
      alias {root}/pages/$page.json;
    }}
    location ~ ^/v1\\.0/users/bench@example\\.com/messages/(?<id>[A-Za-z0-9=_-]+)/\\$value$ {{
      default_type text/plain;
      {value}
    }}
  }}
}}
"""
SMALL_MESSAGE = (
    'return 200 "From: alex.wilber@example.com\\r\\nSubject: small\\r\\n\\r\\nSmall.\\r\\n";'
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(root: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", root / "key.pem", "-out",
         root / "certificate.pem"],
        check=True, capture_output=True)


class Nginx:
    """Serves root/pages and root/messages (or, without the latter, one small message for all)
    from construction until close. Pages are written by the caller, who needs `url` for them."""

    def __init__(self, root: Path, *, messages: bool = False, log: bool = False) -> None:
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None or shutil.which("openssl") is None:
            sys.exit("nginx and openssl are needed: apt-get install nginx-light openssl")
        self.root = root
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}/v1.0"
        self.certificate = root / "certificate.pem"
        self.access_log = root / "access.log"
        make_certificate(root)
        group = grp.getgrgid(os.getegid()).gr_name
        (root / "nginx.conf").write_text(CONFIG.format(
            root=root, port=self.port,
            user=f"user {getpass.getuser()} {group};" if os.geteuid() == 0 else "",
            access_log=f"{self.access_log} requests" if log else "off",
            value=f"alias {root}/messages/$id;" if messages else SMALL_MESSAGE))
        self.process = subprocess.Popen(
            [program, "-p", root, "-c", root / "nginx.conf", "-e", root / "error.log"])
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.close()
                    sys.exit("nginx does not start: " + (self.root / "error.log").read_text())
                time.sleep(0.02)

    def requests(self) -> list[str]:
        """Lines of method, address and status, since the last call (needs log=True)."""
        # Workers write their lines when a request is done, just after the client has seen it.
        lines = self.access_log.read_text().splitlines()
        self.access_log.open("w").close()
        return lines

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()

    def __enter__(self) -> Nginx:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
