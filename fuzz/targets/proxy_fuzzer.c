/* Target `proxy`: a line of choices, then what happens to one proxy, in records that a line "%" ends. A record's first line is its verb:
 *
 *     ask                 the rest of the record is a request, from the caller
 *     again               the first request once more
 *     cancel              its CANCEL
 *     answer K STATUS     a response to the Kth request that went out, with the rest of the record among its header fields
 *     say                 the rest is whatever the callee sends
 *     from N              … and whatever host N of eight does
 *     bind Q CONTACT      bob is there too, q in thousandths
 *     told                what was asked is answered, where the choices let it wait
 *     gone N              host N cannot be reached
 *     wait MS             time goes by
 *     lost K              where the Kth request went, nobody is
 *
 * Aims at: ss_engine_input of a proxy with a registrar, and what RFC 3261 16.6, 16.7 and 16.11 ask of it whatever comes. What leaves is
 * judged by fuzz/oracles/hops.c, too, which knows nothing but the wire. */
#include "proxy_host.h"

#include <string.h>

enum { ASKS_MAX = 16, RECORDS_MAX = 40, CALLER = 2, CALLEE = 3, HOSTS = 8 };

/** A request that came, as an onlooker sees it. */
typedef struct ask {
    ss_slice bytes;
    ss_summary says;
    bool has_sound_vias; /* all can be told apart; a proxy reads the topmost only */
    bool has_way_back;   /* its topmost Via says UDP and no maddr, which may be a name */
} ask;

typedef struct play {
    fz_proxy_host *host;
    ask asks[ASKS_MAX];
    size_t ask_count;
    bool final
        [FZ_SENT_MAX]; /* a final response other than 2xx was given to the request that went out */
    bool is_late;      /* time went by, or somebody was lost: transactions may be over */
} play;

/* ---- what must hold ---- */

/* The one request with this branch, or NULL: of two, nobody could say which a message belongs to, nor of one that could not be read. */
static const ask *sole_ask(const play *p, uint64_t branch, ss_method method)
{
    const ask *found = NULL;
    for (size_t i = 0; i < p->ask_count; i++) {
        const ask *a = &p->asks[i];
        if (a->says.is_sip && a->says.branch != branch) {
            continue;
        }
        if (!a->says.is_sip || (found != NULL && !ss_slice_eq(found->bytes, a->bytes))) {
            return NULL;
        }
        found = a;
    }
    return found != NULL && found->says.method == method ? found : NULL;
}

/* RFC3261:16.6 steps 3 and 8, RFC3261:16.11. */
static void check_forwarded(const play *p, const fz_sent *s)
{
    const ask *a = sole_ask(p, s->says.second_branch, (ss_method)s->says.method);
    if (!s->says.is_request || s->says.second_branch == 0 || a == NULL) {
        return;
    }
    FZ_CHECK("proxy",
             !a->has_sound_vias || s->says.via_count == a->says.via_count + 1 ||
                 a->says.via_count >= UINT8_MAX - 1,
             "a forwarded request has not one Via more");
    FZ_CHECK("proxy",
             s->says.max_forwards ==
                 (a->says.max_forwards == UINT16_MAX ? 70 : a->says.max_forwards - 1),
             "a forwarded request has not one hop less");
    FZ_CHECK("proxy", s->says.call_id == a->says.call_id && s->says.cseq == a->says.cseq,
             "a forwarded request is of another call");
}

static bool is_final(const fz_sent *s)
{
    return !s->says.is_request && s->says.is_sip && s->says.status >= 200;
}

/* RFC3261:16.7 step 5: at most one final response that is no 2xx, and none after a 2xx. */
static void check_finals(const play *p)
{
    const fz_proxy_host *h = p->host;
    const size_t count = h->sent_count < FZ_SENT_MAX ? h->sent_count : FZ_SENT_MAX;
    for (size_t i = 0; i < count; i++) {
        const fz_sent *one = &h->sent[i];
        if (!is_final(one) || sole_ask(p, one->says.branch, (ss_method)one->says.method) == NULL) {
            continue;
        }
        for (size_t k = i + 1; k < count; k++) {
            const fz_sent *two = &h->sent[k];
            const bool is_same = is_final(two) && two->says.branch == one->says.branch &&
                                 two->says.method == one->says.method;
            FZ_CHECK("proxy",
                     !is_same || two->says.status / 100 == 2 ||
                         two->says.status == one->says.status,
                     "a request gets two final responses");
        }
    }
}

/* RFC3261:16.7 step 5: each 2xx to an INVITE goes upstream at once. */
static void check_2xx_passed(const play *p, const ss_summary *given, unsigned turn)
{
    const fz_proxy_host *h = p->host;
    const ask *a = sole_ask(p, given->second_branch, SS_METHOD_INVITE);
    if (a == NULL || !a->has_way_back || h->sent_count > FZ_SENT_MAX) {
        return;
    }
    bool is_passed = false;
    for (size_t i = 0; i < h->sent_count; i++) {
        const fz_sent *s = &h->sent[i];
        is_passed |= s->turn > turn && is_final(s) && s->says.status == given->status &&
                     s->says.branch == a->says.branch && s->says.to_tag == given->to_tag;
    }
    FZ_CHECK("proxy", is_passed, "a 2xx to an INVITE does not go upstream");
}

/* ---- verbs ---- */

static void ask_once(play *p, ss_slice text)
{
    ss_arena scratch = fz_arena(4);
    if (p->ask_count == ASKS_MAX) {
        return;
    }
    ask *a = &p->asks[p->ask_count++];
    ss_msg msg;
    ss_diag diag;
    a->bytes = fz_with_crlf(text, &p->host->texts);
    if (ss_msg_parse(&msg, &scratch, a->bytes, &diag) == SS_OK) {
        ss_msg_summarise(&msg, &a->says);
        a->has_sound_vias = fz_is_sound_list(&msg, SS_HDR_VIA);
        a->has_way_back = msg.top_via.maddr.at == NULL &&
                          ss_slice_eq_nocase(msg.top_via.transport, SS_LIT("UDP"));
    }
    if (a->bytes.len > 0) {
        fz_proxy_input(p->host, CALLER, a->bytes);
    }
}

/* Of a CANCEL there is none: it would have the branch of what it cancels, and be another request with it. RFC3261:9.1 */
static void cancel(play *p)
{
    ss_arena scratch = fz_arena(4);
    ss_msg msg;
    ss_diag diag;
    if (p->ask_count == 0 || ss_msg_parse(&msg, &scratch, p->asks[0].bytes, &diag) != SS_OK ||
        !msg.is_request || msg.method == SS_METHOD_CANCEL) {
        return;
    }
    char number[24];
    ss_buffer cseq = ss_buffer_on(number, sizeof number);
    ss_put_u64(&cseq, msg.cseq.number);
    ss_put_text(&cseq, " CANCEL");
    ss_buffer b = ss_buffer_open(&scratch);
    ss_put_request_line(&b, SS_LIT("CANCEL"), msg.request_uri);
    ss_put_header(&b, SS_HDR_VIA, msg.top_via.whole);
    ss_put_header_from(&b, &msg, SS_HDR_FROM);
    ss_put_header_from(&b, &msg, SS_HDR_TO);
    ss_put_header_from(&b, &msg, SS_HDR_CALL_ID);
    ss_put_header(&b, SS_HDR_CSEQ, ss_buffer_slice(&cseq));
    ss_put_header_from(&b, &msg, SS_HDR_ROUTE);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    const ss_slice bytes =
        b.overflow ? SS_EMPTY : ss_arena_copy(&p->host->texts, ss_buffer_slice(&b));
    if (bytes.len > 0) {
        fz_proxy_input(p->host, CALLER, bytes);
    }
}

/* A request that went out, or NULL. */
static const fz_sent *nth_request(const play *p, uint64_t nth, size_t *place)
{
    const fz_proxy_host *h = p->host;
    for (size_t i = 0; i < h->sent_count && i < FZ_SENT_MAX; i++) {
        if (h->sent[i].says.is_request && nth-- == 0) {
            *place = i;
            return &h->sent[i];
        }
    }
    return NULL;
}

static ss_slice put_answer(play *p, const fz_sent *s, unsigned status, ss_slice lines)
{
    ss_arena scratch = fz_arena(4);
    ss_msg msg;
    ss_diag diag;
    if (ss_msg_parse(&msg, &scratch, s->bytes, &diag) != SS_OK) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(&scratch);
    ss_put_response_head(&b, &msg, status, SS_EMPTY, status == 100 ? SS_EMPTY : SS_LIT("callee"));
    ss_put_header_from(&b, &msg, SS_HDR_RECORD_ROUTE);
    ss_put(&b, lines);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return b.overflow ? SS_EMPTY : ss_arena_copy(&p->host->texts, ss_buffer_slice(&b));
}

static void answer(play *p, ss_slice line, ss_slice rest)
{
    ss_arena scratch = fz_arena(5);
    size_t place = 0;
    const fz_sent *s = nth_request(p, fz_next_number(&line), &place);
    const unsigned status = (unsigned)(100 + fz_next_number(&line) % 600);
    const ss_slice lines = fz_with_crlf(rest, &p->host->texts);
    const ss_slice bytes = s == NULL ? SS_EMPTY : put_answer(p, s, status, lines);
    if (bytes.len == 0) {
        return;
    }
    const unsigned turn = p->host->turn;
    ss_summary given;
    ss_summarise_bytes(bytes, &scratch, &given);
    fz_proxy_input(p->host, CALLEE, bytes);
    if (given.is_sip && given.method == SS_METHOD_INVITE && status / 100 == 2 && !p->is_late &&
        !p->final[place] && !p->host->hops.is_loose) {
        check_2xx_passed(p, &given, turn);
    }
    p->final[place] |= status >= 300;
}

static void say(play *p, unsigned host, ss_slice record)
{
    const ss_slice bytes = fz_with_crlf(record, &p->host->texts);
    p->is_late |= !ss_slice_starts(bytes, SS_LIT("SIP/2.0 ")); /* a request? */
    if (bytes.len > 0) {
        fz_proxy_input(p->host, host, bytes);
    }
}

/* Verbs that are about the host of the proxy. False: it is none. */
static bool happen_around(play *p, ss_slice word, ss_slice rest, ss_slice record)
{
    if (ss_slice_eq(word, SS_LIT("from"))) {
        say(p, CALLER + (unsigned)fz_next_number(&rest) % HOSTS, record);
    } else if (ss_slice_eq(word, SS_LIT("bind"))) {
        const uint16_t q = (uint16_t)(fz_next_number(&rest) % 1001);
        fz_proxy_bind(p->host, q, ss_slice_trim(rest));
    } else if (ss_slice_eq(word, SS_LIT("told"))) {
        fz_proxy_told(p->host);
    } else if (ss_slice_eq(word, SS_LIT("gone"))) {
        const uint32_t host = CALLER + (uint32_t)fz_next_number(&rest) % HOSTS;
        const ss_address to = ss_address_v4(0x0a000000u + host, 5060);
        p->is_late = true;
        fz_proxy_lost(p->host, &to);
    } else {
        return false;
    }
    return true;
}

static void happen(play *p, ss_slice record)
{
    ss_slice line = fz_next_line(&record), word = ss_slice_cut(line, 0, ss_slice_find(line, ' '));
    ss_slice rest = ss_slice_cut(line, word.len, line.len);
    size_t place = 0;
    if (happen_around(p, word, rest, record)) {
        return;
    }
    if (ss_slice_eq(word, SS_LIT("ask"))) {
        ask_once(p, record);
    } else if (ss_slice_eq(word, SS_LIT("again")) && p->ask_count > 0 && p->asks[0].bytes.len > 0) {
        fz_proxy_input(p->host, CALLER, p->asks[0].bytes);
    } else if (ss_slice_eq(word, SS_LIT("cancel"))) {
        cancel(p);
    } else if (ss_slice_eq(word, SS_LIT("answer"))) {
        answer(p, rest, record);
    } else if (ss_slice_eq(word, SS_LIT("say"))) {
        say(p, CALLEE, record);
    } else if (ss_slice_eq(word, SS_LIT("wait"))) {
        p->is_late = true;
        fz_proxy_wait(p->host, SS_MS(fz_next_number(&rest) % 1000000));
    } else if (ss_slice_eq(word, SS_LIT("lost"))) {
        const fz_sent *s = nth_request(p, fz_next_number(&rest), &place);
        p->is_late = true;
        if (s != NULL) {
            fz_proxy_lost(p->host, &s->to);
        }
    }
}

int fz_target_proxy(const uint8_t *data, size_t size)
{
    static play p;
    ss_slice rest;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &rest);
    if (size > 1 << 14) {
        return 0;
    }
    memset(&p, 0, sizeof p);
    p.host = fz_proxy_new(&tape);
    for (unsigned i = 0; rest.len > 0 && i < RECORDS_MAX; i++) {
        happen(&p, fz_next_record(&rest));
        if (!p.is_late && !p.host->hops.is_loose && p.host->config.mode != SS_PROXY_STATELESS) {
            check_finals(&p);
        }
    }
    for (size_t i = 0; i < p.host->sent_count && i < FZ_SENT_MAX; i++) {
        check_forwarded(&p, &p.host->sent[i]);
    }
    fz_proxy_end(p.host);
    return 0;
}
