"""Whom o2pop trusts: the directory of certificates."""
import contextlib
import os
import socket
import ssl
import subprocess
import threading

from rig import check, equal, has


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True, text=True).stdout.strip()


def test_ca_dir(place):
    """A directory as openssl rehash makes it, beside what else may lie there."""
    roots = place.path("roots")
    os.mkdir(roots, 0o700)
    key = place.path("key.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", roots + "/own.pem", "-days", "99",
            "-subj", "/O=O2pop  Test, \u00e9/CN=Own", "-utf8", "-addext", "subjectAltName=IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(roots + "/own.pem", key)

    def probe(*args):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def serve():
                with contextlib.suppress(OSError), server.accept()[0] as plain, \
                        context.wrap_socket(plain, server_side=True) as s:
                    s.sendall(b"+OK ready\r\n")
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            done = place.run("probe", f"127.0.0.1:{server.getsockname()[1]}", *args, "--format", "json",
                             "--timeout", "5s")
        steps = {s["id"]: s for s in done.json().get("steps", [])}
        return done, steps.get("pop-tls", {}).get("verdict")

    done, _ = probe("--ca-dir", roots)
    has(done.exits(2).all, "no certificate under a name of openssl rehash", roots)
    openssl("rehash", roots)
    name = openssl("x509", "-in", roots + "/own.pem", "-noout", "-subject_hash") + ".0"
    check(os.path.islink(f"{roots}/{name}"), os.listdir(roots))
    equal(probe("--ca-dir", roots)[1], "pass")
    equal(probe("--ca-dir", "+" + roots)[1], "pass")
    os.symlink("gone.pem", roots + "/0badc0de.0")
    for junk in ("deadbeef.0", "deadbeef.1"):
        place.file("roots/" + junk, "not a certificate\n")
    equal(probe("--ca-dir", roots)[1], "pass", "what is no certificate is passed over")
    os.rename(f"{roots}/{name}", f"{roots}/{name.replace('.', '.r')}")
    has(probe("--ca-dir", roots)[0].exits(2).all, "no certificate under a name")
    os.rename(f"{roots}/{name.replace('.', '.r')}", f"{roots}/{name[:-1]}12")
    equal(probe("--ca-dir", roots)[1], "pass", "the thirteenth of one hash")
    # Alone it replaces the built-in roots, a file beside adds to it.
    other = place.file("other.pem", "")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key + "2", "-out", other, "-days", "99",
            "-subj", "/CN=Other")
    equal(probe("--ca-dir", roots, "--ca-file", other)[1], "pass")
    equal(probe("--ca-file", other)[1], "fail")
    os.chmod(roots, 0o777)
    has(probe("--ca-dir", roots)[0].exits(2).all, "can be changed by others", "chmod go-w")
    has(probe("--ca-dir", place.path("none"))[0].exits(2).all, "could not be opened")
    has(probe("--ca-dir", other)[0].exits(2).all, "could not be opened")
