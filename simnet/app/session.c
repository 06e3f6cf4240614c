/* Sessions of user agents (RFC 3264): what each side of a call wants, what it said last, and the answers it gives. A call has
 * one for each dialog that brought a description, as each is an exchange of its own (RFC 3261 13.2.1); the first is the one
 * that the INVITE was about, and the others begin as copies of it. */
#include "app/ua.h"

#include <string.h>

#include "ss/sdp.h"

/* Clears what a call keeps of its INVITE's offer or answer. */
static void drop_text(sn_host *host, sn_session *s)
{
    if (s->text.ref != 0) {
        ss_store_give(sn_host_store(host), s->text.ref, s->text.len);
        s->text = (ss_blob){ 0 };
    }
}

bool sn_session_keep_text(sn_host *host, sn_session *s, ss_slice text)
{
    ss_store *store = sn_host_store(host);
    drop_text(host, s);
    const ss_ref ref = text.len == 0 ? 0 : ss_store_take(store, text.len);
    if (ref == 0) {
        if (text.len > 0) {
            sn_host_out_of_memory(host);
        }
        return text.len == 0;
    }
    memcpy(ss_store_at(store, ref), text.at, text.len);
    s->text = (ss_blob){ ref, (uint32_t)text.len };
    return true;
}

/* The numbers of a description come from the call and the host: RFC8866:5.2 asks that they be unique. The point is that
 * of an INVITE: a behaviour's choices about the same call have others. */
static uint64_t draw(sn_host *host, uint64_t call_id)
{
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    sn_point point = { .place = id,
                       .call = call_id,
                       .method = SS_METHOD_INVITE,
                       .is_sip = 1,
                       .at = sn_host_now(host),
                       .entity = sn_host_node(host),
                       .key = { id, call_id },
                       .key_words = 2 };
    sn_decide_at(sn_host_decisions(host), &point);
    return sn_decide_bits(sn_host_decisions(host), SN_DECISION_SESSION, &point);
}

void sn_session_begin(sn_host *host, sn_session *s, uint64_t call_id, unsigned kinds)
{
    const uint64_t drawn = draw(host, call_id);
    ss_session_start(&s->now, drawn >> 33, drawn >> 33, kinds);
    s->port = (uint16_t)(16384 + 2 * (drawn & 0x1fff));
    s->before = s->now;
}

/* RFC8866:5.2 a user name, which may be any, or "-". */
static ss_slice origin_of(const sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    const char *origin = plan->groups[plan->nodes[sn_host_node(host)].group].ua.origin;
    return origin == NULL ? SS_EMPTY : ss_slice_from(origin);
}

static ss_sdp_local local_of(const sn_host *host, const sn_session *s, ss_buffer *address)
{
    const ss_path path = sn_host_path(host);
    char text[64];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_host(&b, &path.local);
    const ss_slice literal = ss_buffer_slice(&b);
    const bool is_ipv6 = path.local.family == 6;
    ss_put_text(address, is_ipv6 ? "IP6 " : "IP4 ");
    ss_put(address, is_ipv6 ? ss_slice_cut(literal, 1, literal.len - 1)
                            : literal); /* no brackets: RFC8866:9 */
    return (ss_sdp_local){ .user = origin_of(host),
                           .address = ss_buffer_slice(address),
                           .port = s->port };
}

ss_slice sn_session_origin(sn_host *host, const sn_session *s)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    const ss_sdp_local local = local_of(host, s, &address);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_put(&b, local.user.len == 0 ? SS_LIT("-") : local.user);
    ss_put_char(&b, ' ');
    ss_put_u64(&b, s->now.id);
    ss_put_char(&b, ' ');
    ss_put_u64(&b, s->now.version);
    ss_put_text(&b, " IN ");
    ss_put(&b, local.address);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

ss_slice sn_session_offer(sn_host *host, sn_session *s)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    const ss_sdp_local local = local_of(host, s, &address);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_session_offer(&s->now, &local, &b);
    return ss_buffer_keep(sn_host_arena(host), &b);
}

/* RFC3261:14.2 who is asked for an offer says all that it is willing to have. */
ss_slice sn_session_offer_all(sn_host *host, sn_session *s)
{
    ss_session_add_all(&s->now);
    return sn_session_offer(host, s);
}

ss_status sn_session_answer(sn_host *host, sn_session *s, ss_slice body, ss_slice *answer)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    const ss_sdp_local local = local_of(host, s, &address);
    ss_arena *arena = sn_host_arena(host);
    const ss_session before = s->now;
    ss_sdp offer;
    ss_diag diag;
    const ss_status parsed = ss_sdp_parse(&offer, arena, body, &diag);
    if (parsed != SS_OK) {
        return parsed == SS_ERR_FULL ? parsed : SS_ERR_SEMANTIC;
    }
    ss_buffer b = ss_buffer_open(arena);
    const ss_status status = ss_session_answer(&s->now, &offer, &local, &b);
    *answer = ss_buffer_keep(arena, &b);
    if (status != SS_OK) {
        s->now = before; /* it was not said */
    } else {
        s->is_doubtful = false;
    }
    return status;
}

ss_slice sn_session_reject(sn_host *host, sn_session *s, ss_slice body)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    const ss_sdp_local local = local_of(host, s, &address);
    ss_arena *arena = sn_host_arena(host);
    ss_sdp offer;
    ss_diag diag;
    if (ss_sdp_parse(&offer, arena, body, &diag) != SS_OK) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(arena);
    ss_session_reject(&s->now, &offer, &local, &b);
    return ss_buffer_keep(arena, &b);
}

bool sn_session_take(sn_host *host, sn_session *s, ss_slice body)
{
    char text[64];
    ss_buffer address = ss_buffer_on(text, sizeof text);
    const ss_sdp_local local = local_of(host, s, &address);
    ss_sdp answer;
    ss_diag diag;
    s->is_offered = false;
    if (ss_sdp_parse(&answer, sn_host_arena(host), body, &diag) != SS_OK ||
        ss_session_take_answer(&s->now, &answer, &local) != SS_OK) {
        return false;
    }
    s->is_doubtful = false;
    return true;
}

/* ---- what both ends agree on ---- */

/* Bit 0 of a direction is what we send, bit 1 what we receive. */
static unsigned mirrored(unsigned direction)
{
    return (direction & 1u) << 1 | direction >> 1;
}

uint64_t sn_session_view(const sn_session *s)
{
    uint64_t ours = ss_mix_absorb(s->now.formats, s->now.lines), theirs = ours;
    if (s->is_offered || s->in_invite || s->is_doubtful || s->previewed != 0) {
        return 0;
    }
    for (unsigned i = 0; i < s->now.lines && i < SS_SESSION_STREAMS; i++) {
        const ss_stream *stream = &s->now.streams[i];
        const unsigned what = stream->is_on ? 1u + stream->kind : 0;
        const unsigned direction = stream->is_on ? stream->agreed : 0;
        ours = ss_mix_absorb(ours, what << 8 | direction);
        theirs = ss_mix_absorb(theirs, what << 8 | mirrored(direction));
    }
    return sn_session_fact(ours, theirs, s->now.versions);
}

/* ---- the sessions of a call ---- */

static sn_session *at(sn_host *host, ss_ref ref)
{
    return ss_store_at(sn_host_store(host), ref);
}

sn_session *sn_session_add(sn_host *host, sn_ua_call *call, uint32_t leg)
{
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(sn_session));
    if (ref == 0) {
        sn_host_out_of_memory(host);
        return NULL;
    }
    sn_session *s = at(host, ref);
    *s = (sn_session){ .leg = leg };
    ss_ref *link = &call->session;
    while (*link != 0) {
        link = &at(host, *link)->next;
    }
    *link = ref;
    return s;
}

/* RFC3261:13.2.1 each dialog of a fork has an exchange of its own about the one offer. */
sn_session *sn_session_of(sn_host *host, sn_ua_call *call, uint32_t leg)
{
    sn_session *first = call->session == 0 ? NULL : at(host, call->session);
    for (ss_ref ref = call->session; ref != 0; ref = at(host, ref)->next) {
        sn_session *s = at(host, ref);
        if (s->leg == leg || leg == 0) {
            return s;
        }
    }
    if (first == NULL || first->leg == 0) {
        if (first != NULL) {
            first->leg = leg;
        }
        return first;
    }
    sn_session *other = sn_session_add(host, call, leg);
    if (other != NULL) {
        other->now = other->before = first->before;
        other->port = first->port;
        other->is_offered = true;
    }
    return other;
}

static void drop(ss_store *store, ss_ref *link)
{
    const ss_ref ref = *link;
    const sn_session *s = ss_store_at(store, ref);
    *link = s->next;
    if (s->outer != 0) {
        ss_store_give(store, s->outer, sizeof(ss_session));
    }
    if (s->text.ref != 0) {
        ss_store_give(store, s->text.ref, s->text.len);
    }
    ss_store_give(store, ref, sizeof *s);
}

void sn_session_choose(sn_host *host, sn_ua_call *call, uint32_t leg)
{
    const sn_session *chosen = sn_session_of(host, call, leg);
    for (ss_ref *link = &call->session; chosen != NULL && *link != 0;) {
        if (at(host, *link) != chosen) {
            drop(sn_host_store(host), link);
        } else {
            link = &at(host, *link)->next;
        }
    }
}

void sn_session_drop_all(ss_store *store, sn_ua_call *call)
{
    while (call->session != 0) {
        drop(store, &call->session);
    }
}
