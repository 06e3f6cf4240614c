/* User agents joined by a scripted pipe on virtual time: alice 10.0.0.1 and bob 10.0.0.2 are engines; carol 10.0.0.9 is the
 * test itself, which reads what was sent to her and answers by hand. Every datagram takes 10 ms; some are dropped on
 * order. One rig at a time: ua_start() clears the one there is.
 *
 * A message is named by its method ("ACK") or by status and method of its CSeq ("200 INVITE").
 */
#ifndef UA_RIG_H
#define UA_RIG_H

#include "check.h"

#include "ss/engine.h"

/** What a user agent without a profile allows. */
#define UA_ALLOW \
    "INVITE, ACK, CANCEL, OPTIONS, BYE, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY, REFER"

enum { ALICE, BOB, CAROL, UA_NODES };
enum { UA_ENGINES = 2 };

typedef struct ua_message {
    ss_time at; /* when it was sent */
    int from, to;
    char name[32];
    ss_slice bytes;
    bool dropped;
    bool provoked; /* a note of resending by a peer's copy came just before */
} ua_message;

typedef struct ua_event {
    ss_time at;
    int node;
    ss_event event; /* msg is dead: what matters of it is here */
    unsigned msg_status;
    bool has_msg;
} ua_event;

typedef struct ua_query {
    int node;
    ss_query query;
    char name[64];
} ua_query;

/** Room that one input finds: what the engine holds already is not counted. */
typedef struct ua_squeeze {
    size_t step;                   /* which input (0..) */
    uint32_t bytes, txns, dialogs; /* UINT32_MAX: as always */
    size_t arena;                  /* SIZE_MAX: as always */
} ua_squeeze;

typedef struct ua_rig {
    ss_settings settings;
    ua_squeeze squeeze;
    size_t steps; /* inputs so far */
    ss_pools pools;
    ss_engine engines[UA_ENGINES];
    ss_ua_identity identities[UA_ENGINES];
    ss_arena arena;
    ss_time now;
    ss_span delay;
    ua_message messages[2048];
    size_t message_count;
    ua_event events[512];
    size_t event_count;
    ua_query queries[64];
    size_t query_count;
    ss_note notes[2048]; /* the last ones */
    size_t note_count;   /* all */
    ss_output avoids[8]; /* SS_OUT_AVOID; the last ones */
    size_t avoid_count;
} ua_rig;

/** No input is squeezed. */
#define UA_NO_SQUEEZE ((ua_squeeze){ SIZE_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, SIZE_MAX })

/** Default settings but for a smaller ring limit of 30 s; identities may be changed before the first input. */
ua_rig *ua_start(void);

/** Commands. ua_call: the number of the new call, which must be accepted. */
uint32_t ua_call(ua_rig *rig, int node, const char *target);
ss_status ua_do(ua_rig *rig, int node, ss_command_kind kind, uint32_t call);
ss_status ua_do_status(ua_rig *rig, int node, ss_command_kind kind, uint32_t call, unsigned status);
ss_status ua_command(ua_rig *rig, int node, ss_command *command);
/** About call 1, with a session description, or none when it is empty. */
ss_status ua_say(ua_rig *rig, int node, ss_command_kind kind, ss_slice sdp);
ss_status ua_answer_query(ua_rig *rig, size_t query, const ss_address *address);
/** Whatever the answer says, but for its token. */
ss_status ua_answer(ua_rig *rig, size_t query, ss_answer answer);
/** The secret of a user; empty: nobody has that name. */
ss_status ua_answer_secret(ua_rig *rig, size_t query, ss_slice ha1);
ss_status ua_lose_path(ua_rig *rig, int node, int to);

/** Drops the nth (0..) such message that a node sends from now on. */
void ua_drop(ua_rig *rig, int from, const char *name, unsigned nth);
/** Drops all of them. */
void ua_drop_all(ua_rig *rig, int from, const char *name);

/** Lets time pass up to and with an instant. */
void ua_run(ua_rig *rig, ss_time until);
/** Until nothing happens any more by itself. */
void ua_run_out(ua_rig *rig);

/** Where a node is by IPv6: fd00::1, fd00::2, fd00::9. Who has it too says so in its profile. */
ss_address ua_address6(int node);

/** Carol sends bytes: they arrive at once. */
ss_status ua_inject(ua_rig *rig, int to, ss_slice bytes);
ss_status ua_inject_text(ua_rig *rig, int to, const char *text);
/** By IPv6. */
ss_status ua_inject6_text(ua_rig *rig, int to, const char *text);
/** Carol answers a request that she got, with a tag of hers and more header lines ("Contact: …\r\n"), which may be empty. */
ss_status ua_carol_answers(ua_rig *rig, const ua_message *request, unsigned status, const char *tag,
                           const char *more);
/** A request of Carol's in the dialog that an answer of hers, with a tag, made of `invite`. */
ss_status ua_carol_requests(ua_rig *rig, const ua_message *invite, const char *tag,
                            const char *method, unsigned cseq);
/** An INVITE of Carol's to a node. `more`: header lines before the body. */
ss_status ua_carol_invites(ua_rig *rig, int to, const char *branch, const char *more);

/** What was sent so far: how many of a name, the nth (0..) of them; NULL when there was none. */
unsigned ua_sent_count(const ua_rig *rig, int from, const char *name);
const ua_message *ua_sent(const ua_rig *rig, int from, const char *name, unsigned nth);
/** The nth such message, parsed. */
const ss_msg *ua_sent_msg(const ua_rig *rig, int from, const char *name, unsigned nth);
/** Parsed in memory that lasts until the next call of ua_start. */
const ss_msg *ua_parse(const ua_message *message);
unsigned ua_event_count(const ua_rig *rig, int node, ss_event_kind kind);
const ua_event *ua_event_of(const ua_rig *rig, int node, ss_event_kind kind, unsigned nth);
/** The last of them; there must be one. */
const ua_event *ua_last_event(const ua_rig *rig, int node, ss_event_kind kind);
/** Notes of dialogs that went to a state. */
unsigned ua_dialog_notes(const ua_rig *rig, ss_dialog_state to);

/** An engine holds nothing but its own struct. */
bool ua_is_empty(const ua_rig *rig, int node);

/** Alice calls Bob, who rings and answers: the call is confirmed on both sides at 40 ms. Number of the call is 1 on both. */
void ua_set_up(ua_rig *rig);

#endif
