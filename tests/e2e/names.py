"""Names and addresses: musl's resolver and the race of addresses, in a network namespace with a scripted name server.

A program of its own, which the scenario "names" runs: it needs neither the rig nor a provider. It gives itself a
network, a view of /etc and name servers, and looks at what `o2pop probe` finds."""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from scenarios import Wrong, scenario

NAMESERVER, DEAD, PORT = "127.0.0.53", "192.0.2.9", 9995
LIVE, LIVE6, GONE, GONE6 = "192.0.2.250", "2001:db8::1", "192.0.2.1", "2001:db8::dead"
ZONE = {"both.test": [GONE6, LIVE], "four.test": [LIVE], "six.test": [LIVE6], "first-dead.test": [GONE, LIVE],
        "fifty.test": [f"127.1.0.{i}" for i in range(1, 51)], "ten.test": [f"127.2.0.{i}" for i in range(1, 11)],
        "long.test": [f"127.3.0.{i}" for i in range(1, 41)],
        "short.corp.test": [LIVE], "empty.test": []}
asked = []  # (transport, name)


def qname(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += message[at] + 1
    return ".".join(labels).lower(), at + 1


def reply(message, transport):
    """What the scripted server says; None is silence. Over UDP it is cut off
    at 512 bytes (RFC 1035), for long.test even before the first address."""
    name, end = qname(message)
    kind = struct.unpack("!H", message[end:end + 2])[0]
    asked.append((transport, name))
    if name == "silent.test":
        return None
    code = 2 if name == "servfail.test" else 5 if name == "refused.test" else 0 if name in ZONE else 3
    family = {1: socket.AF_INET, 28: socket.AF_INET6}[kind]
    records = b""
    chosen = [a for a in ZONE.get(name, []) if (":" in a) == (kind == 28)]
    for address in chosen:
        data = socket.inet_pton(family, address)
        records += struct.pack("!HHHIH", 0xc00c, kind, 1, 60, len(data)) + data
    flags, count = 0x8180 | code, len(chosen)
    room = (512 - (end + 4)) // 16 if name != "long.test" else 0
    if transport == "udp" and count > room:
        flags, records, count = flags | 0x0200, records[:room * 16], room
    return message[:2] + struct.pack("!HHHHH", flags, 1, count, 0, 0) + message[12:end + 4] + records


def serve_udp(s):
    while True:
        message, peer = s.recvfrom(4096)
        answer = reply(message, "udp")
        if answer:
            s.sendto(answer, peer)


def serve_tcp(listener):
    while True:
        s = listener.accept()[0]
        with s:
            message = s.recv(4096)
            while len(message) < 2 or len(message) < 2 + struct.unpack("!H", message[:2])[0]:
                message += s.recv(4096)
            answer = reply(message[2:], "tcp")
            s.sendall(struct.pack("!H", len(answer)) + answer)


def close_all(listener):
    while True:
        listener.accept()[0].close()


def network(address):
    # What goes to the other end of this pair is never answered, and no neighbour has to be asked for first.
    for words in ("link set lo up", "link add gone type veth peer name void", f"addr add {LIVE}/24 dev gone",
                  f"addr add {LIVE6}/64 dev gone nodad", "link set gone up", "link set void up",
                  *(f"neigh add {a} lladdr 02:00:00:00:00:99 dev gone nud permanent"
                    for a in (GONE, GONE6, DEAD, "192.0.2.10"))):
        subprocess.run(["ip", *words.split()], check=True)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, 53))
    threading.Thread(target=serve_udp, args=(udp,), daemon=True).start()
    threading.Thread(target=serve_tcp, args=(socket.create_server((address, 53)),), daemon=True).start()
    spare = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # where musl asks without a resolv.conf
    spare.bind(("127.0.0.1", 53))
    threading.Thread(target=serve_udp, args=(spare,), daemon=True).start()
    for host, family in ((LIVE, socket.AF_INET), (LIVE6, socket.AF_INET6)):
        listener = socket.create_server((host, PORT), family=family)
        threading.Thread(target=close_all, args=(listener,), daemon=True).start()


def probe(binary, host, *options, timeout="15s"):
    began = time.monotonic()
    done = subprocess.run([binary, "probe", f"{host}:{PORT}", "--format", "json", "-t", timeout, *options], env={},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"no report: {done.stdout} {done.stderr}") from None
    steps = {s["id"]: s for s in report["steps"]}
    return steps, time.monotonic() - began


# /etc/resolv.conf, or None; then /etc/hosts, the name, options, and what comes of pop-dns, of pop-tcp, most seconds,
# and text that the facts or the evidence hold
ONE = f"nameserver {NAMESERVER}\n"
ROWS = (
    ("plain", ONE, "", "four.test", (), "", "", 1, LIVE),
    ("IPv6 only", ONE, "", "six.test", (), "", "", 1, LIVE6),
    ("IPv4 only, IPv6 asked", ONE, "", "four.test", ("-6",), "dns-family", None, 1, "no IPv6 address"),
    ("IPv6 only, IPv4 asked", ONE, "", "six.test", ("-4",), "dns-family", None, 1, "no IPv4 address"),
    ("first address dead", ONE, "", "first-dead.test", (), "", "", 2, GONE),
    ("ten addresses", ONE, "", "ten.test", (), "", "tcp-refused", 2, "127.2.0.10 "),
    ("fifty addresses", ONE, "", "fifty.test", (), "", "tcp-refused", 5, "127.1.0.1 "),
    ("truncated and empty", ONE, "", "long.test", (), "dns-failed", None, 2, "too long for UDP"),
    ("first of three name servers dead", f"nameserver {DEAD}\nnameserver {NAMESERVER}\nnameserver 192.0.2.10\n", "",
     "four.test", (), "", "", 1, LIVE),
    ("search domain", "search none.test corp.test\n" + ONE, "", "short", (), "", "", 1, LIVE),
    ("/etc/hosts", ONE, f"{LIVE} listed.test\n", "listed.test", (), "", "", 1, LIVE),
    ("/etc/hosts, no name server", f"nameserver {DEAD}\n", f"{LIVE} listed.test\n", "listed.test", (), "", "", 1, LIVE),
    ("no resolv.conf", None, "", "four.test", (), "", "", 1, LIVE),
    ("NXDOMAIN", ONE, "", "no.test", (), "dns-not-found", None, 1, "does not exist"),
    ("no address", ONE, "", "empty.test", (), "dns-not-found", None, 1, "no address"),
    ("SERVFAIL", ONE, "", "servfail.test", (), "dns-failed", None, 7, ""),
    ("REFUSED", ONE, "", "refused.test", (), "dns-failed", None, 7, ""),
    ("silence", ONE, "", "silent.test", (), "dns-failed", None, 7, ""),
)


def look(binary, etc, row):
    title, resolv, hosts, host, options, dns, tcp, most, text = row
    (etc / "hosts").write_text("127.0.0.1 localhost\n" + hosts)
    (etc / "resolv.conf").unlink(missing_ok=True)
    if resolv is not None:
        (etc / "resolv.conf").write_text(resolv)
    asked.clear()
    steps, took = probe(binary, host, *options)
    wrong = []
    for step, want in (("pop-dns", dns), ("pop-tcp", tcp)):
        have = steps[step].get("fault") or ""
        if want is not None and have != want:
            wrong.append(f"{step} ended with {have!r}, expected {want!r}")
    said = json.dumps([steps["pop-dns"], steps["pop-tcp"]])
    if text not in said:
        wrong.append(f"{text!r} is not said: {said}")
    if took > most:
        wrong.append(f"it took {took:.1f} s, at most {most} expected")
    print(f"# {title}: {took * 1000:.0f} ms" + "".join(f"\n# WRONG {title}: {w}" for w in wrong))
    return not wrong


def head_start(binary, etc):
    """A dead IPv6 and a live IPv4 address: at most the head start of RFC 8305 (250 ms) more than IPv4 alone."""
    (etc / "resolv.conf").write_text(ONE)
    step = probe(binary, "both.test")[0]["pop-tcp"]
    attempts = step["facts"]["attempts"]
    alone = probe(binary, "four.test")[0]["pop-tcp"]
    more = step["ms"] - alone["ms"]
    good = [a.rpartition(" ")[0].split()[:2] for a in attempts] == [[GONE6, "EINPROGRESS"], [LIVE, "connected"]]
    print(f"# dead IPv6, live IPv4: {attempts}, {more} ms more than IPv4 alone")
    return good and more <= 300


@scenario("names")
def names(p):
    done = subprocess.run([sys.executable, "-B", __file__, p.binary], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Wrong(done.stdout.decode(errors="replace"))


def main():
    binary = os.path.abspath(sys.argv[1])
    if len(sys.argv) == 2:  # once more, with a network and a view of /etc of its own
        os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, "-B",
                              os.path.abspath(__file__), binary, "inside"])
    network(NAMESERVER)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "--bind", folder, "/etc"], check=True)
        good = [look(binary, Path("/etc"), row) for row in ROWS]
        good.append(head_start(binary, Path("/etc")))
        subprocess.run(["umount", "/etc"], check=True)
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
