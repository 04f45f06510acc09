"""Rows of the settings about sockets: what the kernel says of the library's own."""

from __future__ import annotations

import socket
import struct

from case import Case
from graph import Graph
from kernel import option
from ports import own_port
from recorder import Recorder
from table import Section

rows = Section()


def number(case: Case, level: int, name: int, *settings: str, plain: bool = False) -> int:
    """A socket option of the connection, while the run waits for a handler."""
    server = case.server()
    seen = case.run(server, *settings, plain=plain,
                    during=lambda: option(server.port, level, name))
    assert seen.errors == [] and len(seen.observed[0]) == 1
    found = seen.observed[0][0]
    assert isinstance(found, int)
    return found


@rows.setting("TCPKeepAlive", default="False", value="True", invalid="perhaps")
def tcp_keep_alive(case: Case) -> None:
    """SO_KEEPALIVE, with the system's own times."""
    assert number(case, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert number(case, socket.SOL_SOCKET, socket.SO_KEEPALIVE, plain=True) == 0
    with open("/proc/sys/net/ipv4/tcp_keepalive_time", encoding="ascii") as file:
        assert number(case, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == int(file.read())


@rows.setting("KeepAliveTime", default="0", value="12001", invalid=("-1", "x", "2147483648"))
def keep_alive_time(case: Case) -> None:
    """TCP_KEEPIDLE in seconds, rounded up, and SO_KEEPALIVE with it."""
    assert number(case, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 13
    assert number(case, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert number(case, socket.SOL_SOCKET, socket.SO_KEEPALIVE, plain=True) == 0


@rows.setting("KeepAliveInterval", default="0", value="3000", invalid=("-1", "x", "2147483648"))
def keep_alive_interval(case: Case) -> None:
    """TCP_KEEPINTVL in seconds, and SO_KEEPALIVE with it."""
    assert number(case, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 3
    assert number(case, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert number(case, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, plain=True) > 3


@rows.setting("TcpNoDelay", default="False", value="True", invalid="perhaps")
def tcp_no_delay(case: Case) -> None:
    """TCP_NODELAY."""
    assert number(case, socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert number(case, socket.IPPROTO_TCP, socket.TCP_NODELAY, plain=True) == 0


def limit_of(name: str) -> int:
    with open(f"/proc/sys/net/core/{name}", encoding="ascii") as file:
        return int(file.read())


@rows.setting("InBufferSize", default="0", value="30000", invalid=("-1", "x", "2147483648"))
def in_buffer_size(case: Case) -> None:
    """SO_RCVBUF, which Linux doubles for its own books (socket(7))."""
    assert number(case, socket.SOL_SOCKET, socket.SO_RCVBUF) == 60000
    assert number(case, socket.SOL_SOCKET, socket.SO_RCVBUF, plain=True) != 60000
    # Too large: the system's limit holds, and the run goes on.
    most = number(case, socket.SOL_SOCKET, socket.SO_RCVBUF, "InBufferSize=2147483647", plain=True)
    assert most == 2 * limit_of("rmem_max")


@rows.setting("OutBufferSize", default="0", value="20000", invalid=("-1", "x", "2147483648"))
def out_buffer_size(case: Case) -> None:
    """SO_SNDBUF, doubled likewise."""
    assert number(case, socket.SOL_SOCKET, socket.SO_SNDBUF) == 40000
    assert number(case, socket.SOL_SOCKET, socket.SO_SNDBUF, plain=True) != 40000


def linger(case: Case, *settings: str, plain: bool = False) -> tuple[int, int, Recorder]:
    server = case.server()
    seen = case.run(server, *settings, plain=plain, during=lambda: option(
        server.port, socket.SOL_SOCKET, socket.SO_LINGER, struct.calcsize("ii")))
    on, seconds = struct.unpack("ii", seen.observed[0][0])
    seen.object.close()
    server.wait(lambda: all(connection.end for connection in server.connections))
    return on, seconds, server


@rows.setting("Linger", default="True", value="False", invalid="perhaps")
def linger_off(case: Case) -> None:
    """False: the connection ends with a reset; True: in order."""
    on, seconds, server = linger(case)
    assert (on, seconds) == (1, 0) and {c.end for c in server.connections} == {"reset"}
    on, seconds, server = linger(case, plain=True)
    assert on == 0 and {c.end for c in server.connections} == {"eof"}


@rows.setting("LingerTime", default="0", value="7", invalid=("-1", "65536", "x"))
def linger_time(case: Case) -> None:
    """SO_LINGER's seconds; the end is in order. Linger=False has no time."""
    on, seconds, server = linger(case)
    assert (on, seconds) == (1, 7) and {c.end for c in server.connections} == {"eof"}
    assert linger(case, "Linger=False")[:2] == (1, 0)


def told_during(case: Case, server: Recorder, name: str, *settings: str,
                plain: bool = False) -> list[str]:
    """What the setting reads when the message has come."""
    backup = case.backup(server, *settings, plain=plain)
    told: list[str] = []
    seen = case.run(server, backup=backup,
                    answers={"message_backup": lambda _: told.append(backup.config(name))})
    assert seen.errors == []
    return told


@rows.setting("LocalHost", default="", value="127.0.0.7", invalid="two\r\nlines")
def local_host(case: Case) -> None:
    """The address that the server sees; one that is not this machine's is 10049. During a run
    the setting tells the connection's own."""
    server, plain, foreign = case.server(), case.server(), case.server()
    assert told_during(case, server, "LocalHost") == ["127.0.0.7"]
    assert {c.peer[0] for c in server.connections} == {"127.0.0.7"}
    assert told_during(case, plain, "LocalHost", plain=True) == ["127.0.0.1"]
    assert {c.peer[0] for c in plain.connections} == {"127.0.0.1"}
    seen = case.run(foreign, "LocalHost=192.0.2.1", plain=True)
    assert seen.errors == [10049] and foreign.connections == []


@rows.setting("LocalPort", default="0", value="1", invalid=("-1", "65536", "x"))
def local_port(case: Case) -> None:
    """The port that the server sees, for all that is under way; one in use is 10048. Without it
    the setting tells during a run which port the system chose. (Port 1 itself is root's.)"""
    port = own_port()
    server, other = case.server(Graph(6)), case.server()
    assert told_during(case, server, "LocalPort", f"LocalPort={port}", plain=True) == [
        str(port)] * 6
    assert {c.peer[1] for c in server.connections} == {port}
    told = told_during(case, other, "LocalPort", plain=True)
    assert told == [str(other.connections[0].peer[1])] and told != [str(port)]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        seen = case.run(other, f"LocalPort={taken.getsockname()[1]}", plain=True)
    assert seen.failed_with in ([10048], [10049])


@rows.setting("UseIPv6", default="0", value="1", invalid=("3", "-1", "yes"))
def use_ipv6(case: Case) -> None:
    """localhost has both addresses, and a server listens on each, at the same port: 0 goes to
    IPv4, 1 to IPv6. Where only one of the two answers, 2 finds it, and the others do not."""
    port = own_port()
    four, six = case.server(port=port), case.server(host="::1", port=port)
    only_four = case.server(port=own_port())
    only_six = case.server(host="::1", port=own_port())

    def run(server: Recorder, mode: int) -> list[int]:
        backup = case.backup(None, f"UseIPv6={mode}", plain=True)
        backup.config(f"GraphURL=http://localhost:{server.port}/v1.0")
        return case.run(server, backup=backup).failed_with

    assert run(four, 0) == [] and len(four.requests) == 2 and six.requests == []
    assert run(four, 1) == [] and len(six.requests) == 2 and len(four.requests) == 2
    assert run(only_four, 1) == [10061] and only_four.connections == []
    assert run(only_six, 0) == [10061] and only_six.connections == []
    for server in (only_four, only_six):
        assert run(server, 2) == [] and len(server.requests) == 2
