/* Twenty thousand registered user agents: what each costs, all told, its binding at the registrar and its share of the plan
 * included. A million of them fit in a gigabyte by this number, which docs/memory.md publishes; it may only go down. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "simnet/world_state.h"
#include "sn/scenario.h"

enum { REGISTERED_BYTES_MAX = 980 };

static const char scenario_text[] =
    "sipsim: 1\nduration: 1100s\ndrain: 60s\nlinks: {wire: {delay: 5ms}}\n"
    "domains: {example.com: {registrar: proxy, users: \"u{n}\"}}\n"
    "nodes:\n"
    "  proxy: {roles: [proxy, registrar], host: proxy.example.com}\n"
    "  phone: {role: ua, count: 20000, outbound: proxy, register: {expires: 1h, at: uniform "
    "0s..1000s}}\n";

/* Of everything that stands when all have registered and every transaction is over. */
static uint64_t bytes_with(const char *count)
{
    const sn_scenario_file file = { "many.yaml", { scenario_text, sizeof scenario_text - 1 } };
    const char *overrides[] = { count };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){
        .files = &file, .file_count = 1, .overrides = overrides, .override_count = 1 });
    CHECK_NOT_NULL(s);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    const sn_plan *plan = sn_scenario_plan(s);
    sn_world *w = sn_world_new(plan, &(sn_world_options){ .partitions = 1 });
    CHECK_NOT_NULL(w);
    while (sn_world_now(w) < SS_S(1050) && sn_world_run(w, 1024) == SN_RUN_GOING) {
    }
    const sn_partition *p = &w->partitions[0];
    CHECK_EQ(p->pools.txns.count, 0);
    const uint64_t plan_bytes =
        plan->cast.node_count * (sizeof(sn_member) + sizeof(sn_node) + 3 * sizeof(uint64_t));
    const uint64_t bytes = w->fixed_bytes + p->store.live_bytes + p->pools.store.used + plan_bytes +
                           (uint64_t)plan->cast.node_count * sizeof(sn_event);
    sn_world_free(w);
    sn_scenario_free(s);
    return bytes;
}

static void meter_fact(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    sn_meter_fact(self, fact);
}

TEST(twenty_thousand_registered_user_agents_cost_no_more_than_the_docs_say)
{
    static char page[1 << 14];
    char row[128];
    const uint64_t few = bytes_with("nodes.phone.count=4000");
    const uint64_t many = bytes_with("nodes.phone.count=20000");
    const uint64_t each = (many - few + 15999) / 16000;
    printf("{\"thing\":\"registered user agent, all told\",\"bytes\":%llu,\"at_most\":%u}\n",
           (unsigned long long)each, (unsigned)REGISTERED_BYTES_MAX);
    CHECK(each <= REGISTERED_BYTES_MAX);
    snprintf(row, sizeof row, "\n| registered user agent, all told | %u |",
             (unsigned)REGISTERED_BYTES_MAX);
    FILE *file = fopen(SIPSIM_SOURCE_DIR "/docs/memory.md", "r");
    CHECK_NOT_NULL(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    CHECK_NOT_NULL(strstr(page, row));
}

/* More users than a registrar keeps secrets of (SS_SECRETS_MAX), and more nonces in use than it tells apart. */
TEST(three_thousand_users_with_passwords_register_and_do_so_again)
{
    static const char text[] =
        "sipsim: 1\nduration: 150s\ndrain: 60s\nlinks: {wire: {delay: 5ms}}\n"
        "domains: {example.com: {registrar: proxy, users: \"u{n}\", password: \"pw{n}\"}}\n"
        "nodes:\n"
        "  proxy: {roles: [proxy, registrar], host: proxy.example.com}\n"
        "  phone: {role: ua, count: 3000, outbound: proxy, register: {expires: 100s, at: uniform "
        "0s..50s}}\n";
    const sn_scenario_file file = { "many.yaml", { text, sizeof text - 1 } };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
    CHECK_NOT_NULL(s);
    const sn_plan *plan = sn_scenario_plan(s);
    sn_meter *meter = sn_meter_new(&plan->cast);
    const sn_sink sink = { meter, meter_fact };
    sn_world *w =
        sn_world_new(plan, &(sn_world_options){ .sinks = &sink, .sink_count = 1, .partitions = 1 });
    CHECK_NOT_NULL(w);
    while (sn_world_run(w, 1024) == SN_RUN_GOING) {
    }
    const sn_metrics *metrics = sn_meter_read(meter, 0);
    CHECK_EQ(metrics->registrations, 6000);
    CHECK_EQ(metrics->registrations_failed, 0);
    sn_world_free(w);
    sn_meter_free(meter);
    sn_scenario_free(s);
}

/** What all who watch are told at one instant, and what is there at the end. */
typedef struct watching {
    ss_time at;
    unsigned notifies, answers, dialogs;
} watching;

static void watch_fact(void *self, const sn_fact *f, ss_slice packet)
{
    watching *w = self;
    (void)packet;
    if (f->kind == SN_FACT_DATAGRAM_SENT && f->key.at == w->at) {
        w->notifies += f->sip.is_request && f->sip.method == SS_METHOD_NOTIFY;
        w->answers +=
            !f->sip.is_request && f->sip.status == 200 && f->sip.method == SS_METHOD_REGISTER;
    }
    w->dialogs += f->kind == SN_FACT_LEFT ? f->left.dialogs : 0;
}

/* Their NOTIFYs are more than the arena of one turn holds; then nobody hears the last ones, and they are not waited for in vain. */
TEST(four_thousand_watchers_are_told_at_once_and_the_request_is_answered)
{
    static const char text[] =
        "sipsim: 1\nduration: 40s\ndrain: 120s\nlinks: {wire: {delay: 5ms}}\n"
        "domains: {example.com: {registrar: p1}}\n"
        "nodes:\n"
        "  p1: {roles: [proxy, registrar]}\n"
        "  star: {role: ua, outbound: p1, aor: \"sip:star@example.com\"}\n"
        "  watcher: {role: ua, count: 4000, outbound: p1, aor: \"sip:w{n}@example.com\", "
        "subscribe: "
        "{to: star, event: reg, at: uniform 0s..10s, expires: 1h}}\n"
        "story: [{at: 20s, star: {register: 100s}}]\n"
        "events: [{at: 30s, link: \"watcher[*]\", is: down}]\n";
    const sn_scenario_file file = { "many.yaml", { text, sizeof text - 1 } };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
    CHECK_NOT_NULL(s);
    watching seen = { .at = SS_S(20) + SS_MS(10) };
    const sn_sink sink = { &seen, watch_fact };
    sn_world *w =
        sn_world_new(sn_scenario_plan(s),
                     &(sn_world_options){ .sinks = &sink, .sink_count = 1, .partitions = 1 });
    CHECK_NOT_NULL(w);
    while (sn_world_run(w, 1024) == SN_RUN_GOING) {
    }
    CHECK_EQ(seen.notifies, 4000);
    CHECK_EQ(seen.answers, 1);
    CHECK_EQ(seen.dialogs, 0);
    sn_world_free(w);
    sn_scenario_free(s);
}
