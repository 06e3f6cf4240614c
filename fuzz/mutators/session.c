/* Mutation of session inputs, record by record: what it makes is an input in which most records mean something. Arguments are drawn by
 * what they are: spans from those that timers have, nodes from the first few, all else from the small numbers. */
#include "fz/mutate.h"

#include <string.h>

#include "sip_mutator.h"
#include "sn/input.h"
#include "sn/say.h"

enum { BYTES_OF_RECORD = 1 << 14, TEMPLATE_BYTES = 1024 };

typedef struct mutation {
    sn_input_records records, others;
    uint64_t state;
    char said[BYTES_OF_RECORD], spare[BYTES_OF_RECORD]; /* of the one record whose bytes change */
    char template[TEMPLATE_BYTES];
    sn_input_records read; /* of the template */
} mutation;

static uint64_t next(mutation *m)
{
    m->state = ss_mix64(m->state + 0x517c);
    return m->state;
}

static bool one_in(mutation *m, unsigned n)
{
    return next(m) % n == 0;
}

/* ---- arguments ---- */

/* 0, T1, T2, T4, 64*T1, what is a little more or less, and anything. */
static uint8_t draw_span(mutation *m)
{
    static const uint8_t codes[] = { 0,  8,  16, 24, 32, 40, 48, 50,  56, 64,
                                     66, 72, 80, 87, 88, 89, 96, 104, 112 };
    return one_in(m, 6) ? (uint8_t)next(m) : codes[next(m) % SS_COUNT(codes)];
}

static bool is_any(ss_slice name, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (ss_slice_eq(name, ss_slice_from(*words))) {
            return true;
        }
    }
    return false;
}

static uint8_t draw_arg(mutation *m, ss_slice name)
{
    static const char *const spans[] = { "at", "by", "hold", "lasts", "patience", "delay", NULL };
    static const char *const nodes[] = { "node", "from", "to", "as", "other", "call", NULL };
    static const char *const wide[] = { "profile", "op", "what", "method", "twist", NULL };
    if (is_any(name, spans)) {
        return draw_span(m);
    }
    if (is_any(name, nodes)) {
        return (uint8_t)(next(m) % 6);
    }
    if (is_any(name, wide)) {
        return (uint8_t)next(m);
    }
    if (ss_slice_eq(name, SS_LIT("who"))) {
        return (uint8_t)((next(m) % 3) << 4 | (one_in(m, 2) ? 0x80u : 0));
    }
    if (ss_slice_eq(name, SS_LIT("fine"))) {
        return one_in(m, 3) ? (uint8_t)(next(m) % 30) : 0;
    }
    return one_in(m, 2) ? 0 : one_in(m, 3) ? (uint8_t)next(m) : (uint8_t)(next(m) % 6);
}

static ss_slice arg_name(const sn_input_kind *kind, unsigned nth)
{
    ss_slice rest = ss_slice_from(kind->args);
    for (; nth > 0 && rest.len > 0; nth--) {
        const size_t comma = ss_slice_find(rest, ',');
        rest = ss_slice_cut(rest, comma < rest.len ? comma + 1 : comma, rest.len);
    }
    return ss_slice_cut(rest, 0, ss_slice_find(rest, ','));
}

static void draw_args(mutation *m, sn_input_record *r)
{
    for (unsigned i = 0; i < SN_RECORD_ARGS; i++) {
        const ss_slice name = arg_name(&sn_input_kinds[r->kind], i);
        r->args[i] = name.len == 0 ? 0 : draw_arg(m, name);
    }
}

/* ---- bytes ---- */

static const char *const templates[] = {
    "message at=40 to=1 \"INFO {uri} SIP/2.0\\r\\nVia: SIP/2.0/UDP "
    "{address};branch=z9hG4bKm\\r\\nFrom: "
    "{from}\\r\\nTo: {to}\\r\\nCall-ID: {call_id}\\r\\nCSeq: {next} INFO\\r\\nMax-Forwards: "
    "70\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
    "message at=40 to=1 \"SIP/2.0 200 OK\\r\\nVia: {via}\\r\\nFrom: {from}\\r\\nTo: "
    "{to}\\r\\nCall-ID: "
    "{call_id}\\r\\nCSeq: {cseq} {method}\\r\\nContact: <sip:x@10.9.9.9>\\r\\nContent-Length: "
    "0\\r\\n\\r\\n\"",
    "message at=20 to=3 \"INVITE sip:bob@example.com SIP/2.0\\r\\nVia: SIP/2.0/UDP "
    "{address};branch=z9hG4bKi\\r\\nFrom: <sip:x@example.com>;tag=x\\r\\nTo: "
    "<sip:bob@example.com>\\r\\nCall-ID: x\\r\\nCSeq: 1 INVITE\\r\\nMax-Forwards: 70\\r\\nContact: "
    "<sip:x@{address}>\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
    "message at=20 to=1 \"INVITE {uri} SIP/2.0\\r\\nVia: SIP/2.0/UDP {address}\\r\\nFrom: "
    "{from}\\r\\nTo: {to}\\r\\nCall-ID: {call_id}\\r\\nCSeq: {next} INVITE\\r\\nContact: "
    "{contact}\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
    "message at=20 to=1 \"SUBSCRIBE {uri} SIP/2.0\\r\\nVia: SIP/2.0/UDP "
    "{address};branch=z9hG4bKs\\r\\nFrom: "
    "{from}\\r\\nTo: {to}\\r\\nCall-ID: {call_id}\\r\\nCSeq: {next} SUBSCRIBE\\r\\nEvent: "
    "presence\\r\\nExpires: 60\\r\\nContact: {contact}\\r\\nMax-Forwards: 70\\r\\nContent-Length: "
    "0\\r\\n\\r\\n\"",
    "behaviour node=1 \"\\x00\\x20\\x00\\x01\\x28\\x00\"",
    "behaviour node=1 \"\\x00\\x00\\x33\\x01\\x28\\x00\"",
    "behaviour node=2 \"\\x02\\x20\\x00\"",
    "numbered node=0 \"\\x03\\x02\""
};

/* A record that says something, in the mutation's own memory. */
static sn_input_record from_template(mutation *m)
{
    const char *why = NULL;
    ss_buffer b = ss_buffer_on(m->template, sizeof m->template);
    const char *line = templates[next(m) % SS_COUNT(templates)];
    const ss_status status = sn_input_record_parse_text(ss_slice_from(line), &b, &why);
    SS_ASSERT(status == SS_OK && !b.overflow);
    sn_input_records_read(&m->read, ss_buffer_slice(&b));
    return m->read.at[0];
}

static void change_bytes(mutation *m, sn_input_record *r)
{
    size_t len = r->bytes.len < sizeof m->said / 2 ? r->bytes.len : sizeof m->said / 2;
    if (len > 0) {
        memcpy(m->said, r->bytes.at, len);
    }
    if (one_in(m, 3) && len + 2 < sizeof m->said) { /* something live, somewhere */
        const size_t at = len == 0 ? 0 : next(m) % len;
        const sn_say_mark mark = { .field = (unsigned)(next(m) % SN_SAY_FIELDS),
                                   .call = (unsigned)(next(m) % 2),
                                   .is_callee = one_in(m, 2) };
        memmove(m->said + at + 2, m->said + at, len - at);
        m->said[at] = (char)SN_SAY_MARK;
        m->said[at + 1] = (char)sn_say_code(mark);
        len += 2;
    } else if (sn_input_kinds[r->kind].letter == 'M' && one_in(m, 2)) {
        const size_t edited =
            fz_sip_mutate(r->bytes, SS_EMPTY, next(m), m->said, m->spare, sizeof m->said);
        len = edited == 0 ? len : edited;
    } else {
        len = fz_mutate_bytes((uint8_t *)m->said, len, sizeof m->said, next(m), SS_EMPTY);
    }
    r->bytes = (ss_slice){ m->said, len };
}

/* ---- records ---- */

static sn_input_record fresh(mutation *m)
{
    sn_input_record r = { .kind = (unsigned)(next(m) % sn_input_kind_count) };
    if (sn_input_kinds[r.kind].has_bytes) {
        return from_template(m);
    }
    draw_args(m, &r);
    return r;
}

static void put_in(mutation *m, unsigned at, const sn_input_record *r)
{
    sn_input_records *all = &m->records;
    const sn_input_record copy = *r; /* it may be one of them */
    if (all->count == SN_INPUT_RECORDS_MAX) {
        return;
    }
    memmove(&all->at[at + 1], &all->at[at], (all->count - at) * sizeof all->at[0]);
    all->at[at] = copy;
    all->count++;
}

static void take_out(mutation *m, unsigned at)
{
    sn_input_records *all = &m->records;
    memmove(&all->at[at], &all->at[at + 1], (all->count - at - 1) * sizeof all->at[0]);
    all->count--;
}

static void change(mutation *m, sn_input_record *r)
{
    if (r->kind == sn_input_kind_count) {
        return;
    }
    if (sn_input_kinds[r->kind].has_bytes && !one_in(m, 4)) {
        change_bytes(m, r);
        return;
    }
    const unsigned which = (unsigned)(next(m) % SN_RECORD_ARGS);
    const ss_slice name = arg_name(&sn_input_kinds[r->kind], which);
    if (name.len > 0) {
        r->args[which] =
            one_in(m, 4) ? (uint8_t)(r->args[which] + (one_in(m, 2) ? 1 : -1)) : draw_arg(m, name);
    }
}

static void mutate_once(mutation *m)
{
    sn_input_records *all = &m->records;
    const unsigned at = all->count == 0 ? 0 : (unsigned)(next(m) % all->count);
    const unsigned what = all->count == 0 ? 0 : (unsigned)(next(m) % 16);
    if (what < 3) {
        const sn_input_record r = fresh(m);
        put_in(m, all->count == 0 ? 0 : at + 1, &r);
    } else if (what < 5) {
        take_out(m, at);
    } else if (what == 5) {
        put_in(m, at, &all->at[at]);
    } else if (what == 6) {
        const unsigned to = (unsigned)(next(m) % all->count);
        const sn_input_record kept = all->at[at];
        all->at[at] = all->at[to];
        all->at[to] = kept;
    } else if (what == 7 && m->others.count > 0) {
        put_in(m, at, &m->others.at[next(m) % m->others.count]);
    } else {
        change(m, &all->at[at]);
    }
}

size_t fz_mutate_session(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    static mutation m; /* scratch: nothing of it is read before it is written */
    m.state = seed;
    sn_input_records_read(&m.records, (ss_slice){ (const char *)data, size });
    sn_input_records_read(&m.others, other);
    for (unsigned rounds = 1 + (unsigned)(next(&m) % 4); rounds > 0; rounds--) {
        mutate_once(&m);
    }
    ss_buffer b = ss_buffer_on((char *)data, max); /* what was read stands in m.records.bytes */
    size_t fits = 0;
    for (unsigned i = 0; i < m.records.count && !b.overflow; i++) {
        sn_input_record_put(&b, &m.records.at[i]);
        fits = b.overflow ? fits : b.len;
    }
    return fits;
}
