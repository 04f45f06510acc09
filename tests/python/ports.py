"""Ports of the tests' own, for servers that want to be told theirs: nobody gets one in between."""

from __future__ import annotations

import errno
import random
import socket
from pathlib import Path

FIRST = 10_000
#: what the system itself gives to connections and to servers that ask for any port (ip(7))
SYSTEMS = Path("/proc/sys/net/ipv4/ip_local_port_range")

_held: list[socket.socket] = []  # the names of this process's ports; they go with it


def _claimed(port: int) -> bool:
    """Whether no other process of the tests has it: its name is an abstract socket (unix(7))."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0coffer-tests-port-{port}")
    except OSError:
        name.close()
        return False
    _held.append(name)
    return True


def _free(port: int) -> bool:
    for host, family in (("", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            with socket.socket(family) as probe:
                probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                return False  # anything else: this machine lacks the family
    return True


def own_port() -> int:
    """A port at which nobody listens, on either family. The system gives it to nobody by itself,
    and no other test asks for it as long as this process lives."""
    beyond = int(SYSTEMS.read_text("ascii").split()[0])
    ports = list(range(FIRST, beyond if beyond > FIRST + 1000 else 32_768))
    random.shuffle(ports)
    for port in ports:
        if _claimed(port) and _free(port):
            return port
    raise AssertionError("no port is free")


def listens(address: tuple[str, int]) -> bool:
    """Whether somebody takes connections there. A port that the system gives away by itself may be
    the one that this connection comes from: then it has met itself (RFC 9293 3.5)."""
    try:
        with socket.create_connection(address, timeout=60) as stream:
            return bool(stream.getsockname() != stream.getpeername())
    except ConnectionRefusedError:
        return False
