"""From a network that only a proxy leads out of: squid, tinyproxy, dante, microsocks, ssh -D, and curl beside o2pop.

o2pop and curl run in a network namespace of their own. It reaches the proxies and nothing else, and looks up no name."""
import atexit
import json
import os
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from rig import BUILD, CA, FACTS, Broken, Rig, free_port, wait_for
from scenarios import ALICE, DOMAIN, Program, Wrong, expect, needles, no_secrets, scenario

SPACE = "o2pop-inside"
OUTSIDE, INSIDE, SERVERS = "10.77.0.1", "10.77.0.2", "10.79.0.1"  # the certificates of the rig hold the first
OUTSIDE6, INSIDE6 = "fd77::1", "fd77::2"
USER, PASSWORD = "operator", "pro:xy@pass%1"
URL_LOGIN = "operator:pro%3Axy%40pass%251"
PORTS = {"squid": 3128, "squid_tls": 3129, "squid_login": 3130, "tiny": 3131, "dante": 1080, "micro": 1081, "ssh": 1082,
         "silent": 3140, "nobody": 3141}
IDP, MAIL = f"idp.{DOMAIN}", f"mail.{DOMAIN}"

SQUID = """
http_port {OUTSIDE}:3128
http_port [{OUTSIDE6}]:3128
https_port {OUTSIDE}:3129 tls-cert={pki}/rsa.chain.pem tls-key={pki}/rsa.key
http_port {OUTSIDE}:3130 name=login
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
acl at_login myportname login
acl known proxy_auth REQUIRED
http_access deny at_login !known
http_access allow all
hosts_file {folder}/hosts
pid_filename {folder}/squid.pid
access_log stdio:{folder}/squid.access
cache_log {folder}/squid.log
cache deny all
shutdown_lifetime 0 seconds
coredump_dir {folder}
visible_hostname proxy.example
"""
TINY = "Port 3131\nListen {OUTSIDE}\nConnectPort {idp}\nLogFile \"{folder}/tiny.log\"\n"
DANTE = """
logoutput: {folder}/dante.log
internal: {OUTSIDE} port = 1080
external: {SERVERS}
clientmethod: none
socksmethod: none
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect }}
"""


def ip(*words, check=True):
    done = subprocess.run(["ip", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if check and done.returncode != 0:
        raise Broken(f"ip {' '.join(words)}: {done.stdout.decode()}; this test needs root and network namespaces")


def connects(host, port):
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


class World:
    """The servers, the proxies, and the namespace from which only the proxies are to be seen."""

    def __init__(self):
        self.processes = []
        self.folder = BUILD / "proxies-run"
        self.rig = Rig("proxies", address=SERVERS)
        atexit.register(self.down)
        self.down()
        self.up()

    def down(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.processes = []
        self.rig.down()
        ip("netns", "del", SPACE, check=False)
        ip("addr", "del", f"{SERVERS}/32", "dev", "lo", check=False)
        ip("link", "del", "o2pop-out", check=False)

    def up(self):
        ip("addr", "add", f"{SERVERS}/32", "dev", "lo")
        ip("netns", "add", SPACE)
        ip("link", "add", "o2pop-out", "type", "veth", "peer", "name", "o2pop-in", "netns", SPACE)
        ip("addr", "add", f"{OUTSIDE}/24", "dev", "o2pop-out")
        ip("addr", "add", f"{OUTSIDE6}/64", "dev", "o2pop-out", "nodad")
        ip("link", "set", "o2pop-out", "up")
        for words in (("addr", "add", f"{INSIDE}/24", "dev", "o2pop-in"),
                      ("addr", "add", f"{INSIDE6}/64", "dev", "o2pop-in", "nodad"),
                      ("link", "set", "o2pop-in", "up"), ("link", "set", "lo", "up")):
            ip("-n", SPACE, *words)
        self.rig.up()
        self.start_proxies()

    def start_proxies(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o777)
        words = {"folder": self.folder, "OUTSIDE": OUTSIDE, "OUTSIDE6": OUTSIDE6, "SERVERS": SERVERS,
                 "pki": BUILD / "pki", "idp": self.rig.ports["idp"]}
        # Debian's squid sends no intermediate certificate with its own.
        (self.folder / "ca.pem").write_bytes(CA.read_bytes() + (BUILD / "pki" / "rsa-ca.pem").read_bytes())
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost\n{SERVERS} {IDP} {MAIL}\n")
        hashed = subprocess.run(["openssl", "passwd", "-apr1", "-stdin"], input=PASSWORD.encode(),
                                stdout=subprocess.PIPE, check=True).stdout.decode()
        (self.folder / "passwords").write_text(f"{USER}:{hashed}")
        for name, text in (("squid", SQUID), ("tiny", TINY), ("dante", DANTE)):
            (self.folder / f"{name}.conf").write_text(text.format(**words))
        self.start("squid", ["squid", "-N", "-f", self.folder / "squid.conf"], "squid", "squid_tls", "squid_login")
        self.start("tinyproxy", ["tinyproxy", "-d", "-c", self.folder / "tiny.conf"], "tiny")
        self.start("danted", ["danted", "-f", self.folder / "dante.conf"], "dante")
        self.start("microsocks", ["microsocks", "-i", OUTSIDE, "-p", "1081", "-u", USER, "-P", PASSWORD], "micro")
        self.start_ssh()
        self.silent = socket.create_server((OUTSIDE, PORTS["silent"]))

    def start_ssh(self):
        """The way that people improvise: ssh -D, of SOCKS 4, 4a and 5. The server is its own, for this one key."""
        port, key = str(free_port("127.0.0.1")), self.folder / "ssh-key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        os.makedirs("/run/sshd", exist_ok=True)
        (self.folder / "sshd.conf").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {key}\nAuthorizedKeysFile {key}.pub\nStrictModes no\n"
            f"UsePAM no\nPermitRootLogin yes\nPidFile none\n")
        self.start("sshd", ["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "sshd.conf"])
        wait_for("the start of sshd", lambda: connects("127.0.0.1", int(port)))
        self.start("ssh", ["ssh", "-N", "-D", f"{OUTSIDE}:1082", "-i", key, "-p", port, "-F", "none",
                           "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "root@127.0.0.1"],
                   "ssh")

    def start(self, name, command, *services):
        """With names of its own: whoever looks one up in this process finds the rig's servers."""
        wrapped = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', self.folder / "hosts",
                   *command]
        with open(self.folder / f"{name}.out", "wb") as out:
            process = subprocess.Popen([str(c) for c in wrapped], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
        self.processes.append(process)

        def up():
            if process.poll() is not None:
                raise Broken(f"{name} ended: {(self.folder / (name + '.out')).read_text()[-800:]}")
            return all(connects(OUTSIDE, PORTS[service]) for service in services)
        wait_for(f"the start of {name}", up)

    def logs(self):
        return b"".join(file.read_bytes() for file in self.folder.iterdir()
                        if file.suffix in (".log", ".access", ".out") and file.is_file())


WORLD = []


def world():
    if not WORLD:
        WORLD.append(World())
    return WORLD[0]


def check(p, name, env=None, **changes):
    """One check from inside; the login in the environment must be seen nowhere."""
    w = world()
    program = Program(p.binary, p.runner, w.rig, p.label)
    settings = program.settings(**{"resolve": None, "ca_file": w.folder / "ca.pem", **changes})
    folder = program.prepare(f"proxy-{name}", settings)
    process = program.start(folder, ["check", "--config", folder / "o2pop.conf", ALICE, "--format", "json",
                                     "--no-discovery", "--transcript", folder / "transcript"],
                            env=env, before=["ip", "netns", "exec", SPACE])
    result = program.finish(folder, process).read_json()
    no_secrets(result, needles(w.rig, settings))
    for output in (result.stdout, result.stderr, result.transcript):
        for login in (PASSWORD, URL_LOGIN.partition(":")[2], "b3BlcmF0b3I6"):
            if login in output:
                raise Wrong(f"{name}: the proxy's login is in an output")
    return result


def curl(url, proxy_env, *more):
    """Does curl get through to the server? Its refusal of the login is a yes."""
    done = subprocess.run(
        ["ip", "netns", "exec", SPACE, "curl", "-sS", "--cacert", CA, "--proxy-cacert",
         world().folder / "ca.pem", "--max-time", "6", "-o", "/dev/null", *more, url], env={"PATH": os.environ["PATH"], **proxy_env}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode in (0, 22, 67), f"{done.returncode} {done.stdout.decode(errors='replace').strip()}"


def curl_sides(proxy_env, resolve):
    w = world()
    more = [word for side, host in (("idp", IDP), ("pop3s", MAIL)) if resolve
            for word in ("--resolve", f"{host}:{w.rig.ports[side]}:{SERVERS}")]
    token, token_said = curl(f"https://{IDP}:{w.rig.ports['idp']}/", proxy_env, *more)
    mail, mail_said = curl(f"pop3s://{MAIL}:{w.rig.ports['pop3s']}/", proxy_env, "--user", "a:b", *more)
    return token, mail, f"token {token_said}; mail {mail_said}"


def hosts():
    w = world()
    return " ".join(f"{host}:{w.rig.ports[side]}:{SERVERS}" for side, host in (("idp", IDP), ("pop3s", MAIL)))


def url(scheme, service, login="", host=OUTSIDE):
    return f"{scheme}://{login + '@' if login else ''}{host}:{PORTS[service]}"


# name, ALL_PROXY, do we look the names up, then what comes of the token side and of the mail side: "" is through
SITUATIONS = (
    ("squid", url("http", "squid"), False, "", ""),
    ("squid-bare", f"{OUTSIDE}:{PORTS['squid']}", False, "", ""),
    ("squid-ipv6", url("http", "squid", host=f"[{OUTSIDE6}]"), False, "", ""),
    ("squid-tls", url("https", "squid_tls"), False, "", ""),
    ("squid-login", url("http", "squid_login", URL_LOGIN), False, "", ""),
    ("squid-login-at-none", url("http", "squid", URL_LOGIN), False, "", ""),
    ("squid-no-login", url("http", "squid_login"), False, "proxy-auth", "proxy-auth"),
    ("squid-wrong-login", url("http", "squid_login", "operator:wrong"), False, "proxy-auth", "proxy-auth"),
    ("tiny-other-port", url("http", "tiny"), False, "", "proxy-refused"),
    ("dante-5h", url("socks5h", "dante"), False, "", ""),
    ("dante-5", url("socks5", "dante"), True, "", ""),
    ("ssh-5h", url("socks5h", "ssh"), False, "", ""),
    ("ssh-4a", url("socks4a", "ssh"), False, "", ""),
    ("ssh-4", url("socks4", "ssh"), True, "", ""),
    ("micro-login", url("socks5h", "micro", URL_LOGIN), False, "", ""),
    ("micro-login-5", url("socks5", "micro", URL_LOGIN), True, "", ""),
    ("micro-no-login", url("socks5h", "micro"), False, "proxy-auth", "proxy-auth"),
    ("micro-wrong-login", url("socks5h", "micro", "operator:wrong"), False, "proxy-auth", "proxy-auth"),
    ("micro-version-4", url("socks4a", "micro"), False, "proxy-closed|proxy-malformed", "proxy-closed|proxy-malformed"),
    ("nobody", url("http", "nobody"), False, "proxy-unreached", "proxy-unreached"),
    ("nobody-socks", url("socks5h", "nobody"), False, "proxy-unreached", "proxy-unreached"),
    ("no-name", "http://proxy.invalid:3128", False, "proxy-not-found", "proxy-not-found"),
    ("tls-at-clear-port", url("https", "squid"), False, "proxy-tls", "proxy-tls"),
    ("clear-at-tls-port", url("http", "squid_tls"), False, "proxy-closed|proxy-malformed", "proxy-closed|proxy-malformed"),
    ("silent-socks-at-http", url("socks5h", "squid"), False, "proxy-silent", "proxy-silent"),
    ("http-at-socks", url("http", "dante"), False, "proxy-closed|proxy-malformed", "proxy-closed|proxy-malformed"),
    ("silent", url("http", "silent"), False, "proxy-silent", "proxy-silent"),
    ("silent-socks", url("socks5h", "silent"), False, "proxy-silent", "proxy-silent"),
    ("direct", "", False, "dns-failed|dns-not-found", "dns-failed|dns-not-found"),
    ("direct-known-address", "", True, "tcp-unreachable", "tcp-unreachable"),
)


def came_of(result, steps):
    """The fault of the first of these steps that failed, else nothing."""
    for step in steps:
        if result.steps.get(step, {}).get("verdict") == "fail":
            return result.step(step)["fault"]
    return ""


def try_situation(p, name, proxy, resolve, token, mail):
    env = {"ALL_PROXY": proxy} if proxy else {}
    r = check(p, name, env=env, resolve=hosts() if resolve else None, timeout="3s" if "silent" in name else "15s")
    got = (came_of(r, ("idp-dns", "token-proxy", "idp-tcp", "idp-tls", "token")),
           came_of(r, ("pop-dns", "mail-proxy", "pop-tcp", "pop-tls", "greeting", "auth")))
    for side, have, want in zip(("token", "mail"), got, (token, mail)):
        if have not in want.split("|"):
            raise Wrong(f"{name}: the {side} side ends with {have!r}, expected {want!r}: {r.summary()}")
    expect(f"{name}: exit status", r.status, 3 if token or mail else 0)
    expect(f"{name}: causes", bool(r.mailbox["causes"]), r.status != 0)
    beside = curl_sides(env, resolve)
    expect(f"{name}: curl ({beside[2]})", beside[:2], (not token, not mail))


@scenario("proxies")
def proxies(p):
    """Each situation with o2pop and with curl: the same side gets through, or does not."""
    world()
    with ThreadPoolExecutor(6) as pool:  # most of them wait
        for done in [pool.submit(try_situation, p, *row) for row in SITUATIONS]:
            done.result()
    print(f"# proxies: {len(SITUATIONS)} situations, o2pop and curl agree in all")
    seen = world().logs()
    for needle in needles(world().rig, {"secret": FACTS["clients"]["good"]["secret"]}):
        if needle in seen:
            raise Wrong("a secret of o2pop's is in a proxy's log")


@scenario("proxy-settings")
def proxy_settings(p):
    """Settings instead of variables, one side by proxy, and no_proxy."""
    w = world()
    password = BUILD / "proxies-run" / "password"
    password.touch(mode=0o600)
    password.write_text(PASSWORD + "\n")
    r = check(p, "file", proxy=url("http", "squid_login"), proxy_user=USER, proxy_password_file=password)
    expect("exit status (" + r.summary() + ")", r.status, 0)
    expect("proxy", r.fact("mail-proxy", "proxy_url"), url("http", "squid_login"))
    r = check(p, "two", token_proxy=url("http", "tiny"), mail_proxy=url("socks5h", "dante"))
    expect("exit status (" + r.summary() + ")", r.status, 0)
    # What was said to us outranks the shell.
    r = check(p, "outranks", env={"ALL_PROXY": url("http", "nobody")}, proxy=url("http", "squid"))
    expect("exit status (" + r.summary() + ")", r.status, 0)
    r = check(p, "https-alone", env={"HTTPS_PROXY": url("http", "squid")})
    expect("token side", came_of(r, ("token-proxy", "idp-tls", "token")), "")
    expect("mail side", came_of(r, ("pop-dns",)) in ("dns-failed", "dns-not-found"), True)
    expect("first cause", r.mailbox["causes"][0]["id"], "proxy-not-used")
    text = json.dumps(r.mailbox["causes"][0])
    if f"mail_proxy = {url('http', 'squid')}" not in text:
        raise Wrong(f"the way through the proxy is not what is to be typed: {text}")
    r = check(p, "no-proxy", env={"ALL_PROXY": url("http", "squid"), "NO_PROXY": f".{DOMAIN}"}, resolve=hosts())
    expect("first failure (" + r.summary() + ")", r.first_failure()["fault"], "tcp-unreachable")
    expect("first cause", r.mailbox["causes"][0]["id"], "proxy-not-used")
    r = check(p, "forbidden", env={"ALL_PROXY": url("http", "tiny")})
    expect("first cause", r.mailbox["causes"][0]["id"], "proxy-forbids")
    if f"{MAIL}:{w.rig.ports['pop3s']}" not in json.dumps(r.mailbox["causes"][0]["fix"]):
        raise Wrong("what the network team has to allow is not named")
