/* A port that is free for all that a node listens at: the kernel gives one for the first, and the others are tried with it. */
#include <sys/socket.h>
#include <unistd.h>

#include "site.h"

enum { TRIES = 64 };

static socklen_t length_of(const struct sockaddr_storage *at)
{
    return at->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/* The port it has then; 0: somebody else has it. */
static uint16_t bind_one(int fd, const sl_listen *listen, uint16_t port)
{
    const int yes = 1;
    struct sockaddr_storage at;
    ss_address address = listen->address;
    socklen_t len;
    address.port = port;
    sl_address_to(&address, &at);
    len = length_of(&at);
    if (listen->transport == SS_TRANSPORT_TCP) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes); /* as libuv does */
    }
    if (address.family == 6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    }
    const bool is_bound = bind(fd, (struct sockaddr *)&at, len) == 0 &&
                          getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    return is_bound ? sl_address_from((struct sockaddr *)&at).port : 0;
}

static bool is_asked(const sl_options *o, uint32_t nth, uint32_t node)
{
    return o->listens[nth].node == node && o->listens[nth].address.port == 0;
}

/* One go; 0: what the kernel gave is taken elsewhere. */
static uint16_t try_once(const sl_options *o, uint32_t node)
{
    int fds[SL_LISTENS_MAX];
    uint32_t count = 0;
    uint16_t port = 0;
    bool ok = true;
    for (uint32_t i = 0; i < o->listen_count && ok; i++) {
        if (!is_asked(o, i, node)) {
            continue;
        }
        const bool is_v6 = o->listens[i].address.family == 6;
        const bool is_tcp = o->listens[i].transport == SS_TRANSPORT_TCP;
        const int fd = socket(is_v6 ? AF_INET6 : AF_INET,
                              (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            ok = false;
            break;
        }
        fds[count++] = fd;
        port = bind_one(fd, &o->listens[i], port);
        ok = port != 0;
    }
    while (count > 0) {
        (void)close(fds[--count]);
    }
    return ok ? port : 0;
}

uint16_t sl_free_port(const sl_options *options, uint32_t node)
{
    uint32_t asked = 0;
    for (uint32_t i = 0; i < options->listen_count; i++) {
        asked += is_asked(options, i, node);
    }
    for (unsigned i = 0; asked > 1 && i < TRIES; i++) {
        const uint16_t port = try_once(options, node);
        if (port != 0) {
            return port;
        }
    }
    return 0;
}
