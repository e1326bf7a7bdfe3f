"""Proxies that refuse, fail or are none: each has its fault, says who has to act, and shows no login."""
import base64
import os
import socket
import threading

from rig import CLIENT, SECRET, TENANT, check, equal, has, hasnt

LOGIN = "operator:pro%40xy"
SHOWN = ("pro@xy", "pro%40xy", base64.b64encode(b"operator:pro@xy").decode())


class Fake:
    """Answers every connection with the same bytes, after it has heard something; keeps what it heard."""

    def __init__(self, *answers, wait=True):
        self.answers, self.wait, self.heard = answers, wait, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                s = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(s,), daemon=True).start()

    def talk(self, s):
        try:
            for answer in self.answers:
                if self.wait:
                    self.heard.append(s.recv(4096))
                s.sendall(answer)
            if not self.answers:
                s.recv(4096)
        except OSError:
            pass
        s.close()

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()


def http(status, *more, body=b""):
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *more, f"Content-Length: {len(body)}"))
    return head.encode() + b"\r\n" + body


BASIC = 'Proxy-Authenticate: Basic realm="corp"'
PAGE = b"<!DOCTYPE html><html><head><title>Blocked by policy \x1b[31m</title></head></html>"

# scheme, answers, fault, first cause, who acts, what the report shows
REFUSALS = (
    ("http", [http("407 Proxy Authentication Required", BASIC)], "proxy-auth", "proxy-login-wrong", "you", "Basic"),
    ("http", [http("407 Auth", "Proxy-Authenticate: NTLM", "Proxy-Authenticate: Negotiate")], "proxy-auth",
     "proxy-login-scheme", "network", "NTLM, Negotiate"),
    ("http", [http("407 Auth", "Proxy-Authenticate: Digest realm=x")], "proxy-auth", "proxy-login-scheme", "network", "Digest"),
    ("http", [http("403 Forbidden", body=PAGE)], "proxy-refused", "proxy-forbids", "network", "Blocked by policy"),
    ("http", [http("405 Method Not Allowed")], "proxy-refused", "proxy-forbids", "network", "HTTP 405"),
    ("http", [http("404 Not Found")], "proxy-refused", "not-a-proxy", "you", "HTTP 404"),
    ("http", [http("502 Bad Gateway")], "proxy-upstream", "proxy-cannot-reach", "network", "HTTP 502"),
    ("http", [http("503 Service Unavailable", body=b"no route to host")], "proxy-upstream", "proxy-cannot-reach", "network",
     "no route to host"),
    ("http", [http("504 Gateway Timeout")], "proxy-upstream", "proxy-cannot-reach", "network", "HTTP 504"),
    ("http", [b"+OK POP3 ready\r\n"], "proxy-malformed", "proxy-scheme", "you", "not such a proxy"),
    ("http", [b"SSH-2.0-OpenSSH_9.2\r\n"], "proxy-malformed", "proxy-scheme", "you", "not such a proxy"),
    ("http", [b"\x15\x03\x01\x00\x02\x02\x46"], "proxy-malformed", "proxy-scheme", "you", "not such a proxy"),
    ("http", [], "proxy-closed", "proxy-scheme", "you", "closed"),
    ("https", [http("200 OK")], "proxy-tls", "proxy-clear-text", "you", "HTTP"),
    ("socks5h", [b"\x05\xff"], "proxy-auth", "proxy-login-scheme", "network", "neither no login nor user and password"),
    ("socks5h", [b"\x05\x02", b"\x01\x01"], "proxy-auth", "proxy-login-wrong", "you", "refused user and password"),
    ("socks5h", [b"\x05\x00", b"\x05\x02\x00\x01" + bytes(6)], "proxy-refused", "proxy-forbids", "network", "not allowed by ruleset"),
    ("socks5h", [b"\x05\x00", b"\x05\x04\x00\x01" + bytes(6)], "proxy-upstream", "proxy-cannot-reach", "network", "host unreachable"),
    ("socks5h", [b"\x05\x00", b"\x05\x05\x00\x01" + bytes(6)], "proxy-upstream", "proxy-cannot-reach", "network", "connection refused"),
    ("socks5h", [http("400 Bad Request")], "proxy-malformed", "proxy-scheme", "you", "answers in HTTP"),
    ("socks4a", [b"\x00\x5b" + bytes(6)], "proxy-refused", "proxy-forbids", "network", "rejected or failed"),
)


def settings(place, *more):
    place.file("o2pop.conf", f"tenant_id = {TENANT}\nclient_id = {CLIENT}\nclient_secret = {SECRET}\n"
               "mailbox = a@contoso.example\ntimeout = 10s\n" + "".join(f"{line}\n" for line in more))


def test_proxy_refusals(place):
    settings(place)
    for scheme, answers, fault, cause, who, shown in REFUSALS:
        proxy = Fake(*answers)
        env = {"ALL_PROXY": f"{scheme}://{LOGIN}@127.0.0.1:{proxy.port}"}
        done = place.run("check", "-c", "o2pop.conf", "--no-discovery", "--format", "json", env=env).exits(3)
        failed = [step for step in done.json()["steps"] if step["verdict"] == "fail"]
        what = (scheme, answers)
        equal([(s["id"], s["fault"]) for s in failed], [("token-proxy", fault), ("mail-proxy", fault)], what)
        first = done.json()["causes"][0]
        equal((first["id"], first["who"]), (cause, who), what)
        human = place.run("check", "-c", "o2pop.conf", "--no-discovery", "-v", env=env).exits(3)
        has(" ".join(human.out.split()), shown)
        hasnt(done.all + human.all, SECRET, "\x1b", *SHOWN)
        check(not any(SECRET.encode() in heard for heard in proxy.heard), "the proxy heard the client secret")
        proxy.end()


def test_proxy_that_is_not_there(place):
    settings(place, "proxy = http://proxy.invalid:3128")
    done = place.run("check", "-c", "o2pop.conf", "--no-discovery", "--format", "json").exits(3).json()
    equal(done["causes"][0]["id"], "proxy-name")
    settings(place, "proxy = socks5h://127.0.0.1:1")
    done = place.run("check", "-c", "o2pop.conf", "--no-discovery").exits(3).out
    has(" ".join(done.split()), "the proxy accepts no connection", "Nothing listens at the proxy socks5h://127.0.0.1:1")


def test_proxy_that_hangs(place):
    proxy = Fake(b"", b"")  # waits for more to be said before it says anything
    settings(place, f"proxy = 127.0.0.1:{proxy.port}")
    done = place.run("check", "-c", "o2pop.conf", "--no-discovery", "--timeout", "1s", "--format", "json").exits(3).json()
    equal(done["causes"][0]["id"], "proxy-hangs")
    proxy.end()


def test_proxy_in_config(place):
    """Where it comes from, and never the login."""
    settings(place, "no_proxy = .corp.example")
    out = place.run("config", "-c", "o2pop.conf", env={"https_proxy": f"http://{LOGIN}@p.example:3128/",
                                                       "HTTPS_PROXY": "http://other.example"}).exits(0).all
    has(out, "http://p.example:3128", "(https_proxy)", "no_proxy", ".corp.example")
    hasnt(out, *SHOWN, "other.example")
    for line, said in (("proxy = ftp://a", "not a proxy such as"), ("mail_proxy = http://u:pw1234@a:1", "proxy_password_file")):
        settings(place, line)
        err = place.run("config", "-c", "o2pop.conf").exits(2).err
        has(err, line.split(" ")[0], "o2pop.conf:6", said)
        hasnt(err, "pw1234")
    settings(place)
    has(place.run("config", "-c", "o2pop.conf", env={"ALL_PROXY": "gopher://x"}).exits(2).err, "ALL_PROXY")


def test_proxy_password_file(place):
    proxy = Fake(http("502 Bad Gateway"))
    secret = place.file("pw", "pro@xy\n")
    settings(place, f"proxy = 127.0.0.1:{proxy.port}", "proxy_user = operator", f"proxy_password_file = {secret}")
    place.run("check", "-c", "o2pop.conf", "--no-discovery", "-q").exits(3)
    check(any(f"Proxy-Authorization: Basic {SHOWN[2]}\r\n".encode() in heard for heard in proxy.heard), str(proxy.heard))
    os.chmod(secret, 0o644)
    has(place.run("check", "-c", "o2pop.conf", "--no-discovery").exits(2).err, "chmod 600")
    proxy.end()


def test_proxy_is_known_and_not_used(place):
    settings(place, "resolve = *:995:127.0.0.1@1 *:443:127.0.0.1@1", "mail_proxy = none")
    done = place.run("check", "-c", "o2pop.conf", "--no-discovery", env={"HTTPS_PROXY": "http://127.0.0.1:1"}).exits(3).out
    has(" ".join(done.split()), "the proxy accepts no connection")
