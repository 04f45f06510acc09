"""nginx in front of a Recorder: TLS with HTTP/2, or with HTTP/1.1 alone. It tells the Recorder in
the field X-Protocol which version a request came in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from authority import Authority
from ports import own_port
from recorder import LIMIT, Recorder

CONFIG = """
pid {root}/nginx.pid;
error_log {root}/error.log warn;
events {{ worker_connections 64; }}
{user}
http {{
  access_log off;
  client_body_temp_path {root}/temp;
  proxy_temp_path {root}/temp;
  fastcgi_temp_path {root}/temp;
  uwsgi_temp_path {root}/temp;
  scgi_temp_path {root}/temp;
  server {{
    listen 127.0.0.1:{port} ssl {http2};
    ssl_certificate {pem};
    ssl_certificate_key {pem};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header X-Protocol $server_protocol;
    }}
  }}
}}
"""


class NginxFront:
    """Serves from construction until close(); skips the test where there is no nginx."""

    def __init__(self, folder: Path, authority: Authority, behind: Recorder, *,
                 http2: bool) -> None:
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            pytest.skip("nginx is not installed (nginx-light)")
        self.port = own_port()
        folder.mkdir(exist_ok=True)
        self._command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"),
                         "-e", str(folder / "error.log")]
        (folder / "nginx.conf").write_text(CONFIG.format(
            root=folder, port=self.port, behind=behind.port, http2="http2" if http2 else "",
            pem=authority.issue("127.0.0.1"),
            user="user root;" if os.geteuid() == 0 else ""))
        subprocess.run(self._command, check=True, timeout=LIMIT)  # returns when it listens

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/v1.0"

    def close(self) -> None:
        subprocess.run([*self._command, "-s", "stop"], check=True, timeout=LIMIT)
