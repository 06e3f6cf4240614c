/* What a proxy's edits cost above copying the message (RFC 3261 16.6): one INVITE, parsed once, goes out again and again with a
 * new topmost Via, Max-Forwards one lower, a Record-Route, another Request-URI, its User-Agent gone; beside it memcpy of as many
 * bytes.
 *
 *   splice_forward FILE            many short rounds of both in turn, the best of each; one JSON object
 *   splice_forward FILE PASSES     so many times the edits, and nothing else: to be counted by callgrind */
#include "ss/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BYTES_MAX = 4096, ROUNDS = 2000, PASSES_A_ROUND = 200 };

static _Alignas(16) unsigned char index_memory[BYTES_MAX];
static _Alignas(16) unsigned char scratch[4 * BYTES_MAX];
static char bytes[BYTES_MAX], out[2 * BYTES_MAX];
static ss_msg msg;

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "splice_forward: %s: %s\n", which, what);
    exit(1);
}

static void load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail("cannot be read", path);
    }
    const size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ss_arena arena = { .base = index_memory, .cap = sizeof index_memory };
    ss_diag diag;
    if (ss_msg_parse(&msg, &arena, (ss_slice){ bytes, len }, &diag) != SS_OK || !msg.is_request) {
        fail("is no request", path);
    }
}

/* Gives the length of what went out. */
static size_t forward(void)
{
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    ss_buffer b = ss_buffer_on(out, sizeof out);
    ss_splice s = ss_splice_begin(&msg, &arena);
    ss_splice_request_uri(&s, SS_LIT("sip:lena@192.0.2.44:5066;transport=udp"));
    ss_splice_push(&s, SS_HDR_VIA,
                   SS_LIT("SIP/2.0/UDP edge9.harbour.example.net:5060;branch=z9hG4bK90f1a2b3c4d5e6f7"));
    ss_splice_push(&s, SS_HDR_RECORD_ROUTE, SS_LIT("<sip:edge9.harbour.example.net;lr>"));
    ss_splice_set_u64(&s, SS_HDR_MAX_FORWARDS, msg.max_forwards - 1);
    ss_splice_remove(&s, SS_HDR_USER_AGENT);
    if (ss_splice_print(&s, &b) != SS_OK) {
        fail("no room", "output");
    }
    return b.len;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_forward(void)
{
    const double begin = now();
    for (int i = 0; i < PASSES_A_ROUND; i++) {
        (void)forward();
    }
    return (now() - begin) / PASSES_A_ROUND;
}

static double time_copy(size_t len)
{
    static char copy[BYTES_MAX];
    const double begin = now();
    for (int i = 0; i < PASSES_A_ROUND; i++) {
        memcpy(copy, bytes, len);
        __asm__ volatile("" : : "r"(copy) : "memory");
    }
    return (now() - begin) / PASSES_A_ROUND;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fail("give a file with a request, and perhaps a number of passes", "usage");
    }
    load(argv[1]);
    if (argc == 3) {
        for (long passes = strtol(argv[2], NULL, 10); passes > 0; passes--) {
            (void)forward();
        }
        return 0;
    }
    const size_t len = forward();
    double edits = 1e9;
    double copy = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        const double e = time_forward();
        const double c = time_copy(msg.bytes.len);
        edits = e < edits ? e : edits;
        copy = c < copy ? c : copy;
    }
    printf("{\"bench\":\"splice_forward\",\"bytes_in\":%zu,\"bytes_out\":%zu,\"ns\":%.0f,"
           "\"memcpy_ns\":%.0f,\"ns_above_memcpy\":%.0f}\n",
           msg.bytes.len, len, edits, copy, edits - copy);
    return 0;
}
