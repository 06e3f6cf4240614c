/* Recorded decisions as text, one a line, so that a reproducer can be read, edited and kept:
 *
 *     drop +1 link=caller[3] dir=up call=00f0e1d2c3b4a596 sip=INVITE cseq=1 nth=1 at=12.000000345 print=0123456789abcdef
 *     delay -1203344 link=p1 dir=down call=… sip=200 method=BYE cseq=2 nth=1 at=… print=…
 *     wait +2731000000 node=callee[7] call=… row=1 nth=1 at=…
 *     hold -1500000000 calls=mix row=12 at=…
 *
 * Absent words are zero. Nodes are named, so that a line means the same whatever else the scenario holds.
 */
#include "sn/decisions.h"

#include <string.h>

static const char *const kind_words[SN_DECISION_KINDS] = {
#define DECISION_WORD(name, word, purpose, place) [SN_DECISION_##name] = (word),
    SN_DECISION_LIST(DECISION_WORD)
};

static const char *const method_words[SS_METHOD_COUNT] = {
#define METHOD_WORD(name) [SS_METHOD_##name] = #name,
    [SS_METHOD_OTHER] = "OTHER", SS_METHOD_LIST(METHOD_WORD)
};

enum place { PLACE_LINK = 1, PLACE_NODE, PLACE_CALLS };

static const unsigned char kind_places[SN_DECISION_KINDS] = {
#define DECISION_PLACE(name, word, purpose, place) [SN_DECISION_##name] = PLACE_##place,
    SN_DECISION_LIST(DECISION_PLACE)
};

/* Numbers use all their bits, spans and indexes do not. */
static bool is_of_bits(uint32_t kind)
{
    return kind == SN_DECISION_ENTROPY || kind == SN_DECISION_CALL_ID ||
           kind == SN_DECISION_SESSION || kind == SN_DECISION_SEQUENCE ||
           kind == SN_DECISION_QUERY;
}

/* ---- printing ---- */

static void put_number(ss_buffer *b, const char *word, uint64_t value)
{
    if (value != 0) {
        ss_put_text(b, word);
        ss_put_u64(b, value);
    }
}

static void put_hash(ss_buffer *b, const char *word, uint64_t value)
{
    if (value != 0) {
        ss_put_text(b, word);
        ss_put_hex(b, value, 16);
    }
}

static void put_place(ss_buffer *b, const sn_decision *d, const sn_cast *cast)
{
    if (kind_places[d->kind] == PLACE_LINK) {
        SS_ASSERT(d->point.entity / 2 < cast->node_count);
        ss_put_text(b, " link=");
        ss_put_text(b, cast->nodes[d->point.entity / 2].name);
        ss_put_text(b, (d->point.entity & 1) == 0 ? " dir=up" : " dir=down");
    } else if (kind_places[d->kind] == PLACE_NODE) {
        SS_ASSERT(d->point.entity < cast->node_count);
        ss_put_text(b, " node=");
        ss_put_text(b, cast->nodes[d->point.entity].name);
    } else {
        SS_ASSERT(d->point.entity < cast->call_source_count);
        ss_put_text(b, " calls=");
        ss_put_text(b, cast->call_sources[d->point.entity]);
    }
}

static void put_message(ss_buffer *b, const sn_point *p)
{
    if (p->is_sip == 0) {
        return;
    }
    SS_ASSERT(p->method < SS_METHOD_COUNT);
    ss_put_text(b, " sip=");
    if (p->status != 0) {
        ss_put_u64(b, p->status);
        ss_put_text(b, " method=");
    }
    ss_put_text(b, method_words[p->method]);
    put_number(b, " cseq=", p->cseq);
}

void sn_decision_put(ss_buffer *b, const sn_decision *d, const sn_cast *cast)
{
    const sn_point *p = &d->point;
    SS_ASSERT(d->kind < SN_DECISION_KINDS);
    ss_put_text(b, kind_words[d->kind]);
    ss_put_text(b, d->outcome < 0 ? " -" : " +");
    ss_put_u64(b, d->outcome < 0 ? 0 - (uint64_t)d->outcome : (uint64_t)d->outcome);
    put_place(b, d, cast);
    put_hash(b, " call=", p->call);
    put_message(b, p);
    put_number(b, " row=", p->row);
    put_number(b, " nth=", p->nth);
    put_number(b, " fragment=", p->fragment);
    put_number(b, " copy=", p->copy);
    ss_put_text(b, " at=");
    ss_put_u64(b, p->at / SS_S(1));
    ss_put_char(b, '.');
    const uint64_t rest = p->at % SS_S(1);
    for (uint64_t unit = SS_S(1) / 10; unit > 0; unit /= 10) {
        ss_put_char(b, (char)('0' + rest / unit % 10));
    }
    put_hash(b, " print=", p->print);
}

/* ---- reading ---- */

static ss_slice next_word(ss_slice *line)
{
    *line = ss_slice_trim(*line);
    const size_t end = ss_slice_find(*line, ' ');
    const ss_slice word = ss_slice_cut(*line, 0, end);
    *line = ss_slice_cut(*line, end, line->len);
    return word;
}

static bool read_hex(ss_slice s, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char c = ss_lower(s.at[i]);
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
            return false;
        }
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return s.len > 0 && s.len <= 16;
}

/* "name" or "name[i]": the stable id of the node. */
static bool read_node(ss_slice name, uint64_t *id)
{
    const size_t bracket = ss_slice_find(name, '[');
    uint64_t index = 0;
    if (bracket < name.len) {
        if (name.at[name.len - 1] != ']' || bracket + 2 > name.len - 1 ||
            ss_slice_to_u64(ss_slice_cut(name, bracket + 1, name.len - 1), UINT32_MAX, &index) !=
                SS_OK) {
            return false;
        }
    }
    *id = sn_name_id(ss_slice_cut(name, 0, bracket), (uint32_t)index);
    return bracket > 0;
}

static bool read_method(ss_slice word, uint8_t *method)
{
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++) {
        if (ss_slice_eq(word, ss_slice_from(method_words[i]))) {
            *method = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static bool read_sip(ss_slice word, sn_point *p)
{
    uint64_t status;
    p->is_sip = 1;
    if (ss_slice_to_u64(word, 699, &status) == SS_OK) {
        p->status = (uint16_t)status;
        return status >= 100;
    }
    return read_method(word, &p->method);
}

static bool read_at(ss_slice word, ss_time *at)
{
    uint64_t seconds, rest;
    const size_t point = ss_slice_find(word, '.');
    if (word.len - point != 10 ||
        ss_slice_to_u64(ss_slice_cut(word, 0, point), UINT64_MAX / SS_S(1) - 1, &seconds) !=
            SS_OK ||
        ss_slice_to_u64(ss_slice_cut(word, point + 1, word.len), SS_S(1) - 1, &rest) != SS_OK) {
        return false;
    }
    *at = SS_S(seconds) + rest;
    return true;
}

static bool read_number(ss_slice word, uint64_t max, uint64_t *value)
{
    return ss_slice_to_u64(word, max, value) == SS_OK;
}

/* Where: what kind of place, its id, and 1 (up) or 2 (down) for a direction. */
typedef struct place_words {
    enum place place; /* 0: none yet */
    uint64_t id;
    unsigned dir;
} place_words;

/* True when the word is one of a place's; *read says whether it is well formed. */
static bool read_place(ss_slice name, ss_slice value, place_words *w, bool *read)
{
    if (ss_slice_eq(name, SS_LIT("dir"))) {
        w->dir = ss_slice_eq(value, SS_LIT("up")) ? 1 : ss_slice_eq(value, SS_LIT("down")) ? 2 : 0;
        *read = w->dir != 0;
    } else if (ss_slice_eq(name, SS_LIT("calls"))) {
        w->place = PLACE_CALLS;
        w->id = ss_hash64(0, value);
        *read = value.len > 0;
    } else if (ss_slice_eq(name, SS_LIT("link")) || ss_slice_eq(name, SS_LIT("node"))) {
        w->place = name.at[0] == 'l' ? PLACE_LINK : PLACE_NODE;
        *read = read_node(value, &w->id);
    } else {
        return false;
    }
    return true;
}

/* One word=value of anything but the place. False when it is unknown or malformed. */
static bool read_field(ss_slice name, ss_slice value, sn_point *p)
{
    uint64_t number = 0;
    if (ss_slice_eq(name, SS_LIT("call"))) {
        return read_hex(value, &p->call);
    }
    if (ss_slice_eq(name, SS_LIT("print"))) {
        return read_hex(value, &p->print);
    }
    if (ss_slice_eq(name, SS_LIT("sip"))) {
        return read_sip(value, p);
    }
    if (ss_slice_eq(name, SS_LIT("method"))) {
        return read_method(value, &p->method);
    }
    if (ss_slice_eq(name, SS_LIT("at"))) {
        return read_at(value, &p->at);
    }
    if (ss_slice_eq(name, SS_LIT("fragment")) || ss_slice_eq(name, SS_LIT("copy"))) {
        const bool read = read_number(value, UINT16_MAX, &number);
        *(name.at[0] == 'f' ? &p->fragment : &p->copy) = (uint16_t)number;
        return read;
    }
    const bool read = read_number(value, UINT32_MAX, &number);
    uint32_t *into = ss_slice_eq(name, SS_LIT("cseq"))  ? &p->cseq
                     : ss_slice_eq(name, SS_LIT("row")) ? &p->row
                     : ss_slice_eq(name, SS_LIT("nth")) ? &p->nth
                                                        : NULL;
    if (into == NULL) {
        return false;
    }
    *into = (uint32_t)number;
    return read;
}

static bool read_kind(ss_slice word, uint32_t *kind)
{
    for (uint32_t i = 0; i < SN_DECISION_KINDS; i++) {
        if (ss_slice_eq(word, ss_slice_from(kind_words[i]))) {
            *kind = i;
            return true;
        }
    }
    return false;
}

/* "+37" or "-37". */
static bool read_outcome(ss_slice word, uint32_t kind, int64_t *outcome)
{
    uint64_t size;
    const bool is_negative = word.len > 0 && word.at[0] == '-';
    const uint64_t max = is_of_bits(kind) ? (uint64_t)INT64_MAX + is_negative : SN_SPAN_MAX;
    if (word.len < 2 || (word.at[0] != '+' && !is_negative) ||
        ss_slice_to_u64(ss_slice_cut(word, 1, word.len), max, &size) != SS_OK) {
        return false;
    }
    *outcome = (int64_t)(is_negative ? 0 - size : size);
    return true;
}

ss_status sn_decision_parse(ss_slice line, sn_decision *d)
{
    *d = (sn_decision){ 0 };
    place_words where = { 0 };
    if (!read_kind(next_word(&line), &d->kind) ||
        !read_outcome(next_word(&line), d->kind, &d->outcome)) {
        return SS_ERR_SYNTAX;
    }
    for (ss_slice word = next_word(&line); word.len > 0; word = next_word(&line)) {
        const size_t equals = ss_slice_find(word, '=');
        if (equals == word.len) {
            return SS_ERR_SYNTAX;
        }
        const ss_slice name = ss_slice_cut(word, 0, equals),
                       value = ss_slice_cut(word, equals + 1, word.len);
        bool read = false;
        if (!read_place(name, value, &where, &read)) {
            read = read_field(name, value, &d->point);
        }
        if (!read) {
            return SS_ERR_SYNTAX;
        }
    }
    if (where.place != kind_places[d->kind] || (where.place == PLACE_LINK) != (where.dir != 0)) {
        return SS_ERR_SYNTAX;
    }
    d->point.place = where.dir == 0 ? where.id : ss_mix_absorb(where.id, where.dir);
    return SS_OK;
}
