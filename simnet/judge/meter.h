/* What the files of the meter share: windows, the calls under way, and what was reached. */
#ifndef SN_JUDGE_METER_H
#define SN_JUDGE_METER_H

#include "sn/judge.h"

/* What a scenario may ask to have been reached, beside each timer: id, name. */
#define REACH_LIST(X)                                                                                                \
    X(CALL_ESTABLISHED, "call_established") X(CALL_CONFIRMED, "call_confirmed") X(CALL_COMPLETED, "call_completed") \
        X(CALL_REJECTED, "call_rejected") X(CALL_REDIRECTED, "call_redirected") X(CALL_BLOCKED, "call_blocked")      \
        X(CALL_CANCELLED, "call_cancelled") X(BUSY, "busy") X(PROGRESS, "progress") X(TIMEOUT_408, "timeout_408")    \
        X(NOT_ACKED, "not_acked") X(BYE_TIMEOUT, "bye_timeout") X(BYES_CROSS, "byes_cross")                          \
        X(CANCEL_AFTER_1XX, "cancel_after_1xx") X(CANCEL_CROSSES_200, "cancel_crosses_200")                          \
        X(REGISTRATION, "registration") X(REGISTRATION_FAILED, "registration_failed")                                \
        X(INVITE_COPY, "invite_copy") X(REQUEST_COPY, "request_copy") X(FINAL_COPY, "final_copy")                    \
        X(TWOXX_COPY, "twoxx_copy") X(ACK_COPY, "ack_copy") X(ANSWERED_COPY, "answered_copy") X(STRAY, "stray")      \
        X(REFUSED, "refused") X(FRAGMENT, "fragment") X(REASSEMBLED, "reassembled")                                  \
        X(REASSEMBLY_TIMEOUT, "reassembly_timeout") X(LOSS, "loss") X(DUPLICATE, "duplicate") X(REORDER, "reorder")  \
        X(QUEUE_FULL, "queue_full") X(MTU_DROP, "mtu_drop")
#define REACH_ID(id, name) REACH_##id,
typedef enum reach { REACH_TIMER_FIRST, REACH_TIMER_LAST = SS_LETTER_COUNT - 1, REACH_LIST(REACH_ID) REACH_COUNT } reach;

typedef struct window {
    uint32_t source;
    ss_time from, to;
    sn_metrics *metrics;
} window;

/** One call, from the caller's INVITE on. */
typedef struct metered_call {
    ss_time placed, indicated, answered, accepted;        /* SS_TIME_NEVER: not yet */
    ss_time hangup[2];                                    /* caller's, callee's */
    uint32_t source, caller;
    bool blocked, cancelling, ended, completed, failed, confirmed;
} metered_call;

struct sn_meter {
    const sn_cast *cast;
    window *windows;
    uint32_t window_count, window_room;
    metered_call *calls;                                  /* by number */
    uint32_t call_count, call_room;
    ss_time *registering;                                 /* per node: its first REGISTER since the last outcome left */
    uint64_t transactions, dialogs;                       /* live */
    bool reached[REACH_COUNT];
    bool out_of_memory;
};

/* calls_metered.c */
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
