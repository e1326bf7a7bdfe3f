/* wire: two empty network namespaces, joined by a wire on which every packet takes MS milliseconds.
 *   wire MS LOG    prints "ready" when it lies; both ends are called wire0 and have no address yet.
 * The namespaces live as long as this process: /proc/PID/fd/10 is the near (client's) side, /proc/PID/fd/11
 * the far one, for nsenter --net. Each TCP packet of the near side that opens a connection or carries data is
 * written to LOG as "ns port bytes", so that the round trips of a run can be counted.
 * No loss, no reordering, no limit of bandwidth. Needs root and /dev/net/tun. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
	PACKET_MAX = 1500,
	QUEUE = 8192 /* packets under way in one direction: 12 MB, more than any login */
};

#define SECOND INT64_C(1000000000)

struct packet {
	int64_t due;
	size_t n;
	unsigned char bytes[PACKET_MAX];
};
static struct packet queue[QUEUE];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

/* A new namespace, kept open as descriptor `keep`; returns its end of the wire. */
static int side(int keep)
{
	struct ifreq request = { .ifr_name = "wire0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int space, tun;

	if (unshare(CLONE_NEWNET) != 0)
		die("unshare");
	space = open("/proc/self/ns/net", O_RDONLY);
	if (space < 0 || dup2(space, keep) != keep)
		die("/proc/self/ns/net");
	close(space);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0)
		die("/dev/net/tun");
	return tun;
}

static void log_packet(FILE *log, int64_t at, const struct packet *p)
{
	size_t ip, tcp, data;

	if (p->n < 40 || p->bytes[0] >> 4 != 4 || p->bytes[9] != 6)
		return;
	ip = (p->bytes[0] & 15u) * 4u;
	if (p->n < ip + 20)
		return;
	tcp = (p->bytes[ip + 12] >> 4) * 4u;
	data = p->n > ip + tcp ? p->n - ip - tcp : 0;
	if (data != 0 || (p->bytes[ip + 13] & 2) != 0)
		fprintf(log, "%lld %d %zu\n", (long long)at, p->bytes[ip + 2] << 8 | p->bytes[ip + 3], data);
}

/* Carry packets from one end to the other for ever. */
static void carry(int from, int to, int64_t delay, FILE *log)
{
	size_t head = 0, tail = 0;

	for (;;) {
		struct pollfd ready = { from, POLLIN, 0 };
		struct timespec wait, *limit = NULL;
		int64_t t = now();

		while (head != tail && queue[head % QUEUE].due <= t) {
			struct packet *p = &queue[head++ % QUEUE];

			if (write(to, p->bytes, p->n) < 0 && errno != EAGAIN && errno != EIO)
				die("write");
		}
		if (head != tail) {
			int64_t rest = queue[head % QUEUE].due - t;

			wait = (struct timespec){ rest / SECOND, rest % SECOND };
			limit = &wait;
		}
		if (tail - head == QUEUE)
			ready.fd = -1;
		if (ppoll(&ready, 1, limit, NULL) <= 0)
			continue;
		while (tail - head < QUEUE) {
			struct packet *p = &queue[tail % QUEUE];
			ssize_t n = read(from, p->bytes, sizeof p->bytes);

			if (n <= 0)
				break;
			p->n = (size_t)n;
			p->due = now() + delay;
			tail++;
			if (log != NULL)
				log_packet(log, p->due - delay, p);
		}
	}
}

int main(int argc, char **argv)
{
	int64_t delay;
	int near, far;
	FILE *log;
	pid_t child;

	if (argc != 3) {
		fputs("usage: wire MS LOG\n", stderr);
		return 2;
	}
	delay = (int64_t)(atof(argv[1]) * 1e6);
	log = fopen(argv[2], "w");
	if (log == NULL)
		die(argv[2]);
	setvbuf(log, NULL, _IOLBF, 0);
	near = side(10);
	far = side(11);
	/* Wake up on time, not within the usual 50 microseconds. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		carry(far, near, delay, NULL);
	}
	puts("ready");
	fflush(stdout);
	carry(near, far, delay, log);
}
