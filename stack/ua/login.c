/* Credentials of a user agent (RFC 3261 22.1 to 22.3, RFC 7616 3.6, RFC 8760 2.4): a challenge is taken in as a login, a nonce from
 * which credentials are made for this request and for later ones, until it is challenged again.
 *
 * Credentials go toward their realm and nowhere else: into requests whose next hop is a host of theirs (for a proxy), into a
 * REGISTER to one, or to a user that challenged before, if that is allowed at all. A peer elsewhere that names the realm gets
 * nothing. Invariant: a login's count has been sent with its nonce, and no count twice. */
#include "changes.h"
#include "events.h"

#include <string.h>

enum {
    LOGINS_MAX = 8,  /* of a user agent; the oldest gives way */
    LINES_MAX = 16,  /* challenges looked at, of one field */
    TEXT_MAX = 1024, /* of nonce and opaque: more is nothing to keep */
    CNONCE_BYTES = 16
};

typedef struct login {
    ss_ref next;
    uint16_t credential; /* of the identity's */
    uint16_t nonce_len;  /* in `text`; the rest is opaque */
    bool is_proxy, has_opaque;
    uint8_t algorithm, qop;
    uint32_t nc; /* of the last credentials */
    uint64_t to; /* not of a proxy: whom they are for */
    ss_blob text;
    ss_digest_hex ha1; /* of the credential, by the algorithm's hash */
    uint8_t ha1_hash;
    char cnonce[CNONCE_BYTES];
} login;

/* NULL: nothing to log in with. */
static const ss_ua_auth *auth_of(const ss_visit *v)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    return profile == NULL ? NULL : profile->auth;
}

static login *login_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

static const ss_credential *credential_of(const ss_visit *v, const login *l)
{
    return &auth_of(v)->credentials[l->credential];
}

/* ---- toward whom ---- */

/** What of a request decides who sees its credentials. */
typedef struct direction {
    ss_slice next_hop; /* host */
    ss_slice host;     /* of the Request-URI */
    uint64_t to;       /* the URI of To */
    bool is_register;
    uint16_t
        chosen; /* the credential, from 1, that a call has for its realm; 0: none in particular */
} direction;

static bool has_host(const ss_credential *c, ss_slice host)
{
    for (uint16_t i = 0; i < c->host_count; i++) {
        if (ss_slice_eq_nocase(c->hosts[i], host)) {
            return true;
        }
    }
    return false;
}

/* RFC3261:22.3 a proxy that we send to by ourselves; RFC3261:22.2 a registrar; another user only by consent. */
static bool is_allowed(const ss_credential *c, const direction *d, bool is_proxy)
{
    if (is_proxy) {
        return has_host(c, d->next_hop);
    }
    return has_host(c, d->host) && (d->is_register || c->for_users);
}

/* In a dialog of a call, whoever asked for it; 0: it is in none. */
static uint16_t chosen_in_dialog(const ss_visit *v, const ss_msg *request)
{
    const ss_slice remote_tag = ss_name_addr_tag(&request->to);
    const ss_ref ref =
        remote_tag.len == 0
            ? 0
            : ss_dialog_find(v->core, ss_dialog_key(ss_msg_call_id(request),
                                                    ss_name_addr_tag(&request->from), remote_tag));
    const ss_dialog *dialog = ref == 0 ? NULL : ss_dialog_at(v->core, ref);
    return dialog == NULL || dialog->owner_kind != SS_DIALOG_OF_LEG
               ? 0
               : ss_call_at(v->core, ss_leg_at(v->core, dialog->owner)->call)->credential;
}

/* What the call that a request is of says as whom: an INVITE that makes one, and all that is sent in a dialog of it. */
static uint16_t chosen_for(const ss_visit *v, ss_errand errand, const ss_msg *request)
{
    switch (errand.kind) {
    case SS_ERRAND_INVITE:
        return ss_call_at(v->core, errand.who)->credential;
    case SS_ERRAND_BYE:
        return ss_call_at(v->core, ss_leg_at(v->core, errand.who)->call)->credential;
    case SS_ERRAND_ASKED: {
        const ss_leg *leg = ss_leg_at(v->core, ss_asked_at(v->core, errand.who)->leg);
        return ss_call_at(v->core, leg->call)->credential;
    }
    default:
        return chosen_in_dialog(v, request);
    }
}

static direction direction_of(const ss_visit *v, ss_errand errand, const ss_msg *request,
                              ss_slice next_hop)
{
    return (direction){ .next_hop = next_hop,
                        .host = request->target.host,
                        .to = ss_hash64(0, request->to.uri),
                        .is_register = request->method == SS_METHOD_REGISTER,
                        .chosen = chosen_for(v, errand, request) };
}

/* ---- the list ---- */

static void free_login(const ss_visit *v, ss_ref *link)
{
    const ss_ref ref = *link;
    login *l = login_at(v, ref);
    *link = l->next;
    ss_core_drop(v->core, &l->text);
    memset(l, 0, sizeof *l); /* it held a secret */
    ss_core_give(v->core, ref, sizeof *l);
}

void ss_ua_forget_logins(const ss_visit *v)
{
    while (v->ua->first_login != 0) {
        free_login(v, &v->ua->first_login);
    }
}

size_t ss_ua_login_bytes(const ss_ua *ua, const ss_core *core)
{
    size_t bytes = 0;
    for (ss_ref at = ua->first_login; at != 0;) {
        const login *l = ss_store_at(&core->pools->store, at);
        bytes +=
            ss_store_rounded(sizeof *l) + (l->text.len == 0 ? 0 : ss_store_rounded(l->text.len));
        at = l->next;
    }
    return bytes;
}

static bool is_same(const login *l, uint16_t credential, bool is_proxy, uint64_t to)
{
    return l->credential == credential && l->is_proxy == is_proxy && (is_proxy || l->to == to);
}

/* The login of a realm, new when there was none; NULL at the quota. */
static login *need_login(const ss_visit *v, uint16_t credential, bool is_proxy, uint64_t to)
{
    ss_ref *end = &v->ua->first_login;
    unsigned count = 0;
    for (; *end != 0; end = &login_at(v, *end)->next, count++) {
        if (is_same(login_at(v, *end), credential, is_proxy, to)) {
            return login_at(v, *end);
        }
    }
    const ss_ref ref = ss_core_take(v->core, sizeof(login));
    if (ref == 0) {
        return NULL;
    }
    *end = ref;
    login *l = login_at(v, ref);
    *l = (login){
        .credential = credential, .is_proxy = is_proxy, .to = to, .ha1_hash = SS_HASH_COUNT
    };
    if (count >= LOGINS_MAX) {
        free_login(v, &v->ua->first_login);
    }
    return l;
}

/* ---- making credentials ---- */

/* HA1 is of the password and the hash alone: computed when the hash changes. */
static void need_ha1(const ss_visit *v, login *l)
{
    const ss_credential *c = credential_of(v, l);
    const ss_hash hash = ss_algorithm_hash((ss_algorithm)l->algorithm);
    if (l->ha1_hash != hash) {
        l->ha1 = ss_digest_ha1(auth_of(v)->crypto, hash, c->username, c->realm, c->password);
        l->ha1_hash = (uint8_t)hash;
    }
}

static void put_cnonce(const ss_visit *v, login *l)
{
    ss_buffer b = ss_buffer_on(l->cnonce, sizeof l->cnonce);
    ss_put_hex(&b, ss_entropy_next(&v->core->entropy), CNONCE_BYTES);
}

static bool set_text(const ss_visit *v, login *l, ss_slice nonce, ss_slice opaque)
{
    ss_blob text;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, nonce);
    ss_put(&b, opaque);
    const ss_slice both = ss_buffer_keep(v->turn->arena, &b);
    if (nonce.len == 0 || both.len == 0 || both.len > TEXT_MAX ||
        ss_core_keep(v->core, both, &text) != SS_OK) {
        return false;
    }
    ss_core_drop(v->core, &l->text);
    l->text = text;
    l->nonce_len = (uint16_t)nonce.len;
    l->has_opaque = opaque.at != NULL;
    l->nc = 0;
    return true;
}

/* Everything but the response. RFC7616:3.4 RFC3261:22.4 qop whenever the challenge had it. */
static ss_credentials blank(const ss_visit *v, login *l, ss_slice uri, char nc[8])
{
    const ss_credential *c = credential_of(v, l);
    const ss_slice text = ss_blob_slice(&v->core->pools->store, l->text);
    ss_credentials out = { .username = c->username,
                           .realm = c->realm,
                           .nonce = ss_slice_cut(text, 0, l->nonce_len),
                           .uri = uri,
                           .algorithm = (ss_algorithm)l->algorithm,
                           .algorithm_name = ss_algorithm_name((ss_algorithm)l->algorithm),
                           .qop = (ss_qop)l->qop };
    if (l->has_opaque) {
        out.opaque = ss_slice_cut(text, l->nonce_len, text.len);
    }
    if (out.qop != SS_QOP_NONE) {
        ss_buffer b = ss_buffer_on(nc, 8);
        ss_put_hex(&b, l->nc, 8);
        out.nc_text = ss_buffer_slice(&b);
        out.nc = l->nc;
        out.cnonce = (ss_slice){ l->cnonce, sizeof l->cnonce };
    }
    return out;
}

/* RFC7616:3.4 The count grows with each request that has the nonce. */
static ss_slice make_credentials(const ss_visit *v, login *l, const ss_msg *request)
{
    char nc[8];
    const ss_digest_request what = { .method = request->method_name, .body = request->body };
    l->nc++;
    need_ha1(v, l);
    ss_credentials c = blank(v, l, request->request_uri, nc);
    const ss_digest_hex response =
        ss_digest_response(auth_of(v)->crypto, &c, ss_digest_hex_slice(&l->ha1), &what);
    c.response = ss_digest_hex_slice(&response);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_credentials(&b, &c);
    return ss_buffer_keep(v->turn->arena, &b);
}

static ss_hdr field_of(const login *l)
{
    return l->is_proxy ? SS_HDR_PROXY_AUTHORIZATION : SS_HDR_AUTHORIZATION;
}

/* The one of a realm: what the call says, else the first. */
static bool find_credential(const ss_ua_auth *auth, ss_slice realm, uint16_t chosen,
                            uint16_t *index)
{
    if (chosen != 0 && chosen <= auth->credential_count &&
        ss_slice_eq(auth->credentials[chosen - 1u].realm, realm)) {
        *index = (uint16_t)(chosen - 1u);
        return true;
    }
    for (uint16_t i = 0; i < auth->credential_count; i++) {
        if (ss_slice_eq(auth->credentials[i].realm, realm)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool is_wanted(const ss_visit *v, const login *l, const direction *d)
{
    uint16_t index;
    return find_credential(auth_of(v), credential_of(v, l)->realm, d->chosen, &index) &&
           index == l->credential && l->text.len > 0 && l->nc < UINT32_MAX &&
           (l->is_proxy || l->to == d->to) && is_allowed(credential_of(v, l), d, l->is_proxy);
}

/* The header lines of all that are wanted, in the arena. */
static ss_status make_lines(const ss_visit *v, const ss_msg *request, const direction *d,
                            ss_slice *lines)
{
    ss_slice values[LOGINS_MAX];
    ss_hdr fields[LOGINS_MAX];
    size_t count = 0;
    for (ss_ref at = v->ua->first_login; at != 0; at = login_at(v, at)->next) {
        login *l = login_at(v, at);
        if (!is_wanted(v, l, d)) {
            continue;
        }
        SS_ASSERT(count < LOGINS_MAX);
        fields[count] = field_of(l);
        values[count] = make_credentials(v, l, request);
        if (values[count++].len == 0) {
            return SS_ERR_FULL;
        }
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 0; i < count; i++) {
        ss_put_header(&b, fields[i], values[i]);
    }
    *lines = ss_buffer_keep(v->turn->arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

ss_status ss_ua_log_in(const ss_visit *v, ss_errand errand, ss_slice next_hop, ss_slice *bytes,
                       ss_slice *lines)
{
    ss_diag diag;
    *lines = SS_EMPTY;
    if (v->ua->first_login == 0) {
        return SS_OK;
    }
    ss_msg *request = SS_ARENA_NEW(v->turn->arena, ss_msg);
    if (request == NULL || ss_msg_parse(request, v->turn->arena, *bytes, &diag) != SS_OK) {
        return SS_ERR_FULL; /* we printed it: it is the arena */
    }
    const direction d = direction_of(v, errand, request, next_hop);
    const ss_status status = make_lines(v, request, &d, lines);
    if (status != SS_OK || lines->len == 0) {
        return status;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, ss_slice_cut(*bytes, 0, request->headers_end));
    ss_put(&b, *lines);
    ss_put(&b, ss_slice_cut(*bytes, request->headers_end, bytes->len));
    *bytes = ss_buffer_keep(v->turn->arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

/* ---- challenges ---- */

typedef enum step {
    STEP_NONE,    /* nothing for us in it */
    STEP_TAKEN,   /* credentials can be made */
    STEP_HOPELESS /* what we have was refused: no more tries */
} step;

/** The challenges of one field that could be read, in order. */
typedef struct challenges {
    ss_challenge list[LINES_MAX];
    unsigned count;
    bool is_proxy;
} challenges;

/* RFC8760:2.4 Those that are not understood are ignored: another scheme, an algorithm or every qop unknown. */
static void read_challenges(const ss_visit *v, const ss_msg *response, ss_hdr field,
                            challenges *out)
{
    out->is_proxy = field == SS_HDR_PROXY_AUTHENTICATE;
    out->count = 0;
    for (unsigned nth = 0; nth < LINES_MAX; nth++) {
        const ss_slice value = ss_msg_value(response, field, nth);
        ss_challenge *c = &out->list[out->count];
        if (value.at == NULL) {
            return;
        }
        if (ss_challenge_parse(value, v->turn->arena, c) == SS_OK &&
            c->algorithm != SS_ALGORITHM_UNKNOWN && (!c->has_qop || c->offers != 0) &&
            (c->has_qop || !ss_algorithm_is_session(c->algorithm))) {
            out->count++;
        }
    }
}

static bool is_stronger(const ss_challenge *a, const ss_challenge *b)
{
    return ss_algorithm_hash(a->algorithm) > ss_algorithm_hash(b->algorithm);
}

/* RFC8760:2.4 The topmost of the realm that will do, or the strongest; NULL when the policy wants better than all of them. */
static const ss_challenge *choose(const ss_ua_auth *auth, const challenges *all, ss_slice realm)
{
    const ss_challenge *best = NULL;
    for (unsigned i = 0; i < all->count; i++) {
        const ss_challenge *c = &all->list[i];
        if (!ss_slice_eq(c->realm, realm) || ss_algorithm_hash(c->algorithm) < auth->minimum) {
            continue;
        }
        if (best == NULL || (auth->prefers_strongest && is_stronger(c, best))) {
            best = c;
        }
    }
    return best;
}

/* RFC3261:22.1 The credentials of the realm that the request had, refused now. SS_NONE: it had none. */
static ss_status tried(const ss_visit *v, const ss_msg *request, ss_hdr field, ss_slice realm,
                       ss_credentials *out)
{
    for (unsigned nth = 0; nth < LOGINS_MAX; nth++) {
        const ss_slice value = ss_msg_value(request, field, nth);
        if (value.at == NULL) {
            break;
        }
        if (ss_credentials_parse(value, v->turn->arena, out) == SS_OK &&
            ss_slice_eq(out->realm, realm)) {
            return SS_OK;
        }
    }
    return SS_NONE;
}

static bool take_in(const ss_visit *v, uint16_t credential, const challenges *all,
                    const ss_challenge *c, uint64_t to)
{
    login *l = need_login(v, credential, all->is_proxy, to);
    if (l == NULL || !set_text(v, l, c->nonce, c->opaque)) {
        return false;
    }
    l->algorithm = (uint8_t)c->algorithm;
    l->qop = SS_QOP_NONE;
    if (c->has_qop) {
        l->qop = (c->offers & SS_OFFERS_AUTH) != 0 ? SS_QOP_AUTH : SS_QOP_AUTH_INT;
    }
    put_cnonce(v, l);
    return true;
}

static void note(const ss_visit *v, const ss_msg *response, ss_auth_outcome outcome)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_AUTH,
                                      .from = (uint8_t)outcome,
                                      .letter = SS_LETTER_COUNT,
                                      .method = (uint8_t)response->method,
                                      .status = (uint16_t)response->status,
                                      .call_id = ss_hash64(0, ss_msg_call_id(response)) });
}

/* Whether credentials of a realm can and may be sent again. RFC3261:22.1 not those that were just rejected, unless the nonce alone
 * was old; and a new nonce is one that differs. */
static ss_auth_outcome judge_challenge(const ss_visit *v, const ss_msg *request, const direction *d,
                                       const challenges *all, const ss_challenge *c,
                                       uint16_t credential)
{
    const ss_ua_auth *auth = auth_of(v);
    ss_credentials before;
    if (!is_allowed(&auth->credentials[credential], d, all->is_proxy)) {
        return SS_AUTH_ELSEWHERE;
    }
    if (c == NULL) {
        return SS_AUTH_TOO_WEAK;
    }
    const ss_hdr field = all->is_proxy ? SS_HDR_PROXY_AUTHORIZATION : SS_HDR_AUTHORIZATION;
    if (tried(v, request, field, c->realm, &before) == SS_OK &&
        (!c->is_stale || ss_slice_eq(before.nonce, c->nonce))) {
        return SS_AUTH_REJECTED;
    }
    return SS_AUTH_ANSWERED;
}

static step answer_realm(const ss_visit *v, const ss_msg *response, const ss_repeat *repeat,
                         const direction *d, const challenges *all, ss_slice realm)
{
    const ss_ua_auth *auth = auth_of(v);
    uint16_t credential = 0;
    if (!find_credential(auth, realm, d->chosen, &credential)) {
        note(v, response, SS_AUTH_NO_CREDENTIAL);
        return STEP_NONE;
    }
    const ss_challenge *c = choose(auth, all, realm);
    ss_auth_outcome outcome = judge_challenge(v, &repeat->request, d, all, c, credential);
    if (outcome == SS_AUTH_ANSWERED && !take_in(v, credential, all, c, d->to)) {
        outcome = SS_AUTH_NO_ROOM;
    }
    note(v, response, outcome);
    if (outcome == SS_AUTH_REJECTED || outcome == SS_AUTH_TOO_WEAK) {
        return STEP_HOPELESS;
    }
    return outcome == SS_AUTH_ANSWERED ? STEP_TAKEN : STEP_NONE;
}

static bool is_first_of_realm(const challenges *all, unsigned at)
{
    for (unsigned i = 0; i < at; i++) {
        if (ss_slice_eq(all->list[i].realm, all->list[at].realm)) {
            return false;
        }
    }
    return true;
}

static step answer_field(const ss_visit *v, const ss_msg *response, const ss_repeat *repeat,
                         const direction *d, ss_hdr field)
{
    challenges *all = SS_ARENA_NEW(v->turn->arena, challenges);
    step best = STEP_NONE;
    if (all == NULL) {
        return STEP_NONE;
    }
    read_challenges(v, response, field, all);
    for (unsigned i = 0; i < all->count; i++) {
        if (is_first_of_realm(all, i)) {
            const step s = answer_realm(v, response, repeat, d, all, all->list[i].realm);
            best = s > best ? s : best;
        }
    }
    return best;
}

/* RFC3261:22.2 RFC3261:22.3 A forking proxy may have put challenges of both kinds into one response. */
bool ss_ua_answer_challenge(const ss_visit *v, const ss_msg *response, ss_repeat *repeat)
{
    if (auth_of(v) == NULL) {
        return false;
    }
    ss_hop hop;
    const direction d =
        direction_of(v, repeat->errand, &repeat->request,
                     ss_transport_hop(ss_ua_next_hop(repeat), &hop) == SS_OK ? hop.host : SS_EMPTY);
    const step user = answer_field(v, response, repeat, &d, SS_HDR_WWW_AUTHENTICATE);
    const step proxy = answer_field(v, response, repeat, &d, SS_HDR_PROXY_AUTHENTICATE);
    return user != STEP_HOPELESS && proxy != STEP_HOPELESS &&
           (user == STEP_TAKEN || proxy == STEP_TAKEN);
}

/* ---- Authentication-Info ---- */

static login *login_with(const ss_visit *v, ss_slice nonce)
{
    for (ss_ref at = v->ua->first_login; at != 0; at = login_at(v, at)->next) {
        login *l = login_at(v, at);
        const ss_slice text = ss_blob_slice(&v->core->pools->store, l->text);
        if (!l->is_proxy && ss_slice_eq(ss_slice_cut(text, 0, l->nonce_len), nonce)) {
            return l;
        }
    }
    return NULL;
}

/* HA1 of the credential that a request was sent with: its login may have another nonce by now. */
static bool find_ha1(const ss_visit *v, const login *l, const ss_credentials *sent,
                     ss_digest_hex *ha1)
{
    const ss_ua_auth *auth = auth_of(v);
    if (l != NULL) {
        *ha1 = l->ha1;
        return true;
    }
    for (uint16_t i = 0; i < auth->credential_count; i++) {
        const ss_credential *c = &auth->credentials[i];
        if (ss_slice_eq(c->realm, sent->realm) && ss_slice_eq(c->username, sent->username) &&
            sent->algorithm != SS_ALGORITHM_UNKNOWN) {
            *ha1 = ss_digest_ha1(auth->crypto, ss_algorithm_hash(sent->algorithm), c->username,
                                 c->realm, c->password);
            return true;
        }
    }
    return false;
}

/** What a response below 300 says of who sent it. */
typedef enum proof { PROOF_NONE, PROOF_WRONG, PROOF_RIGHT } proof;

/* RFC7616:3.5 The server shows that it knows the secret too; what it says with a wrong proof counts for nothing. */
static proof proof_of(const ss_visit *v, const login *l, const ss_credentials *sent,
                      const ss_authentication_info *info, const ss_msg *response)
{
    ss_digest_hex ha1;
    if (info->rspauth.at == NULL || !find_ha1(v, l, sent, &ha1)) {
        return PROOF_NONE;
    }
    const ss_digest_request what = { .method = SS_EMPTY, .body = response->body };
    const ss_digest_hex right =
        ss_digest_response(auth_of(v)->crypto, sent, ss_digest_hex_slice(&ha1), &what);
    const bool is_right = info->qop == sent->qop && info->nc == sent->nc &&
                          ss_slice_eq(info->cnonce, sent->cnonce) &&
                          ss_secret_eq(info->rspauth, ss_digest_hex_slice(&right));
    return is_right ? PROOF_RIGHT : PROOF_WRONG;
}

/* RFC7616:3.5 The next request takes the next nonce; without room the old one serves on. */
static void take_next_nonce(const ss_visit *v, login *l, ss_slice nonce)
{
    const ss_slice text = ss_blob_slice(&v->core->pools->store, l->text);
    const ss_slice opaque = l->has_opaque ? ss_slice_cut(text, l->nonce_len, text.len) : SS_EMPTY;
    (void)set_text(v, l, nonce, opaque);
}

static proof read_info(const ss_visit *v, const ss_credentials *sent, const ss_msg *response)
{
    ss_authentication_info info;
    const ss_slice value = ss_msg_value(response, SS_HDR_AUTHENTICATION_INFO, 0);
    if (ss_authentication_info_parse(value, v->turn->arena, &info) != SS_OK) {
        return PROOF_NONE;
    }
    login *l = login_with(v, sent->nonce);
    const proof p = proof_of(v, l, sent, &info, response);
    if (p != PROOF_WRONG && l != NULL && info.nextnonce.len > 0 &&
        (p == PROOF_RIGHT || !auth_of(v)->wants_proof)) {
        take_next_nonce(v, l, info.nextnonce);
    }
    return p;
}

/* A registrar of ours that asks for nothing is none: whoever has stolen its name cannot ask. */
static bool is_to_be_proved(const ss_visit *v, const ss_msg *request, bool has_credentials)
{
    const ss_ua_auth *auth = auth_of(v);
    if (!auth->wants_proof) {
        return false;
    }
    for (uint16_t i = 0; i < auth->credential_count && request->method == SS_METHOD_REGISTER; i++) {
        if (has_host(&auth->credentials[i], request->target.host)) {
            return true;
        }
    }
    return has_credentials;
}

bool ss_ua_wants_proof(const ss_visit *v)
{
    return auth_of(v) != NULL && auth_of(v)->wants_proof;
}

/* A copy of an INVITE's 2xx, whose request is gone: when the first found no room, this one proves nothing. */
static bool is_beyond_proof(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    const bool is_2xx_of_invite = response->method == SS_METHOD_INVITE && response->status >= 200;
    const bool had_credentials =
        up->owner.kind == SS_OWNER_CALL    ? ss_call_at(v->core, up->owner.ref)->kept.len > 0
        : up->owner.kind == SS_OWNER_ASKED ? ss_asked_at(v->core, up->owner.ref)->kept.len > 0
                                           : false;
    return ss_ua_wants_proof(v) && is_2xx_of_invite && had_credentials;
}

bool ss_ua_logged_in(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    ss_diag diag;
    ss_credentials sent;
    const ss_ua_auth *auth = auth_of(v);
    if (auth == NULL || (v->ua->first_login == 0 && !auth->wants_proof)) {
        return true;
    }
    if (up->sent == NULL) {
        return !is_beyond_proof(v, up, response);
    }
    ss_msg *request = SS_ARENA_NEW(v->turn->arena, ss_msg);
    if (request == NULL || ss_msg_parse(request, v->turn->arena, up->sent->bytes, &diag) != SS_OK) {
        return !auth->wants_proof; /* we printed it: it is the arena */
    }
    const bool has_credentials =
        ss_credentials_parse(ss_msg_value(request, SS_HDR_AUTHORIZATION, 0), v->turn->arena,
                             &sent) == SS_OK;
    const proof p = has_credentials ? read_info(v, &sent, response) : PROOF_NONE;
    const bool is_refused =
        response->status >= 200 && p != PROOF_RIGHT && is_to_be_proved(v, request, has_credentials);
    if (p == PROOF_WRONG || is_refused) {
        note(v, response, SS_AUTH_UNPROVED);
    }
    return !is_refused;
}
