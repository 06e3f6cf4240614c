/* Target `dialog`: what happens to the dialogs of one user agent, a line each; C, L, R number a Call-ID, a local and a remote tag (R 0: none):
 *
 *     route URI           the next message that makes a dialog, or a route set, has this Record-Route too
 *     contact URI         … and this Contact; the URI may be left out
 *     uac C L R N         a response makes a dialog; our request had number N
 *     uas C L R N         a request does, with number N
 *     request C L R N     a request comes in a dialog
 *     send K              our next request in the Kth dialog
 *     target K, again K   a target refresh; a 2xx that makes the route set anew
 *     end K               it is over
 *
 * Aims at: ss_dialog_create, ss_dialog_find_request, ss_dialog_take_cseq, ss_dialog_next_cseq, ss_dialog_set_target, ss_dialog_set_route,
 * ss_route_set_from, ss_route_make. Beside it a list that is searched, with route sets as arrays of URIs (RFC 3261 12.1, 12.2). */
#include "fuzz.h"

#include "ss/dialog.h"
#include "ss/engine.h"

#include <string.h>

enum { DIALOGS = 12, ROUTES = 6, URI_BYTES = 200, LINES_MAX = 200, POOL_BYTES = 1 << 18 };

/* A first number of ours leaves room for all that follows it (ss_cseq_initial); a peer's may be any. RFC3261:8.1.1.5 */
#define OUR_NUMBERS ((UINT32_C(1) << 31) - LINES_MAX - 2)

static _Alignas(16) unsigned char pool_memory[POOL_BYTES];

typedef struct uri {
    char at[URI_BYTES];
    size_t len;
} uri;

typedef struct dialog {
    bool is_live;
    ss_ref ref;
    unsigned call, local, remote;
    bool has_local, has_remote; /* numbers */
    uint32_t local_cseq, remote_cseq;
    uri target, routes[ROUTES]; /* in the order of travel */
    size_t route_count;
} dialog;

typedef struct play {
    ss_settings settings;
    ss_pools pools;
    ss_core core;
    dialog dialogs[DIALOGS];
    uri contact, routes[ROUTES]; /* of the next message, in its order */
    size_t route_count;
} play;

static play the_play;

static ss_slice text_of(const uri *u)
{
    return (ss_slice){ u->at, u->len };
}

/* One that may stand between angle brackets in one line. */
static bool set_uri(uri *u, ss_slice text)
{
    ss_uri parsed;
    if (text.len > sizeof u->at || ss_uri_parse(text, &parsed) != SS_OK ||
        parsed.scheme == SS_SCHEME_OTHER) {
        return false;
    }
    memcpy(u->at, text.at, text.len);
    u->len = text.len;
    return true;
}

/* ---- messages ---- */

static void put_party(ss_buffer *b, const char *name, const char *who, char letter, unsigned tag)
{
    ss_put_text(b, name);
    ss_put_text(b, ": <sip:");
    ss_put_text(b, who);
    ss_put_text(b, "@example.com>");
    if (tag != 0) {
        ss_put_text(b, ";tag=");
        ss_put_char(b, letter);
        ss_put_u64(b, tag);
    }
    ss_put_text(b, "\r\n");
}

/* Record-Route in one line, or one each, as the number of them has it. */
static void put_routes(ss_buffer *b, const play *p)
{
    const bool is_list = p->route_count % 2 == 0;
    for (size_t i = 0; i < p->route_count; i++) {
        ss_put_text(b, i == 0 || !is_list ? "Record-Route: <" : ", <");
        ss_put(b, text_of(&p->routes[i]));
        ss_put_text(b, is_list && i + 1 < p->route_count ? ">" : ">\r\n");
    }
    if (p->contact.len > 0) {
        ss_put_text(b, "Contact: <");
        ss_put(b, text_of(&p->contact));
        ss_put_text(b, ">\r\n");
    }
}

/* Ours is the From of a response, and the To of a request. */
static const ss_msg *message(const play *p, bool is_request, const unsigned id[4], ss_arena *arena)
{
    ss_buffer b = ss_buffer_open(arena);
    ss_put_text(&b, is_request ? "UPDATE sip:us@10.0.0.1 SIP/2.0\r\n" : "SIP/2.0 200 OK\r\n");
    ss_put_text(&b, "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n");
    if (is_request) {
        put_party(&b, "From", "them", 'r', id[2]);
        put_party(&b, "To", "us", 'l', id[1]);
    } else {
        put_party(&b, "From", "us", 'l', id[1]);
        put_party(&b, "To", "them", 'r', id[2]);
    }
    ss_put_text(&b, "Call-ID: c");
    ss_put_u64(&b, id[0]);
    ss_put_text(&b, "\r\nCSeq: ");
    ss_put_u64(&b, id[3]);
    ss_put_text(&b, " UPDATE\r\n");
    put_routes(&b, p);
    ss_put_text(&b, "Content-Length: 0\r\n\r\n");
    const ss_slice bytes = ss_buffer_keep(arena, &b);
    ss_msg *msg = SS_ARENA_NEW(arena, ss_msg);
    ss_diag diag;
    return ss_msg_parse(msg, arena, bytes, &diag) == SS_OK ? msg : NULL;
}

/* ---- the model ---- */

static dialog *find(play *p, const unsigned id[4])
{
    for (size_t i = 0; i < DIALOGS; i++) {
        dialog *d = &p->dialogs[i];
        if (d->is_live && d->call == id[0] && d->local == id[1] && d->remote == id[2]) {
            return d;
        }
    }
    return NULL;
}

static dialog *free_place(play *p)
{
    for (size_t i = 0; i < DIALOGS; i++) {
        if (!p->dialogs[i].is_live) {
            return &p->dialogs[i];
        }
    }
    return NULL;
}

/* RFC3261:12.1.1 in order, RFC3261:12.1.2 reversed. */
static void set_routes(dialog *d, const play *p, bool is_reversed)
{
    d->route_count = p->route_count;
    for (size_t i = 0; i < p->route_count; i++) {
        d->routes[i] = p->routes[is_reversed ? p->route_count - 1 - i : i];
    }
}

static bool is_loose(const uri *u)
{
    ss_uri parsed;
    ss_slice piece, name;
    size_t at = 0;
    FZ_CHECK("dialog", ss_uri_parse(text_of(u), &parsed) == SS_OK, "a URI is read once only");
    while (ss_params_next(parsed.params, &at, &piece, &name)) {
        if (ss_slice_eq_nocase(name, SS_LIT("lr"))) {
            return true;
        }
    }
    return false;
}

/* ---- the two beside each other ---- */

static void check_uri(ss_slice got, const uri *want, bool is_stripped, const char *sentence)
{
    char text[URI_BYTES];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_uri parsed;
    if (!is_stripped || ss_uri_parse(text_of(want), &parsed) != SS_OK) {
        FZ_CHECK("dialog", ss_slice_eq(got, text_of(want)), sentence);
        return;
    }
    ss_put_request_uri(&b, &parsed); /* 19.1.1: neither method nor headers */
    FZ_CHECK("dialog", ss_slice_eq(got, ss_buffer_slice(&b)), sentence);
}

/* The Route of a request, value by value, when a message with it is read. */
static void check_routes(ss_slice routes, const uri *want[], size_t count)
{
    ss_arena arena = fz_arena(2);
    ss_buffer b = ss_buffer_open(&arena);
    ss_put_text(&b,
                "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=a\r\n"
                "To: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\n");
    if (routes.len > 0) {
        ss_put_text(&b, "Route: ");
        ss_put(&b, routes);
        ss_put_text(&b, "\r\n");
    }
    ss_put_text(&b, "Content-Length: 0\r\n\r\n");
    const ss_slice bytes = ss_buffer_keep(&arena, &b);
    ss_msg msg;
    ss_diag diag;
    ss_value_iter it = { 0 };
    ss_name_addr route;
    FZ_CHECK("dialog", ss_msg_parse(&msg, &arena, bytes, &diag) == SS_OK, "a Route cannot be read");
    for (size_t i = 0; i < count; i++) {
        FZ_CHECK("dialog", ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &route) == SS_OK,
                 "a request lacks a route");
        check_uri(route.uri, want[i], false, "a request has another route");
    }
    FZ_CHECK("dialog", ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &route) == SS_NONE,
             "a request has a route too many");
}

/* RFC3261:12.2.1.1 */
static void check_travel(const play *p, const dialog *d)
{
    ss_arena arena = fz_arena(1);
    const ss_dialog_text text = ss_dialog_text_of(&p->core, ss_dialog_at(&p->core, d->ref));
    const uri *want[ROUTES + 1];
    ss_route route;
    size_t count = 0;
    FZ_CHECK("dialog", ss_route_make(text.target, text.routes, &arena, &route) == SS_OK,
             "a request finds no way");
    const bool is_strict = d->route_count > 0 && !is_loose(&d->routes[0]);
    for (size_t i = is_strict; i < d->route_count; i++) {
        want[count++] = &d->routes[i];
    }
    if (is_strict) {
        want[count++] = &d->target;
    }
    check_uri(route.request_uri, is_strict ? &d->routes[0] : &d->target, is_strict,
              "a request has another Request-URI");
    check_uri(route.next_hop, d->route_count > 0 ? &d->routes[0] : &d->target, is_strict,
              "a request goes elsewhere");
    check_routes(route.routes, want, count);
}

static void check_strings(const play *p, const dialog *d)
{
    const ss_dialog *real = ss_dialog_at(&p->core, d->ref);
    const ss_dialog_text text = ss_dialog_text_of(&p->core, real);
    FZ_CHECK("dialog", ss_slice_eq(text.target, text_of(&d->target)),
             "a dialog has another target");
    FZ_CHECK("dialog", ss_slice_eq(text.local_uri, SS_LIT("sip:us@example.com")),
             "a dialog has another local URI");
    FZ_CHECK("dialog", ss_slice_eq(text.remote_uri, SS_LIT("sip:them@example.com")),
             "a dialog has another remote URI");
    FZ_CHECK("dialog", text.local_tag.len >= 2 && (text.remote_tag.len == 0) == (d->remote == 0),
             "a dialog has other tags");
}

/* ---- verbs ---- */

static void make(play *p, bool is_uas, const unsigned id[4])
{
    ss_arena arena = fz_arena(0);
    dialog *d = free_place(p);
    const ss_msg *msg = message(p, is_uas, id, &arena);
    ss_dialog_options options = { .owner = 1,
                                  .local_cseq = is_uas ? 0 : id[3],
                                  .has_local_cseq = !is_uas,
                                  .remote_cseq = is_uas ? id[3] : 0,
                                  .has_remote_cseq = is_uas };
    if (d == NULL || msg == NULL || find(p, id) != NULL) {
        return; /* whether there is one is the user's to ask */
    }
    char tag[16];
    ss_buffer b = ss_buffer_on(tag, sizeof tag);
    ss_put_char(&b, 'l');
    ss_put_u64(&b, id[1]);
    const ss_status status =
        is_uas ? ss_dialog_text_uas(msg, ss_buffer_slice(&b), &arena, &options.text)
               : ss_dialog_text_uac(msg, &arena, &options.text);
    if (is_uas && p->contact.len == 0) { /* RFC3261:12.1.1 */
        FZ_CHECK("dialog", status == SS_ERR_SEMANTIC, "a request without Contact makes a dialog");
        return;
    }
    FZ_CHECK("dialog", status == SS_OK, "a message makes no dialog");
    *d = (dialog){ .is_live = true, .call = id[0], .local = id[1], .remote = id[2] };
    FZ_CHECK("dialog", ss_dialog_create(&p->core, &options, &d->ref) == SS_OK,
             "there is no room for a dialog");
    d->has_local = !is_uas;
    d->has_remote = is_uas;
    d->local_cseq = options.local_cseq;
    d->remote_cseq = options.remote_cseq;
    d->target = p->contact;
    if (p->contact.len == 0) {
        FZ_CHECK("dialog", set_uri(&d->target, SS_LIT("sip:them@example.com")), "no URI");
    }
    set_routes(d, p, !is_uas);
    check_strings(p, d);
    check_travel(p, d);
}

/* RFC3261:12.2.2 a lower number than the last is refused; a gap is none of our business. */
static void request_comes(play *p, const unsigned id[4])
{
    ss_arena arena = fz_arena(0);
    const ss_msg *msg = message(p, true, id, &arena);
    dialog *d = find(p, id);
    if (msg == NULL) {
        return;
    }
    const ss_ref found = id[1] == 0 ? 0 : ss_dialog_find_request(&p->core, msg);
    FZ_CHECK("dialog", found == (d == NULL ? 0 : d->ref), "a request finds another dialog");
    if (d == NULL) {
        return;
    }
    const bool is_late = d->has_remote && id[3] < d->remote_cseq;
    FZ_CHECK("dialog",
             ss_dialog_take_cseq(ss_dialog_at(&p->core, d->ref), id[3]) ==
                 (is_late ? SS_ERR_STATE : SS_OK),
             "a number is taken that is old, or refused that is not");
    d->remote_cseq = is_late ? d->remote_cseq : id[3];
    d->has_remote = true;
}

/* RFC3261:12.2.1.1 "monotonically increasing and contiguous"; the first is below 2^31 (8.1.1.5). */
static void send(play *p, dialog *d)
{
    const uint32_t number = ss_dialog_next_cseq(&p->core, ss_dialog_at(&p->core, d->ref));
    FZ_CHECK("dialog", number > 0 && number < UINT32_C(1) << 31, "a number is out of range");
    FZ_CHECK("dialog", !d->has_local || number == d->local_cseq + 1, "a number is not the next");
    d->has_local = true;
    d->local_cseq = number;
    check_travel(p, d);
}

static void refresh(play *p, dialog *d, bool is_again)
{
    ss_arena arena = fz_arena(0);
    const unsigned id[4] = { 1, 1, 1, 1 };
    const ss_msg *msg = message(p, false, id, &arena);
    ss_dialog *real = ss_dialog_at(&p->core, d->ref);
    if (p->contact.len == 0 || msg == NULL) {
        return;
    }
    if (is_again) {
        ss_dialog_text text;
        FZ_CHECK("dialog",
                 ss_dialog_text_uac(msg, &arena, &text) == SS_OK &&
                     ss_dialog_set_route(&p->core, real, text.target, text.routes) == SS_OK,
                 "a route set is not made anew");
        set_routes(d, p, true);
    } else {
        FZ_CHECK("dialog", ss_dialog_set_target(&p->core, real, text_of(&p->contact)) == SS_OK,
                 "a target is not refreshed");
    }
    d->target = p->contact;
    check_strings(p, d);
    check_travel(p, d);
}

static void end(play *p, dialog *d)
{
    ss_arena arena = fz_arena(0);
    ss_turn turn = ss_turn_begin(0, &arena);
    ss_dialog_end(&p->core, &turn, d->ref);
    d->is_live = false;
}

/* ---- the input ---- */

static void gather(play *p, bool is_route, ss_slice text)
{
    if (!is_route) {
        p->contact.len = 0;
        (void)set_uri(&p->contact, text);
    } else if (p->route_count < ROUTES && set_uri(&p->routes[p->route_count], text)) {
        p->route_count++;
    }
}

static bool make_or_ask(play *p, ss_slice word, ss_slice rest)
{
    unsigned id[4];
    const bool is_uas = ss_slice_eq(word, SS_LIT("uas"));
    const bool is_request = ss_slice_eq(word, SS_LIT("request"));
    if (!is_uas && !is_request && !ss_slice_eq(word, SS_LIT("uac"))) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        id[i] = (unsigned)fz_next_number(&rest) % 4;
    }
    id[3] = (unsigned)fz_next_number(&rest) % (UINT32_C(1) << 31);
    id[3] %= is_uas || is_request ? UINT32_C(1) << 31 : OUR_NUMBERS;
    id[1] += id[1] == 0; /* we always have a tag */
    if (is_request) {
        request_comes(p, id);
    } else {
        make(p, is_uas, id);
        p->route_count = 0;
    }
    return true;
}

static void happen(play *p, ss_slice line)
{
    const ss_slice word = ss_slice_cut(line, 0, ss_slice_find(line, ' '));
    ss_slice rest = ss_slice_trim(ss_slice_cut(line, word.len, line.len));
    const bool is_route = ss_slice_eq(word, SS_LIT("route"));
    if (is_route || ss_slice_eq(word, SS_LIT("contact"))) {
        gather(p, is_route, rest);
        return;
    }
    if (make_or_ask(p, word, rest)) {
        return;
    }
    dialog *d = &p->dialogs[fz_next_number(&rest) % DIALOGS];
    if (!d->is_live) {
        return;
    }
    if (ss_slice_eq(word, SS_LIT("send"))) {
        send(p, d);
    } else if (ss_slice_eq(word, SS_LIT("target"))) {
        refresh(p, d, false);
    } else if (ss_slice_eq(word, SS_LIT("again"))) {
        refresh(p, d, true);
        p->route_count = 0;
    } else if (ss_slice_eq(word, SS_LIT("end"))) {
        end(p, d);
    }
}

int fz_target_dialog(const uint8_t *data, size_t size)
{
    play *p = &the_play;
    ss_slice rest = { (const char *)data, size };
    memset(p, 0, sizeof *p);
    p->settings = ss_settings_default();
    FZ_CHECK("dialog", ss_pools_init(&p->pools, pool_memory, POOL_BYTES, 4, 8) == SS_OK, "no room");
    p->core = (ss_core){ .pools = &p->pools, .settings = &p->settings, .engine = 1 };
    p->core.entropy.key = 42;
    for (unsigned i = 0; rest.len > 0 && i < LINES_MAX; i++) {
        happen(p, fz_next_line(&rest));
    }
    for (size_t i = 0; i < DIALOGS; i++) {
        if (p->dialogs[i].is_live) {
            send(p, &p->dialogs[i]);
            end(p, &p->dialogs[i]);
        }
    }
    FZ_CHECK("dialog",
             p->core.dialogs == 0 && p->core.bytes == 0 && p->pools.store.live_blocks == 0,
             "a dialog that is over leaves something behind");
    return 0;
}
