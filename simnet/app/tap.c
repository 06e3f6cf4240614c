/* The app of a tap: somebody on the path. What user agents send to it goes on to the node that they mean, and what that answers goes back, byte
 * for byte; requests with credentials are overheard, the last of each method, and sent once more when the story says so, in a
 * transaction of their own: a replay (RFC 7616 5.5), by a datagram or a connection as they came. It may send what it makes up beside that, from any address (inject.c). It is no SIP
 * element: no law of one is its, and it stays out of every route. */
#include "app/engine.h"
#include "app/tap_stream.h"
#include "inject.h"

#include <string.h>

enum { TAP_KEPT_MAX = 8, TAP_BYTES_MAX = 2048 };

typedef struct sn_tap_kept {
    uint32_t len; /* 0: free */
    uint8_t method;
    bool is_stream; /* it came by a connection */
    char bytes[TAP_BYTES_MAX];
} sn_tap_kept;

typedef struct sn_tap_app {
    uint32_t replays;
    uint64_t injected;
    sn_overheard overheard;
    sn_relays relays;
    sn_tap_kept kept[TAP_KEPT_MAX];
} sn_tap_app;

static const ss_slice own_branch = SS_LIT_INIT("z9hG4bKreplay");

/* From its own address of that version. */
static ss_path path_to(const sn_host *host, const ss_address *remote)
{
    const sn_member *me = &sn_host_plan(host)->cast.nodes[sn_host_node(host)];
    ss_path path = sn_host_path(host);
    path.local =
        sn_address_with_port(sn_member_address_of(me, remote->family == 6), path.local.port);
    path.remote = *remote;
    return path;
}

static const sn_member *target_of(const sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t group = plan->groups[plan->nodes[sn_host_node(host)].group].toward;
    return &plan->cast.nodes[plan->group_first[group]];
}

/* The node that everything goes on to, by the version of IP by which it came. */
static ss_address whom(const sn_host *host, uint8_t family)
{
    return sn_address_with_port(sn_member_address_of(target_of(host), family == 6), SN_SIP_PORT);
}

/* … and by the version that both have, of what the tap begins itself. */
static ss_address whom_first(const sn_host *host)
{
    const sn_member *me = &sn_host_plan(host)->cast.nodes[sn_host_node(host)];
    return sn_address_with_port(sn_member_address_for(target_of(host), me), SN_SIP_PORT);
}

/* ---- overhearing ---- */

/* Where the last request of a method is, or is to be: its own place, a free one, or that of another. */
static sn_tap_kept *place_for(sn_tap_app *tap, ss_method method)
{
    sn_tap_kept *best = &tap->kept[TAP_KEPT_MAX - 1];
    for (unsigned i = TAP_KEPT_MAX; i-- > 0;) {
        sn_tap_kept *kept = &tap->kept[i];
        if (kept->len > 0 && kept->method == method) {
            return kept;
        }
        best = kept->len == 0 ? kept : best;
    }
    return best;
}

static void overhear(sn_tap_app *tap, const ss_msg *request, ss_slice datagram, bool is_stream)
{
    const bool has_credentials = ss_msg_count(request, SS_HDR_AUTHORIZATION) > 0 ||
                                 ss_msg_count(request, SS_HDR_PROXY_AUTHORIZATION) > 0;
    if (has_credentials && datagram.len <= TAP_BYTES_MAX) {
        sn_tap_kept *kept = place_for(tap, request->method);
        kept->method = (uint8_t)request->method;
        kept->is_stream = is_stream;
        kept->len = (uint32_t)datagram.len;
        memcpy(kept->bytes, datagram.at, datagram.len);
    }
}

/* ---- passing on ---- */

/* Back to who made the request: the answer to a replay stays here. */
static void pass_back(sn_host *host, const ss_msg *response, ss_slice datagram)
{
    ss_via via;
    ss_address client;
    if (ss_msg_top_via(response, &via) != SS_OK || ss_slice_starts(via.branch, own_branch) ||
        ss_address_from(via.host, via.port == 0 ? SN_SIP_PORT : via.port, &client) != SS_OK) {
        return;
    }
    const ss_path path = path_to(host, &client);
    if (ss_address_same_host(&path.local, &client)) {
        return; /* so does that to what it made up */
    }
    sn_host_send(host, &path, datagram, NULL);
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    ss_msg msg;
    ss_diag diag;
    const ss_address target = whom(host, path->remote.family);
    const bool is_from_target = ss_address_equal(&path->remote, &target);
    const bool is_sip = ss_msg_parse(&msg, sn_host_arena(host), datagram, &diag) == SS_OK;
    if (is_from_target) {
        if (is_sip && !msg.is_request) {
            pass_back(host, &msg, datagram);
        }
        return; /* nobody sends a request this way */
    }
    if (is_sip && msg.is_request) {
        overhear(app, &msg, datagram, false);
        sn_inject_overhear(&((sn_tap_app *)app)->overheard, &msg);
    }
    const ss_path onward = path_to(host, &target);
    sn_host_send(host, &onward, datagram, NULL);
}

/* ---- connections ---- */

static bool stream(void *self, sn_host *host, const ss_path *path, sn_stream_event event)
{
    sn_tap_app *tap = self;
    const ss_address target = whom(host, path->remote.family);
    return sn_relay_event(&tap->relays, host, path, &target, event);
}

static size_t stream_bytes(void *self, sn_host *host, const ss_path *path, ss_slice bytes)
{
    sn_tap_app *tap = self;
    ss_arena *arena = sn_host_arena(host);
    const size_t used = arena->used;
    ss_slice message;
    ss_msg msg;
    ss_diag diag;
    const size_t taken = sn_relay_bytes(&tap->relays, host, path, bytes, &message);
    if (message.len != 0 && ss_msg_parse(&msg, arena, message, &diag) == SS_OK && msg.is_request) {
        overhear(tap, &msg, message, true);
        sn_inject_overhear(&tap->overheard, &msg);
    }
    arena->used = used;
    return taken;
}

/* ---- replaying ---- */

/* The same bytes but for the branch, so that no transaction knows it: "z9hG4bKreplay" and a number. */
static ss_slice with_own_branch(sn_tap_app *tap, sn_host *host, ss_slice kept)
{
    ss_msg msg;
    ss_diag diag;
    ss_via via;
    if (ss_msg_parse(&msg, sn_host_arena(host), kept, &diag) != SS_OK ||
        ss_msg_top_via(&msg, &via) != SS_OK || via.branch.len == 0) {
        return SS_EMPTY;
    }
    const size_t at = (size_t)(via.branch.at - kept.at);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    ss_put(&b, ss_slice_cut(kept, 0, at));
    ss_put(&b, own_branch);
    ss_put_u64(&b, ++tap->replays);
    ss_put(&b, ss_slice_cut(kept, at + via.branch.len, kept.len));
    return ss_buffer_keep(sn_host_arena(host), &b);
}

static bool replay(sn_tap_app *tap, sn_host *host, unsigned method)
{
    const ss_address target = whom_first(host);
    const ss_path path = path_to(host, &target);
    for (unsigned i = 0; i < TAP_KEPT_MAX; i++) {
        const sn_tap_kept *kept = &tap->kept[i];
        if (kept->len > 0 && kept->method == method) {
            const ss_slice bytes = with_own_branch(tap, host, (ss_slice){ kept->bytes, kept->len });
            if (bytes.len > 0 && kept->is_stream) {
                return sn_relay_replay(&tap->relays, host, &target, bytes);
            }
            if (bytes.len > 0) {
                sn_host_send(host, &path, bytes, NULL);
            }
            return bytes.len > 0;
        }
    }
    return false;
}

/* ---- injecting ---- */

static const sn_inject_spec *injects_of(const sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    return &plan->groups[plan->nodes[sn_host_node(host)].group].injects;
}

/* The next one's instant is counted from the first, so that nothing is lost by rounding. */
static void wake_for_next(const sn_tap_app *tap, sn_host *host)
{
    const sn_inject_spec *spec = injects_of(host);
    const bool is_over = spec->limit != 0 && tap->injected >= spec->limit;
    const ss_time at = tap->injected > (SS_TIME_NEVER - spec->start) / spec->interval
                           ? SS_TIME_NEVER
                           : spec->start + tap->injected * spec->interval;
    if (!is_over && at < spec->end) {
        sn_host_wake(host, at, 0, 0, 0);
    }
}

static void inject(sn_tap_app *tap, sn_host *host)
{
    const sn_inject_spec *spec = injects_of(host);
    const bool makes_up = spec->net_bits != 0; /* addresses of IPv4 */
    const ss_address target = makes_up ? whom(host, 4) : whom_first(host);
    const ss_path own = path_to(host, &target);
    const sn_injection what = { .ordinal = tap->injected,
                                .from = sn_inject_source(spec, sn_address_from(&own.local),
                                                         tap->injected),
                                .target = target,
                                .overheard = &tap->overheard };
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    sn_put_injection(&b, spec->message, &what);
    const ss_slice bytes = ss_buffer_keep(sn_host_arena(host), &b);
    ss_path path = path_to(host, &what.target);
    path.local = what.from;
    if (bytes.len > 0) {
        sn_host_send(host, &path, bytes, NULL);
    }
    tap->injected++;
    wake_for_next(tap, host);
}

static ss_status start(void *app, sn_host *host)
{
    if (injects_of(host)->message != NULL) {
        wake_for_next(app, host);
    }
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *what)
{
    if (what->kind == SN_WAKE_OWN) {
        inject(app, host);
        return true;
    }
    if (what->kind != SN_WAKE_ACT) {
        return false;
    }
    const sn_act *act = &sn_host_plan(host)->acts[what->arg];
    if (act->row.op != SN_OP_REPLAY || !replay(app, host, act->row.value)) {
        sn_host_call(host, &(sn_call_fact){ .source = SN_NOBODY,
                                            .event = SN_CALL_ACT_MISSED,
                                            .status = 481,
                                            .synthetic = 1 });
    }
    return true;
}

static void reset(void *app, sn_host *host)
{
    (void)host;
    memset(app, 0, sizeof(sn_tap_app));
}

const sn_app_class sn_app_tap = {
    .name = "tap",
    .port = SN_SIP_PORT,
    .bytes = sizeof(sn_tap_app),
    .start = start,
    .input = input,
    .stream = stream,
    .stream_bytes = stream_bytes,
    .wake = wake,
    .reset = reset,
};
