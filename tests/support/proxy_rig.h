/* A proxy engine between fake user agents: datagrams in, datagrams out, virtual time, a location service to answer it.
 *
 *     proxy_rig *rig = px_start();                       example.com at 10.0.0.1; alice is .2, bob .3
 *     px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
 *     px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
 *     px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
 *     px_send(rig, BOB, px_reply(rig, invite, 180, ""));
 *     px_stop(rig);                                      checks that everything was given back
 *
 * Texts are kept until px_stop. Message texts are written with '\n'; the rig makes CRLF of it.
 */
#ifndef PROXY_RIG_H
#define PROXY_RIG_H

#include "check.h"
#include "crypto.h"
#include "ss/engine.h"

#define ALICE "10.0.0.2"
#define BOB   "10.0.0.3"
#define CAROL "10.0.0.4"

typedef struct px_sent {
    ss_time at;
    ss_address to;
    ss_slice bytes; /* lives until px_stop */
    bool seen;
} px_sent;

typedef struct proxy_rig {
    ss_pools pools;
    ss_settings settings;
    ss_proxy_config config;
    ss_engine engine;
    ss_location location;
    ss_store location_store;
    ss_time now;
    size_t arena_cap;      /* lent per turn; settable */
    size_t pool_cap;       /* settable before px_go */
    ss_status last_status; /* of the last input, tick or answer */
    px_sent sent[4096];
    size_t sent_count, next; /* next: the first that no px_expect looked at */
    bool hold_queries;       /* keep them in `held` instead of answering */
    ss_query held;           /* the last one; its name is kept, its changes are not */
    unsigned queries, full_events;
    ss_address names[4]; /* what every RESOLVE is answered with */
    uint16_t name_count; /* 0: SS_NONE */
    ss_path connect;     /* the last connection that was asked for */
    unsigned connect_count;
    ss_protection protection;
    ss_digest_hex ha1; /* of the last credential query */
    unsigned char *memory, *location_memory, *arena_memory, *text_memory;
    size_t text_used;
} proxy_rig;

proxy_rig *px_start(void);
/** With settings of the test's own: call px_new, change settings or config, then px_go. */
proxy_rig *px_new(void);
void px_go(proxy_rig *rig);
/** Between px_new and px_go: example.com asks for credentials in INVITE, BYE and REGISTER, by SHA-256, then MD5; nonces live 300 s.
 *  Its users are alice and bob, password "secret". `protection` may be changed. */
void px_protect(proxy_rig *rig);
/** A header line with credentials for the challenge in a response: of `user`, for a request whose start line begins with `start`
 *  ("INVITE sip:…"), by the algorithm. Valid for a few calls. */
typedef struct px_login {
    const char *user, *password, *start;
    ss_algorithm algorithm;
    uint32_t nc;
} px_login;
const char *px_login_line(const px_sent *challenge, const px_login *login);
/** The host's answer to a credential query: H(A1) of alice and bob. */
ss_answer px_credential(const proxy_rig *rig, const ss_query *query);
/** 200 s go by; no transaction, context, timer or block may be left then. */
void px_stop(proxy_rig *rig);
/** Without the check. */
void px_free(proxy_rig *rig);

/** To an instant, through every deadline on the way (that at `at` included). */
void px_run_to(proxy_rig *rig, ss_time at);
/** A datagram from a host's port 5060. */
void px_send(proxy_rig *rig, const char *host, ss_slice bytes);
/** A connection that the host opens from port 40000 + number, and a message on it. */
ss_path px_open(proxy_rig *rig, const char *host, uint32_t number);
void px_write(proxy_rig *rig, const ss_path *path, ss_slice bytes);
/** ICMP says that the host cannot be reached. */
void px_fail_path(proxy_rig *rig, const char *host);
/** The outputs of a turn that the test began itself. */
void px_drain(proxy_rig *rig, ss_turn *turn);
/** Answer what is held. */
void px_answer(proxy_rig *rig, const ss_answer *answer);
void px_bind(proxy_rig *rig, const char *aor, const char *contact);
void px_bind_q(proxy_rig *rig, const char *aor, const char *contact, uint16_t q);

ss_slice px_printf(proxy_rig *rig, const char *format, ...) SS_PRINTF(2, 3);
/**
 * A request of Alice's: Via with the branch, Max-Forwards 70, From with tag "alice", To from the Request-URI, Call-ID
 * "call", CSeq 1, then `lines` ("Route: …\n"), no body. `start` is method and Request-URI.
 */
ss_slice px_request(proxy_rig *rig, const char *start, const char *branch, const char *lines);
/** Bob's response to a request that came out: its Vias, From, To with tag "bob", Call-ID, CSeq, Record-Route, then
 *  `lines`. */
ss_slice px_reply(proxy_rig *rig, const px_sent *request, unsigned status, const char *lines);

/** The next datagram out, which must go to `host` and have this start line. */
px_sent *px_expect(proxy_rig *rig, const char *host, const char *start_line);
/** The next datagram out that nobody looked at, or NULL. */
px_sent *px_take(proxy_rig *rig);
void px_expect_nothing(proxy_rig *rig);
/** The value of the nth field line; in static memory of the rig. */
ss_slice px_field(proxy_rig *rig, const px_sent *sent, ss_hdr id, unsigned nth);
unsigned px_field_count(proxy_rig *rig, const px_sent *sent, ss_hdr id);

/** What is live in the engine. */
void px_check_empty(const proxy_rig *rig);

#endif
