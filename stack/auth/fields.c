/* Challenges, credentials and Authentication-Info as header field values (RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44, 25.1; RFC 7616
 * 3.3 to 3.5; RFC 8760 2.7): read, with what must be there, and printed in the syntax that RFC 7616 asks of a sender.
 *
 * Reading is generous where old peers are sloppy and nothing is lost by it: a value may be quoted or not, whatever its parameter
 * wants. It is not where two readers could differ: no parameter stands twice. */
#include "ss/auth.h"

#include <string.h>

/* ---- the scanner: auth-param by auth-param ---- */

typedef struct reader {
    ss_slice s;
    size_t at;
    ss_arena *arena;
} reader;

typedef struct param {
    ss_slice name;
    ss_slice text; /* without quotes and quoting slashes */
} param;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(reader *r)
{
    while (r->at < r->s.len && is_space(r->s.at[r->at])) {
        r->at++;
    }
}

static bool is_printable(char c)
{
    return (unsigned char)c >= ' ' && c != 0x7f;
}

/* Whatever is no space and no separator of the parameters: more than a token, as unquoted nonces in base64 need it. */
static ss_slice take_word(reader *r)
{
    const size_t from = r->at;
    while (r->at < r->s.len && is_printable(r->s.at[r->at]) && r->s.at[r->at] != ' ' &&
           r->s.at[r->at] != ',' && r->s.at[r->at] != '"') {
        r->at++;
    }
    return ss_slice_cut(r->s, from, r->at);
}

static ss_slice take_name(reader *r)
{
    const size_t from = r->at;
    while (r->at < r->s.len && r->s.at[r->at] != '=' && !is_space(r->s.at[r->at]) &&
           r->s.at[r->at] != ',' && r->s.at[r->at] != '"') {
        r->at++;
    }
    return ss_slice_cut(r->s, from, r->at);
}

/* RFC7616:3.4.5 Without the slashes that quote; a fold is one space (RFC 3261 7.3.1). */
static ss_status unescape(reader *r, ss_slice *text)
{
    char *to = ss_arena_take(r->arena, text->len, 1);
    size_t len = 0;
    if (to == NULL) {
        return SS_ERR_FULL;
    }
    for (size_t i = 0; i < text->len; i++) {
        const bool is_fold = text->at[i] == '\r' || text->at[i] == '\n';
        i += text->at[i] == '\\';
        to[len] = is_fold || text->at[i] == '\t' ? ' ' : text->at[i];
        while (is_fold && i + 1 < text->len && is_space(text->at[i + 1])) {
            i++;
        }
        if (!is_printable(to[len++])) {
            return SS_ERR_SYNTAX;
        }
    }
    *text = (ss_slice){ to, len };
    return SS_OK;
}

#define EACH_BYTE(c)    (UINT64_C(0x0101010101010101) * (c))
#define HAS_ZERO(word)  (((word)-EACH_BYTE(1)) & ~(word)&EACH_BYTE(0x80))
#define HAS_BELOW(word) (((word)-EACH_BYTE(' ')) & ~(word)&EACH_BYTE(0x80))

/* Neither a slash nor a control: what stands between quotes as it is. Eight bytes at a time, and the rest one by one. */
static bool is_plain(ss_slice s)
{
    size_t at = 0;
    for (; s.len - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, s.at + at, sizeof word);
        if ((HAS_BELOW(word) | HAS_ZERO(word ^ EACH_BYTE(0x7f)) |
             HAS_ZERO(word ^ EACH_BYTE('\\'))) != 0) {
            return false;
        }
    }
    for (; at < s.len; at++) {
        if (!is_printable(s.at[at]) || s.at[at] == '\\') {
            return false;
        }
    }
    return true;
}

static ss_status take_quoted(reader *r, ss_slice *text)
{
    const size_t from = ++r->at;
    const ss_slice rest = ss_slice_cut(r->s, from, r->s.len);
    *text = ss_slice_cut(rest, 0, ss_slice_find(rest, '"'));
    if (text->len < rest.len && is_plain(*text)) {
        r->at += text->len + 1;
        return SS_OK;
    }
    while (r->at < r->s.len && r->s.at[r->at] != '"') {
        r->at += r->s.at[r->at] == '\\' ? 2 : 1;
    }
    if (r->at >= r->s.len) {
        return SS_ERR_SYNTAX;
    }
    *text = ss_slice_cut(r->s, from, r->at);
    r->at++;
    return unescape(r, text);
}

/* SS_NONE at the end. */
static ss_status next_param(reader *r, param *p)
{
    skip_space(r);
    if (r->at == r->s.len) {
        return SS_NONE;
    }
    p->name = take_name(r);
    skip_space(r);
    if (p->name.len == 0 || r->at == r->s.len || r->s.at[r->at] != '=') {
        return SS_ERR_SYNTAX;
    }
    r->at++;
    skip_space(r);
    ss_status status = SS_OK;
    if (r->at < r->s.len && r->s.at[r->at] == '"') {
        status = take_quoted(r, &p->text);
    } else {
        p->text = take_word(r);
        status = p->text.len == 0 ? SS_ERR_SYNTAX : SS_OK;
    }
    skip_space(r);
    if (status != SS_OK || r->at == r->s.len) {
        return status;
    }
    if (r->s.at[r->at] != ',') {
        return SS_ERR_SYNTAX;
    }
    r->at++;
    skip_space(r);
    return r->at == r->s.len ? SS_ERR_SYNTAX : SS_OK; /* nothing after the comma */
}

/* ---- parameters by name ---- */

typedef enum which {
    REALM,
    NONCE,
    OPAQUE,
    ALGORITHM,
    STALE,
    QOP,
    USERNAME,
    USERNAME_EXT,
    URI,
    RESPONSE,
    CNONCE,
    NC,
    NEXTNONCE,
    RSPAUTH,
    WHICH_COUNT
} which;

/** What was found; at == NULL: absent. */
typedef struct found {
    ss_slice texts[WHICH_COUNT];
} found;

static which which_of(ss_slice name)
{
    static const ss_slice names[WHICH_COUNT] = {
        SS_LIT_INIT("realm"),     SS_LIT_INIT("nonce"),     SS_LIT_INIT("opaque"),
        SS_LIT_INIT("algorithm"), SS_LIT_INIT("stale"),     SS_LIT_INIT("qop"),
        SS_LIT_INIT("username"),  SS_LIT_INIT("username*"), SS_LIT_INIT("uri"),
        SS_LIT_INIT("response"),  SS_LIT_INIT("cnonce"),    SS_LIT_INIT("nc"),
        SS_LIT_INIT("nextnonce"), SS_LIT_INIT("rspauth"),
    };
    for (unsigned i = 0; i < WHICH_COUNT; i++) {
        if (name.len == names[i].len && ss_slice_eq_nocase(name, names[i])) {
            return (which)i;
        }
    }
    return WHICH_COUNT;
}

static ss_status read_params(reader *r, found *f)
{
    param p;
    ss_status status = next_param(r, &p);
    while (status == SS_OK) {
        const which w = which_of(p.name);
        if (w != WHICH_COUNT && f->texts[w].at != NULL) {
            return SS_ERR_SYNTAX;
        }
        if (w != WHICH_COUNT) {
            f->texts[w] = p.text;
        }
        status = next_param(r, &p);
    }
    return status == SS_NONE ? SS_OK : status;
}

/* The parameters of a value whose scheme is Digest. */
static ss_status read_digest(ss_slice value, ss_arena *arena, found *f)
{
    reader r = { .s = value, .arena = arena };
    skip_space(&r);
    const size_t from = r.at;
    while (r.at < value.len && !is_space(value.at[r.at]) && value.at[r.at] != ',' &&
           value.at[r.at] != '=') {
        r.at++;
    }
    if (r.at == from || r.at == value.len || !is_space(value.at[r.at])) {
        return SS_ERR_SYNTAX;
    }
    if (!ss_slice_eq_nocase(ss_slice_cut(value, from, r.at), SS_LIT("Digest"))) {
        return SS_NONE;
    }
    return read_params(&r, f);
}

static bool has_all(const found *f, const which *needed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (f->texts[needed[i]].at == NULL) {
            return false;
        }
    }
    return true;
}

static ss_algorithm algorithm_of(const found *f)
{
    return f->texts[ALGORITHM].at == NULL ? SS_ALGORITHM_MD5
                                          : ss_algorithm_from(f->texts[ALGORITHM]);
}

/* RFC7616:3.3 Options that are not known are ignored. */
static uint8_t offers_of(ss_slice list)
{
    unsigned offers = 0;
    while (list.len > 0) {
        const size_t comma = ss_slice_find(list, ',');
        const ss_slice option = ss_slice_trim(ss_slice_cut(list, 0, comma));
        if (ss_slice_eq_nocase(option, SS_LIT("auth"))) {
            offers |= SS_OFFERS_AUTH;
        } else if (ss_slice_eq_nocase(option, SS_LIT("auth-int"))) {
            offers |= SS_OFFERS_AUTH_INT;
        }
        list = ss_slice_cut(list, comma < list.len ? comma + 1 : comma, list.len);
    }
    return (uint8_t)offers;
}

/* RFC7616:3.4 One of the two that the challenge could offer; SS_ERR_SYNTAX for any other. */
static ss_status read_qop(ss_slice text, ss_qop *qop)
{
    if (text.at == NULL) {
        *qop = SS_QOP_NONE;
    } else if (ss_slice_eq_nocase(text, SS_LIT("auth"))) {
        *qop = SS_QOP_AUTH;
    } else if (ss_slice_eq_nocase(text, SS_LIT("auth-int"))) {
        *qop = SS_QOP_AUTH_INT;
    } else {
        return SS_ERR_SYNTAX;
    }
    return SS_OK;
}

/* nc-value = 8LHEX (25.1); not 0, as the first request has 1. RFC7616:3.4 */
static ss_status read_nc(ss_slice text, uint32_t *nc)
{
    *nc = 0;
    if (text.len != 8) {
        return SS_ERR_SYNTAX;
    }
    for (size_t i = 0; i < text.len; i++) {
        const int digit = ss_hex_digit(text.at[i]);
        if (digit < 0) {
            return SS_ERR_SYNTAX;
        }
        *nc = *nc << 4 | (uint32_t)digit;
    }
    return *nc == 0 ? SS_ERR_SYNTAX : SS_OK;
}

/* One octet of value-chars (RFC 5987 3.2.1): itself, or three bytes that stand for it. -1: no such. */
static int take_octet(ss_slice text, size_t *at)
{
    const bool is_escape = text.at[*at] == '%';
    const int octet = is_escape ? ss_slice_escape(text, *at) : (unsigned char)text.at[*at];
    *at += is_escape ? 3 : 1;
    return octet;
}

/* username* (RFC 7616 3.4, RFC 5987 3.2): UTF-8, a language that says nothing, the name. */
static ss_status read_extended(ss_arena *arena, ss_slice text, ss_slice *username)
{
    const size_t charset = ss_slice_find(text, '\'');
    if (!ss_slice_eq_nocase(ss_slice_cut(text, 0, charset), SS_LIT("UTF-8")) ||
        charset == text.len) {
        return SS_ERR_SYNTAX;
    }
    text = ss_slice_cut(text, charset + 1, text.len);
    const size_t language = ss_slice_find(text, '\'');
    if (language == text.len) {
        return SS_ERR_SYNTAX;
    }
    char *to = ss_arena_take(arena, text.len, 1);
    size_t len = 0;
    for (size_t i = language + 1; to != NULL && i < text.len;) {
        const int octet = take_octet(text, &i);
        if (octet < ' ' || octet == 0x7f) {
            return SS_ERR_SYNTAX;
        }
        to[len++] = (char)octet;
    }
    *username = (ss_slice){ to, len };
    return to == NULL ? SS_ERR_FULL : SS_OK;
}

/* ---- the three fields ---- */

/* RFC7616:3.3 RFC3261:20.44 */
ss_status ss_challenge_parse(ss_slice value, ss_arena *arena, ss_challenge *out)
{
    static const which needed[] = { REALM, NONCE };
    found f = { 0 };
    const ss_status status = read_digest(value, arena, &f);
    if (status != SS_OK) {
        return status;
    }
    if (!has_all(&f, needed, SS_COUNT(needed))) {
        return SS_ERR_SYNTAX;
    }
    *out = (ss_challenge){
        .realm = f.texts[REALM],
        .nonce = f.texts[NONCE],
        .opaque = f.texts[OPAQUE],
        .algorithm = algorithm_of(&f),
        .algorithm_name = f.texts[ALGORITHM],
        .is_stale = ss_slice_eq_nocase(f.texts[STALE], SS_LIT("true")),
        .has_qop = f.texts[QOP].at != NULL,
        .offers = offers_of(f.texts[QOP]),
    };
    return SS_OK;
}

/* RFC7616:3.4 Exactly one of username and username*. */
static ss_status read_username(const found *f, ss_arena *arena, ss_slice *username)
{
    if ((f->texts[USERNAME].at == NULL) == (f->texts[USERNAME_EXT].at == NULL)) {
        return SS_ERR_SYNTAX;
    }
    *username = f->texts[USERNAME];
    return username->at != NULL ? SS_OK : read_extended(arena, f->texts[USERNAME_EXT], username);
}

/* RFC7616:3.4 RFC3261:20.7 RFC3261:22.4 With qop there are cnonce and nc; what depends on a cnonce has qop. */
ss_status ss_credentials_parse(ss_slice value, ss_arena *arena, ss_credentials *out)
{
    static const which needed[] = { REALM, NONCE, URI, RESPONSE };
    found f = { 0 };
    ss_status status = read_digest(value, arena, &f);
    if (status != SS_OK) {
        return status;
    }
    *out = (ss_credentials){
        .realm = f.texts[REALM],
        .nonce = f.texts[NONCE],
        .uri = f.texts[URI],
        .response = f.texts[RESPONSE],
        .cnonce = f.texts[CNONCE],
        .opaque = f.texts[OPAQUE],
        .algorithm = algorithm_of(&f),
        .algorithm_name = f.texts[ALGORITHM],
    };
    status =
        has_all(&f, needed, SS_COUNT(needed)) ? read_qop(f.texts[QOP], &out->qop) : SS_ERR_SYNTAX;
    if (status == SS_OK && out->qop != SS_QOP_NONE) {
        out->nc_text = f.texts[NC];
        status = out->cnonce.at == NULL ? SS_ERR_SYNTAX : read_nc(out->nc_text, &out->nc);
    } else if (status == SS_OK && out->algorithm != SS_ALGORITHM_UNKNOWN &&
               ss_algorithm_is_session(out->algorithm)) {
        status = SS_ERR_SYNTAX;
    }
    return status == SS_OK ? read_username(&f, arena, &out->username) : status;
}

/* RFC7616:3.5 RFC3261:20.6 */
ss_status ss_authentication_info_parse(ss_slice value, ss_arena *arena, ss_authentication_info *out)
{
    reader r = { .s = value, .arena = arena };
    found f = { 0 };
    ss_status status = read_params(&r, &f);
    if (status != SS_OK) {
        return status;
    }
    *out = (ss_authentication_info){ .nextnonce = f.texts[NEXTNONCE],
                                     .rspauth = f.texts[RSPAUTH],
                                     .cnonce = f.texts[CNONCE] };
    status = read_qop(f.texts[QOP], &out->qop);
    if (status == SS_OK && f.texts[NC].at != NULL) {
        out->nc_text = f.texts[NC];
        status = read_nc(out->nc_text, &out->nc);
    }
    return status;
}

/* ---- printing ---- */

typedef struct writer {
    ss_buffer *b;
    bool is_first;
} writer;

static void put_name(writer *w, const char *name)
{
    ss_put_text(w->b, w->is_first ? "" : ", ");
    w->is_first = false;
    ss_put_text(w->b, name);
    ss_put_char(w->b, '=');
}

static void put_plain(writer *w, const char *name, ss_slice text)
{
    if (text.at != NULL) {
        put_name(w, name);
        ss_put(w->b, text);
    }
}

/* RFC7616:3.3 RFC7616:3.4 */
static void put_quoted(writer *w, const char *name, ss_slice text)
{
    if (text.at == NULL) {
        return;
    }
    put_name(w, name);
    ss_put_char(w->b, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') {
            ss_put(w->b, ss_slice_cut(text, from, i));
            ss_put_char(w->b, '\\');
            from = i;
        }
    }
    ss_put(w->b, ss_slice_cut(text, from, text.len));
    ss_put_char(w->b, '"');
}

static ss_slice qop_name(ss_qop qop)
{
    static const ss_slice names[] = { { NULL, 0 }, SS_LIT_INIT("auth"), SS_LIT_INIT("auth-int") };
    return names[qop];
}

/* RFC7616:3.3 RFC7616:3.4 Never quoted, but for a name that nobody could have sent otherwise. */
static void put_algorithm(writer *w, ss_algorithm algorithm, ss_slice name)
{
    if (algorithm == SS_ALGORITHM_UNKNOWN) {
        put_quoted(w, "algorithm", name);
    } else {
        put_plain(w, "algorithm", name);
    }
}

void ss_put_challenge(ss_buffer *b, const ss_challenge *c)
{
    static const ss_slice offers[] = { SS_LIT_INIT(""), SS_LIT_INIT("auth"),
                                       SS_LIT_INIT("auth-int"), SS_LIT_INIT("auth,auth-int") };
    writer w = { .b = b, .is_first = true };
    ss_put_text(b, "Digest ");
    put_quoted(&w, "realm", c->realm);
    put_quoted(&w, "nonce", c->nonce);
    put_quoted(&w, "opaque", c->opaque);
    put_plain(&w, "stale", c->is_stale ? SS_LIT("true") : SS_EMPTY);
    put_algorithm(&w, c->algorithm, c->algorithm_name);
    put_quoted(&w, "qop", c->has_qop ? offers[(c->offers >> 1) & 3] : SS_EMPTY);
}

void ss_put_credentials(ss_buffer *b, const ss_credentials *c)
{
    writer w = { .b = b, .is_first = true };
    ss_put_text(b, "Digest ");
    put_quoted(&w, "username", c->username);
    put_quoted(&w, "realm", c->realm);
    put_quoted(&w, "nonce", c->nonce);
    put_quoted(&w, "uri", c->uri);
    put_quoted(&w, "response", c->response);
    put_algorithm(&w, c->algorithm, c->algorithm_name);
    put_quoted(&w, "cnonce", c->cnonce);
    put_quoted(&w, "opaque", c->opaque);
    put_plain(&w, "qop", qop_name(c->qop));
    put_plain(&w, "nc", c->qop == SS_QOP_NONE ? SS_EMPTY : c->nc_text);
}

void ss_put_authentication_info(ss_buffer *b, const ss_authentication_info *info)
{
    writer w = { .b = b, .is_first = true };
    put_quoted(&w, "nextnonce", info->nextnonce);
    put_plain(&w, "qop", qop_name(info->qop));
    put_quoted(&w, "rspauth", info->rspauth);
    put_quoted(&w, "cnonce", info->cnonce);
    put_plain(&w, "nc", info->nc_text.len == 0 ? SS_EMPTY : info->nc_text);
}
