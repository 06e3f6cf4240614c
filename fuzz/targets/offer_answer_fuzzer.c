/* Target `offer_answer`: a line of choices (what each end can), then what two ends of a dialog do, a letter and a digit each: bit 0 is the
 * end, bit 1 that the message has a description, where one may be had.
 *
 *     i INVITE   p a 1xx that is not reliable   r a reliable one   o its 2xx   f its failure   a ACK
 *     k PRACK    K its 2xx   x its failure      u UPDATE   U its 2xx   v its failure
 *     d          the next message to this end arrives; D all of them, to both
 *     h          the end holds, or no longer; s it wants another direction, + or - a stream: in its next offer
 *
 * Messages of one end arrive in order; those of both may cross. Aims at: ss_oa_step, ss_session_offer, ss_session_answer,
 * ss_session_take_answer, ss_session_roll_back. Each step is the model's (fuzz/oracles/oa_model.c); an end never has two offers open (RFC 3264
 * 4); answers mirror their offers (6), versions and lines go on (8); and when nothing is under way both ends have the same session. */
#include "oa_model.h"

#include <string.h>

enum { ENDS = 2, QUEUE_MAX = 8, TEXT_BYTES = 4096, STEPS_MAX = 300 };

typedef struct said {
    ss_oa_message kind;
    ss_oa_verdict verdict;  /* the sender's */
    bool has_sdp, is_offer; /* is_offer: UPDATE, and responses to one, with an offer */
    char text[TEXT_BYTES];
    size_t len;
} said;

/** One end: the stack's two objects, the model, and what the transactions and RFC 3262 let it do. */
typedef struct end {
    ss_oa oa;
    fz_oa model;
    ss_session session, before; /* before: what a rejected offer goes back to */
    ss_sdp_local local;
    unsigned wishes; /* streams to add (bits 0-2) and to remove (bits 3-5) with the next offer */
    bool has_dialog; /* the first end may call before */
    bool is_client, is_server, owes_ack, awaits_ack;
    bool owes_prack, awaits_prack, has_prack, answers_prack, prack_has_offer;
    bool has_update, update_has_offer, answers_update, answers_offer;
    char offer[TEXT_BYTES]; /* what it has to answer */
    size_t offer_len;
    said queue[QUEUE_MAX]; /* on the way to it */
    size_t queued;
    uint64_t version; /* of its last description */
    uint64_t last;    /* a hash of what it said; 0: nothing yet */
    unsigned lines;
} end;

typedef struct play {
    end ends[ENDS];
    bool
        is_split; /* an exchange was completed at one end and taken back at the other: RFC 6141 3.4 */
} play;

static play the_play;

static end *other(play *p, const end *e)
{
    return &p->ends[e == &p->ends[0]];
}

static ss_sdp parse(ss_arena *arena, const char *text, size_t len)
{
    ss_sdp sdp;
    ss_diag diag;
    FZ_CHECK("oa", ss_sdp_parse(&sdp, arena, (ss_slice){ text, len }, &diag) == SS_OK,
             "a description of ours is refused");
    return sdp;
}

/* ---- descriptions: RFC 3264 5, 6, 8 ---- */

/* One more than the last, if and only if something else is said; and never fewer lines than an exchange left. */
static void check_version(end *e, const said *l)
{
    ss_arena arena = fz_arena(0);
    const ss_sdp sdp = parse(&arena, l->text, l->len);
    uint64_t hash = 1;
    for (uint32_t i = 0; i < sdp.line_count; i++) {
        hash = sdp.lines[i].type == 'o' ? hash : ss_hash64(hash, sdp.lines[i].value);
    }
    for (uint32_t i = 0; i < sdp.media_count; i++) {
        const ss_sdp_media *m = &sdp.media[i];
        hash = ss_hash64(ss_mix_absorb(ss_hash64(hash, m->media), m->port), m->formats);
        for (uint32_t k = 0; k < m->line_count; k++) {
            hash = ss_hash64(hash, m->lines[k].value);
        }
    }
    if (e->last != 0) {
        FZ_CHECK("oa", sdp.version == e->version + (hash != e->last),
                 "the version stands still, or goes on, wrongly");
    }
    e->last = hash;
    e->version = sdp.version;
}

static void check_answer(const ss_sdp *offer, const ss_sdp *answer)
{
    FZ_CHECK("oa", offer->media_count == answer->media_count, "an answer has other lines");
    for (uint32_t i = 0; i < offer->media_count; i++) {
        const ss_sdp_media *o = &offer->media[i], *a = &answer->media[i];
        FZ_CHECK("oa", ss_slice_eq(o->media, a->media) && ss_slice_eq(o->proto, a->proto),
                 "an answer has another stream in a line");
        FZ_CHECK("oa", o->port != 0 || a->port == 0, "an answer takes what was not offered");
        const unsigned may = ((o->direction & SS_SDP_SENDONLY) != 0 ? SS_SDP_RECVONLY : 0u) |
                             ((o->direction & SS_SDP_RECVONLY) != 0 ? SS_SDP_SENDONLY : 0u);
        FZ_CHECK("oa", a->port == 0 || (a->direction & ~may) == 0,
                 "an answer has a direction that was not offered");
    }
}

static void write_text(end *e, said *l, const ss_buffer *b)
{
    FZ_CHECK("oa", !b->overflow && b->len > 0, "a description has no room");
    l->len = b->len;
    check_version(e, l);
}

static void offer(end *e, said *l)
{
    ss_buffer b = ss_buffer_on(l->text, sizeof l->text);
    e->before = e->session;
    for (unsigned kind = 0; kind < SS_MEDIA_KINDS; kind++) {
        if ((e->wishes >> kind & 1) != 0) {
            (void)!ss_session_add(&e->session, (ss_media_kind)kind);
        }
        if ((e->wishes >> (SS_MEDIA_KINDS + kind) & 1) != 0) {
            (void)!ss_session_remove(&e->session, (ss_media_kind)kind);
        }
    }
    e->wishes = 0;
    if (e->session.lines == 0) {
        ss_session_add_all(&e->session);
    }
    ss_session_offer(&e->session, &e->local, &b);
    write_text(e, l, &b);
    FZ_CHECK("oa", e->session.lines >= e->lines, "an offer has fewer lines than the session");
}

static void answer(end *e, said *l)
{
    ss_arena one = fz_arena(1), two = fz_arena(2);
    ss_buffer b = ss_buffer_on(l->text, sizeof l->text);
    const ss_sdp offered = parse(&one, e->offer, e->offer_len);
    const ss_status status = ss_session_answer(&e->session, &offered, &e->local, &b);
    FZ_CHECK("oa", status == SS_OK || status == SS_ERR_SEMANTIC, "an answer has no room");
    write_text(e, l, &b); /* all rejected is an answer, too */
    const ss_sdp answered = parse(&two, l->text, l->len);
    check_answer(&offered, &answered);
    e->lines = e->session.lines;
}

static void take_answer(end *e, const said *l)
{
    ss_arena arena = fz_arena(1);
    const ss_sdp answered = parse(&arena, l->text, l->len);
    FZ_CHECK("oa", ss_session_take_answer(&e->session, &answered, &e->local) == SS_OK,
             "the answer to an offer of ours is not taken");
    e->lines = e->session.lines;
}

/* ---- steps ---- */

/* The stack and the model take the same. */
static ss_oa_verdict step(end *e, ss_oa_message kind, bool has_sdp, bool by_us)
{
    const ss_oa_verdict judged = ss_oa_judge(&e->oa, kind, has_sdp, by_us);
    const ss_oa_verdict verdict = ss_oa_step(&e->oa, kind, has_sdp, by_us);
    const ss_oa_verdict want = fz_oa_step(&e->model, kind, has_sdp, by_us);
    FZ_CHECK("oa", judged == verdict, "a description is judged otherwise than it is taken");
    FZ_CHECK("oa", verdict == want, "a description is another thing than the RFCs say");
    FZ_CHECK("oa", e->oa.is_executed == e->model.is_executed,
             "an exchange is thought completed, or not, wrongly");
    return verdict;
}

static bool has_room(play *p, const end *e)
{
    return other(p, e)->queued < QUEUE_MAX;
}

/* Whether an end may say this at all, transactions and RFC 3262 apart: the stack and the model agree. */
static bool may_say(const end *e, ss_oa_message kind, bool has_sdp)
{
    fz_oa trial = e->model;
    const ss_oa_verdict want = fz_oa_step(&trial, kind, has_sdp, true);
    const ss_oa_verdict verdict = ss_oa_judge(&e->oa, kind, has_sdp, true);
    FZ_CHECK("oa", verdict == want, "an end may say what it must not, or must not what it may");
    return ss_oa_may_send(verdict);
}

/* Steps, but for what concerns no offer; writes what is due; and it is on the way. */
static bool say(play *p, end *e, ss_oa_message kind, bool has_sdp, bool counts)
{
    if (!has_room(p, e) || (counts && !may_say(e, kind, has_sdp))) {
        return false;
    }
    end *to = other(p, e);
    said *l = &to->queue[to->queued++];
    l->kind = kind;
    l->has_sdp = has_sdp;
    l->is_offer = counts;
    l->len = 0;
    l->verdict = counts ? step(e, kind, has_sdp, true) : SS_OA_IS_NOTHING;
    if (l->verdict == SS_OA_IS_OFFER) {
        offer(e, l);
    } else if (l->verdict == SS_OA_IS_ANSWER) {
        answer(e, l);
    } else if (l->verdict == SS_OA_IS_PREVIEW) {
        const ss_session kept = e->session;
        const uint64_t version = e->version, last = e->last;
        const unsigned lines = e->lines;
        answer(e, l); /* what it would be: RFC 6337 3.1.1 has the real one the same */
        e->session = kept;
        e->version = version;
        e->last = last;
        e->lines = lines;
    } else if (l->verdict == SS_OA_IS_REJECTED && e->model.offer_is_ours) {
        ss_session_roll_back(&e->session, &e->before); /* ours, in a reliable 1xx */
    }
    return true;
}

/* ---- what ends do ---- */

static bool is_in_invite(const end *e)
{
    return e->is_client || e->is_server || e->owes_ack || e->awaits_ack;
}

static void invite(play *p, end *e, bool has_sdp)
{
    if (!is_in_invite(e) && (e->has_dialog || e == &p->ends[0]) &&
        say(p, e, SS_OA_INVITE, has_sdp, true)) {
        e->is_client = true;
    }
}

static void preview(play *p, end *e, bool has_sdp)
{
    if (e->is_server) {
        (void)say(p, e, SS_OA_PREVIEW, has_sdp, true);
    }
}

/* RFC 3262 3: one at a time. */
static void ring_reliably(play *p, end *e, bool has_sdp)
{
    if (e->is_server && !e->awaits_prack && !e->answers_prack &&
        say(p, e, SS_OA_RELIABLE, has_sdp, true)) {
        e->awaits_prack = true;
    }
}

/* RFC 3262 3: a 2xx waits for the PRACK of what had a description. */
static void accept(play *p, end *e, bool has_sdp)
{
    if (e->is_server && !e->awaits_prack && !e->answers_prack &&
        say(p, e, SS_OA_2XX, has_sdp, true)) {
        e->is_server = false;
        e->awaits_ack = true;
    }
}

static void reject(play *p, end *e, bool has_sdp)
{
    (void)has_sdp;
    if (e->is_server && !e->answers_prack && say(p, e, SS_OA_FAILED, false, true)) {
        e->is_server = false;
    }
}

static void acknowledge(play *p, end *e, bool has_sdp)
{
    if (e->owes_ack && say(p, e, SS_OA_ACK, has_sdp, true)) {
        e->owes_ack = false;
    }
}

static void prack(play *p, end *e, bool has_sdp)
{
    if (e->owes_prack && !e->has_prack && say(p, e, SS_OA_PRACK, has_sdp, true)) {
        e->owes_prack = false;
        e->has_prack = true;
    }
}

static void accept_prack(play *p, end *e, bool has_sdp)
{
    if (e->answers_prack && say(p, e, SS_OA_PRACK_2XX, has_sdp, true)) {
        e->answers_prack = false;
    }
}

static void reject_prack(play *p, end *e, bool has_sdp)
{
    (void)has_sdp;
    if (e->answers_prack && e->prack_has_offer && say(p, e, SS_OA_PRACK_FAILED, false, true)) {
        e->answers_prack = false;
    }
}

static void update(play *p, end *e, bool has_sdp)
{
    if (e->has_dialog && !e->has_update && !(has_sdp && e->awaits_prack) &&
        say(p, e, SS_OA_UPDATE, has_sdp, has_sdp)) {
        e->has_update = true;
        e->update_has_offer = has_sdp;
    }
}

static void accept_update(play *p, end *e, bool has_sdp)
{
    if (e->answers_update && (e->answers_offer || !has_sdp) &&
        say(p, e, SS_OA_UPDATE_2XX, has_sdp, e->answers_offer)) {
        e->answers_update = false;
    }
}

static void reject_update(play *p, end *e, bool has_sdp)
{
    (void)has_sdp;
    if (e->answers_update && say(p, e, SS_OA_UPDATE_FAILED, false, e->answers_offer)) {
        e->answers_update = false;
    }
}

/* ---- what comes ---- */

/* A request that is out of turn is refused at once; its exchange never was, here. */
static void refuse(play *p, end *e, const said *l)
{
    static const ss_oa_message failures[] = { [SS_OA_INVITE] = SS_OA_FAILED,
                                              [SS_OA_PRACK] = SS_OA_PRACK_FAILED,
                                              [SS_OA_UPDATE] = SS_OA_UPDATE_FAILED };
    end *to = other(p, e);
    FZ_CHECK("oa", l->kind == SS_OA_INVITE || l->kind == SS_OA_PRACK || l->kind == SS_OA_UPDATE,
             "what cannot be refused is");
    said *back = &to->queue[to->queued++]; /* there is room: deliver() saw to it */
    *back =
        (said){ .kind = failures[l->kind], .verdict = SS_OA_IS_REJECTED, .is_offer = l->is_offer };
}

static void follow(end *e, const said *l, ss_oa_verdict verdict)
{
    e->has_dialog = e->has_dialog || l->kind != SS_OA_FAILED;
    switch (l->kind) {
    case SS_OA_INVITE:
        e->is_server = true;
        break;
    case SS_OA_RELIABLE:
        e->owes_prack = e->is_client;
        break;
    case SS_OA_2XX:
        e->is_client = false;
        e->owes_ack = true;
        break;
    case SS_OA_FAILED:
        e->is_client = e->owes_prack = false;
        break;
    case SS_OA_ACK:
        e->awaits_ack = false;
        break;
    case SS_OA_PRACK:
        e->awaits_prack = false;
        e->answers_prack = true;
        e->prack_has_offer = verdict == SS_OA_IS_OFFER;
        break;
    case SS_OA_PRACK_2XX:
    case SS_OA_PRACK_FAILED:
        e->has_prack = false;
        break;
    case SS_OA_UPDATE:
        e->answers_update = true;
        e->answers_offer = l->is_offer;
        break;
    case SS_OA_UPDATE_2XX:
    case SS_OA_UPDATE_FAILED:
        e->has_update = false;
        break;
    default:
        break;
    }
}

static bool is_refusal(ss_oa_verdict verdict)
{
    return verdict == SS_OA_IS_TOO_SOON || verdict == SS_OA_IS_GLARE || verdict == SS_OA_IS_REFUSED;
}

/* Sent and received are the same, but where two cross: then one was refused, or the INVITE was over. */
static void check_agree(play *p, const fz_oa *had, const said *l, ss_oa_verdict verdict)
{
    const bool crosses = had->has_offer || had->is_open || l->kind == SS_OA_PRACK;
    if (l->verdict == SS_OA_IS_ANSWER && verdict == SS_OA_IS_REFUSED) {
        p->is_split = true; /* a final response took the offer back, and crossed its answer */
    }
    if (l->verdict == verdict || (is_refusal(verdict) && crosses)) {
        return;
    }
    const bool was_crossed =
        (l->verdict == SS_OA_IS_REJECTED && verdict == SS_OA_IS_NOTHING) ||
        (l->kind == SS_OA_FAILED && verdict == SS_OA_IS_REJECTED && had->offer_in == SS_OA_PRACK);
    FZ_CHECK("oa", was_crossed, "what one end says is another thing to the other");
}

static void take_in(play *p, end *e, const said *l, ss_oa_verdict verdict)
{
    if (verdict == SS_OA_IS_OFFER) {
        memcpy(e->offer, l->text, l->len);
        e->offer_len = l->len;
    } else if (verdict == SS_OA_IS_ANSWER) {
        take_answer(e, l);
        p->is_split = false;
    } else if (verdict == SS_OA_IS_REJECTED && e->model.offer_is_ours) {
        ss_session_roll_back(&e->session, &e->before);
    }
}

static void deliver(play *p, end *e)
{
    static said l; /* large; of this call only */
    if (e->queued == 0 || !has_room(p, e)) {
        return;
    }
    l = e->queue[0];
    memmove(&e->queue[0], &e->queue[1], --e->queued * sizeof l);
    const fz_oa had = e->model;
    const bool is_bare_update =
        (l.kind == SS_OA_UPDATE || l.kind == SS_OA_UPDATE_2XX || l.kind == SS_OA_UPDATE_FAILED) &&
        !l.is_offer;
    const ss_oa_verdict verdict =
        is_bare_update ? SS_OA_IS_NOTHING : step(e, l.kind, l.has_sdp, false);
    if (!is_bare_update) {
        check_agree(p, &had, &l, verdict);
    }
    take_in(p, e, &l, verdict);
    if (is_refusal(verdict)) {
        e->awaits_prack = e->awaits_prack && l.kind != SS_OA_PRACK;
        refuse(p, e, &l);
    } else {
        follow(e, &l, verdict);
    }
}

static void check_same_session(const play *p)
{
    const end *a = &p->ends[0], *b = &p->ends[1];
    const bool is_quiet = a->queued + b->queued == 0 && !a->model.has_offer && !b->model.has_offer;
    if (!is_quiet || p->is_split) {
        return;
    }
    FZ_CHECK("oa", a->session.lines == b->session.lines, "the ends have other lines");
    for (unsigned i = 0; i < a->session.lines && i < SS_SESSION_STREAMS; i++) {
        const ss_stream *s = &a->session.streams[i], *t = &b->session.streams[i];
        const unsigned mirrored = (t->agreed & 1u) << 1 | (t->agreed & 2u) >> 1;
        FZ_CHECK("oa", s->is_on == t->is_on, "a stream is on at one end, and off at the other");
        FZ_CHECK("oa", s->agreed == mirrored, "the ends send and receive otherwise");
    }
}

/* ---- the input ---- */

static const struct {
    char letter;
    void (*act)(play *p, end *e, bool has_sdp);
} acts[] = {
    { 'i', invite },       { 'p', preview },     { 'r', ring_reliably }, { 'o', accept },
    { 'f', reject },       { 'a', acknowledge }, { 'k', prack },         { 'K', accept_prack },
    { 'x', reject_prack }, { 'u', update },      { 'U', accept_update }, { 'v', reject_update },
};

static void wish(end *e, char letter, unsigned value)
{
    const unsigned kind = value % SS_MEDIA_KINDS;
    if (letter == 'h') {
        e->session.is_held = !e->session.is_held;
    } else if (letter == 's') {
        e->session.direction = (uint8_t)(value & 3);
    } else {
        e->wishes |= 1u << (letter == '+' ? kind : SS_MEDIA_KINDS + kind);
    }
}

static void settle(play *p)
{
    while (p->ends[0].queued + p->ends[1].queued > 0) {
        deliver(p, &p->ends[0]);
        deliver(p, &p->ends[1]);
    }
}

static void happen(play *p, char letter, unsigned n)
{
    end *e = &p->ends[n & 1];
    for (size_t i = 0; i < SS_COUNT(acts); i++) {
        if (acts[i].letter == letter) {
            acts[i].act(p, e, (n & 2) != 0);
        }
    }
    if (letter == 'd') {
        deliver(p, e);
    } else if (letter == 'D') {
        settle(p);
    } else if (strchr("hs+-", letter) != NULL) {
        wish(e, letter, n >> 1);
    }
    check_same_session(p);
}

static void set_up(end *e, unsigned which, fz_tape *tape)
{
    static const ss_sdp_codec other_audio[] = {
        { 97, SS_LIT_INIT("opus"), 48000, 2, { NULL, 0 } },
        { 8, SS_LIT_INIT("PCMA"), 8000, 1, { NULL, 0 } },
    };
    static const ss_sdp_codec only_opus[] = { { 97, SS_LIT_INIT("opus"), 48000, 2, { NULL, 0 } } };
    const unsigned codecs = fz_tape_pick(tape, 3);
    const unsigned kinds = 7u & ~fz_tape_pick(tape, 8);
    memset(e, 0, offsetof(end, queue));
    e->queued = 0;
    e->version = e->last = 0;
    e->lines = 0;
    e->local =
        (ss_sdp_local){ .address = which == 0 ? SS_LIT("IP4 192.0.2.1") : SS_LIT("IP6 2001:db8::2"),
                        .port = (uint16_t)(4000 + 1000 * which) };
    e->local.codecs = codecs == 0 ? NULL : codecs == 1 ? other_audio : only_opus;
    e->local.codec_count = codecs == 1 ? SS_COUNT(other_audio) : SS_COUNT(only_opus);
    ss_session_start(&e->session, which + 1, 1, kinds);
}

int fz_target_offer_answer(const uint8_t *data, size_t size)
{
    ss_slice rest;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &rest);
    play *p = &the_play;
    set_up(&p->ends[0], 0, &tape);
    set_up(&p->ends[1], 1, &tape);
    p->is_split = false;
    for (unsigned steps = 0; rest.len > 0 && steps < STEPS_MAX;) {
        const char letter = rest.at[0];
        rest = ss_slice_cut(rest, 1, rest.len);
        if (letter != '\0' && strchr("iprofakKxuUvdDhs+-", letter) != NULL) {
            happen(p, letter, fz_next_digit(&rest));
            steps++;
        }
    }
    settle(p);
    check_same_session(p);
    return 0;
}
