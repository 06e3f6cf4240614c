/* The networks: who there is, by whom it sends, by what transport. A table; a row is an actor. */
#include "network.h"

enum {
    TCP = 1,
    REGISTERS = 2, /* a user agent, at its outbound proxy's registrar */
    SHARES = 4,    /* its address-of-record is the team's */
    POINTS = 8,    /* it registers bob's address-of-record beside its own Contact: a spiral */
    LOGS_IN = 16,  /* it has a password, and the domain asks for it */
    NO_ROUTE = 32, /* a proxy that does not stay in the route */
    STATELESS = 64,
    HUNTS = 128,     /* one target after the other */
    RECURSES = 256,  /* it follows 3xx */
    REDIRECTS = 512, /* a redirect server */
    SECOND = 1024,   /* of the second domain */
    JOINS = 2048,    /* a B2BUA */
    PRESENCE = 4096, /* it notifies of presence and dialogs */
    BY_SIZE = 8192,  /* large requests go by TCP */
    NO_LOOP_CHECK = 16384
};

typedef struct actor {
    const char *name;
    char role;     /* u, p */
    uint8_t sends; /* to actor so many, from 1; 0: to the Request-URI */
    unsigned ways;
} actor;

typedef struct profile {
    const char *sentence;
    actor actors[NETWORK_ACTORS_MAX];
} profile;

static const profile profiles[] = {
    { "two phones", { { "alice", 'u', 0, 0 }, { "bob", 'u', 0, 0 } } },
    { "two phones over TCP", { { "alice", 'u', 0, TCP }, { "bob", 'u', 0, TCP } } },
    { "phones behind a record-routing proxy",
      { { "alice", 'u', 4, REGISTERS },
        { "bob", 'u', 4, REGISTERS },
        { "carol", 'u', 4, REGISTERS },
        { "p1", 'p', 0, 0 } } },
    { "the same over TCP",
      { { "alice", 'u', 4, REGISTERS | TCP },
        { "bob", 'u', 4, REGISTERS | TCP },
        { "carol", 'u', 4, REGISTERS | TCP },
        { "p1", 'p', 0, TCP } } },
    { "a proxy that leaves the route",
      { { "alice", 'u', 3, REGISTERS },
        { "bob", 'u', 3, REGISTERS },
        { "p1", 'p', 0, NO_ROUTE } } },
    { "two domains, a proxy each",
      { { "alice", 'u', 3, REGISTERS },
        { "bob", 'u', 4, REGISTERS | SECOND },
        { "p1", 'p', 0, 0 },
        { "p2", 'p', 0, SECOND } } },
    { "a team that rings at once",
      { { "alice", 'u', 5, REGISTERS },
        { "bob", 'u', 5, REGISTERS | SHARES },
        { "carol", 'u', 5, REGISTERS | SHARES },
        { "dave", 'u', 5, REGISTERS | SHARES },
        { "p1", 'p', 0, 0 } } },
    { "a team that rings in turn",
      { { "alice", 'u', 4, REGISTERS },
        { "bob", 'u', 4, REGISTERS | SHARES },
        { "carol", 'u', 4, REGISTERS | SHARES },
        { "p1", 'p', 0, HUNTS } } },
    { "a domain that asks for passwords",
      { { "alice", 'u', 3, REGISTERS | LOGS_IN },
        { "bob", 'u', 3, REGISTERS | LOGS_IN },
        { "p1", 'p', 0, LOGS_IN } } },
    { "a spiral",
      { { "alice", 'u', 4, REGISTERS },
        { "bob", 'u', 4, REGISTERS },
        { "carol", 'u', 4, REGISTERS | POINTS },
        { "p1", 'p', 0, 0 } } },
    { "a proxy without transactions",
      { { "alice", 'u', 3, REGISTERS },
        { "bob", 'u', 3, REGISTERS },
        { "p1", 'p', 0, STATELESS } } },
    { "a stream on one side, datagrams on the other",
      { { "alice", 'u', 4, REGISTERS | TCP },
        { "bob", 'u', 4, REGISTERS },
        { "carol", 'u', 4, REGISTERS | BY_SIZE },
        { "p1", 'p', 0, 0 } } },
    { "a B2BUA between them",
      { { "alice", 'u', 3, 0 }, { "bob", 'u', 0, 0 }, { "pbx", 'u', 0, JOINS } } },
    { "a redirect server",
      { { "alice", 'u', 3, REGISTERS },
        { "bob", 'u', 3, REGISTERS },
        { "p1", 'p', 0, REDIRECTS } } },
    { "phones that tell of themselves",
      { { "alice", 'u', 0, PRESENCE },
        { "bob", 'u', 0, PRESENCE },
        { "carol", 'u', 0, PRESENCE } } },
    { "a crowd behind two proxies in a row",
      { { "alice", 'u', 11, REGISTERS },
        { "bob", 'u', 11, REGISTERS },
        { "carol", 'u', 11, REGISTERS | SHARES },
        { "dave", 'u', 11, REGISTERS | SHARES | TCP },
        { "erin", 'u', 11, REGISTERS | SHARES },
        { "frank", 'u', 12, REGISTERS | SECOND },
        { "grace", 'u', 12, REGISTERS | SECOND | POINTS },
        { "heidi", 'u', 12, REGISTERS | SECOND | TCP },
        { "ivan", 'u', 0, 0 },
        { "judy", 'u', 0, PRESENCE },
        { "p1", 'p', 0, RECURSES },
        { "p2", 'p', 0, SECOND | RECURSES | NO_LOOP_CHECK } } },
};

const char *sn_input_profile(unsigned number)
{
    return number < SS_COUNT(profiles) ? profiles[number].sentence : NULL;
}

/* ---- specs ---- */

static const char *const domains[] = { "example.com", "example.net" };

static const char *text(network *n, ss_buffer *b)
{
    const char *kept = b->overflow ? NULL : sn_plan_text(n->plan, ss_buffer_slice(b));
    return kept == NULL ? "" : kept;
}

static const char *aor_of(network *n, const actor *a)
{
    char chars[80];
    ss_buffer b = ss_buffer_on(chars, sizeof chars);
    ss_put_text(&b, "sip:");
    ss_put_text(&b, (a->ways & SHARES) != 0 ? "team" : a->name);
    ss_put_char(&b, '@');
    ss_put_text(&b, domains[(a->ways & SECOND) != 0]);
    return text(n, &b);
}

static sn_login_spec login_of(const actor *a, uint32_t proxy)
{
    if ((a->ways & LOGS_IN) == 0) {
        return (sn_login_spec){ .proxy = SN_NOBODY };
    }
    return (sn_login_spec){ .password = "secret of {n}",
                            .user = a->name,
                            .realm = domains[0],
                            .domain = domains[0],
                            .proxy = proxy };
}

static void fill_ua(network *n, const actor *a, sn_group_spec *g)
{
    g->role = SN_ROLE_UA;
    g->ua = (sn_ua_spec){ .outbound = a->sends == 0 ? SN_NOBODY : a->sends,
                          .behaviour = SN_NOBODY,
                          .events =
                              (a->ways & PRESENCE) != 0 ? SN_EVENTS_PRESENCE | SN_EVENTS_DIALOG : 0,
                          .joins = (a->ways & JOINS) != 0,
                          .login = login_of(a, a->sends) };
    g->settings.by_size = (a->ways & BY_SIZE) != 0;
    if ((a->ways & REGISTERS) != 0) {
        g->ua.aor = aor_of(n, a);
        g->ua.expires_s = 3600;
    }
    if ((a->ways & POINTS) != 0) {
        g->ua.contacts = "<sip:bob@example.com>";
    }
}

static void fill_proxy(network *n, const actor *a, sn_group_spec *g)
{
    const bool is_second = (a->ways & SECOND) != 0;
    n->guard = (sn_guard_spec){ .domain = domains[0],
                                .realm = domains[0],
                                .password = "secret of {n}",
                                .algorithms = { SS_ALGORITHM_MD5 },
                                .algorithm_count = 1,
                                .offers = SS_OFFERS_AUTH,
                                .methods = SS_METHOD_BIT(REGISTER) | SS_METHOD_BIT(INVITE),
                                .nonce_lifetime = SS_S(60) };
    g->role = SN_ROLE_PROXY;
    g->proxy =
        (sn_proxy_spec){ .domains = &domains[is_second],
                         .domain_count = 1,
                         .host = is_second ? "p2.example.net" : "p1.example.com",
                         .record_route = (a->ways & (NO_ROUTE | STATELESS)) == 0,
                         .registrar = true,
                         .mode = (a->ways & STATELESS) != 0   ? SS_PROXY_STATELESS
                                 : (a->ways & REDIRECTS) != 0 ? SS_PROXY_REDIRECTS
                                                              : SS_PROXY_STATEFUL,
                         .fork = (a->ways & HUNTS) != 0 ? SS_FORK_SEQUENTIAL : SS_FORK_PARALLEL,
                         .hunt = SS_S(10),
                         .recurses = (a->ways & RECURSES) != 0,
                         .lets_loop = (a->ways & NO_LOOP_CHECK) != 0,
                         .breadth_max = 60,
                         .guards = &n->guard,
                         .guard_count = (a->ways & LOGS_IN) != 0 };
}

static void fill_link(sn_link_kind *link, const char *name)
{
    *link = (sn_link_kind){ .name = name, .up = sn_link_params_default() };
    link->up.delay = SS_MS(10);
    link->up.delay_floor = SS_MS(1);
    link->down = link->up;
}

void sn_input_network_begin(network *n, unsigned number)
{
    const profile *p = &profiles[number % SS_COUNT(profiles)];
    n->groups[0] = (sn_group_spec){ .name = "core",
                                    .role = SN_ROLE_ROUTER,
                                    .count = 1,
                                    .via = SN_NOBODY,
                                    .settings = ss_settings_default() };
    n->count = 1;
    n->ua_count = 0;
    for (unsigned i = 0; i < NETWORK_ACTORS_MAX && p->actors[i].name != NULL; i++) {
        const actor *a = &p->actors[i];
        sn_group_spec *g = &n->groups[n->count];
        *g = (sn_group_spec){ .name = a->name,
                              .count = 1,
                              .link = n->count - 1,
                              .settings = ss_settings_default(),
                              .transport =
                                  (a->ways & TCP) != 0 ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP };
        fill_link(&n->links[n->count], a->name);
        if (a->role == 'u') {
            fill_ua(n, a, g);
        } else {
            fill_proxy(n, a, g);
        }
        if (a->role == 'u' && (a->ways & JOINS) == 0) {
            n->uas[n->ua_count++] = n->count;
        }
        n->count++;
    }
}

bool sn_input_network_add(network *n)
{
    for (uint32_t i = 1; i < n->count; i++) {
        if (sn_plan_add_link(n->plan, &n->links[i]) == UINT32_MAX) {
            return false;
        }
    }
    for (uint32_t i = 0; i < n->count; i++) {
        if (sn_plan_add_group(n->plan, &n->groups[i]) == UINT32_MAX) {
            return false;
        }
    }
    return true;
}
