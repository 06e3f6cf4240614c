/* Somebody on the path overhears a REGISTER with right credentials and sends it again, in a transaction of its own, while the nonce
 * still lives: RFC 7616 3.4, 5.5. Mallory passes on what comes from either side, byte for byte. */
#include <string.h>

#include "check.h"
#include "small_world.h"
#include "sn/judge.h"

enum { OVERHEARD_MAX = 2048, PORT = 5060 };

/* Both proxies of the plan run this app: the registrar as what it is, and Mallory with this behind the state of a proxy. */
typedef struct tap {
    uint32_t len;
    bool is_mallory;
    char bytes[OVERHEARD_MAX];
} tap;

static tap *tap_of(const void *app)
{
    return (tap *)(void *)((char *)(uintptr_t)app + sn_app_proxy.bytes);
}

static struct {
    uint32_t alice, mallory, registrar; /* nodes */
    bool is_replaying;
    unsigned answers[7]; /* to the replay, by class */
    unsigned outcomes[SS_AUTH_COUNT];
    sn_judge *judge;
} seen;

static ss_path path_to(const sn_host *host, uint32_t node)
{
    const sn_member *nodes = sn_host_plan(host)->cast.nodes;
    return (ss_path){ .transport = SS_TRANSPORT_UDP,
                      .local = sn_address_with_port(sn_member_address(&nodes[seen.mallory]), PORT),
                      .remote = sn_address_with_port(sn_member_address(&nodes[node]), PORT) };
}

static bool has(ss_slice bytes, ss_slice text)
{
    for (size_t at = 0; at + text.len <= bytes.len; at++) {
        if (ss_slice_eq(ss_slice_cut(bytes, at, at + text.len), text)) {
            return true;
        }
    }
    return false;
}

static void overhear(tap *t, sn_host *host, ss_slice datagram)
{
    if (t->len == 0 && has(datagram, SS_LIT("\r\nAuthorization: ")) &&
        datagram.len <= sizeof t->bytes) {
        memcpy(t->bytes, datagram.at, datagram.len);
        t->len = (uint32_t)datagram.len;
        sn_host_wake(host, ss_time_after(sn_host_now(host), SS_S(20)), 0, 0, 0);
    }
}

static ss_status start(void *app, sn_host *host)
{
    tap_of(app)->is_mallory = sn_host_node(host) == seen.mallory;
    return tap_of(app)->is_mallory ? SS_OK : sn_app_proxy.start(app, host);
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    if (!tap_of(app)->is_mallory) {
        sn_app_proxy.input(app, host, path, datagram);
        return;
    }
    const ss_path to_alice = path_to(host, seen.alice),
                  to_registrar = path_to(host, seen.registrar);
    if (ss_address_equal(&path->remote, &to_alice.remote)) {
        overhear(tap_of(app), host, datagram);
        sn_host_send(host, &to_registrar, datagram, NULL);
    } else if (seen.is_replaying) {
        seen.answers[(unsigned)(datagram.at[8] - '0') % SS_COUNT(seen.answers)]++;
    } else {
        sn_host_send(host, &to_alice, datagram, NULL);
    }
}

static bool wake(void *app, sn_host *host, const sn_wake *what)
{
    tap *t = tap_of(app);
    (void)what;
    if (!t->is_mallory || t->len == 0) {
        return false;
    }
    const ss_slice all = { t->bytes, t->len };
    for (size_t at = 0; at + 8 <= all.len; at++) {
        if (ss_slice_eq(ss_slice_cut(all, at, at + 7), SS_LIT("z9hG4bK"))) {
            t->bytes[at + 7] = t->bytes[at + 7] == 'x' ? 'y' : 'x';
            break;
        }
    }
    const ss_path to_registrar = path_to(host, seen.registrar);
    seen.is_replaying = true;
    sn_host_send(host, &to_registrar, all, NULL);
    t->len = 0;
    return true;
}

static ss_time deadline(const void *app)
{
    return tap_of(app)->is_mallory ? SS_TIME_NEVER : sn_app_proxy.deadline(app);
}

static void left(const void *app, sn_left_fact *fact)
{
    if (!tap_of(app)->is_mallory) {
        sn_app_proxy.left(app, fact);
    }
}

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    sn_judge_fact(seen.judge, f, packet);
    if (f->kind == SN_FACT_NOTE && f->note.kind == SS_NOTE_AUTH) {
        CHECK_EQ(f->note.from < SS_AUTH_COUNT, true);
        seen.outcomes[f->note.from]++;
    }
}

static sn_plan *plan_with_a_tap(void)
{
    static const char *const domains[] = { "example.com" };
    static const sn_guard_spec guard = { .domain = "example.com",
                                         .realm = "example.com",
                                         .password = "secret",
                                         .algorithms = { SS_ALGORITHM_SHA_256 },
                                         .algorithm_count = 1,
                                         .offers = SS_OFFERS_AUTH,
                                         .methods = 1u << SS_METHOD_REGISTER,
                                         .nonce_lifetime = SS_S(300) };
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    const uint32_t mallory = small_proxy(plan, "mallory", 0, link);
    const uint32_t registrar = small_proxy(plan, "registrar", 0, link);
    const uint32_t alice = small_uas(plan, "alice", 1, 0, link);
    sn_group_spec *r = small_spec(plan, registrar), *a = small_spec(plan, alice);
    r->proxy.domains = domains;
    r->proxy.domain_count = 1;
    r->proxy.registrar = true;
    r->proxy.guards = &guard;
    r->proxy.guard_count = 1;
    a->ua.aor = "sip:alice@example.com";
    a->ua.outbound = mallory;
    a->ua.expires_s = 3600;
    a->ua.login = (sn_login_spec){ .password = "secret",
                                   .user = "alice",
                                   .realm = "example.com",
                                   .domain = "example.com",
                                   .proxy = registrar };
    plan->duration = SS_S(40);
    plan->drain = SS_S(60);
    small_finish(plan);
    seen.alice = sn_plan_node(plan, alice, 0);
    seen.mallory = sn_plan_node(plan, mallory, 0);
    seen.registrar = sn_plan_node(plan, registrar, 0);
    return plan;
}

static uint64_t broken(const char *law)
{
    for (unsigned i = 0; i < sn_law_count; i++) {
        if (strcmp(sn_laws[i].name, law) == 0) {
            return sn_judge_count_of(seen.judge, i);
        }
    }
    CHECK(false);
    return 0;
}

/* RFC7616:3.4 */
TEST(rfc7616_3_4_what_was_overheard_on_the_wire_is_refused_when_it_comes_again)
{
    memset(&seen, 0, sizeof seen);
    sn_plan *plan = plan_with_a_tap();
    sn_app_class class = sn_app_proxy;
    class.bytes += sizeof(tap);
    class.start = start;
    class.input = input;
    class.wake = wake;
    class.deadline = deadline;
    class.left = left;
    class.stream = NULL;
    class.reset = NULL;
    seen.judge = sn_judge_new(&plan->cast, SN_ALL_LAWS);
    CHECK_NOT_NULL(seen.judge);
    const small_options options = { .proxy = &class, .each = see };
    const small_run run = small_run_plan(plan, &options);
    CHECK_EQ(run.state, SN_RUN_DONE);
    CHECK(seen.is_replaying);
    CHECK_EQ(seen.outcomes[SS_AUTH_CHALLENGED], 1);
    CHECK_EQ(seen.outcomes[SS_AUTH_ACCEPTED], 1);
    CHECK_EQ(seen.outcomes[SS_AUTH_REPLAYED], 1);
    CHECK_EQ(seen.answers[4], 1);
    CHECK_EQ(seen.answers[2], 0);
    CHECK_EQ(broken("AUTH1"), 0);
    CHECK_EQ(broken("AUTH2"), 0);
    sn_judge_free(seen.judge);
    sn_plan_free(plan);
}
