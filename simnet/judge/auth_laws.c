/* Digest, as the wire shows it (RFC 3261 section 22, RFC 7616): AUTH1 no bypass, AUTH2 no accepted replay, AUTH3 credentials toward
 * their realm only, AUTH4 counts that rise.
 *
 * No hash is computed here. Credentials are right when their response value left a user agent that has the password of its own
 * address, which the cast says: nobody else can have made it. So a server that serves a request with any other value, or with none,
 * has been passed by; one that serves two requests with one value took a replay. Where outsiders log in, theirs may be right. Header
 * fields are read by a scanner of the judge's own. What is known is kept for two generations, each as long as a nonce lives and what
 * it began can last. */
#include "laws.h"

enum { LINES_MAX = 4 }; /* of credentials looked at in one request */

/* ---- reading ---- */

typedef struct login_line {
    ss_slice realm, nonce, response;
    uint64_t nc;
} login_line;

/** What of a request concerns these laws. */
typedef struct reading {
    ss_slice from, to, uri; /* hosts; that of the Request-URI */
    bool in_dialog;         /* To has a tag */
    login_line lines[LINES_MAX];
    unsigned count;
} reading;

/* The host of the first SIP URI in a value. */
static ss_slice host_in(ss_slice value)
{
    size_t at = 0;
    while (at + 4 <= value.len &&
           !ss_slice_eq_nocase(ss_slice_cut(value, at, at + 4), SS_LIT("sip:"))) {
        at++;
    }
    const ss_slice rest = ss_slice_cut(value, at, value.len);
    const size_t end = ss_slice_find(rest, '>');
    const size_t sign = ss_slice_find(ss_slice_cut(rest, 0, end), '@');
    size_t from = sign < end ? sign + 1 : 4;
    if (from > rest.len) {
        return SS_EMPTY;
    }
    size_t to = from;
    while (to < end && rest.at[to] != ';' && rest.at[to] != ':' && rest.at[to] != '?') {
        to++;
    }
    return ss_slice_cut(rest, from, to);
}

static bool is_between(char c)
{
    return c == ' ' || c == ',' || c == '\t';
}

/* The value of name=value or name="value"; no escape concerns us, as realms of scenarios have none that hide a quote. */
static ss_slice param(ss_slice value, ss_slice name)
{
    for (size_t equals = ss_slice_find(value, '='); equals < value.len;
         equals += 1 + ss_slice_find(ss_slice_cut(value, equals + 1, value.len), '=')) {
        const size_t at = equals < name.len + 1 ? 0 : equals - name.len;
        if (at == 0 || equals + 1 == value.len || !is_between(value.at[at - 1]) ||
            !ss_slice_eq_nocase(ss_slice_cut(value, at, equals), name)) {
            continue;
        }
        const ss_slice rest = ss_slice_cut(value, equals + 1, value.len);
        if (rest.at[0] == '"') {
            const ss_slice quoted = ss_slice_cut(rest, 1, rest.len);
            return ss_slice_cut(quoted, 0, ss_slice_find(quoted, '"'));
        }
        size_t to = 0;
        while (to < rest.len && !is_between(rest.at[to])) {
            to++;
        }
        return ss_slice_cut(rest, 0, to);
    }
    return SS_EMPTY;
}

static uint64_t hex_of(ss_slice digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const char c = ss_lower(digits.at[i]);
        value = value << 4 | (uint64_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    return value;
}

static bool has_tag(ss_slice value)
{
    const size_t open = ss_slice_find(value, '>');
    value = open < value.len ? ss_slice_cut(value, open + 1, value.len) : value;
    for (size_t at = ss_slice_find(value, ';'); at < value.len; at = ss_slice_find(value, ';')) {
        value = ss_slice_cut(value, at + 1, value.len);
        const ss_slice name = ss_slice_trim(ss_slice_cut(value, 0, ss_slice_find(value, '=')));
        if (ss_slice_eq_nocase(name, SS_LIT("tag"))) {
            return true;
        }
    }
    return false;
}

static void read_line(reading *r, ss_slice name, ss_slice value)
{
    if (ss_slice_eq_nocase(name, SS_LIT("From")) || ss_slice_eq_nocase(name, SS_LIT("f"))) {
        r->from = host_in(value);
    } else if (ss_slice_eq_nocase(name, SS_LIT("To")) || ss_slice_eq_nocase(name, SS_LIT("t"))) {
        r->to = host_in(value);
        r->in_dialog = has_tag(value);
    } else if ((ss_slice_eq_nocase(name, SS_LIT("Authorization")) ||
                ss_slice_eq_nocase(name, SS_LIT("Proxy-Authorization"))) &&
               r->count < LINES_MAX) {
        r->lines[r->count++] = (login_line){ .realm = param(value, SS_LIT("realm")),
                                             .nonce = param(value, SS_LIT("nonce")),
                                             .response = param(value, SS_LIT("response")),
                                             .nc = hex_of(param(value, SS_LIT("nc"))) };
    }
}

static reading read_request(ss_slice payload)
{
    reading r = { 0 };
    size_t line = ss_slice_find(payload, '\n');
    const ss_slice start = ss_slice_cut(payload, 0, line);
    const size_t version = start.len < 9 ? 0 : start.len - 9; /* " SIP/2.0\r" */
    r.uri = host_in(ss_slice_cut(start, 0, version));
    while (line < payload.len) {
        payload = ss_slice_cut(payload, line + 1, payload.len);
        line = ss_slice_find(payload, '\n');
        const ss_slice text = ss_slice_trim(ss_slice_cut(payload, 0, line));
        const size_t colon = ss_slice_find(text, ':');
        if (text.len == 0) {
            break;
        }
        if (colon < text.len) {
            read_line(&r, ss_slice_trim(ss_slice_cut(text, 0, colon)),
                      ss_slice_cut(text, colon + 1, text.len));
        }
    }
    return r;
}

/* ---- what is remembered ---- */

static uint64_t key_of(uint64_t kind, uint64_t a, uint64_t b)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(kind, a), b);
    return key == 0 ? 1 : key;
}

static void remember(sn_judge *j, uint64_t key, uint64_t value)
{
    if (!sn_map_put(&j->logins.maps[0], key, value)) {
        j->out_of_memory = true;
    }
}

static const uint64_t *recall(const sn_judge *j, uint64_t key)
{
    const uint64_t *value = sn_map_find(&j->logins.maps[0], key);
    return value != NULL ? value : sn_map_find(&j->logins.maps[1], key);
}

static void turn_generation(sn_judge *j, ss_time now)
{
    if (now < j->logins.until) {
        return;
    }
    ss_span longest = 0;
    for (uint32_t i = 0; i < j->cast->guard_count; i++) {
        const ss_span life = j->cast->guards[i].nonce_lifetime;
        longest = life > longest ? life : longest;
    }
    sn_map_free(&j->logins.maps[1]);
    j->logins.maps[1] = j->logins.maps[0];
    j->logins.maps[0] = (map){ 0 };
    j->logins.until =
        ss_time_after(now, longest + SS_S(400)); /* a call's transactions, with Timer C */
}

enum { MADE = 1, ASKED, TAKEN, COUNT, SENT };

static uint64_t id_of(const login_line *line)
{
    return key_of(ss_hash64(1, line->realm), ss_hash64(2, line->nonce),
                  ss_hash64(3, line->response));
}

/* ---- clients: AUTH3, AUTH4 ---- */

static bool is_of(const sn_cast_guard *g, uint32_t node)
{
    return node != SN_NOBODY && node - g->node < g->count;
}

static bool is_toward(const sn_judge *j, const sn_fact *f, ss_slice realm)
{
    bool is_guarded = false;
    for (uint32_t i = 0; i < j->cast->guard_count; i++) {
        const sn_cast_guard *g = &j->cast->guards[i];
        if (ss_slice_eq(ss_slice_from(g->realm), realm)) {
            is_guarded = true;
            if (is_of(g, f->peer)) {
                return true;
            }
        }
    }
    return !is_guarded || f->peer == member(j, f->entity)->outbound;
}

/* A copy of a request, which may be an old one, has its count again. RFC7616:3.4 */
static void judge_count(sn_judge *j, const sn_fact *f, const login_line *line)
{
    const uint64_t nonce = ss_hash64(2, line->nonce);
    const uint64_t request = key_of(SENT, f->entity, key_of(nonce, f->sip.branch, 0));
    const uint64_t key = key_of(COUNT, f->entity, nonce);
    const uint64_t *sent = recall(j, request), *last = recall(j, key);
    const bool is_copy = sent != NULL && *sent == line->nc;
    if (is_copy) {
        return;
    }
    if (last != NULL && *last >= line->nc) {
        sn_judge_broken(j, LAW_AUTH4, f->key.at, f->entity, f->sip.call_id,
                        "nonce count %u follows %u", (unsigned)line->nc, (unsigned)*last);
    }
    remember(j, key, line->nc);
    remember(j, request, line->nc);
}

/* RFC3261:22.1 */
static void client_line(sn_judge *j, const sn_fact *f, const login_line *line)
{
    if (!is_toward(j, f, line->realm)) {
        sn_judge_broken(j, LAW_AUTH3, f->key.at, f->entity, f->sip.call_id,
                        "credentials of realm %.*s left for a node that is not of it",
                        (int)line->realm.len, line->realm.at);
    }
    judge_count(j, f, line);
    if (member(j, f->entity)->may_log_in) {
        remember(j, key_of(MADE, id_of(line), 0), 1);
    }
}

/* An ACK repeats the credentials of its INVITE, wherever it goes. RFC3261:22.1 */
static void client_sent(sn_judge *j, const sn_fact *f, ss_slice payload)
{
    if (f->sip.method == SS_METHOD_ACK) {
        return;
    }
    const reading r = read_request(payload);
    for (unsigned i = 0; i < r.count; i++) {
        client_line(j, f, &r.lines[i]);
    }
}

/* ---- servers: AUTH1, AUTH2, AUTH5 ---- */

static const sn_cast_guard *guard_at(const sn_judge *j, uint32_t node, uint8_t method,
                                     const reading *r)
{
    const ss_slice host = method == SS_METHOD_REGISTER ? r->to : r->from;
    for (uint32_t i = 0; i < j->cast->guard_count; i++) {
        const sn_cast_guard *g = &j->cast->guards[i];
        if (is_of(g, node) && (g->methods >> method & 1u) != 0 &&
            ss_slice_eq_nocase(ss_slice_from(g->domain), host)) {
            return g;
        }
    }
    return NULL;
}

/* A proxy that asks of who comes from elsewhere. */
static const sn_cast_guard *guard_from_guests(const sn_judge *j, uint32_t node, uint8_t method,
                                              const reading *r)
{
    for (uint32_t i = 0; i < j->cast->guard_count; i++) {
        const sn_cast_guard *g = &j->cast->guards[i];
        if (is_of(g, node) && g->asks_guests && method != SS_METHOD_REGISTER &&
            (g->methods >> method & 1u) != 0 &&
            ss_slice_eq_nocase(ss_slice_from(g->domain), r->uri)) {
            return g;
        }
    }
    return NULL;
}

static bool is_guarded(const sn_judge *j, uint32_t node, uint8_t method)
{
    for (uint32_t i = 0; i < j->cast->guard_count; i++) {
        if (is_of(&j->cast->guards[i], node) && (j->cast->guards[i].methods >> method & 1u) != 0) {
            return true;
        }
    }
    return false;
}

/* What comes while the stack has a transaction of that branch is a copy to it, whatever it shows: RFC 3261 17.2.3. */
static bool is_taken_for_copy(sn_judge *j, const sn_fact *f)
{
    const txn *t = sn_txn_find(j, f->entity, SERVER, f->sip.branch, f->sip.method);
    return t != NULL && !t->is_several && t->noted != NOT_NOTED && t->noted != SS_TXN_TERMINATED;
}

/* A user agent asks only who comes from outside its dialogs. */
static void request_came(sn_judge *j, const sn_fact *f, ss_slice payload)
{
    if (!is_guarded(j, f->entity, f->sip.method) || is_taken_for_copy(j, f)) {
        return;
    }
    const reading r = read_request(payload);
    const sn_cast_guard *g = guard_at(j, f->entity, f->sip.method, &r);
    if (g == NULL) {
        g = guard_from_guests(j, f->entity, f->sip.method, &r);
    }
    if (g == NULL || (r.in_dialog && member(j, f->entity)->role == SN_ROLE_UA)) {
        return;
    }
    uint64_t id = 0;
    for (unsigned i = 0; i < r.count; i++) {
        if (ss_slice_eq(r.lines[i].realm, ss_slice_from(g->realm))) {
            id = id_of(&r.lines[i]);
        }
    }
    remember(j, key_of(ASKED, f->entity, key_of(f->sip.method, f->sip.branch, 0)), id);
}

/* An outsider may have made them, and may have the password. */
static bool may_be_right(const sn_judge *j, uint64_t id)
{
    return j->cast->has_outsiders || recall(j, key_of(MADE, id, 0)) != NULL;
}

/* RFC3261:22.2 RFC3261:22.3 RFC7616:3.4 */
static void served(sn_judge *j, const sn_fact *f, uint64_t branch)
{
    if (!is_guarded(j, f->entity, f->sip.method)) {
        return;
    }
    const uint64_t *asked = recall(j, key_of(ASKED, f->entity, key_of(f->sip.method, branch, 0)));
    if (asked == NULL) {
        return; /* it needs no credentials */
    }
    const uint64_t id = *asked;
    if (id == 0 || !may_be_right(j, id)) {
        sn_judge_broken(j, LAW_AUTH1, f->key.at, f->entity, f->sip.call_id, "%s",
                        id == 0
                            ? "a protected request was served without credentials"
                            : "a protected request was served with credentials that nobody made "
                              "who has the password");
        return;
    }
    const uint64_t key = key_of(TAKEN, f->entity, id);
    const uint64_t *taken = recall(j, key);
    if (taken != NULL && *taken != branch) {
        sn_judge_broken(j, LAW_AUTH2, f->key.at, f->entity, f->sip.call_id,
                        "credentials that served one request served another");
    }
    remember(j, key, branch);
}

/* One who showed some that somebody made, though they were used before, is left out: he may be the one. So is who waited so long for
 * a verdict that he was told to wait. RFC3261:26.3.2.4 RFC3261:17.2.1 */
void sn_auth_kept(sn_judge *j, const txn *t, uint64_t branch)
{
    const bool is_challenge = t->status == 401 || t->status == 407;
    if (!is_challenge || t->noted != SS_TXN_COMPLETED || j->cast->guard_count == 0 ||
        !is_guarded(j, t->node, t->method) || t->final_at - t->first >= SS_MS(200)) {
        return;
    }
    const uint64_t *asked = recall(j, key_of(ASKED, t->node, key_of(t->method, branch, 0)));
    if (asked != NULL && (*asked == 0 || !may_be_right(j, *asked))) {
        sn_judge_broken(j, LAW_AUTH5, t->final_at, t->node, t->call_id,
                        "a transaction keeps a %u to who showed no right credentials", t->status);
    }
}

static void server_sent(sn_judge *j, const sn_fact *f)
{
    const bool is_forwarded =
        f->sip.is_request && f->sip.method != SS_METHOD_ACK && f->sip.method != SS_METHOD_CANCEL;
    if (is_forwarded) {
        served(j, f, f->sip.second_branch);
    } else if (!f->sip.is_request && f->sip.status >= 200 && f->sip.status < 300) {
        served(j, f, f->sip.branch);
    }
}

void sn_auth_judge(sn_judge *j, const sn_fact *f, ss_slice payload)
{
    if (j->cast->guard_count == 0) {
        return;
    }
    turn_generation(j, f->key.at);
    const bool is_ua = member(j, f->entity)->role == SN_ROLE_UA;
    if (!sn_fact_is_sent(f)) {
        if (f->sip.is_request) {
            request_came(j, f, payload);
        }
    } else if (!is_ua || !f->sip.is_request) {
        server_sent(j, f);
    } else {
        client_sent(j, f, payload);
    }
}

void sn_auth_end(sn_judge *j)
{
    sn_map_free(&j->logins.maps[0]);
    sn_map_free(&j->logins.maps[1]);
}
