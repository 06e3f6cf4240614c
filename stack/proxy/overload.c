/* A proxy with a queue as a server of overload control (RFC 7339, RFC 7415): how much its clients may send, from what came of late; and
 * what others said of it, which goes no further than the next hop (RFC 7339 5.4, 5.6).
 *
 * As often as the interval says, the work that came and the work that waits are held against what the workers can do. Clients that know
 * loss are told a share, which is corrected by the ratio of the two; those that know rate are told how many requests a second
 * are left to each of those that were heard of late. The work of a request is that of all messages of an interval, divided by its
 * requests, so that responses and ACKs count. */
#include "context.h"

enum { WHOLE = 1000000, LEAST_SHARE = 10000, CALM_INTERVALS = 10 };
static const ss_span client_span = SS_S(10);

/* ---- what is said by others ---- */

static bool knows_of_it(const ss_visit *v)
{
    return v->core->settings->overload_control[0] != SS_OC_NONE;
}

static void strip(ss_splice *s, const ss_via *via)
{
    ss_buffer b = ss_buffer_open(s->arena);
    ss_put_via_without_oc(&b, via);
    if (b.overflow) {
        s->failed = true;
        return;
    }
    ss_splice_replace(s, via->whole, ss_buffer_keep(s->arena, &b));
}

/* RFC7339:5.6 */
void ss_overload_strip_request(const ss_visit *v, ss_splice *s)
{
    ss_via via;
    ss_oc oc;
    if (knows_of_it(v) && ss_msg_top_via(s->msg, &via) == SS_OK &&
        (ss_oc_read(&via, &oc) != SS_OK || oc.is_there || oc.has_validity || oc.has_seq)) {
        strip(s, &via);
    }
}

/* RFC7339:5.4 all but the topmost, which is ours and is taken off; RFC7339:11 they may be somebody's lie. */
void ss_overload_strip_response(const ss_visit *v, ss_splice *s)
{
    ss_value_iter it = ss_msg_after_top_via(s->msg);
    ss_via via;
    while (knows_of_it(v) && ss_msg_next_via(s->msg, &it, &via) == SS_OK) {
        if (ss_oc_is_answered(&via)) {
            strip(s, &via);
        }
    }
}

/* ---- who our clients are ---- */

static uint32_t host_of(const ss_path *path)
{
    ss_address host = path->remote;
    host.port = 0;
    return ss_address_hash(&host);
}

/* Those past the table's end share the place of who was heard last but longest ago. */
static void see_client(ss_load *load, const ss_path *path, ss_time now)
{
    const uint32_t host = host_of(path);
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < load->client_count; i++) {
        if (load->clients[i].host == host) {
            load->clients[i].seen = now;
            return;
        }
        oldest = load->clients[i].seen < load->clients[oldest].seen ? i : oldest;
    }
    const bool has_room = load->client_count < SS_COUNT(load->clients);
    const uint32_t at = has_room ? load->client_count++ : oldest;
    load->clients[at].host = host;
    load->clients[at].seen = now;
}

static uint32_t clients_of_late(const ss_load *load, ss_time now)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < load->client_count; i++) {
        count += now - load->clients[i].seen <= client_span;
    }
    return count == 0 ? 1 : count;
}

/* ---- how much they may send ---- */

/* What the workers are to do in an interval. */
static ss_span room_of(const ss_queue_config *config)
{
    return config->workers * config->interval / WHOLE * config->target;
}

/* By the ratio of room and load, a tenth up at most, as what was held back shows only later. */
static uint32_t corrected(uint32_t share, ss_span room, ss_span load)
{
    const uint64_t most = (uint64_t)share + share / 10 + WHOLE / 100;
    uint64_t next = load == 0 ? most : share * (room / 1000) / (load / 1000 + 1);
    next = next < most ? next : most;
    next = next < LEAST_SHARE ? LEAST_SHARE : next;
    return (uint32_t)(next < WHOLE ? next : WHOLE);
}

static void say(const ss_visit *v, const ss_load *load)
{
    const ss_queue_config *config = v->proxy->config->queue;
    const bool is_active = load->share < WHOLE || load->calm < CALM_INTERVALS;
    const ss_span room = config->workers * (SS_S(1) / WHOLE) * config->target;
    const ss_span each = load->work_of_request == 0 ? config->classes[SS_CLASS_INVITE].service
                                                    : load->work_of_request;
    const uint64_t rate = room / each / clients_of_late(load, v->turn->now);
    const ss_oc_says says = { .loss = 100 - load->share / (WHOLE / 100),
                              .rate = rate == 0 ? 1 : (uint32_t)rate,
                              .validity_ms =
                                  is_active ? (uint32_t)(config->validity / SS_MS(1)) : 0,
                              .seq = v->turn->now / SS_US(10) };
    (void)ss_overload_say(v->core, &says);
}

static void evaluate(const ss_visit *v, ss_load *load, ss_span backlog)
{
    const ss_queue_config *config = v->proxy->config->queue;
    const ss_span passed = v->turn->now - load->since;
    const ss_span room = room_of(config);
    /* of one interval, when nothing came for longer */
    const ss_span came = load->work / (passed / config->interval);
    if (load->requests > 0) {
        const ss_span each = load->served / load->requests;
        load->work_of_request =
            load->work_of_request == 0 ? each : (3 * load->work_of_request + each) / 4;
    }
    load->share = corrected(load->share, room, came + backlog);
    load->calm = came + backlog > room || load->share < WHOLE ? 0 : load->calm + 1;
    load->since = v->turn->now;
    load->work = load->served = 0;
    load->requests = 0;
    say(v, load);
}

static bool is_new_request(const ss_arrival *a)
{
    return a->is_request && a->is_message && a->method != SS_METHOD_ACK && !a->is_copy;
}

void ss_load_came(const ss_visit *v, ss_load *load, const ss_path *path, const ss_arrival *a,
                  ss_span backlog)
{
    if (!knows_of_it(v)) {
        return;
    }
    if (load->share == 0) { /* the first message of all */
        *load = (ss_load){ .since = v->turn->now, .share = WHOLE, .calm = CALM_INTERVALS };
        say(v, load);
    } else if (v->turn->now - load->since >= v->proxy->config->queue->interval) {
        evaluate(v, load, backlog);
    }
    if (is_new_request(a)) {
        see_client(load, path, v->turn->now);
    }
}

void ss_load_took(ss_load *load, const ss_arrival *a, ss_span service, bool is_refused)
{
    load->work += service;
    if (!is_refused) {
        load->served += service;
        load->requests += is_new_request(a);
    }
}

/* RFC7339:5.10.2 The share that is held back of those who take part is refused of the others, in their first category. */
bool ss_load_refuses(const ss_visit *v, ss_load *load, const ss_arrival *a)
{
    if (!knows_of_it(v) || load->share >= WHOLE || load->share == 0 || a->takes_part ||
        a->is_in_dialog || a->is_copy ||
        (a->class != SS_CLASS_INVITE && a->class != SS_CLASS_OTHER)) {
        return false;
    }
    load->debt += WHOLE - load->share;
    if (load->debt < WHOLE) {
        return false;
    }
    load->debt -= WHOLE;
    return true;
}
