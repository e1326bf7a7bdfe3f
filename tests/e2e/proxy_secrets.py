"""What a proxy gets to know, grant by grant: every byte that leaves the namespace, and what the proxies wrote down."""
import contextlib
import re
import socket
import struct
import threading
import time

import grants
import proxies
from provider_probes import PERSON_SCOPE, assertion, device_code, poll
from proxies import IDP, INSIDE, MAIL, OUTSIDE, PORTS, SPACE, url
from rig import BUILD, FACTS
from scenarios import ALICE, Program, Wrong, expect, needles, scenario

FRAME_MAX = 1 << 17  # larger than any segment that a veth passes on uncut
ETH_P_ALL, SOL_PACKET, PACKET_STATISTICS = 3, 263, 6
IPV4, TCP = 0x0800, 6
SETTLE_S = 0.1
PROXY = url("http", "squid")


class Capture:
    """All frames on the only way out of the namespace, in both directions; joined to the bytes of each connection."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self.socket.bind(("o2pop-out", 0))
        self.socket.settimeout(SETTLE_S)
        self.frames, self.ending = [], False
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while True:
            try:
                self.frames.append(self.socket.recv(FRAME_MAX))
            except TimeoutError:
                if self.ending:  # and nothing more came
                    return

    def stop(self):
        self.ending = True
        self.thread.join()
        _, lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.socket.close()
        expect("frames that the capture lost", lost, 0)

    def peers(self):
        """Where IPv4 packets from inside went: (protocol, address, port)."""
        return {(ip.protocol, ip.to, ip.to_port) for ip in map(Packet, self.frames) if ip.of == INSIDE}

    def conversations(self):
        """The payload of each direction of each connection. A veth keeps the order; a repetition does no harm."""
        joined = {}
        for packet in map(Packet, self.frames):
            if packet.protocol == TCP:
                joined.setdefault(packet.direction, bytearray()).extend(packet.payload)
        return [bytes(data) for data in joined.values()]


class Packet:
    """As much of a frame as is of use here; of what is not IPv4 only the bytes."""

    def __init__(self, frame):
        self.protocol = self.of = self.to = self.to_port = self.direction = None
        self.payload = frame
        if struct.unpack_from("!H", frame, 12)[0] != IPV4:
            return
        head, length = 14 + (frame[14] & 15) * 4, struct.unpack_from("!H", frame, 16)[0]
        self.protocol, self.of, self.to = frame[23], socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
        if self.protocol == TCP:
            port, self.to_port = struct.unpack_from("!HH", frame, head)
            self.direction = self.of, port, self.to, self.to_port
            self.payload = frame[head + (frame[head + 12] >> 4) * 4:14 + length]


@contextlib.contextmanager
def captured():
    capture = Capture()
    try:
        yield capture
    finally:
        capture.stop()


class Inside(Program):
    """o2pop in the namespace, both sides through squid."""

    def settings(self, **changes):
        return super().settings(**{"resolve": None, "ca_file": proxies.world().folder / "ca.pem", "proxy": PROXY,
                                   **changes})

    def start(self, folder, arguments, env=None, core=False, before=()):
        return super().start(folder, arguments, env, core, [*before, "ip", "netns", "exec", SPACE])


def private_file(p, name, text):
    file = BUILD / "runs" / p.label / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text + "\n")
    return file


def person_code(p):
    code = device_code(p.rig)
    p.rig.sign(code["user_code"], ALICE)
    return poll(p.rig, code)[1]


# ---- each grant: a check that passes --------------------------------------------------------------

def passing(p, name, **changes):
    r = p.check(f"inside-{name}", **changes)
    expect(f"{name}: exit status ({r.summary()})", r.status, 0)


def by_secret(p):
    passing(p, "client-secret")


def by_certificate(p):
    passing(p, "certificate", client_id=grants.CERTIFIED, secret=None,
            certificate_file=grants.PKI / "client-1.pem", private_key_file=grants.PKI / "client-1.key")


def by_federation(p):
    passing(p, "federated", client_id=grants.CERTIFIED, secret=None,
            federated_token_file=private_file(p, "federated-inside", assertion(p.rig)))


def by_refresh_token(p):
    passing(p, "refresh-token", client_id=grants.PERSON, secret=None, scope=PERSON_SCOPE,
            token_cache="tokens",
            refresh_token_file=private_file(p, "refresh-inside", person_code(p)["refresh_token"]))


def by_device_code(p):
    r = grants.run(p, grants.signed_in(p, "inside-device-code"), "check", ALICE)
    expect(f"device-code: exit status ({grants.said(r)})", r.status, 0)


def by_access_token(p):
    passing(p, "access-token", client_id=grants.PERSON, secret=None, token=person_code(p)["access_token"])


GRANTS = {"client-secret": by_secret, "certificate": by_certificate, "federated": by_federation,
          "refresh-token": by_refresh_token, "device-code": by_device_code, "access-token": by_access_token}


def only_the_servers(p, name, capture):
    """Nothing from inside went anywhere but to the proxy, and the proxy was asked for our two servers only. That these
    words are found is also the proof that the capture sees what goes in clear."""
    expect(f"{name}: where packets went", capture.peers(), {(TCP, OUTSIDE, PORTS["squid"])})
    ports = p.rig.ports
    wanted = {f"{MAIL}:{ports['pop3s']}"} | ({f"{IDP}:{ports['idp']}"} if name != "access-token" else set())
    asked = {target.decode() for data in capture.conversations() for target in re.findall(rb"^CONNECT (\S+) ", data)}
    expect(f"{name}: what the proxy was asked for", asked, wanted)


@scenario("proxy-secrets")
def proxy_secrets(p):
    """For every grant: no secret, key, token, assertion or code in a byte that the proxy sees, or in its logs."""
    world = proxies.world()
    inside = Inside(p.binary, p.runner, world.rig, p.label)
    captures = []
    for name, check in GRANTS.items():
        with captured() as capture:
            check(inside)
        captures.append((name, capture))
    hidden = grants.hidden(inside) | needles(world.rig, {"secret": FACTS["clients"]["good"]["secret"]})
    for name, capture in captures:
        only_the_servers(inside, name, capture)
        for data in (*capture.frames, *capture.conversations()):
            if any(needle in data for needle in hidden):
                raise Wrong(f"{name}: a secret went over the wire to the proxy in clear")
    time.sleep(SETTLE_S)  # the proxies write their line after the connection has ended
    seen = world.logs()
    if f"CONNECT {MAIL}:".encode() not in seen:
        raise Wrong("the proxy's log does not have our connections")
    if any(needle in seen for needle in hidden):
        raise Wrong("a secret of o2pop's is in a proxy's log")
    print(f"# proxy-secrets: {len(GRANTS)} grants, {len(hidden)} secrets looked for in "
          f"{sum(len(f) for _, c in captures for f in c.frames)} bytes")
