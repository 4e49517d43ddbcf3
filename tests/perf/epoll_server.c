/* A WebSocket echo server on epoll, one thread: one that is not the limit.
 *
 *   epoll_server PORT
 *
 * Upgrades whatever asks (RFC 6455 section 4.2.2), echoes text and binary messages of up to 64 KiB, and ends a
 * connection after a close frame. All replies to what one read brought leave in one write. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 17, CHUNK = 1 << 18 };

typedef struct {
    int open, greeted;
    unsigned char *in, *out; /* an unfinished frame; what the kernel did not take */
    size_t in_size, out_size;
} peer;

static peer peers[MOST];
static unsigned char input[2 * CHUNK], output[2 * CHUNK];

static uint32_t turned(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void sha1(const char *text, unsigned char *digest) { /* of up to 119 bytes (RFC 3174) */
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}, w[80];
    unsigned char data[128] = {0};
    size_t size = strlen(text), blocks = size < 56 ? 1 : 2;
    memcpy(data, text, size);
    data[size] = 0x80;
    data[blocks * 64 - 2] = size * 8 >> 8;
    data[blocks * 64 - 1] = size * 8;
    for (size_t b = 0; b < blocks; b++) {
        for (int i = 0; i < 16; i++) {
            unsigned char *p = data + b * 64 + i * 4;
            w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
        }
        for (int i = 16; i < 80; i++) w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a[5];
        memcpy(a, h, sizeof h);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? (a[1] & a[2]) | (~a[1] & a[3])
                         : i < 40 ? a[1] ^ a[2] ^ a[3]
                         : i < 60 ? (a[1] & a[2]) | (a[1] & a[3]) | (a[2] & a[3])
                                  : a[1] ^ a[2] ^ a[3];
            uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
            uint32_t t = turned(a[0], 5) + f + a[4] + k + w[i];
            a[4] = a[3], a[3] = a[2], a[2] = turned(a[1], 30), a[1] = a[0], a[0] = t;
        }
        for (int i = 0; i < 5; i++) h[i] += a[i];
    }
    for (int i = 0; i < 20; i++) digest[i] = h[i / 4] >> (24 - i % 4 * 8);
}

static void base64(const unsigned char *from, char *to) { /* of 20 bytes */
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 21; i += 3) {
        uint32_t v = from[i] << 16 | from[i + 1] << 8 | (i + 2 < 20 ? from[i + 2] : 0);
        for (int j = 0; j < 4; j++) *to++ = letters[v >> (18 - 6 * j) & 63];
    }
    to[-1] = '=';
    *to = 0;
}

static void end(int fd) {
    free(peers[fd].in);
    free(peers[fd].out);
    peers[fd] = (peer){0};
    close(fd);
}

static void keep(unsigned char **where, size_t *size, const unsigned char *from, size_t more) {
    unsigned char *grown = malloc(more ? more : 1);
    memcpy(grown, from, more);
    free(*where);
    *where = more ? grown : (free(grown), NULL);
    *size = more;
}

static void reply(int epoll, int fd, const unsigned char *from, size_t size) {
    peer *p = &peers[fd];
    ssize_t taken = write(fd, from, size);
    if (taken < 0 && errno != EAGAIN) return;
    if (taken < 0) taken = 0;
    int late = p->out_size > 0;
    keep(&p->out, &p->out_size, from + taken, size - taken);
    if (late != (p->out_size > 0)) {
        struct epoll_event e = {.events = p->out_size ? EPOLLOUT : EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &e);
    }
}

static int greet(int epoll, int fd, size_t size) {
    char text[128], answer[256], sum[32];
    unsigned char digest[21] = {0};
    input[size] = 0;
    char *at = strcasestr((char *)input, "sec-websocket-key:");
    if (!at || !strstr((char *)input, "\r\n\r\n")) return -1;
    if (sscanf(at + 18, " %60[^\r]", text) != 1) return -1;
    strcat(text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    sha1(text, digest);
    base64(digest, sum);
    int length = sprintf(answer,
                         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\n\r\n", sum);
    peers[fd].greeted = 1;
    reply(epoll, fd, (unsigned char *)answer, length);
    return 0;
}

static int echo(int epoll, int fd, size_t size) {
    size_t at = 0, filled = 0;
    while (size - at >= 6) {
        unsigned char *f = input + at;
        size_t head = 6, length = f[1] & 127;
        if (length == 127) return -1;
        if (length == 126) {
            if (size - at < 8) break;
            length = f[2] << 8 | f[3];
            head = 8;
        }
        if (size - at < head + length) break;
        if ((f[0] & 15) == 8) return -1;
        unsigned char *o = output + filled, *mask = f + head - 4;
        memcpy(o, f, head - 4);
        o[1] &= 127;
        o += head - 4;
        uint32_t word;
        memcpy(&word, mask, 4);
        size_t i = 0;
        for (; i + 4 <= length; i += 4) {
            uint32_t part;
            memcpy(&part, f + head + i, 4);
            part ^= word;
            memcpy(o + i, &part, 4);
        }
        for (; i < length; i++) o[i] = f[head + i] ^ mask[i % 4];
        filled += head - 4 + length;
        at += head + length;
    }
    keep(&peers[fd].in, &peers[fd].in_size, input + at, size - at);
    if (filled) reply(epoll, fd, output, filled);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int one = 1, epoll = epoll_create1(0), door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 4096)) return 1;
    struct epoll_event e = {.events = EPOLLIN, .data.fd = door}, ready[512];
    epoll_ctl(epoll, EPOLL_CTL_ADD, door, &e);
    for (;;) {
        int count = epoll_wait(epoll, ready, 512, -1);
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd == door) {
                while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0 && fd < MOST) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    peers[fd].open = 1;
                    e = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
                }
                continue;
            }
            peer *p = &peers[fd];
            if (p->out_size) {
                static unsigned char copy[4 * CHUNK];
                size_t size = p->out_size;
                memcpy(copy, p->out, size);
                reply(epoll, fd, copy, size);
                continue;
            }
            memcpy(input, p->in, p->in_size);
            ssize_t more = read(fd, input + p->in_size, CHUNK);
            if (more < 0 && errno == EAGAIN) continue;
            if (more <= 0 || (p->greeted ? echo : greet)(epoll, fd, p->in_size + more)) end(fd);
        }
    }
}
