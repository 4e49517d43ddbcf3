/* A WebSocket echo client on epoll: what wire is held against where many messages are in flight.
 *
 *   epoll_client PORT CORE CONNECTIONS DEPTH
 *
 * Speaks the driver's protocol: one JSON line when ready; then for each line "LEAD COUNT" on standard input it
 * keeps DEPTH 64-byte text messages in flight on each connection, lets LEAD replies pass, times at least COUNT,
 * and drains. Every reply is compared whole, a batch at once, and its latency kept. Answers with one JSON
 * line: timed messages, ns they took, messages exchanged, CPU time in ns, mean latency in ns. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, VARIANTS = 8, MESSAGE = 6 + SIZE, REPLY = 2 + SIZE, DEEPEST = 256, MOST = 1 << 14 };

typedef struct {
    int fd, sent, done, filled;
    long long stamps[DEEPEST];
    unsigned char *buffer;
} line;

static line *lines;
static unsigned char messages[(DEEPEST + VARIANTS) * MESSAGE], replies[(DEEPEST + VARIANTS) * REPLY];
static long long *took;

static void die(const char *what) {
    printf("{\"event\": \"failed\", \"reason\": \"%s\"}\n", what);
    exit(1);
}

static long long clock_of(clockid_t which) {
    struct timespec at;
    clock_gettime(which, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void build(void) {
    srand(1);
    for (int v = 0; v < DEEPEST + VARIANTS; v++) {
        unsigned char *m = messages + v * MESSAGE, *r = replies + v * REPLY;
        if (v >= VARIANTS) {
            memcpy(m, m - VARIANTS * MESSAGE, MESSAGE);
            memcpy(r, r - VARIANTS * REPLY, REPLY);
            continue;
        }
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

static void push(line *l, int count) {
    long long at = clock_of(CLOCK_MONOTONIC);
    if (send(l->fd, messages + l->sent % VARIANTS * MESSAGE, count * MESSAGE, MSG_DONTWAIT) != count * MESSAGE)
        die("can't send");
    for (int i = 0; i < count; i++) l->stamps[l->sent++ % DEEPEST] = at;
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(atoi(argv[2]), &set);
    sched_setaffinity(0, sizeof set, &set);
    build();
    int port = atoi(argv[1]), connections = atoi(argv[3]), depth = atoi(argv[4]), lead, count;
    int epoll = epoll_create1(0), room = depth * REPLY + REPLY;
    lines = calloc(connections, sizeof *lines);
    struct epoll_event e = {.events = EPOLLIN}, ready[512];
    for (int i = 0; i < connections; i++) {
        lines[i].fd = connected(port);
        lines[i].buffer = malloc(room);
        e.data.u32 = i;
        epoll_ctl(epoll, EPOLL_CTL_ADD, lines[i].fd, &e);
    }
    printf("{\"event\": \"ready\"}\n");
    fflush(stdout);
    while (scanf("%d %d", &lead, &count) == 2) {
        int window = connections * depth, in_flight = 0, exchanged = 0, timed = 0, done = 0;
        long long begun = 0, ended = 0, cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        double sum = 0;
        took = malloc((count + 2 * window + 2 * DEEPEST) * sizeof *took);
        for (int i = 0; i < connections; i++, in_flight += depth) push(&lines[i], depth);
        while (in_flight) {
            int events = epoll_wait(epoll, ready, 512, 5000);
            if (events <= 0) die("no reply in time");
            for (int i = 0; i < events; i++) {
                line *l = &lines[ready[i].data.u32];
                int more = recv(l->fd, l->buffer + l->filled, room - l->filled, MSG_DONTWAIT);
                if (more <= 0) die("the server is gone");
                long long now = clock_of(CLOCK_MONOTONIC);
                l->filled += more;
                int whole = l->filled / REPLY, used = whole * REPLY;
                if (memcmp(l->buffer, replies + l->done % VARIANTS * REPLY, used)) die("a reply differs");
                for (int m = 0; m < whole; m++) {
                    long long latency = now - l->stamps[l->done++ % DEEPEST];
                    if (exchanged >= lead && !done) took[timed++] = latency;
                }
                memmove(l->buffer, l->buffer + used, l->filled - used);
                l->filled -= used;
                if (exchanged < lead) begun = now;
                exchanged += whole;
                in_flight -= whole;
                if (timed >= count && !done) done = 1, ended = now;
                if (!done && whole) push(l, whole), in_flight += whole;
            }
        }
        cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        for (int i = 0; i < timed; i++) sum += took[i];
        free(took);
        printf("{\"messages\": %d, \"elapsed\": %lld, \"exchanged\": %d, \"cpu\": %lld, \"mean\": %.0f}\n",
               timed, ended - begun, exchanged, cpu, sum / timed);
        fflush(stdout);
    }
    return 0;
}
