/* Which transaction a message belongs to: RFC 3261 17.1.3 for responses, 17.2.3 for requests.
 *
 * The key is a hash over what identifies the transaction, the side included and the method left out: a CANCEL has the key of
 * the request that it cancels, an ACK that of its INVITE, and the method is compared afterwards. Without the magic cookie
 * (RFC 2543) the key is the Request-URI, the tags, Call-ID, CSeq number and the whole top Via, compared byte for byte. */
#include "machine.h"

enum { HOST_BYTES_MAX = 255 }; /* RFC 1035 2.3.4; longer ones compare with case */

static const ss_key128 client_salt = { 0x636c69656e740001u, 0x636c69656e740002u };
static const ss_key128 server_salt = { 0x7365727665720001u, 0x7365727665720002u };
static const ss_key128 legacy_salt = { 0x6c65676163790001u, 0x6c65676163790002u };

static void absorb(ss_key128 *key, ss_slice bytes)
{
    const ss_key128 hash = ss_hash128(key->lo, bytes);
    *key = (ss_key128){ .lo = hash.lo, .hi = ss_mix_absorb(key->hi, hash.hi) };
}

static void absorb_number(ss_key128 *key, uint64_t number)
{
    key->lo = ss_mix_absorb(key->lo, number);
    key->hi = ss_mix_absorb(key->hi, number);
}

/* Host names compare without case (RFC 3261 7.3.1). */
static void absorb_host(ss_key128 *key, ss_slice host)
{
    char lower[HOST_BYTES_MAX];
    if (host.len > sizeof lower) {
        absorb(key, host);
        return;
    }
    for (size_t i = 0; i < host.len; i++) {
        lower[i] = ss_lower(host.at[i]);
    }
    absorb(key, (ss_slice){ lower, host.len });
}

/* A sent-by without a port means the default one (18.1.1); 0 stands for it, whatever the transport. */
static uint16_t sent_by_port(const ss_via *via)
{
    const bool is_tls = ss_slice_eq_nocase(via->transport, SS_LIT("TLS"));
    return via->port == (is_tls ? 5061 : 5060) ? 0 : via->port;
}

ss_key128 ss_txn_client_key(ss_slice branch)
{
    ss_key128 key = client_salt;
    absorb(&key, branch);
    return key;
}

static ss_slice from_tag(const ss_msg *msg)
{
    ss_name_addr from;
    return ss_msg_from(msg, &from) == SS_OK ? ss_name_addr_tag(&from) : SS_EMPTY;
}

static ss_slice to_tag(const ss_msg *msg)
{
    ss_name_addr to;
    return ss_msg_to(msg, &to) == SS_OK ? ss_name_addr_tag(&to) : SS_EMPTY;
}

static ss_key128 legacy_key(const ss_msg *request, const ss_via *via, ss_slice tag)
{
    ss_key128 key = legacy_salt;
    ss_cseq cseq;
    absorb(&key, request->request_uri);
    absorb(&key, tag);
    absorb(&key, from_tag(request));
    absorb(&key, ss_msg_call_id(request));
    absorb_number(&key, ss_msg_cseq(request, &cseq) == SS_OK ? cseq.number : 0);
    absorb(&key, via->whole);
    return key;
}

ss_key128 ss_txn_server_key(const ss_msg *request, const ss_via *via, ss_slice tag)
{
    if (!ss_via_has_cookie(via)) {
        return legacy_key(request, via, tag);
    }
    ss_key128 key = server_salt;
    absorb(&key, via->branch);
    absorb_host(&key, via->host);
    absorb_number(&key, sent_by_port(via));
    return key;
}

uint32_t ss_txn_method_hash(ss_slice name)
{
    return (uint32_t)ss_hash64(0, name);
}

/* ---- looking up ---- */

static ss_txn *txn_of(ss_table_link *link)
{
    return link == NULL ? NULL : SS_OWNER(link, ss_txn, link);
}

static ss_txn *first_of(const ss_core *core, ss_key128 key)
{
    return txn_of(ss_table_find(&core->pools->txns, &core->pools->store, core->engine, key));
}

static ss_txn *next_of(const ss_core *core, const ss_txn *t)
{
    return txn_of(ss_table_find_next(&core->pools->store, &t->link));
}

static ss_txn *find(const ss_core *core, ss_key128 key, ss_slice method_name)
{
    const ss_method method = ss_method_from(method_name);
    const uint32_t hash = ss_txn_method_hash(method_name);
    for (ss_txn *t = first_of(core, key); t != NULL; t = next_of(core, t)) {
        if (t->method == (uint8_t)method && t->method_hash == hash) {
            return t;
        }
    }
    return NULL;
}

/* RFC3261:17.1.3 branch of the top Via and method of CSeq. */
ss_txn *ss_txn_match_response(const ss_core *core, const ss_msg *response)
{
    ss_via via;
    if (ss_msg_top_via(response, &via) != SS_OK || via.branch.len == 0) {
        return NULL;
    }
    return find(core, ss_txn_client_key(via.branch), response->method_name);
}

/* RFC3261:17.2.3 the To tag of an ACK equals that of the response sent. */
static bool acknowledges(const ss_core *core, const ss_txn *t, ss_arena *arena, ss_slice tag)
{
    ss_arena scratch = *arena; /* what it takes is given back by forgetting it */
    ss_msg response;
    ss_diag diag;
    return ss_msg_parse(&response, &scratch, ss_txn_message(core, t), &diag) == SS_OK &&
           ss_slice_eq(to_tag(&response), tag);
}

/* An RFC 2543 ACK has the tag that our response gave, the INVITE perhaps had none. */
static ss_txn *find_acknowledged(const ss_core *core, ss_arena *arena, const ss_msg *ack,
                                 const ss_via *via)
{
    const ss_slice invite = ss_method_name(SS_METHOD_INVITE);
    const ss_slice tag = to_tag(ack);
    ss_txn *t = find(core, ss_txn_server_key(ack, via, tag), invite);
    if (t != NULL || ss_via_has_cookie(via) || tag.len == 0) {
        return t;
    }
    t = find(core, ss_txn_server_key(ack, via, SS_EMPTY), invite);
    return t == NULL || t->state == SS_TXN_CONFIRMED || acknowledges(core, t, arena, tag) ? t
                                                                                          : NULL;
}

ss_txn *ss_txn_match_request(const ss_core *core, ss_arena *arena, const ss_msg *request)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return NULL;
    }
    if (request->method == SS_METHOD_ACK) {
        return find_acknowledged(core, arena, request, &via);
    }
    return find(core, ss_txn_server_key(request, &via, to_tag(request)), request->method_name);
}

/* The one with this key that is a CANCEL's, or the one that is not. */
static const ss_txn *of_cancel_or_other(const ss_core *core, const ss_msg *request, bool is_cancel)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return NULL;
    }
    const ss_key128 key = ss_txn_server_key(request, &via, to_tag(request));
    const ss_txn *t = first_of(core, key);
    while (t != NULL && (t->method == SS_METHOD_CANCEL) != is_cancel) {
        t = next_of(core, t);
    }
    return t;
}

/* RFC3261:9.2 as if the method were anything but CANCEL or ACK. */
ss_ref ss_txn_find_cancelled(const ss_core *core, const ss_msg *cancel)
{
    const ss_txn *t = of_cancel_or_other(core, cancel, false);
    return t == NULL ? 0 : ss_txn_ref(core, t);
}

bool ss_txn_is_served(const ss_core *core, const ss_msg *request)
{
    return of_cancel_or_other(core, request, request->method == SS_METHOD_CANCEL) != NULL;
}
