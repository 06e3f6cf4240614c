/* The words of --pcap and --events, and the follower that knows which Call-IDs they mean: the first N, or those of one
 * call of the simulator. A packet belongs to the call of the datagram it carries.
 */
#include "sn/capture.h"

#include <stdlib.h>
#include <string.h>

#include "sn/capture_index.h"

/* ---- words ---- */

/* True with the rest of the text when it begins with the word. */
static bool after(ss_slice text, ss_slice word, ss_slice *rest)
{
    if (!ss_slice_starts(text, word)) {
        return false;
    }
    *rest = ss_slice_cut(text, word.len, text.len);
    return true;
}

static ss_status parse_count(ss_slice rest, sn_capture_filter *f, sn_capture_kind kind,
                             const char **why)
{
    f->kind = kind;
    if (ss_slice_to_u64(rest, UINT64_MAX, &f->count) != SS_OK || f->count == 0) {
        *why = "a whole number of at least 1 is wanted after the colon";
        return SS_ERR_SYNTAX;
    }
    return SS_OK;
}

static ss_status parse_call(ss_slice rest, sn_capture_filter *f, const char **why)
{
    f->kind = SN_CAPTURE_CALL;
    if (rest.len == 0) {
        *why = "a call is wanted after the colon: its number, as c17, or its Call-ID";
        return SS_ERR_SYNTAX;
    }
    const bool by_number = rest.at[0] == 'c' && ss_slice_to_u64(ss_slice_cut(rest, 1, rest.len),
                                                                UINT32_MAX, &f->count) == SS_OK;
    f->call_id = by_number ? 0 : ss_hash64(0, rest);
    return SS_OK;
}

static ss_status parse_node(ss_slice rest, sn_capture_filter *f, sn_capture_kind kind,
                            const char **why)
{
    f->kind = kind;
    if (rest.len == 0 || rest.len >= sizeof f->node) {
        *why = "the name of a node is wanted after the colon, as p1 or phone[17]";
        return SS_ERR_SYNTAX;
    }
    memcpy(f->node, rest.at, rest.len);
    f->node[rest.len] = '\0';
    return SS_OK;
}

/* Up to a comma, which is passed over; `more`: there is one, and another word is to come. */
static ss_slice next_word(ss_slice *rest, bool *more)
{
    const char *comma = rest->len == 0 ? NULL : memchr(rest->at, ',', rest->len);
    const size_t len = comma == NULL ? rest->len : (size_t)(comma - rest->at);
    const ss_slice word = ss_slice_cut(*rest, 0, len);
    *more = comma != NULL;
    *rest = ss_slice_cut(*rest, *more ? len + 1 : len, rest->len);
    return word;
}

static bool parse_limit(ss_slice word, sn_capture_filter *f)
{
    static const struct {
        const char *text;
        uint8_t at, directions; /* 0: it says nothing of it */
    } limits[] = { { "at:tx", SN_CAPTURE_TX, 0 },
                   { "at:rx", SN_CAPTURE_RX, 0 },
                   { "at:both", SN_CAPTURE_TX | SN_CAPTURE_RX, 0 },
                   { "dir:up", 0, 1 },
                   { "dir:down", 0, 2 } };
    for (size_t i = 0; i < SS_COUNT(limits); i++) {
        const bool is_again = limits[i].at != 0 ? f->at != 0 : f->directions != 0;
        if (ss_slice_eq(word, ss_slice_from(limits[i].text))) {
            f->at |= limits[i].at;
            f->directions |= limits[i].directions;
            return !is_again;
        }
    }
    return false;
}

/* The link that leads up from a node: its name is the node's. */
static ss_status parse_link(ss_slice rest, sn_capture_filter *f, const char **why)
{
    bool more;
    const ss_status status = parse_node(next_word(&rest, &more), f, SN_CAPTURE_LINK, why);
    if (status != SS_OK) {
        return status;
    }
    while (more) {
        if (!parse_limit(next_word(&rest, &more), f)) {
            *why = "behind the link may stand at:tx, at:rx or at:both, and dir:up or dir:down";
            return SS_ERR_SYNTAX;
        }
    }
    f->at = f->at == 0 ? SN_CAPTURE_TX : f->at;
    f->directions = f->directions == 0 ? 3 : f->directions;
    return SS_OK;
}

ss_status sn_capture_filter_parse(ss_slice text, sn_capture_filter *filter, const char **why)
{
    *filter = (sn_capture_filter){ 0 };
    ss_slice rest = SS_EMPTY;
    if (ss_slice_eq(text, SS_LIT("off")) || ss_slice_eq(text, SS_LIT("all"))) {
        filter->kind = text.at[0] == 'o' ? SN_CAPTURE_OFF : SN_CAPTURE_ALL;
        return SS_OK;
    }
    if (after(text, SS_LIT("first:"), &rest)) {
        return parse_count(rest, filter, SN_CAPTURE_FIRST, why);
    }
    if (after(text, SS_LIT("calls:"), &rest)) {
        return parse_count(rest, filter, SN_CAPTURE_CALLS, why);
    }
    if (after(text, SS_LIT("call:"), &rest)) {
        return parse_call(rest, filter, why);
    }
    if (after(text, SS_LIT("node:"), &rest)) {
        return parse_node(rest, filter, SN_CAPTURE_NODE, why);
    }
    if (after(text, SS_LIT("link:"), &rest)) {
        return parse_link(rest, filter, why);
    }
    *why = "not one of off, all, first:N, calls:N, call:ID, node:NAME, link:NAME";
    return SS_ERR_SYNTAX;
}

uint32_t sn_capture_node(const sn_cast *cast, const char *name)
{
    for (uint32_t i = 0; i < cast->node_count; i++) {
        if (strcmp(cast->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return SN_NOBODY;
}

bool sn_capture_is_place(const sn_capture_filter *filter, uint32_t node, const sn_fact *fact)
{
    if (filter->kind != SN_CAPTURE_LINK) {
        return fact->kind == SN_FACT_PACKET;
    }
    const bool is_end = (fact->kind == SN_FACT_LINK_SENT && (filter->at & SN_CAPTURE_TX) != 0) ||
                        (fact->kind == SN_FACT_LINK_ARRIVED && (filter->at & SN_CAPTURE_RX) != 0);
    return is_end && fact->entity / 2 == node &&
           (filter->directions & 1u << (fact->entity & 1)) != 0;
}

/* ---- following the calls ----
 * Which call a datagram belongs to is remembered for the last RECENT datagrams; one that is still under way after so
 * many others is not found again. */

enum { RECENT = 1 << 16 };

typedef struct recent {
    uint64_t datagram; /* key of the index; 0 before its first use */
    uint64_t call_id;
} recent;

struct sn_selection {
    sn_capture_filter filter;
    sn_index chosen;      /* Call-IDs */
    sn_index by_datagram; /* place in the ring */
    recent ring[RECENT];
    uint32_t next;
};

sn_selection *sn_selection_new(const sn_capture_filter *filter)
{
    sn_selection *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->filter = *filter;
    if (filter->kind == SN_CAPTURE_CALL && filter->call_id != 0 &&
        !sn_index_put(&s->chosen, filter->call_id, 1)) {
        sn_selection_free(s);
        return NULL;
    }
    return s;
}

void sn_selection_free(sn_selection *s)
{
    if (s != NULL) {
        sn_index_free(&s->chosen);
        sn_index_free(&s->by_datagram);
        free(s);
    }
}

static bool chooses_by_call(const sn_selection *s)
{
    return s->filter.kind == SN_CAPTURE_CALLS || s->filter.kind == SN_CAPTURE_CALL;
}

static void choose(sn_selection *s, uint64_t call_id)
{
    if (call_id == 0 || sn_index_get(&s->chosen, call_id) != SN_NOBODY) {
        return;
    }
    if (s->filter.kind == SN_CAPTURE_CALLS && s->chosen.count >= s->filter.count) {
        return;
    }
    (void)!sn_index_put(&s->chosen, call_id, 1); /* without memory the call is not chosen */
}

static void remember(sn_selection *s, const sn_fact *fact)
{
    recent *r = &s->ring[s->next];
    if (r->datagram != 0) {
        sn_index_remove(&s->by_datagram, r->datagram);
    }
    const sn_packet_id message = sn_fact_message(fact);
    *r = (recent){ sn_index_datagram(&message), fact->sip.call_id };
    if (!sn_index_put(&s->by_datagram, r->datagram, s->next)) {
        r->datagram = 0;
    }
    s->next = (s->next + 1) % RECENT;
}

/* Of a filter that goes by calls. */
static void learn(sn_selection *s, const sn_fact *fact)
{
    const bool first_ones = s->filter.kind == SN_CAPTURE_CALLS;
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_STREAM_SENT:
        remember(s, fact);
        if (first_ones && fact->sip.method == SS_METHOD_INVITE) {
            choose(s, fact->sip.call_id);
        }
        break;
    case SN_FACT_NOTE:
        if (first_ones && fact->note.method == SS_METHOD_INVITE) {
            choose(s, fact->note.call_id);
        }
        break;
    case SN_FACT_CALL:
        if (first_ones || (s->filter.call_id == 0 && fact->call.number == s->filter.count)) {
            choose(s, fact->call.call_id);
        }
        break;
    default:
        break;
    }
}

void sn_selection_fact(sn_selection *s, const sn_fact *fact)
{
    if (chooses_by_call(s)) {
        learn(s, fact);
    }
}

uint64_t sn_selection_call_of(const sn_selection *s, const sn_fact *fact)
{
    switch (fact->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_DATAGRAM_RECEIVED:
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
    case SN_FACT_SERVED:
    case SN_FACT_ICMP_SENT:
    case SN_FACT_ICMP_RECEIVED:
        return fact->sip.call_id;
    case SN_FACT_CONNECTION:
        return fact->connection.call_id;
    case SN_FACT_NOTE:
        return fact->note.call_id;
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        return fact->call.call_id;
    case SN_FACT_LEFT:
    case SN_FACT_END:
        return 0;
    case SN_FACT_PACKET:
        if (fact->sip.call_id != 0) {
            return fact->sip.call_id;
        }
        break;
    default:
        break;
    }
    const uint32_t at = sn_index_get(&s->by_datagram, sn_index_datagram(&fact->packet));
    return at == SN_NOBODY ? 0 : s->ring[at].call_id;
}

bool sn_selection_takes_call(const sn_selection *s, uint64_t call_id)
{
    return !chooses_by_call(s) || (call_id != 0 && sn_index_get(&s->chosen, call_id) != SN_NOBODY);
}
