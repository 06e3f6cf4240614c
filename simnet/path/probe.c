/* A host that finds out by itself what the way to an address carries, without ICMP: path/plpmtu.h, for SIP over UDP (RFC 8899 6.1).
 *
 * UDP acknowledges nothing, so a probe is a request that everybody answers: OPTIONS with a body that means nothing, as long as it has
 * to be (RFC 3261 11). With Max-Forwards 0 nobody passes it on; any response to it is the acknowledgement. The copies of a probe
 * are those of its transaction, whose T1 and T2 are both PROBE_TIMER and which ends with MAX_PROBES: decisions/0015. Its branch is drawn, so
 * that nobody off the path can say that it arrived (6.1.1).
 *
 * A way is looked at while it is used, from the first datagram on. Bounded: of SN_PROBED_MAX ways the one that nobody used for
 * longest makes room, once it is old enough that its own would be confirmed; until then nothing is found out of another. */
#include "path/plpmtu.h"
#include "world_state.h"

#include <string.h>

enum { SN_PROBED_MAX = 16 };

typedef struct probed {
    sn_address to; /* none: free */
    sn_plpmtu m;
    uint32_t alarm;    /* of the event that its `due` is in the queue with */
    ss_time asked_for; /* the instant of that; SS_TIME_NEVER: none */
    uint32_t number;   /* of its probe, from 1 */
    uint64_t branch;
    uint64_t last; /* hash of what was sent last */
    ss_time used;
    uint32_t told; /* what the app takes it for */
} probed;

typedef struct ways {
    ss_table_link link; /* first: the table asks for it; by the node */
    uint32_t alarms, numbers;
    probed all[SN_PROBED_MAX];
} ways;

static const ss_key128 ways_key = { 0x7061746873000003u, 0x7061746873000004u };

typedef struct visit {
    sn_partition *p;
    uint32_t node;
    ways *ways;
    const sn_probing_spec *spec;
} visit;

static const sn_probing_spec *spec_of(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return &plan->groups[plan->nodes[node].group].probing;
}

static ways *ways_of(const sn_partition *p, uint32_t node)
{
    ss_table_link *link =
        p->paths.buckets == 0 ? NULL : ss_table_find(&p->paths, &p->store, node, ways_key);
    return link == NULL ? NULL : SS_OWNER(link, ways, link);
}

static ways *obtain_ways(sn_partition *p, uint32_t node)
{
    ways *all = ways_of(p, node);
    if (all != NULL) {
        return all;
    }
    const bool has_table =
        p->paths.buckets != 0 || ss_table_init(&p->paths, &p->store, 64) == SS_OK;
    const ss_ref ref = has_table ? ss_store_take(&p->store, sizeof(ways)) : 0;
    if (ref == 0) {
        p->out_of_memory = true;
        return NULL;
    }
    all = ss_store_at(&p->store, ref);
    all->link.key = ways_key;
    all->link.engine = node;
    ss_table_add(&p->paths, &p->store, &all->link);
    return all;
}

static probed *find(ways *all, sn_address to)
{
    for (unsigned i = 0; all != NULL && i < SN_PROBED_MAX; i++) {
        if (sn_address_equal(all->all[i].to, to)) {
            return &all->all[i];
        }
    }
    return NULL;
}

static uint32_t own_mtu(const sn_partition *p, uint32_t node)
{
    const uint32_t mtu = sn_link_now(p->world, SN_UP(node), p->key.at)->mtu;
    return mtu == 0 ? SN_IP_BYTES_MAX : mtu;
}

/* NULL: there is no room. */
static probed *obtain(const visit *v, sn_address to)
{
    probed *at = find(v->ways, to);
    if (at != NULL) {
        return at;
    }
    at = &v->ways->all[0];
    for (unsigned i = 0; i < SN_PROBED_MAX; i++) {
        probed *each = &v->ways->all[i];
        if (sn_address_is_none(each->to)) {
            at = each;
            break;
        }
        at = each->used < at->used ? each : at;
    }
    if (!sn_address_is_none(at->to) && v->p->key.at - at->used < v->spec->confirm) {
        return NULL;
    }
    *at = (probed){ .to = to, .asked_for = SS_TIME_NEVER };
    sn_plpmtu_begin(&at->m, v->spec, !sn_address_is_v4(to), own_mtu(v->p, v->node));
    return at;
}

/* ---- what is known ---- */

uint32_t sn_path_probed(const sn_partition *p, uint32_t node, sn_address to)
{
    const probed *at = find(ways_of(p, node), to);
    return at == NULL ? 0 : at->m.size;
}

static void tell(const visit *v, probed *at)
{
    const bool is_less = at->m.size < at->told;
    at->told = at->m.size;
    sn_fact fact = { .kind = SN_FACT_PATH_MTU,
                     .entity = v->node,
                     .peer = sn_plan_find_address(v->p->world->plan, at->to),
                     .cause = is_less ? SN_CAUSE_BLACK_HOLE : SN_CAUSE_NONE,
                     .value = at->m.size };
    sn_emit(v->p, &fact, SS_EMPTY);
    sn_app_path_mtu(v->p, v->node, at->to, at->m.size,
                    at->m.size == 0 ? v->p->key.at : SS_TIME_NEVER);
}

/* ---- a probe ---- */

static void draw_branch(const visit *v, probed *at)
{
    const uint64_t id = v->p->world->plan->cast.nodes[v->node].id;
    at->number = ++v->ways->numbers;
    sn_point point = { .place = id,
                       .row = at->number,
                       .fragment = 1, /* with 0 it is a query to a DNS server */
                       .at = v->p->key.at,
                       .entity = v->node,
                       .key = { id, at->number, 1 },
                       .key_words = 3 };
    sn_decide_at(v->p->world->decisions, &point);
    at->branch = sn_decide_bits(v->p->world->decisions, SN_DECISION_QUERY, &point);
}

static void put_branch(ss_buffer *b, const probed *at)
{
    ss_put_text(b, "z9hG4bKmtu");
    ss_put_hex(b, at->branch, 16);
}

static void put_name(ss_buffer *b, const char *before, const ss_address *who, const char *after)
{
    ss_put_text(b, before);
    ss_put_host(b, who);
    ss_put_text(b, after);
}

/* All but the number that ends it. RFC3261:11.1 */
static void put_head(ss_buffer *b, const probed *at, const ss_path *path)
{
    put_name(b, "OPTIONS sip:", &path->remote, " SIP/2.0\r\nVia: SIP/2.0/UDP ");
    ss_put_host_port(b, &path->local);
    ss_put_text(b, ";branch=");
    put_branch(b, at);
    put_name(b, "\r\nMax-Forwards: 0\r\nFrom: <sip:", &path->local, ">;tag=");
    ss_put_hex(b, at->branch >> 32, 8);
    put_name(b, "\r\nTo: <sip:", &path->remote, ">\r\nCall-ID: mtu");
    ss_put_hex(b, at->branch, 16);
    put_name(b, "@", &path->local, "\r\nCSeq: ");
    ss_put_u64(b, at->number);
    ss_put_text(b, " OPTIONS\r\nAccept: application/sdp\r\n"
                   "Content-Type: application/octet-stream\r\n"
                   "Content-Disposition: render;handling=optional\r\nContent-Length: ");
}

/* RFC8899:4.1 padding behind the header, so long that the packet has the size. */
static ss_slice message_of(const visit *v, const probed *at, const ss_path *path)
{
    const size_t size = at->m.now - sn_ip_header_to(at->to) - SN_UDP_HEADER_BYTES;
    char *bytes = ss_arena_take(&v->p->world->arena, size, 1);
    if (bytes == NULL) {
        v->p->out_of_memory = true;
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_on(bytes, size);
    put_head(&b, at, path);
    const size_t behind = 5 + 4; /* digits of the length, and two line ends */
    const size_t head = ss_buffer_slice(&b).len + behind;
    if (b.overflow || head > size) {
        return SS_EMPTY; /* what the own link carries is too little for any request */
    }
    for (size_t least = 10000; least > size - head && least > 1; least /= 10) {
        ss_put_char(&b, ' ');
    }
    ss_put_u64(&b, size - head);
    ss_put_text(&b, "\r\n\r\n");
    memset(bytes + head, '.', size - head);
    return (ss_slice){ bytes, size };
}

static ss_path path_to(const visit *v, const probed *at)
{
    const sn_member *me = &v->p->world->plan->cast.nodes[v->node];
    return (ss_path){ .transport = SS_TRANSPORT_UDP,
                      .local = sn_address_with_port(
                          sn_member_address_of(me, !sn_address_is_v4(at->to)), SN_SIP_PORT),
                      .remote = sn_address_with_port(at->to, SN_SIP_PORT) };
}

static void send_probe(const visit *v, probed *at)
{
    if (!at->m.is_repeated) {
        draw_branch(v, at);
    }
    const size_t mark = v->p->world->arena.used;
    const ss_path path = path_to(v, at);
    const ss_slice message = message_of(v, at, &path);
    if (message.len > 0 && at->m.now <= own_mtu(v->p, v->node)) {
        sn_node_send_probe(v->p, v->node, &path, message);
    }
    v->p->world->arena.used = mark;
    at->m.now = 0;
}

/* ---- what happens ---- */

static void post(const visit *v, probed *at, ss_time when)
{
    at->alarm = ++v->ways->alarms;
    at->asked_for = when;
    sn_post_self(v->p, v->node, when, (sn_event){ .kind = SN_EVENT_PROBE, .arg = at->alarm });
}

/* After each event of the machine. True: it shows. */
static bool settle(const visit *v, probed *at)
{
    const bool shows = at->m.size != at->told || at->m.now != 0;
    if (at->m.size != at->told) {
        tell(v, at);
    }
    if (at->m.now != 0) {
        send_probe(v, at);
    }
    if (!at->m.rests && at->m.due != at->asked_for) {
        post(v, at, at->m.due);
    }
    return shows;
}

static void limit(const visit *v, probed *at)
{
    sn_plpmtu_limit(&at->m, v->spec, !sn_address_is_v4(at->to), own_mtu(v->p, v->node));
}

static visit visit_of(sn_partition *p, uint32_t node)
{
    return (visit){ p, node, ways_of(p, node), spec_of(p, node) };
}

/* Two hosts that look at the way between them would keep each other at it for ever, were the answers to it a use of the way. */
static bool answers_options(const sn_partition *p, ss_slice payload)
{
    ss_arena scratch = p->world->arena; /* what it takes is given back by forgetting it */
    ss_msg msg;
    ss_diag diag;
    return ss_slice_starts(payload, SS_LIT("SIP/2.0 ")) &&
           ss_msg_parse(&msg, &scratch, payload, &diag) == SS_OK && msg.method == SS_METHOD_OPTIONS;
}

/* Inside the turn of an app: what follows from it is done when that is over. */
void sn_path_used(sn_partition *p, uint32_t node, sn_address to, ss_slice payload)
{
    const sn_member *me = &p->world->plan->cast.nodes[node];
    const sn_address own = sn_member_address_of(me, !sn_address_is_v4(to));
    const bool crosses_no_link = sn_address_is_none(own) || sn_address_equal(to, own);
    if (crosses_no_link || answers_options(p, payload)) {
        return;
    }
    const uint64_t hash = ss_hash64(0, payload);
    const uint32_t size = (uint32_t)(sn_ip_header_to(to) + SN_UDP_HEADER_BYTES + payload.len);
    const visit v = { p, node, obtain_ways(p, node), spec_of(p, node) };
    probed *at = v.ways == NULL ? NULL : obtain(&v, to);
    if (at == NULL) {
        return;
    }
    const bool is_copy = at->last == hash;
    at->last = hash;
    at->used = p->key.at;
    limit(&v, at);
    sn_plpmtu_sent(&at->m, v.spec, p->key.at, size, is_copy);
    if (at->m.now != 0 || at->m.size != at->told) {
        post(&v, at, p->key.at);
    }
}

static probed *find_alarm(ways *all, uint32_t alarm)
{
    for (unsigned i = 0; all != NULL && i < SN_PROBED_MAX; i++) {
        if (!sn_address_is_none(all->all[i].to) && all->all[i].alarm == alarm) {
            return &all->all[i];
        }
    }
    return NULL;
}

bool sn_path_probe_due(sn_partition *p, const sn_event *event)
{
    const visit v = visit_of(p, event->receiver);
    probed *at = find_alarm(v.ways, event->arg);
    if (at == NULL || p->world->nodes[event->receiver].is_dead) {
        return false;
    }
    at->asked_for = SS_TIME_NEVER;
    if (at->m.now == 0 && at->m.due <= p->key.at) { /* else sn_path_used has something to be done */
        limit(&v, at);
        sn_plpmtu_expired(&at->m, v.spec, p->key.at);
    }
    return settle(&v, at);
}

bool sn_path_probe_is_waiting(const sn_partition *p, const sn_event *event)
{
    const probed *at = find_alarm(ways_of(p, event->receiver), event->arg);
    return at != NULL && at->m.is_out;
}

/* RFC8899:6.1.1 from who was asked, with the branch that nobody else knows. */
bool sn_path_probe_hears(sn_partition *p, uint32_t node, const ss_path *path, const ss_msg *msg)
{
    const visit v = visit_of(p, node);
    probed *at = find(v.ways, sn_address_from(&path->remote));
    char bytes[40];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    if (at == NULL || !at->m.is_out || at->m.now != 0 || msg->top_via_status != SS_OK) {
        return false;
    }
    put_branch(&b, at);
    if (!ss_slice_eq(ss_buffer_slice(&b), msg->top_via.branch)) {
        return false;
    }
    sn_plpmtu_acked(&at->m, v.spec, p->key.at);
    (void)settle(&v, at);
    return true;
}

void sn_path_probe_too_big(sn_partition *p, uint32_t node, sn_address to, uint32_t said)
{
    const visit v = visit_of(p, node);
    probed *at = find(v.ways, to);
    if (at != NULL) {
        sn_plpmtu_too_big(&at->m, v.spec, p->key.at, said);
        (void)settle(&v, at);
    }
}

void sn_path_probes_forget(sn_partition *p, uint32_t node)
{
    ways *all = ways_of(p, node);
    if (all != NULL) { /* numbers go on, as alarms are in the queue */
        memset(all->all, 0, sizeof all->all);
    }
}
