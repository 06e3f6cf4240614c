/* Names: the engines' questions go through RFC 3263 (ss/locate.h), whose lookups are c-ares' affair: the system's servers, or those
 * that were given, and /etc/hosts. Names of the plan's nodes are known without asking.
 *
 * What the DNS said is kept for as long as it says (name_cache.c), so that a server in front of a busy proxy is asked once.
 *
 * Bounded: so many questions at once, and more fail at once. A server that did not answer is asked last for as long as the stack
 * says (RFC 3263 4.3). */
#include "name_cache.h"
#include "site.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 64, SOCKETS_MAX = 16, AVOIDED_MAX = 16, ARES_TICK_MS = 200 };

typedef struct question {
    struct question *next;
    struct sl_names *names;
    uint32_t element, token;
    ss_locate l;
    ss_record_type type; /* looked up now */
    bool is_asking;      /* inside the call that looks it up */
    bool is_answered;
} question;

typedef struct name_socket {
    uv_poll_t poll;
    ares_socket_t fd;
    struct sl_names *names;
    bool is_used;
} name_socket;

typedef struct avoided {
    ss_address address;
    ss_time until;
} avoided;

struct sl_names {
    sl_site *site;
    ares_channel channel;
    bool has_channel;
    uv_timer_t timer;
    bool is_ticking;
    name_socket sockets[SOCKETS_MAX];
    question *first;
    uint32_t count;
    sl_name_cache *cache;
    avoided avoided[AVOIDED_MAX];
};

/* ---- c-ares in the loop ---- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
    const name_socket *n = poll->data;
    const bool reads = status < 0 || (events & UV_READABLE) != 0;
    const bool writes = status < 0 || (events & UV_WRITABLE) != 0;
    ares_process_fd(n->names->channel, reads ? n->fd : ARES_SOCKET_BAD,
                    writes ? n->fd : ARES_SOCKET_BAD);
}

static void on_tick(uv_timer_t *timer)
{
    struct sl_names *names = timer->data;
    ares_process_fd(names->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (names->count == 0) {
        (void)uv_timer_stop(timer);
        names->is_ticking = false;
    }
}

static name_socket *socket_of(struct sl_names *names, ares_socket_t fd)
{
    name_socket *room = NULL;
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        name_socket *n = &names->sockets[i];
        if (n->is_used && n->fd == fd) {
            return n;
        }
        if (!n->is_used && room == NULL && n->names == NULL) {
            room = n;
        }
    }
    return room;
}

static void on_unpolled(uv_handle_t *handle)
{
    name_socket *n = handle->data;
    n->names = NULL; /* its place may be taken again */
}

static void on_socket(void *self, ares_socket_t fd, int reads, int writes)
{
    struct sl_names *names = self;
    name_socket *n = socket_of(names, fd);
    if (n == NULL) {
        return; /* the tick finds it by its time */
    }
    if (reads == 0 && writes == 0) {
        if (n->is_used) {
            n->is_used = false;
            (void)uv_poll_stop(&n->poll);
            uv_close((uv_handle_t *)&n->poll, on_unpolled);
        }
        return;
    }
    if (!n->is_used) {
        if (uv_poll_init(&names->site->loop, &n->poll, fd) != 0) {
            return;
        }
        n->is_used = true;
        n->fd = fd;
        n->names = names;
        n->poll.data = n;
    }
    (void)uv_poll_start(&n->poll, (reads != 0 ? UV_READABLE : 0) | (writes != 0 ? UV_WRITABLE : 0),
                        on_poll);
}

/* ---- an answer of the DNS, as ss_locate wants it ---- */

typedef struct found {
    ss_address addresses[RECORDS_MAX];
    ss_srv srvs[RECORDS_MAX];
    ss_naptr naptrs[RECORDS_MAX];
    ss_records records;
} found;

static void add_address(found *f, uint8_t family, const void *ip, size_t len)
{
    if (f->records.count < RECORDS_MAX) {
        ss_address *a = &f->addresses[f->records.count++];
        *a = (ss_address){ .family = family };
        memcpy(a->ip, ip, len);
    }
}

static int read_addresses(found *f, ss_record_type type, const unsigned char *bytes, int len)
{
    struct ares_addrttl v4[RECORDS_MAX];
    struct ares_addr6ttl v6[RECORDS_MAX];
    int count = RECORDS_MAX;
    const int status = type == SS_RECORD_A ? ares_parse_a_reply(bytes, len, NULL, v4, &count)
                                           : ares_parse_aaaa_reply(bytes, len, NULL, v6, &count);
    for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
        if (type == SS_RECORD_A) {
            add_address(f, 4, &v4[i].ipaddr, 4);
        } else {
            add_address(f, 6, &v6[i].ip6addr, 16);
        }
    }
    return status;
}

static int read_srvs(found *f, const unsigned char *bytes, int len, void **list)
{
    struct ares_srv_reply *all = NULL;
    const int status = ares_parse_srv_reply(bytes, len, &all);
    *list = all;
    for (const struct ares_srv_reply *r = all; r != NULL && f->records.count < RECORDS_MAX;
         r = r->next) {
        f->srvs[f->records.count++] =
            (ss_srv){ r->priority, r->weight, r->port, ss_slice_from(r->host) };
    }
    return status;
}

static ss_slice text_of(const unsigned char *text)
{
    return text == NULL ? SS_EMPTY : ss_slice_from((const char *)text);
}

static int read_naptrs(found *f, const unsigned char *bytes, int len, void **list)
{
    struct ares_naptr_reply *all = NULL;
    const int status = ares_parse_naptr_reply(bytes, len, &all);
    *list = all;
    for (const struct ares_naptr_reply *r = all; r != NULL && f->records.count < RECORDS_MAX;
         r = r->next) {
        f->naptrs[f->records.count++] = (ss_naptr){
            r->order,           r->preference,
            text_of(r->flags),  text_of(r->service),
            text_of(r->regexp), r->replacement == NULL ? SS_EMPTY : ss_slice_from(r->replacement)
        };
    }
    return status;
}

static ss_status status_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return SS_OK;
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
    case ARES_EFORMERR:
    case ARES_EBADNAME:
        return SS_NONE;
    default:
        return SS_ERR_STATE;
    }
}

static void take_reply(question *q, int status, const unsigned char *bytes, int len)
{
    found f;
    void *list = NULL;
    f.records = (ss_records){ f.addresses, f.srvs, f.naptrs, 0 };
    if (status == ARES_SUCCESS && q->type == SS_RECORD_SRV) {
        status = read_srvs(&f, bytes, len, &list);
    } else if (status == ARES_SUCCESS && q->type == SS_RECORD_NAPTR) {
        status = read_naptrs(&f, bytes, len, &list);
    } else if (status == ARES_SUCCESS) {
        status = read_addresses(&f, q->type, bytes, len);
    }
    ss_locate_answer(&q->l, status_of(status), &f.records);
    ares_free_data(list);
}

/* ---- what is known ---- */

static ss_slice name_of(const question *q)
{
    return ss_locate_needs(&q->l).name;
}

static void remember(const question *q, const unsigned char *bytes, int len)
{
    if (bytes != NULL && len > 0) {
        sl_name_cache_keep(q->names->cache, sl_real_now(q->names->site), name_of(q), q->type,
                           (ss_slice){ (const char *)bytes, (size_t)len });
    }
}

/* A negative reply is read as a positive one is: it has no records. */
static bool is_remembered(question *q)
{
    const ss_slice reply =
        sl_name_cache_find(q->names->cache, sl_real_now(q->names->site), name_of(q), q->type);
    if (reply.len != 0) {
        q->names->site->counts.names_known++;
        take_reply(q, ARES_SUCCESS, (const unsigned char *)reply.at, (int)reply.len);
    }
    return reply.len != 0;
}

/* ---- lookups ---- */

static void go_on(question *q);

static void on_reply(void *self, int status, int timeouts, unsigned char *bytes, int len)
{
    question *q = self;
    (void)timeouts;
    if (status == ARES_EDESTRUCTION) {
        return; /* the end: nobody waits */
    }
    remember(q, bytes, len);
    take_reply(q, status, bytes, len);
    q->is_answered = true;
    if (!q->is_asking) {
        go_on(q);
    }
}

/* Nodes of the plan, and /etc/hosts. */
static bool is_known(question *q, const ss_locate_need *need, const char *name)
{
    const sl_site *s = q->names->site;
    const sn_plan *plan = s->options->plan;
    const int family = need->type == SS_RECORD_A ? AF_INET : AF_INET6;
    struct hostent *host = NULL;
    found f;
    f.records = (ss_records){ f.addresses, f.srvs, f.naptrs, 0 };
    const uint32_t node = s->options->is_scenario ? sn_resolve(plan, need->name) : SN_NOBODY;
    if (node != SN_NOBODY && need->type == SS_RECORD_A) {
        const ss_address a = sn_address_with_port(sn_member_address(&plan->cast.nodes[node]), 0);
        add_address(&f, 4, a.ip, 4);
    } else if ((need->type == SS_RECORD_A || need->type == SS_RECORD_AAAA) &&
               ares_gethostbyname_file(q->names->channel, name, family, &host) == ARES_SUCCESS) {
        for (char **at = host->h_addr_list; *at != NULL; at++) {
            add_address(&f, need->type == SS_RECORD_A ? 4 : 6, *at, (size_t)host->h_length);
        }
        ares_free_hostent(host);
    }
    if (f.records.count == 0) {
        return node != SN_NOBODY && need->type != SS_RECORD_A
                   ? (ss_locate_answer(&q->l, SS_NONE, &f.records), true)
                   : false;
    }
    ss_locate_answer(&q->l, SS_OK, &f.records);
    return true;
}

/* True when its answer is there already. */
static bool look_up(question *q, const ss_locate_need *need)
{
    struct sl_names *names = q->names;
    char name[SS_LOCATE_NAME_MAX + 17];
    SS_ASSERT(need->name.len < sizeof name);
    memcpy(name, need->name.at, need->name.len);
    name[need->name.len] = '\0';
    if (is_known(q, need, name)) {
        return true;
    }
    q->type = need->type;
    if (is_remembered(q)) {
        return true;
    }
    names->site->counts.names_asked++;
    q->is_answered = false;
    q->is_asking = true;
    ares_query(names->channel, name, C_IN, (int)need->type, on_reply, q);
    q->is_asking = false;
    return q->is_answered;
}

/* False: it waits. */
static bool advance(question *q)
{
    for (;;) {
        const ss_locate_need need = ss_locate_needs(&q->l);
        if (need.kind == SS_LOCATE_NOTHING) {
            return true;
        }
        if (need.kind == SS_LOCATE_DRAW) {
            uint32_t drawn = 0;
            (void)uv_random(NULL, NULL, &drawn, sizeof drawn, 0, NULL);
            ss_locate_drawn(&q->l, need.below == 0 ? 0 : drawn % need.below);
        } else if (!look_up(q, &need)) {
            return false;
        }
    }
}

/* ---- answers ---- */

static bool is_avoided(const struct sl_names *names, const ss_address *a)
{
    for (size_t i = 0; i < AVOIDED_MAX; i++) {
        if (names->avoided[i].until > names->site->now &&
            ss_address_equal(&names->avoided[i].address, a)) {
            return true;
        }
    }
    return false;
}

/* RFC3263:4.3 who did not answer of late is tried after the others. */
static void fill_answer(const question *q, ss_answer *answer, ss_address *addresses)
{
    const ss_locate *l = &q->l;
    uint16_t count = 0;
    *answer = (ss_answer){ .token = q->token, .status = l->status };
    for (unsigned avoids = 0; avoids < 2; avoids++) {
        for (uint16_t i = 0; i < l->address_count; i++) {
            if (is_avoided(q->names, &l->addresses[i]) == (avoids != 0)) {
                addresses[count++] = l->addresses[i];
            }
        }
    }
    answer->addresses = addresses;
    answer->address_count = count;
    answer->has_transport = l->status == SS_OK;
    answer->transport = l->transport;
    if (l->status == SS_OK && count == 0) {
        answer->status = SS_NONE;
    }
}

static void forget(question *q)
{
    struct sl_names *names = q->names;
    question **at = &names->first;
    while (*at != q) {
        at = &(*at)->next;
    }
    *at = q->next;
    names->count--;
    free(q);
}

static void go_on(question *q)
{
    sl_site *s = q->names->site;
    ss_address addresses[SS_LOCATE_ADDRESSES_MAX];
    ss_answer answer;
    if (!advance(q)) {
        return;
    }
    const uint32_t element = q->element;
    const sl_element *e = &s->elements[element];
    fill_answer(q, &answer, addresses);
    forget(q);
    if (e->class->resolved == NULL || e->is_dead) {
        return;
    }
    sl_event_begin(s, element);
    sn_host host = sl_host_of(s, element);
    e->class->resolved(e->app, &host, &answer);
    sl_event_end(s);
}

static uint32_t transports_of(const sl_site *s, uint32_t element, bool *has_ipv4, bool *has_ipv6)
{
    uint32_t bits = 1u << SS_TRANSPORT_TCP;
    *has_ipv4 = *has_ipv6 = false;
    for (uint32_t i = 0; i < s->listen_count; i++) {
        if (s->listens[i].node == s->elements[element].node) {
            bits |= 1u << s->listens[i].transport;
            *(s->listens[i].address.family == 4 ? has_ipv4 : has_ipv6) = true;
        }
    }
    return bits;
}

static question *new_question(sl_site *s, uint32_t element, const ss_query *query)
{
    struct sl_names *names = s->names;
    question *q = names->count >= s->limits.lookups ? NULL : calloc(1, sizeof *q);
    if (q == NULL) {
        return NULL;
    }
    q->names = names;
    q->element = element;
    q->token = query->token;
    q->next = names->first;
    names->first = q;
    names->count++;
    ss_locate_options options = { .host = query->name,
                                  .port = query->port,
                                  .transport = query->transport,
                                  .is_open = query->is_open,
                                  .is_sips = query->is_sips,
                                  .is_fixed = query->is_fixed };
    options.transports = transports_of(s, element, &options.has_ipv4, &options.has_ipv6);
    ss_locate_begin(&q->l, &options);
    return q;
}

bool sl_names_ask(sl_site *s, uint32_t element, const ss_query *query, ss_answer *answer)
{
    question *q = new_question(s, element, query);
    *answer = (ss_answer){ .token = query->token, .status = SS_NONE };
    if (q == NULL) {
        return true;
    }
    if (!advance(q)) {
        if (!s->names->is_ticking) {
            s->names->is_ticking = true;
            (void)uv_timer_start(&s->names->timer, on_tick, ARES_TICK_MS, ARES_TICK_MS);
        }
        return false;
    }
    ss_address *addresses =
        ss_arena_take(&s->arena, SS_LOCATE_ADDRESSES_MAX * sizeof *addresses, _Alignof(ss_address));
    if (addresses != NULL) {
        fill_answer(q, answer, addresses);
    }
    forget(q);
    return true;
}

void sl_names_avoid(sl_site *s, const ss_output *out)
{
    avoided *oldest = &s->names->avoided[0];
    const ss_address *address = &out->path.remote;
    for (size_t i = 0; i < AVOIDED_MAX; i++) {
        avoided *a = &s->names->avoided[i];
        if (ss_address_equal(&a->address, address)) {
            oldest = a;
            break;
        }
        oldest = a->until < oldest->until ? a : oldest;
    }
    *oldest = (avoided){ *address, ss_time_after(s->now, s->options->plan->dns.avoid) };
}

/* ---- begin and end ---- */

static void say(sl_error *why, const char *what, const char *where, const char *detail)
{
    ss_buffer b = ss_buffer_on(why->text, sizeof why->text - 1);
    ss_put_text(&b, what);
    ss_put_text(&b, where);
    ss_put_text(&b, detail == NULL ? "" : ": ");
    ss_put_text(&b, detail == NULL ? "" : detail);
    why->text[b.len] = '\0';
}

bool sl_names_open(sl_site *s, const char *servers, sl_error *why)
{
    struct sl_names *names = calloc(1, sizeof *names);
    struct ares_options options = { .timeout = 2000, .tries = 2 };
    options.sock_state_cb = on_socket;
    options.sock_state_cb_data = names;
    if (names == NULL) {
        say(why, "out of memory", "", NULL);
        return false;
    }
    names->site = s;
    s->names = names;
    names->cache = sl_name_cache_new();
    (void)uv_timer_init(&s->loop, &names->timer);
    names->timer.data = names;
    int status = ares_init_options(&names->channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    names->has_channel = status == ARES_SUCCESS;
    if (status == ARES_SUCCESS && servers != NULL) {
        status = ares_set_servers_ports_csv(names->channel, servers);
    }
    if (names->cache == NULL) {
        say(why, "out of memory", "", NULL);
        return false;
    }
    if (status != ARES_SUCCESS) {
        say(why, servers == NULL ? "cannot look up names" : "cannot look up names at ",
            servers == NULL ? "" : servers, ares_strerror(status));
        return false;
    }
    return true;
}

void sl_names_close(sl_site *s)
{
    struct sl_names *names = s->names;
    if (names == NULL) {
        return;
    }
    if (names->has_channel) {
        ares_destroy(names->channel);
        names->has_channel = false;
    }
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (names->sockets[i].is_used) {
            names->sockets[i].is_used = false;
            uv_close((uv_handle_t *)&names->sockets[i].poll, on_unpolled);
        }
    }
    uv_close((uv_handle_t *)&names->timer, NULL);
}

void sl_names_free(sl_site *s)
{
    struct sl_names *names = s->names;
    while (names != NULL && names->first != NULL) {
        forget(names->first);
    }
    if (names != NULL) {
        sl_name_cache_free(names->cache);
    }
    free(names);
    s->names = NULL;
}
