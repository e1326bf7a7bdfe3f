"""The measuring of tests/bench/run."""
import argparse
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
BUILD = TREE / "build" / "bench"
RIG = TREE / "tests" / "e2e" / "rig.py"
DELAY_MS = 50
NEAR, FAR = "10.77.0.2", "10.77.0.1"  # the far address stands in the servers' certificates


class Failed(Exception):
    """A run did not do its work, so its time means nothing."""


def rig_up(name, address, enter=()):
    """Start the servers and return their settings (RIG_...)."""
    done = subprocess.run([*enter, sys.executable, "-B", str(RIG), "up", "--name", name, "--address", address,
                           "--no-rawlog"], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Failed("the servers did not come up")
    settings = {}
    for line in done.stdout.decode().splitlines():
        key, _, value = line.partition("=")
        settings[key] = value.strip("'")
    return settings


def rig_down(name):
    subprocess.run([sys.executable, "-B", str(RIG), "down", "--name", name], check=False)


def o2pop_settings(rig, folder):
    """A settings file for these servers."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(rig["RIG_CLIENT_SECRET"] + "\n")
    values = {
        "tenant_id": rig["RIG_TENANT"], "client_id": rig["RIG_CLIENT_ID"], "client_secret_file": secret,
        "scope": rig["RIG_SCOPE"], "token_url": rig["RIG_TOKEN_URL"], "pop_host": rig["RIG_POP_HOST"],
        "pop_port": rig["RIG_POP_PORT"], "ca_file": rig["RIG_CA"],
        "resolve": " ".join(f"*:{rig[port]}:{rig['RIG_ADDRESS']}" for port in ("RIG_IDP_PORT", "RIG_POP_PORT")),
    }
    file = folder / "o2pop.conf"
    file.write_text("".join(f"{key} = {value}\n" for key, value in values.items()))
    file.chmod(0o600)
    return file


def contestants(binary, rig, folder):
    """Name -> command. Every one asks for a token, logs in to the same mailbox and says QUIT. The others say STAT
    before that; a check says STAT, UIDL, LIST and TOP 1 0, and one that stops after the login none of them."""
    config = o2pop_settings(rig, folder)
    check = [str(binary), "check", "--config", str(config), rig["RIG_MAILBOX"]]
    return {
        "o2pop check": check,
        "o2pop check, pipelining = on": check + ["--pipelining", "on"],
        "the same, login only": check + ["--pipelining", "on", "--stop-after", "auth"],
        "curl, twice": [str(HERE / "curl-pair")],
        "openssl s_client, twice": [str(HERE / "openssl-pair")],
    }


def measure(what, command, rig, enter=()):
    """The lines that measure writes about one run."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C", **rig}
    with tempfile.TemporaryFile() as out:
        def hand_over():
            os.dup2(out.fileno(), 3)
        subprocess.run([*enter, str(BUILD / "measure"), what, *command], env=env, check=True, pass_fds=(3,),
                       preexec_fn=hand_over, stdin=subprocess.DEVNULL)
        out.seek(0)
        return out.read().decode().splitlines()


def one_time(name, command, rig, enter=()):
    """(wall ms, cpu ms) of one run."""
    wall, cpu, _, status = map(int, measure("time", command, rig, enter)[0].split())
    if status != 0:
        raise Failed(f"{name} ended with status {status}: {' '.join(command)}")
    return wall / 1e6, cpu / 1e6


def one_memory(command, rig):
    """(KiB of all processes that lived together, those of it that no file backs, KiB of the largest, number of
    processes): PSS at exits."""
    lines = [line.split() for line in measure("memory", command, rig)]
    return (*(max(int(line[column]) for line in lines) for column in (6, 7, 3)), len(lines))


def rounds(names, runs, once):
    """Run all contestants in turn, so that a busy moment of the machine meets all of them."""
    results = {name: [] for name in names}
    for number in range(-1, runs):
        for name in names:
            value = once(name)
            if number >= 0:  # the first round only warms caches
                results[name].append(value)
    return results


def median(values, index):
    return statistics.median(value[index] for value in values)


class Wire:
    """The two namespaces with the delayed wire between them."""

    def __init__(self):
        self.log = BUILD / "wire.log"
        self.process = subprocess.Popen([str(BUILD / "wire"), str(DELAY_MS / 2), str(self.log)],
                                        stdout=subprocess.PIPE, start_new_session=True)
        if self.process.stdout.readline() != b"ready\n":
            raise Failed("the delayed wire could not be laid; it needs root and /dev/net/tun")
        self.near = ["nsenter", f"--net=/proc/{self.process.pid}/fd/10"]
        self.far = ["nsenter", f"--net=/proc/{self.process.pid}/fd/11"]
        for enter, address in ((self.near, NEAR), (self.far, FAR)):
            for command in (["ip", "link", "set", "lo", "up"],
                            ["ip", "address", "add", f"{address}/24", "dev", "wire0"],
                            ["ip", "link", "set", "wire0", "up"]):
                subprocess.run([*enter, *command], check=True)
            # The host may pace short replies (bbr); a namespace may choose reno.
            subprocess.run([*enter, "sh", "-c", "echo reno >/proc/sys/net/ipv4/tcp_congestion_control"], check=True)

    def flights(self, offset, ports):
        """How often, on each port, the client spoke after it had to wait for the server, since offset."""
        counts = dict.fromkeys(ports.values(), 0)
        last = {}
        for line in self.log.read_text()[offset:].splitlines():
            at, port, _ = map(int, line.split())
            if port in ports and at - last.get(port, 0) > 0.8 * DELAY_MS * 1e6:
                counts[ports[port]] += 1
                last[port] = at
        return counts

    def cut(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def table(say, columns, names, cells):
    """A table with one contestant a line; cells(name) gives the columns' values."""
    widths = [max(len(column), 16) for column in columns]
    say(" " * 30 + "".join("  " + c.rjust(w) for c, w in zip(columns, widths)))
    for name in names:
        say(name.ljust(30) + "".join("  " + str(c).rjust(w) for c, w in zip(cells(name), widths)))
    say()


def spread(values):
    return f"{median(values, 0):.1f} ({min(v[0] for v in values):.0f}-{max(v[0] for v in values):.0f})"


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("-n", dest="runs", type=int, default=21)
    parser.add_argument("-b", dest="binary", type=pathlib.Path, default=pathlib.Path(
        os.environ.get("O2POP", TREE / "build" / f"{platform.machine()}-linux-musl" / "o2pop")))
    options = parser.parse_args()
    binary = options.binary.absolute()
    if not os.access(binary, os.X_OK):
        raise Failed(f"there is no {binary}; build it first")
    lines = []

    def say(text=""):
        print(text, flush=True)
        lines.append(text)

    say(f"o2pop {binary.stat().st_size} bytes, {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}; medians of {options.runs} runs (smallest-largest)")
    try:
        rig = rig_up("bench", "127.0.0.1")
        commands = contestants(binary, rig, BUILD / "near")
        local = rounds(commands, options.runs, lambda name: one_time(name, commands[name], rig))
        memory = rounds(commands, 5, lambda name: one_memory(commands[name], rig))
    finally:
        rig_down("bench")

    delayed, flights = {}, {}
    if os.getuid() != 0:
        say("The runs with delay need root (network namespaces): not done.")
    elif not os.path.exists("/dev/net/tun") or not shutil.which("ip") or not shutil.which("nsenter"):
        say("The runs with delay need /dev/net/tun, ip and nsenter: not done.")
    else:
        wire = Wire()
        try:
            far = rig_up("bench-far", FAR, wire.far)
            distant = contestants(binary, far, BUILD / "far")
            ports = {int(far["RIG_IDP_PORT"]): "idp", int(far["RIG_POP_PORT"]): "pop"}

            def once(name):
                offset = wire.log.stat().st_size
                times = one_time(name, distant[name], far, wire.near)
                flights[name] = wire.flights(offset, ports)
                return times
            delayed = rounds(distant, max(5, options.runs // 2), once)
        finally:
            rig_down("bench-far")
            wire.cut()

    say()
    say("On loopback")
    table(say, ("wall, ms", "CPU, ms", "memory, KiB", "anonymous, KiB", "largest process", "processes"), commands, lambda name: (
        spread(local[name]), f"{median(local[name], 1):.1f}",
        *(f"{median(memory[name], i):.0f}" for i in range(4))))
    if delayed:
        say(f"With {DELAY_MS} ms between client and servers")
        table(say, ("wall, ms", "wall/delay", "CPU, ms", "turns: token", "turns: mail"), distant, lambda name: (
            spread(delayed[name]), f"{median(delayed[name], 0) / DELAY_MS:.1f}", f"{median(delayed[name], 1):.1f}",
            flights[name]["idp"], flights[name]["pop"]))
    say("CPU is user and system time of all processes. Memory is PSS, read from the page tables whenever a process")
    say("exits, added up over all that live at that moment; anonymous is the part that no file backs (Pss_Anon). A turn")
    say("is a time at which the client spoke after it had had to wait for the server, connecting included. All trust the")
    say("same two roots and nothing else.")
    (BUILD / "table.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda *unused: sys.exit(1))
    try:
        main()
    except Failed as reason:
        sys.exit(f"bench: {reason}")
