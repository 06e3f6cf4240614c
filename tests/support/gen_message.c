/* Whole messages, drawn: a start line, the fields that every message has and some of all others in any order, a body. */
#include "check.h"
#include "gen.h"

#include "stack/msg/repetition.h"

#include <string.h>

enum { LINES_MAX = 400 };

typedef struct draft {
    gen g;
    gen_message *m;
    ss_hdr lines[LINES_MAX];
    unsigned count;
    char body[2048], method[64];
    char type[128];
} draft;

/* ---- the body ---- */

/* RFC2046:5.1.1 parts that may be binary, and one of them multipart itself. */
static void put_parts(gen *g, const char *boundary, unsigned depth)
{
    for (unsigned left = 1 + gen_pick(g, 3); left > 0; left--) {
        gen_put(g, "--");
        gen_put(g, boundary);
        gen_put(g, gen_chance(g, 20) ? " \t\r\n" : "\r\n");
        if (depth > 0 && gen_chance(g, 30)) {
            gen_put(g, "Content-Type: multipart/mixed;\r\n boundary=in\r\n\r\n");
            put_parts(g, "in", 0);
        } else {
            gen_put(g, gen_chance(g, 50) ? "Content-Type: text/plain\r\n\r\n" : "\r\n");
            gen_run(g, "abc \t\r\n-\x01\xff", 30);
        }
        gen_put(g, "\r\n");
    }
    gen_put(g, "--");
    gen_put(g, boundary);
    gen_put(g, "--\r\n");
}

static void draw_body(draft *d)
{
    ss_buffer b = ss_buffer_on(d->body, sizeof d->body);
    gen body = d->g;
    body.b = &b;
    body.entropy.key = ss_mix_absorb(d->g.entropy.key, 1);
    const char *type = "";
    switch (gen_pick(&body, 6)) {
    case 0:
        gen_put(&body, "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n");
        type = "application/sdp";
        break;
    case 1:
        put_parts(&body, "out=er", 1);
        type = "multipart/mixed;boundary=\"out=er\"";
        break;
    case 2:
        gen_run(&body, "abc\r\n: \xff\x02", 400);
        type = "text / plain";
        break;
    default:
        break;
    }
    CHECK(!b.overflow && strlen(type) < sizeof d->type);
    memcpy(d->type, type, strlen(type) + 1);
    d->m->body = ss_buffer_slice(&b);
    d->g.body_type = ss_slice_from(d->type);
    d->g.body_bytes = b.len;
}

/* ---- which fields ---- */

static void add_lines(draft *d, ss_hdr id, unsigned count)
{
    for (; count > 0 && d->count < LINES_MAX; count--) {
        d->lines[d->count++] = id;
    }
}

/* What must be there, what must not, and how often the rest stands. */
static unsigned lines_of(draft *d, ss_hdr id, unsigned density)
{
    switch (id) {
    case SS_HDR_FROM:
    case SS_HDR_TO:
    case SS_HDR_CALL_ID:
    case SS_HDR_CSEQ:
        return 1;
    case SS_HDR_VIA:
        return 1 + gen_pick(&d->g, 3);
    case SS_HDR_MAX_FORWARDS:
        return gen_chance(&d->g, 90) ? 1 : 0;
    case SS_HDR_CONTENT_TYPE:
        return d->g.body_bytes > 0 ? 1 : gen_chance(&d->g, density);
    case SS_HDR_CONTENT_LENGTH:
        return gen_chance(&d->g, 80) ? 1 : 0;
    default:
        break;
    }
    if (!gen_chance(&d->g, density)) {
        return 0;
    }
    return ss_hdr_repetition(id) == SS_REPEAT_ONE ? 1 : 1 + gen_pick(&d->g, 3);
}

static void draw_lines(draft *d)
{
    static const unsigned densities[] = { 0, 3, 3, 10, 10, 100 };
    const unsigned density = densities[gen_pick(&d->g, gen_chance(&d->g, 90) ? 5 : 6)];
    d->count = 0;
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        add_lines(d, id, lines_of(d, id, density));
    }
    for (unsigned i = d->count; i > 1 && gen_chance(&d->g, 95); i--) {
        const unsigned other = gen_pick(&d->g, i);
        const ss_hdr swapped = d->lines[i - 1];
        d->lines[i - 1] = d->lines[other];
        d->lines[other] = swapped;
    }
}

/* ---- printing ---- */

static bool may_be_empty(ss_hdr id)
{
    return id == SS_HDR_SUPPORTED || id == SS_HDR_ACCEPT || id == SS_HDR_ALLOW ||
           id == SS_HDR_ACCEPT_ENCODING || id == SS_HDR_ACCEPT_LANGUAGE || id == SS_HDR_RECV_INFO ||
           id == SS_HDR_ACCEPT_RESOURCE_PRIORITY;
}

/* A comma list on one line. */
static void put_values(draft *d, ss_hdr id)
{
    gen *g = &d->g;
    const bool is_list = ss_hdr_repetition(id) == SS_REPEAT_LIST;
    if (may_be_empty(id) && gen_chance(g, 10)) {
        return;
    }
    if (id == SS_HDR_CONTACT && gen_chance(g, 5)) {
        gen_put(g, "*");
        d->m->values[id]++;
        return;
    }
    for (unsigned left = is_list ? gen_pick(g, 3) : 0;; left--) {
        gen_value(g, id);
        d->m->values[id]++;
        if (left == 0) {
            return;
        }
        gen_mark(g, ',');
    }
}

static void put_line(draft *d, ss_hdr id)
{
    gen *g = &d->g;
    gen_field_name(g, id);
    const size_t from = g->b->len;
    put_values(d, id);
    if (id == SS_HDR_CALL_ID) {
        d->m->call_id = (ss_slice){ g->b->at + from, g->b->len - from };
    }
    gen_sws(g);
    gen_put(g, "\r\n");
}

static void draw_method(draft *d)
{
    static const char *const names[] = { "INVITE",  "ACK",   "BYE",    "CANCEL",    "REGISTER",
                                         "OPTIONS", "PRACK", "UPDATE", "INFO",      "MESSAGE",
                                         "NOTIFY",  "REFER", "invite", "SUBSCRIBE", "PUBLISH" };
    ss_buffer b = ss_buffer_on(d->method, sizeof d->method);
    gen method = d->g;
    method.b = &b;
    method.entropy.key = ss_mix_absorb(d->g.entropy.key, 2);
    if (gen_chance(&method, 90)) {
        gen_one_of(&method, names, SS_COUNT(names));
    } else {
        gen_token(&method);
    }
    d->g.method = ss_buffer_slice(&b);
    d->m->method = d->g.method;
}

static void put_request_line(draft *d)
{
    gen *g = &d->g;
    ss_put(g->b, g->method);
    gen_put(g, " ");
    const size_t from = g->b->len;
    gen_uri(g, false);
    d->m->request_uri = (ss_slice){ g->b->at + from, g->b->len - from };
    gen_put(g, " ");
    gen_put_cased(g, "sip");
    gen_put(g, "/2.0\r\n");
}

static void put_status_line(draft *d)
{
    gen *g = &d->g;
    d->m->status = 100 + gen_pick(g, 600);
    gen_put_cased(g, "sip");
    gen_put(g, "/2.0 ");
    ss_put_u64(g->b, d->m->status);
    gen_put(g, " ");
    if (gen_chance(g, 80)) {
        GEN_ONE_OF(g, "OK", "Moved %41 \xc3\xa9", "= 2**3 * 9", "a\tb", "%00", " leading");
    }
    gen_put(g, "\r\n");
}

/* What is on the wire beside the message (7.5, 18.3). */
static void put_trailer(draft *d)
{
    if (d->m->values[SS_HDR_CONTENT_LENGTH] > 0 && gen_chance(&d->g, 10)) {
        gen_put(&d->g, "INVITE sip:noise SIP/2.0\r\n");
    }
}

void gen_message_make(gen_message *m, uint64_t seed, ss_buffer *b)
{
    static draft d;
    memset(m, 0, sizeof *m);
    b->len = 0;
    b->overflow = false;
    d = (draft){ .g = gen_start(seed, b), .m = m };
    if (gen_chance(&d.g, 10)) {
        gen_put(&d.g, "\r\n\r\n");
    }
    m->is_request = gen_chance(&d.g, 60);
    draw_method(&d);
    draw_body(&d);
    draw_lines(&d);
    if (m->is_request) {
        put_request_line(&d);
    } else {
        put_status_line(&d);
    }
    for (unsigned i = 0; i < d.count; i++) {
        put_line(&d, d.lines[i]);
    }
    gen_put(&d.g, "\r\n");
    const size_t body_at = b->len;
    ss_put(b, m->body);
    m->body = (ss_slice){ b->at + body_at, b->len - body_at };
    m->length = b->len;
    put_trailer(&d);
    CHECK(!b->overflow);
    m->fields = d.count;
    m->bytes = ss_buffer_slice(b);
}
