/* events.h: what the files of event notification share (RFC 6665, with 3515, 3903 and 5057): subscriptions of ours and of our
 * watchers, the dialogs that they use alone or together with a call, publications.
 *
 * A subscription lives from the request that makes it to the answer of its last NOTIFY. Functions that end one give it back at
 * once: the pointer is dead then.
 */
#ifndef SS_UA_EVENTS_H
#define SS_UA_EVENTS_H

#include "usage.h"

/* ---- requests, printed: draft.c ---- */

typedef struct ss_draft {
    ss_journey journey;
    ss_buffer b; /* the arena's free space: take nothing else from the arena until it is sent */
    ss_method method;
} ss_draft;

/** 8.1.1: `request_uri` stays empty; `contact` may be empty. SS_ERR_SYNTAX, SS_ERR_FULL. */
SS_MUST_USE ss_status ss_draft_outside(const ss_visit *v, ss_slice target,
                                       const ss_new_request *request, ss_slice contact,
                                       ss_draft *d);
/** 12.2.1.1: takes the dialog's next number. */
SS_MUST_USE ss_status ss_draft_inside(const ss_visit *v, ss_dialog *dialog, ss_method method,
                                      ss_slice contact, ss_draft *d);
/** Ends it with a body and sends it. SS_ERR_FULL: nothing went out. */
SS_MUST_USE ss_status ss_draft_send(const ss_visit *v, ss_draft *d, ss_errand errand, ss_slice type,
                                    ss_slice body);

/* ---- packages: packages.c ---- */

/** An Event value: RFC 6665 8.2.1. */
typedef struct ss_event_name {
    ss_slice package;
    ss_slice id; /* at == NULL: none */
} ss_event_name;
ss_event_name ss_event_read(ss_slice value);

enum { SS_PACKAGE_REFER, SS_PACKAGE_PRESENCE, SS_PACKAGE_DIALOG, SS_PACKAGE_REG, SS_PACKAGE_ROWS };
#define SS_PACKAGE_NONE UINT8_MAX

/** A number for a package that we know: a row of the stack's or of the profile's; SS_PACKAGE_NONE. */
uint8_t ss_package_find(const ss_ua *ua, ss_slice name);
/** We notify of it. */
bool ss_package_is_served(const ss_ua *ua, uint8_t package);
/** "" for a package of the profile's: what the application says. */
ss_slice ss_package_type(uint8_t package);
uint32_t ss_package_expires(uint8_t package);

/* ---- subscriptions: subscription.c ---- */

typedef enum ss_sub_role { SS_SUBSCRIBER, SS_NOTIFIER } ss_sub_role;

typedef enum ss_sub_clock {
    SS_CLOCK_OFF,
    SS_CLOCK_N,       /* subscriber: 64*T1 for a NOTIFY */
    SS_CLOCK_REFRESH, /* subscriber */
    SS_CLOCK_EXPIRY,  /* both */
    SS_CLOCK_AGAIN,   /* notifier: there was no room for a NOTIFY */
    SS_CLOCK_TURN /* its NOTIFY, or the end of a subscriber's, is not said in this turn: those of too many others are */
} ss_sub_clock;

/** EVENT its Event value. Subscriber: how it was asked for. Notifier: what is watched (TO); of refer: Refer-To's URI and
 *  Referred-By. */
enum {
    SS_SUB_EVENT,
    SS_SUB_CALL_ID,
    SS_SUB_TAG,
    SS_SUB_TO,
    SS_SUB_TARGET,
    SS_SUB_STRINGS,
    SS_SUB_REFER_TO = SS_SUB_TARGET,
    SS_SUB_REFERRED_BY = SS_SUB_TAG
};

typedef struct ss_subscription {
    ss_timer timer;
    ss_ref next, prev; /* of the user agent's, in order of number */
    ss_ref sibling;    /* the next one in the same dialog */
    ss_ref dialog;     /* subscriber: 0 until a NOTIFY or because a call's serves */
    ss_ref watched; /* notifier: whose neighbours watch the same; 0: by nobody is it looked for */
    ss_ref before, behind; /* among those */
    ss_ref txn;            /* of our request under way */
    uint32_t number;
    uint64_t cookie;
    uint64_t call_id;  /* hash, for notes */
    uint64_t resource; /* notifier: hash of what is watched */
    ss_ref question;   /* notifier of reg: for the host */
    ss_time ends;      /* it expires */
    ss_time window;    /* subscriber: NOTIFYs of other forks may come until then */
    uint32_t expires_s;
    uint32_t cseq; /* of the request that made it */
    uint32_t
        call; /* refer: the call that was made for it; of the subscriber, in whose dialog it is */
    uint32_t version;
    uint32_t retry_after_s; /* notifier, terminated */
    uint16_t status;        /* refer, notifier: of the reference */
    uint8_t role, state, package, clock;
    uint8_t reason;       /* ss_sub_reason, notifier */
    uint8_t repeats;      /* of its request under way: repeat.c */
    bool is_busy : 1;     /* a request of ours waits for its address or its answer */
    bool is_ending : 1;   /* subscriber: Expires: 0 was asked for */
    bool wants_end : 1;   /* subscriber: it is to be, when there is a dialog to say it in */
    bool retried : 1;     /* subscriber: a 423 was followed */
    bool owes_notify : 1; /* notifier: the state changed meanwhile */
    bool is_refer : 1;    /* made by REFER */
    bool is_known : 1;    /* subscriber: a NOTIFY came */
    bool is_located : 1;  /* notifier of reg: the document is what holds now */
    bool has_id : 1;      /* refer: cseq is its id */
    uint16_t lengths[SS_SUB_STRINGS];
    ss_blob text;
    ss_blob body; /* notifier: the application's, behind its type and a line end */
} ss_subscription;

ss_subscription *ss_subscription_at(const ss_core *core, ss_ref ref);
ss_ref ss_subscription_ref(const ss_core *core, const ss_subscription *sub);
ss_slice ss_subscription_text(const ss_visit *v, const ss_subscription *sub, unsigned which);
/** NULL: there is none. */
ss_subscription *ss_subscription_find(const ss_visit *v, uint32_t number);
/** SS_SUB_STRINGS texts are copied. NULL at a quota. */
ss_subscription *ss_subscription_new(const ss_visit *v, ss_sub_role role, uint8_t package,
                                     const ss_slice *texts);
/** Says the end and gives it back. `outcome` NULL: nobody is told. */
void ss_subscription_over(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome);
/** One that came to nothing in the turn that made it: its number is used again. */
void ss_subscription_undo(const ss_visit *v, ss_subscription *sub);
void ss_subscription_set(const ss_visit *v, ss_subscription *sub, ss_sub_state state);
void ss_subscription_arm(const ss_visit *v, ss_subscription *sub, ss_sub_clock clock, ss_time at);
void ss_subscription_tell(const ss_visit *v, const ss_subscription *sub, ss_event_kind kind,
                          const ss_outcome *outcome);
/** The request that makes it, or goes on with it in its dialog. SS_ERR_SYNTAX, SS_ERR_FULL. */
SS_MUST_USE ss_status ss_subscription_draft(const ss_visit *v, const ss_subscription *sub,
                                            ss_method method, ss_draft *d);
/** A document behind its type and a line end, in the arena's free space, in the place of the one before. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_subscription_keep_body(const ss_visit *v, ss_subscription *sub,
                                                ss_buffer *b);
/** True when an Event value names it: package and id. */
bool ss_subscription_is(const ss_visit *v, const ss_subscription *sub, ss_slice event);
void ss_subscription_forget_all(const ss_visit *v);
void ss_subscription_up(const ss_visit *v, ss_subscription *sub, const ss_up *up,
                        const ss_msg *response);
void ss_subscription_timer(const ss_visit *v, ss_subscription *sub);
/** The CSeq number of a request of its that is sent again. */
uint32_t ss_subscription_next_number(const ss_visit *v, ss_subscription *sub);
/** Its request came to nothing: no address, no room. */
void ss_subscription_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome);
void ss_subscription_quiet(const ss_visit *v);

/* ---- usages of one dialog: usages.c ---- */

enum { SS_DIALOG_OF_LEG, SS_DIALOG_OF_SUBSCRIPTION }; /* ss_dialog.owner_kind */

/** How far a response to a request inside a dialog reaches: RFC 5057 5.1. */
typedef enum ss_effect { SS_EFFECT_TRANSACTION, SS_EFFECT_USAGE, SS_EFFECT_DIALOG } ss_effect;
ss_effect ss_effect_of(unsigned status);
/** The subscriptions of a dialog, by ss_subscription.sibling; 0. */
ss_ref ss_usage_first(const ss_visit *v, const ss_dialog *dialog);
ss_subscription *ss_usage_find(const ss_visit *v, const ss_dialog *dialog, ss_sub_role role,
                               ss_slice event);
void ss_usage_add(const ss_visit *v, ss_subscription *sub, ss_ref dialog);
/** A confirmed dialog of its own, from a request that makes one and our tag. `options`: our own number, if there is one. */
SS_MUST_USE ss_status ss_usage_make_dialog(const ss_visit *v, ss_subscription *sub,
                                           const ss_msg *request, ss_slice tag,
                                           ss_dialog_options options);
/** The dialog ends with its last usage. */
void ss_usage_remove(const ss_visit *v, ss_subscription *sub);
/** 12.2.1.2: the Contact of a 2xx to a target refresh. Without room for it the old one stays. */
void ss_usage_retarget(const ss_visit *v, ss_ref dialog, const ss_msg *response);
/** Every usage of a dialog ends, a call's too. The dialog is gone. */
void ss_usage_dialog_lost(const ss_visit *v, ss_ref dialog, const ss_outcome *outcome);

/* ---- subscriber.c: RFC 6665 4.1 ---- */

SS_MUST_USE ss_status ss_sub_subscribe(const ss_visit *v, ss_command *command);
/** One that nothing was sent for yet, by target or in the dialog of a call. */
SS_MUST_USE ss_status ss_sub_new(const ss_visit *v, const ss_command *command, uint8_t package,
                                 ss_subscription **out);
/** The dialog that the application talks on in a call, 0: none, or not confirmed. */
ss_ref ss_call_dialog(const ss_visit *v, uint32_t number);
SS_MUST_USE ss_status ss_sub_unsubscribe(const ss_visit *v, const ss_command *command);
/** The request that makes it is out: Timer N runs, and forks may answer. */
void ss_sub_asked(const ss_visit *v, ss_subscription *sub);
void ss_sub_expect_notify(const ss_visit *v, ss_subscription *sub);
/** A request of the subscription's was redirected: one of the subscriber's is another SUBSCRIBE, with a Timer N of its own. */
void ss_sub_sent_elsewhere(const ss_visit *v, ss_subscription *sub);
void ss_sub_up(const ss_visit *v, ss_subscription *sub, const ss_up *up, const ss_msg *response);
void ss_sub_timer(const ss_visit *v, ss_subscription *sub);
void ss_sub_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome);
void ss_sub_quiet(const ss_visit *v, ss_subscription *sub);
void ss_sub_notify(const ss_visit *v, const ss_incoming *in);
void ss_sub_notify_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

/* ---- notifier.c: RFC 6665 4.2 ---- */

typedef enum ss_sub_reason {
    SS_REASON_NONE,
    SS_REASON_DEACTIVATED,
    SS_REASON_PROBATION,
    SS_REASON_REJECTED,
    SS_REASON_TIMEOUT,
    SS_REASON_GIVEUP,
    SS_REASON_NORESOURCE,
    SS_REASON_INVARIANT,
    SS_REASON_COUNT
} ss_sub_reason;
ss_sub_reason ss_reason_find(ss_slice name);

void ss_not_subscribe(const ss_visit *v, const ss_incoming *in);
/** A subscription for a request that came, in its dialog or, with 0, in a new one. NULL: it was refused for want of room. */
ss_subscription *ss_not_new(const ss_visit *v, const ss_incoming *in, ss_ref dialog,
                            uint8_t package, const ss_slice *texts);
void ss_not_lasts(const ss_visit *v, ss_subscription *sub, uint32_t seconds);
/** The 2xx of the request that makes or renews it. False: it could not be said. */
SS_MUST_USE bool ss_not_accept(const ss_visit *v, const ss_incoming *in, const ss_subscription *sub,
                               unsigned status);
void ss_not_subscribe_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
/** Sends a NOTIFY now, or when the one under way is answered. */
void ss_not_notify(const ss_visit *v, ss_subscription *sub);
/** The same with Subscription-State: terminated; it is over when that is answered. */
void ss_not_terminate(const ss_visit *v, ss_subscription *sub, ss_sub_reason reason);
SS_MUST_USE ss_status ss_not_command(const ss_visit *v, const ss_command *command);
/** The state of a package changed: everyone who watches it is told. */
void ss_not_changed(const ss_visit *v, uint8_t package, uint64_t resource);
void ss_not_up(const ss_visit *v, ss_subscription *sub, const ss_up *up, const ss_msg *response);
void ss_not_timer(const ss_visit *v, ss_subscription *sub);
void ss_not_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome);
void ss_not_quiet(const ss_visit *v, ss_subscription *sub);
/** The document of a stack's package as it stands, in the arena; SS_EMPTY. */
ss_slice ss_package_body(const ss_visit *v, const ss_subscription *sub);

/* ---- watched.c ---- */

/** A subscription of a watcher's is to a resource, a hash: changes of that reach it. False: there is no room. */
SS_MUST_USE bool ss_watched_join(const ss_visit *v, ss_subscription *sub, uint64_t resource);
void ss_watched_leave(const ss_visit *v, ss_subscription *sub);
/** Who watches it, oldest first, by ss_subscription.behind; 0. */
ss_ref ss_watched_first(const ss_visit *v, uint8_t package, uint64_t resource);

/* ---- reg.c: RFC 3680 ---- */

/** Asks the host for the bindings that the next NOTIFY is about. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_reg_ask(const ss_visit *v, ss_subscription *sub);
/** The answer; false when none of ours asked. */
bool ss_reg_located(const ss_visit *v, const ss_answer *answer);
/** Nobody waits for it any more. */
void ss_reg_forget(const ss_visit *v, ss_subscription *sub);

/* ---- request.c: what stands alone ---- */

/** SS_CMD_REQUEST. */
SS_MUST_USE ss_status ss_request_send(const ss_visit *v, ss_command *command);
void ss_request_up(const ss_visit *v, const ss_up *up, const ss_msg *response);
void ss_request_done(const ss_visit *v, uint32_t who, const ss_outcome *outcome);
/** The number of a request, without how often it was sent. */
uint32_t ss_request_number(uint32_t who);

void ss_uas_message(const ss_visit *v, const ss_incoming *in);
void ss_uas_message_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
void ss_uas_info(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);

/* ---- refer.c: RFC 3515 ---- */

SS_MUST_USE ss_status ss_refer_send(const ss_visit *v, ss_command *command);
void ss_uas_refer(const ss_visit *v, const ss_incoming *in);
void ss_uas_refer_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
/** What a call that is made for a reference takes from it. */
typedef struct ss_reference {
    ss_slice target, replaces, referred_by;
} ss_reference;
/** SS_ERR_STATE: no such reference waits for a call. SS_ERR_FULL: the arena. */
SS_MUST_USE ss_status ss_refer_read(const ss_visit *v, uint32_t subscription, ss_reference *out);
void ss_refer_bind(const ss_visit *v, uint32_t subscription, ss_call *call);

/* ---- publish.c: RFC 3903 ---- */

SS_MUST_USE ss_status ss_publish(const ss_visit *v, const ss_command *command);
void ss_publication_up(const ss_visit *v, ss_ref publication, const ss_up *up,
                       const ss_msg *response);
void ss_publication_timer(const ss_visit *v, ss_timer *timer);
void ss_publication_quiet(const ss_visit *v);
void ss_publication_forget_all(const ss_visit *v);

void ss_publication_sent(const ss_visit *v, ss_ref publication, ss_ref txn);
void ss_publication_failed(const ss_visit *v, ss_ref publication, const ss_outcome *outcome);

#endif
