/* Messages a second of our parser and of those that are installed, over one set of messages, in one run.
 *
 *   parse_messages FOLDER            all parsers in turn, many short rounds, the best of each; one JSON object
 *   parse_messages FOLDER PASSES     ours alone, so many passes over the set, and nothing else: to be counted by callgrind
 *
 * Before it measures, it holds that all typed the same number of values, message by message. */
#include "peers.h"

#include "ss/base.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MESSAGES_MAX = 32, BYTES_MAX = 4096, ROUNDS = 400, PASSES_A_ROUND = 20 };

typedef struct message {
    char name[64];
    char *bytes; /* of exactly its size */
    size_t len;
} message;

static message set[MESSAGES_MAX];
static size_t set_count;

static const peer *const peers[] = {
    &ours,
#ifdef PEER_SOFIA
    &sofia,
#endif
#ifdef PEER_OSIP2
    &osip2,
#endif
};

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "parse_messages: %s: %s\n", which, what);
    exit(1);
}

static void load(const char *folder, const char *name)
{
    char path[4096];
    static char bytes[BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || set_count == MESSAGES_MAX) {
        fail("cannot be read, or is one too many", name);
    }
    message *m = &set[set_count++];
    m->len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    m->bytes = malloc(m->len);
    if (m->bytes == NULL) {
        fail("no memory", name);
    }
    memcpy(m->bytes, bytes, m->len);
    snprintf(m->name, sizeof m->name, "%s", name);
}

static void load_set(const char *folder)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (strstr(entries[i]->d_name, ".sip") != NULL) {
            load(folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    if (set_count == 0) {
        fail("no message in this folder", folder);
    }
}

static typed_count typed_by(const peer *p, const message *m)
{
    typed_count count = { 0 };
    if (!p->parse(m->bytes, m->len, &count)) {
        fail(p->name, m->name);
    }
    return count;
}

static void check_equal_work(void)
{
    for (size_t i = 0; i < set_count; i++) {
        const typed_count expected = typed_by(peers[0], &set[i]);
        for (size_t p = 1; p < SS_COUNT(peers); p++) {
            const typed_count count = typed_by(peers[p], &set[i]);
            if (memcmp(&count, &expected, sizeof count) != 0) {
                fprintf(stderr,
                        "%s types vias %u routes %u contacts %u parties %u uris %u credentials %u "
                        "numbers %u\n",
                        peers[p]->name, count.vias, count.routes, count.contacts, count.parties,
                        count.uris, count.credentials, count.numbers);
                fprintf(stderr,
                        "%s types vias %u routes %u contacts %u parties %u uris %u credentials %u "
                        "numbers %u\n",
                        peers[0]->name, expected.vias, expected.routes, expected.contacts,
                        expected.parties, expected.uris, expected.credentials, expected.numbers);
                fail("not the same work", set[i].name);
            }
        }
    }
}

static void pass(const peer *p)
{
    for (size_t i = 0; i < set_count; i++) {
        typed_count count = { 0 };
        if (!p->parse(set[i].bytes, set[i].len, &count)) {
            fail(p->name, set[i].name);
        }
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double rate_of(const peer *p)
{
    const double begin = now();
    for (int i = 0; i < PASSES_A_ROUND; i++) {
        pass(p);
    }
    return (double)PASSES_A_ROUND * (double)set_count / (now() - begin);
}

static void compare(void)
{
    double best[SS_COUNT(peers)] = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t p = 0; p < SS_COUNT(peers); p++) {
            const double rate = rate_of(peers[p]);
            best[p] = rate > best[p] ? rate : best[p];
        }
    }
    printf("{\"bench\":\"parse\",\"messages\":%zu", set_count);
    for (size_t p = 0; p < SS_COUNT(peers); p++) {
        printf(",\"%s_per_second\":%.0f", peers[p]->name, best[p]);
    }
    for (size_t p = 1; p < SS_COUNT(peers); p++) {
        printf(",\"times_%s\":%.2f", peers[p]->name, best[0] / best[p]);
    }
    size_t largest = 0;
    for (size_t i = 1; i < set_count; i++) {
        largest = set[i].len > set[largest].len ? i : largest;
    }
    printf(",\"largest_message_bytes\":%zu,\"its_parsed_bytes\":%zu}\n", set[largest].len,
           ours_bytes(set[largest].bytes, set[largest].len));
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fail("give a folder of messages, and perhaps a number of passes", "usage");
    }
    load_set(argv[1]);
    if (argc == 3) {
        for (long passes = strtol(argv[2], NULL, 10); passes > 0; passes--) {
            pass(&ours);
        }
        return 0;
    }
    for (size_t p = 0; p < SS_COUNT(peers); p++) {
        peers[p]->open();
    }
    check_equal_work();
    compare();
    return 0;
}
