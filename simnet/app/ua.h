/* app/ua.h: the state of a user agent's app, shared by its files: events (app/ua.c), who it is (app/ua_identity.c), what it does by
 * itself (program.c), session descriptions (session.c), and what becomes of them after the INVITE (changes.c). */
#ifndef APP_UA_H
#define APP_UA_H

#include "app/engine.h"
#include "ss/b2bua.h"
#include "ss/sdp.h"

typedef struct sn_ua_app {
    ss_engine engine; /* first: app/engine.h */
    ss_ua_identity identity;
    union {
        ss_ref first_call; /* sn_ua_call, newest first, in the store of the engine's pools */
        ss_b2bua b2bua;    /* it joins */
    };
    bool is_dead; /* it crashed */
    bool joins;   /* a B2BUA has pairs of the stack's, and no calls of a program: app/b2bua.c */
} sn_ua_app;

/** A call as the program sees it, from its start to its end. */
typedef struct sn_ua_call {
    ss_table_link by_call; /* in the table once the engine has a number for it */
    ss_ref next, prev;
    uint32_t call;   /* that number, or 0 */
    uint32_t number; /* the plan's k + 1, 0: not of the plan */
    uint32_t row;    /* of the program: the next to do, before the end */
    uint32_t row_end : 31;
    uint32_t watches : 1; /* it subscribed to something: sn_program_over */
    bool is_callee : 1;
    bool is_left : 1;      /* hung up, as the host ends */
    bool consults : 1;     /* another one was made beside it, which it is to be transferred to */
    bool is_consulted : 1; /* that one; `from` is the engine's number of the first */
    bool is_answered : 1;
    bool is_asked : 1;       /* a re-INVITE waits for the story's answer */
    bool is_up : 1;          /* the session is: rows that change it may go on */
    bool is_with_itself : 1; /* one that the host placed came back to it: both ends are here */
    uint32_t tries : 3;      /* how often it was placed before: sn_program_refused */
    uint32_t
        from : 25; /* k + 1 of a call of the traffic's, of which a REFER asked for this one: it holds as long; 0 */
    uint64_t call_id;   /* hash */
    ss_ref session;     /* sn_session, one for each dialog with a description */
    uint32_t prack_leg; /* whose PRACK the story says */
} sn_ua_call;

/** One side's session in a dialog. */
typedef struct sn_session {
    ss_ref next;
    uint32_t leg;      /* the dialog's number, 0 until one is known */
    ss_session now;    /* as it is, with what is offered */
    ss_session before; /* to go back to when that is refused */
    ss_ref outer;  /* the same, of the re-INVITE around the exchange that `before` is of; 0: none */
    uint16_t port; /* of its first stream */
    bool is_offered : 1;  /* our offer waits for its answer */
    bool is_asked : 1;    /* the peer's INVITE wants an offer of us */
    bool is_said : 1;     /* to the INVITE, in a message that cannot be lost */
    bool is_shown : 1;    /* the answer that waits to be said, in one that can */
    bool is_changing : 1; /* `change` is under way, or waits to be tried again */
    bool in_invite : 1;   /* a re-INVITE is under way */
    bool
        is_doubtful : 1; /* what became of the last change nobody could say: the peer may have taken it */
    uint32_t
        previewed; /* hash of the To tag of whose answer came in a message that may be lost; 0: none */
    sn_row change;
    ss_blob text; /* the answer that waits to be said */
} sn_session;

/** Everything is forgotten without a word, and nothing more comes of it. */
void sn_ua_crash(sn_ua_app *app, sn_host *host);

/* ---- a B2BUA: what it is told goes to the stack's, and it has no program */

void sn_b2bua_on_event(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event);

/* ---- the program */

/** A wake of the plan's or of the program's own. False: it means nothing any more. */
bool sn_program_wake(sn_ua_app *app, sn_host *host, const sn_wake *wake);
/** Look at an incoming call and begin what the behaviour says. `call` is in the list, its session answered for. */
void sn_program_incoming(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call);
/** A call of the traffic was refused; with a Retry-After it may be placed again. `call` is in the list. */
void sn_program_refused(sn_host *host, const sn_ua_call *call, const ss_event *event);
/** The session is up on this side: who hangs up starts to wait. And then what is done while it lasts; the call may be over
 *  afterwards. */
void sn_program_established(sn_host *host, sn_ua_call *call);
void sn_program_lasts(sn_ua_app *app, sn_host *host, ss_turn *turn, uint32_t call);
/** One op in a call (all but REGISTER, UNREGISTER, CALL). False: it was not possible. The call may be over afterwards. */
bool sn_program_act(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const sn_row *row);
/** SS_MEDIA_BIT of the streams that the node offers and accepts; that it answers a call with, when the story says so. */
unsigned sn_program_media(const sn_host *host);
unsigned sn_program_answer_media(const sn_host *host, const sn_ua_call *call);
/** The number (k + 1) that a Call-ID carries, when it is a call of the plan and not this host's own; else 0. */
uint32_t sn_program_number(const sn_host *host, ss_slice call_id);
/** The host itself placed the call that a Call-ID names. */
bool sn_program_placed(const sn_host *host, ss_slice call_id);

/** The acts of a story that are about events, messages and references. False: not possible now. */
bool sn_program_event_act(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_act *act);
/** The node that an act in a call is about: of a group the first from its own index that is at neither end; without one, the other
 *  end. SN_NOBODY. */
uint32_t sn_program_other(const sn_host *host, const sn_ua_call *call, const sn_row *row);
/** SUBSCRIBE, UNSUBSCRIBE, MESSAGE, INFO, REFER of who is in a call. False: not possible now. */
bool sn_program_beside(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                       const sn_row *row);
/** A call that another is to be transferred to was answered: REFER. It may be over afterwards. */
void sn_program_consulted(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *second);
/** The call ended, and with it what it subscribed to. */
void sn_program_over(sn_ua_app *app, sn_host *host, ss_turn *turn, const sn_ua_call *call);
/** Cookies of the plan's subscription, and of references that end no call; those of a story are small. */
#define SN_WATCH_COOKIE UINT64_MAX
#define SN_STAYS_COOKIE (UINT64_MAX - 1)
/** The end of the plan's subscription: another is made, as RFC 6665 4.1.3 says when. */
void sn_program_subscription_ended(sn_host *host, const ss_event *event);
/** Asks to be woken for it. */
void sn_program_watch_at(sn_host *host, ss_time at);
/** The plan's subscription of this node. */
void sn_program_subscribe(sn_ua_app *app, sn_host *host, ss_turn *turn);
/** A REFER came: the call that it asks for is placed. */
void sn_program_referred(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event);
/** Calls that were placed for a REFER hold until the run drains. False: there was none. */
bool sn_program_end_references(sn_ua_app *app, sn_host *host, ss_turn *turn);
/** A NOTIFY came: a transfer that succeeded ends the call that it began in. */
void sn_program_notified(sn_ua_app *app, sn_host *host, ss_turn *turn, const ss_event *event);

/* ---- calls */

/** NULL without memory. */
sn_ua_call *sn_ua_call_add(sn_ua_app *app, sn_host *host, uint32_t call, uint32_t number,
                           uint64_t call_id);
ss_ref sn_ua_first_call(const sn_ua_app *app);
sn_ua_call *sn_ua_call_at(sn_host *host, ss_ref ref);
sn_ua_call *sn_ua_call_find(const sn_ua_app *app, sn_host *host, uint32_t call);
/** The engine's number for it, which it had not when it was added. */
void sn_ua_call_known(sn_host *host, sn_ua_call *c, uint32_t call);
sn_ua_call *sn_ua_call_of_number(const sn_ua_app *app, sn_host *host, uint32_t number);
void sn_ua_call_remove(sn_ua_app *app, sn_host *host, sn_ua_call *c);
/** A fact about it. */
void sn_ua_tell(sn_host *host, const sn_ua_call *call, sn_call_event event, unsigned status,
                bool synthetic);

/* ---- who it is */

/** Its identity, which its engine borrows. SS_ERR_MEMORY. */
SS_MUST_USE ss_status sn_ua_identify(sn_ua_app *app, sn_host *host);
/** ss_command.credential of a call of the plan's that this node places. */
uint8_t sn_ua_credential(const sn_host *host, const sn_call *planned);

/** A user agent's address-of-record. */
void sn_ua_put_aor(ss_buffer *b, const sn_plan *plan, uint32_t node);
/** What `asker` calls to reach it: its address-of-record, or its address when nobody answers for that domain. */
void sn_ua_put_target(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker);

/** Where its event state is: at its compositor, or at itself. */
void sn_ua_put_resource(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker);

/** The Request-URI of its REGISTER, from its address-of-record. */
void sn_ua_put_registrar(ss_buffer *b, ss_slice aor);
/** Its pre-loaded route; nothing without an outbound proxy. */
void sn_ua_put_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group);
/** That of another of its flows. */
void sn_ua_put_other_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group, uint8_t nth);

/* ---- sessions */

/** A call's first session, or one more. NULL without memory. */
sn_session *sn_session_add(sn_host *host, sn_ua_call *call, uint32_t leg);
/** That of a dialog, made when there is none; leg 0: the first. NULL: none, or without memory. */
sn_session *sn_session_of(sn_host *host, sn_ua_call *call, uint32_t leg);
/** The dialog that is talked on: the others' are forgotten. */
void sn_session_choose(sn_host *host, sn_ua_call *call, uint32_t leg);
/** What both ends of a call must agree on, as sn_call_fact has it; 0: it is being changed. */
uint64_t sn_session_view(const sn_session *s);
void sn_session_drop_all(ss_store *store, sn_ua_call *call);
/** Numbers it; `kinds`: SS_MEDIA_BIT of what is accepted. */
void sn_session_begin(sn_host *host, sn_session *s, uint64_t call_id, unsigned kinds);
/** The value of o= of the last description that was said; SS_EMPTY when the arena is full. */
ss_slice sn_session_origin(sn_host *host, const sn_session *s);
/** An offer of what it wants; of all that it accepts. In the arena; SS_EMPTY when it is full. */
ss_slice sn_session_offer(sn_host *host, sn_session *s);
ss_slice sn_session_offer_all(sn_host *host, sn_session *s);
/** The answer to an offer. SS_OK, SS_ERR_SEMANTIC (488), SS_ERR_FULL: the session is as before. */
SS_MUST_USE ss_status sn_session_answer(sn_host *host, sn_session *s, ss_slice body,
                                        ss_slice *answer);
/** The answer that takes nothing of an offer in a 2xx: empty when that is none. RFC 3261 13.2.2.4 */
SS_MUST_USE ss_slice sn_session_reject(sn_host *host, sn_session *s, ss_slice body);
/** The answer to our offer came; false when it is none. */
bool sn_session_take(sn_host *host, sn_session *s, ss_slice body);
/** What waits to be said is copied; empty forgets it. False without memory. */
bool sn_session_keep_text(sn_host *host, sn_session *s, ss_slice text);

/* ---- changes */

/** HOLD, RESUME, UPDATE, REINVITE. False: not possible now. */
bool sn_change_ask(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                   const sn_row *row);
/** PRACK, of the story's. */
bool sn_change_prack(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                     const sn_row *row);
/** A re-INVITE was refused, by us or by the peer: the session is as before it. */
void sn_change_undo(sn_host *host, sn_session *s);
/** An event of the call: does what it asks for. The call may be over afterwards. */
void sn_change_told(sn_ua_app *app, sn_host *host, ss_turn *turn, sn_ua_call *call,
                    const ss_event *event);
/** What a PROGRESS or ANSWER says of the session; false: not possible. And that it was said. */
bool sn_change_body(sn_host *host, sn_ua_call *call, const sn_row *row, ss_slice *body,
                    sn_session **session);
void sn_change_said(sn_host *host, sn_session *s, const sn_row *row, bool has_body);

#endif
