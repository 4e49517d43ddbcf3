/* A WebSocket echo client that blocks, or polls: the yardstick that wire is held against.
 *
 *   blocking_client PORT CORE THINK_NS [poll]
 *
 * Speaks the driver's protocol: one JSON line when ready; then for each line "LEAD COUNT" on standard input
 * it exchanges LEAD untimed and COUNT timed 64-byte text messages, compares every reply whole, and answers
 * with the timed round trips in ns as one JSON line. Each message leaves THINK_NS after the reply before it.
 * Ends when standard input ends. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, VARIANTS = 8, MOST = 100000, MESSAGE = 6 + SIZE, REPLY = 2 + SIZE };

static long long took[MOST], last;
static int flags;
static unsigned char messages[VARIANTS][MESSAGE], replies[VARIANTS][REPLY];

static void die(const char *what) {
    printf("{\"event\": \"failed\", \"reason\": \"%s\"}\n", what);
    exit(1);
}

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void build(void) {
    srand(1);
    for (int v = 0; v < VARIANTS; v++) {
        unsigned char *m = messages[v], *r = replies[v];
        m[0] = r[0] = 0x81;
        m[1] = 0x80 | SIZE;
        r[1] = SIZE;
        for (int i = 0; i < 4; i++) m[2 + i] = rand() & 255;
        for (int i = 0; i < SIZE; i++) {
            r[2 + i] = 'a' + rand() % 26;
            m[6 + i] = r[2 + i] ^ m[2 + i % 4];
        }
    }
}

static int connected(int port) {
    static const char request[] =
        "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    char answer[4096];
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), size = 0;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) die("can't connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (write(fd, request, sizeof request - 1) < 0) die("can't send the handshake");
    do {
        int more = read(fd, answer + size, sizeof answer - 1 - size);
        if (more <= 0) die("no handshake");
        size += more;
        answer[size] = 0;
    } while (!strstr(answer, "\r\n\r\n"));
    if (strncmp(answer, "HTTP/1.1 101", 12)) die("not upgraded");
    return fd;
}

static long long exchange(int fd, int which) {
    unsigned char reply[4096];
    int got = 0;
    long long begun = now();
    if (send(fd, messages[which], MESSAGE, 0) != MESSAGE) die("can't send");
    while (got < REPLY) {
        int more = recv(fd, reply + got, sizeof reply - got, flags);
        if (more < 0 && errno == EAGAIN) continue;
        if (more <= 0) die("the server is gone");
        got += more;
    }
    last = now();
    if (got != REPLY || memcmp(reply, replies[which], REPLY)) die("a reply differs");
    return last - begun;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    if (argc > 4) flags = MSG_DONTWAIT;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(atoi(argv[2]), &set);
    sched_setaffinity(0, sizeof set, &set);
    build();
    int fd = connected(atoi(argv[1])), think = atoi(argv[3]), lead, count, which = 0;
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    printf("{\"event\": \"ready\"}\n");
    fflush(stdout);
    while (scanf("%d %d", &lead, &count) == 2) {
        if (lead + count > MOST) die("too many messages in one slice");
        for (int i = 0; i < lead + count; i++, which = (which + 1) % VARIANTS) {
            while (now() < last + think) {}
            took[i] = exchange(fd, which);
        }
        printf("{\"latencies\": [");
        for (int i = lead; i < lead + count; i++) printf(i > lead ? ", %lld" : "%lld", took[i]);
        printf("]}\n");
        fflush(stdout);
    }
    return 0;
}
