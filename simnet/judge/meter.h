/* What the files of the meter share: windows, the calls under way, and what was reached. */
#ifndef SN_JUDGE_METER_H
#define SN_JUDGE_METER_H

#include "sn/judge.h"

#include "shelf.h"

/* What a scenario may ask to have been reached, beside each timer: id, name, sentence. */
#define REACH_LIST(X)                                                                              \
    X(CALL_ESTABLISHED, "call_established", "a caller got a 2xx and acknowledged it")              \
    X(CALL_CONFIRMED, "call_confirmed", "a callee got the ACK to its 2xx")                         \
    X(CALL_COMPLETED, "call_completed",                                                            \
      "an established call was ended by a BYE that was answered")                                  \
    X(CALL_REJECTED, "call_rejected", "a caller received a final response of 300 to 699")          \
    X(CALL_REDIRECTED, "call_redirected", "a caller received a 3xx")                               \
    X(CALL_BLOCKED, "call_blocked", "a caller could not even send its INVITE")                     \
    X(CALL_CANCELLED, "call_cancelled", "a CANCEL ended a call at its callee")                     \
    X(BUSY, "busy", "a caller received 486 or 600")                                                \
    X(PROGRESS, "progress", "a caller received 101 to 199")                                        \
    X(TIMEOUT_408, "timeout_408", "a call ended with 408, received or by Timer B")                 \
    X(NOT_ACKED, "not_acked", "a callee got no ACK to its 2xx for 64*T1: 13.3.1.4")                \
    X(BYE_TIMEOUT, "bye_timeout", "a BYE had no answer")                                           \
    X(BYES_CROSS, "byes_cross", "both ends hung up before they heard of each other")               \
    X(CANCEL_AFTER_1XX, "cancel_after_1xx",                                                        \
      "a CANCEL left, a provisional response having come: 9.1")                                    \
    X(CANCEL_CROSSES_200, "cancel_crosses_200",                                                    \
      "a 2xx crossed the CANCEL: acknowledged, then released")                                     \
    X(REGISTRATION, "registration", "a REGISTER was answered 2xx")                                 \
    X(REGISTRATION_FAILED, "registration_failed", "a REGISTER was refused or had no answer")       \
    X(CHALLENGE, "challenge", "a request without credentials was challenged: 22.2, 22.3")          \
    X(CREDENTIALS_ACCEPTED, "credentials_accepted", "a server found credentials right")            \
    X(CREDENTIALS_WRONG, "credentials_wrong", "a server found credentials wrong")                  \
    X(CREDENTIALS_REPLAYED, "credentials_replayed",                                                \
      "a server found right credentials that were used before")                                    \
    X(NONCE_STALE, "nonce_stale", "a server found right credentials of a stale nonce")             \
    X(DOWNGRADE_REFUSED, "downgrade_refused",                                                      \
      "a user agent did not answer a challenge weaker than its policy: RFC 8760 3")                \
    X(SERVER_UNPROVED, "server_unproved",                                                          \
      "a server's proof of the password was wrong, or missing where it is wanted: RFC 7616 3.5")   \
    X(INVITE_COPY, "invite_copy", "an INVITE was sent again (Timer A)")                            \
    X(REQUEST_COPY, "request_copy", "another request was sent again (Timer E)")                    \
    X(FINAL_COPY, "final_copy", "a final response of 300 to 699 was sent again (Timer G)")         \
    X(TWOXX_COPY, "twoxx_copy", "a 2xx was sent again by the core of the callee")                  \
    X(ACK_COPY, "ack_copy", "a copy of a final response was acknowledged again")                   \
    X(ANSWERED_COPY, "answered_copy", "a copy of a request was answered again")                    \
    X(STRAY, "stray", "a stack dropped a message that nothing waited for")                         \
    X(REFUSED, "refused", "a stack refused bytes that it could not accept as a message")           \
    X(FRAGMENT, "fragment", "a datagram was cut into fragments")                                   \
    X(REASSEMBLED, "reassembled", "a datagram was put together again")                             \
    X(REASSEMBLY_TIMEOUT, "reassembly_timeout", "fragments were given up, as others were missing") \
    X(EDITED, "edited", "a message became another on its way: a fault or a link edited it")        \
    X(LOSS, "loss", "a link lost a packet")                                                        \
    X(DUPLICATE, "duplicate", "a link made a second copy")                                         \
    X(REORDER, "reorder", "a packet overtook others")                                              \
    X(QUEUE_FULL, "queue_full", "a link's queue was full")                                         \
    X(QUEUE_EARLY, "queue_early", "a link's queue, RED or CoDel, dropped a packet")                \
    X(MTU_DROP, "mtu_drop", "a packet was larger than the MTU and could not be cut")               \
    X(CONNECTION, "connection", "a connection was opened")                                         \
    X(CONNECTION_REFUSED, "connection_refused", "a connection was refused")                        \
    X(UDP_TO_TCP, "udp_to_tcp", "a request went by TCP for its size: 18.1.1")                      \
    X(TCP_TO_UDP, "tcp_to_udp", "such a request was refused a connection and went over UDP")       \
    X(CONNECTION_LOST, "connection_lost", "a peer reset a connection")                             \
    X(DEFENCE_DROPPED, "defence_dropped", "a proxy did not hear a message, by a limit or a block") \
    X(DEFENCE_BLOCK, "defence_block", "a proxy blocked a source")                                  \
    X(BLACK_HOLE, "black_hole", "a packet was larger than the hidden MTU of a link, in silence")   \
    X(UNREACHABLE, "unreachable", "a host heard that its datagram reached nobody")                 \
    X(TOO_BIG, "too_big", "a host heard that its datagram was too big for a link")                 \
    X(PATH_PROBED, "path_probed", "a host found out by probes what a way carries")                 \
    X(PATH_NARROWED, "path_narrowed", "probes showed that a way carries less than was known")      \
    X(QUEUE_WAIT, "queue_wait", "a message waited for a worker of a proxy")                        \
    X(QUEUE_REFUSED, "queue_refused", "a proxy refused a request, as too many waited")             \
    X(QUEUE_DROPPED, "queue_dropped", "a proxy dropped a message, as too many waited")             \
    X(HELD_BACK, "held_back", "a client did not send a request, as its server asked")              \
    X(OVERLOAD, "overload", "a quota refused something: 503, or a drop")
#define REACH_ID(id, name, sentence) REACH_##id,
typedef enum reach {
    REACH_TIMER_FIRST,
    REACH_TIMER_LAST = SS_LETTER_COUNT - 1,
    REACH_LIST(REACH_ID) REACH_COUNT
} reach;

typedef struct window {
    uint32_t source;
    ss_time from, to;
    sn_metrics *metrics;
} window;

/** One call, from the caller's INVITE on. */
typedef struct metered_call {
    ss_time placed, indicated, answered, accepted; /* SS_TIME_NEVER: not yet */
    ss_time hangup[2];                             /* caller's, callee's */
    uint32_t source, caller;
    bool cancelling, ended, completed, failed, confirmed, is_over;
} metered_call;

struct sn_meter {
    const sn_cast *cast;
    window *windows;
    uint32_t window_count, window_room;
    shelf calls;                    /* metered_call by number */
    ss_time *registering;           /* per node: its first REGISTER since the last outcome left */
    uint64_t transactions, dialogs; /* live */
    bool reached[REACH_COUNT];
    bool out_of_memory;
};

/* calls_metered.c */
void sn_meter_calls_begin(sn_meter *m);
void sn_meter_call(sn_meter *m, const sn_fact *f);
void sn_meter_registration(sn_meter *m, const sn_fact *f);

/* reach.c */
void sn_reach_note(sn_meter *m, const ss_note *note);
void sn_reach_network(sn_meter *m, const sn_fact *f);

static inline bool window_has(const window *w, ss_time at)
{
    return at >= w->from && at < w->to;
}

#endif
