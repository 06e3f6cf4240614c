/* What each thing costs in memory: measured, printed, held to the ceilings that docs/memory.md publishes. A row of that
 * page and a line of what this prints belong together; a ceiling may only go down. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simnet/app/ua.h"
#include "simnet/world_state.h"
#include "small_world.h"
#include "sn/packet.h"
#include "stack/txn/machine.h"
#include "stack/ua/published.h"
#define ss_visit ss_proxy_visit /* the user agent has one of its own */
#include "stack/proxy/context.h"
#undef ss_visit
#include "ua_rig.h"

static char page[1 << 14];

static void read_page(void)
{
    FILE *file = fopen(SIPSIM_SOURCE_DIR "/docs/memory.md", "r");
    CHECK_NOT_NULL(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
}

/* The page says "| thing | ceiling |" and more columns. */
static void check_size(const char *thing, size_t bytes, size_t ceiling)
{
    char row[128];
    if (page[0] == '\0') {
        read_page();
    }
    printf("{\"thing\":\"%s\",\"bytes\":%zu,\"at_most\":%zu}\n", thing, bytes, ceiling);
    CHECK(bytes <= ceiling);
    snprintf(row, sizeof row, "\n| %s | %zu |", thing, ceiling);
    if (strstr(page, row) == NULL) {
        fprintf(stderr, "docs/memory.md lacks the row%s\n", row);
    }
    CHECK_NOT_NULL(strstr(page, row));
}

TEST(what_the_stack_keeps_costs_no_more_than_the_docs_say)
{
    check_size("engine", sizeof(ss_engine), 200);
    check_size("transaction", sizeof(ss_txn), SS_TXN_BYTES_MAX);
    check_size("path of a transaction", sizeof(ss_path), 48);
    check_size("dialog", sizeof(ss_dialog), 64);
    check_size("call", sizeof(ss_call), 160);
    check_size("leg", sizeof(ss_leg), 96);
    check_size("subscription", sizeof(ss_subscription), 208);
    check_size("event state published", sizeof(ss_published), 80);
    check_size("response context", sizeof(ss_context), 84);
    check_size("branch", sizeof(ss_branch), 80);
    check_size("target of a fork", sizeof(ss_candidate), 16);
}

TEST(what_the_simulator_keeps_costs_no_more_than_the_docs_say)
{
    check_size("user agent's app", sizeof(sn_ua_app), 320);
    check_size("call of a program", sizeof(sn_ua_call), 72);
    check_size("host", sizeof(sn_node_state), 72);
    check_size("node of the plan", sizeof(sn_node) + sizeof(sn_member), 92);
    check_size("both link directions", 2 * sizeof(sn_link_state), 32);
    check_size("event", sizeof(sn_event), 48);
    check_size("fact", sizeof(sn_fact), 184);
    check_size("packet, beside its bytes", sizeof(sn_packet), 120);
}

/* ---- what they cost alive: strings, kept messages and the rounding of the store included ---- */

typedef struct cost {
    uint64_t fixed, live;
} cost;

static cost cost_of(uint32_t hosts, uint32_t routers)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    (void)small_uas(plan, "phone", hosts, 0, link);
    small_spec(plan, small_router(plan, "edge", 0, link))->count = routers;
    plan->duration = SS_S(1);
    const char *why;
    CHECK_OK(sn_plan_finish(plan, &why));
    sn_world *w = sn_world_new(plan, &(sn_world_options){ .partitions = 1 });
    CHECK_NOT_NULL(w);
    const sn_partition *p = &w->partitions[0];
    const cost found = { w->fixed_bytes, p->store.live_bytes + p->pools.store.used };
    sn_world_free(w);
    sn_plan_free(plan);
    return found;
}

/* Differences of two worlds; the region is laid out in pages, the tables in powers of two. */
TEST(an_idle_user_agent_and_its_host_cost_no_more_than_the_docs_say)
{
    const cost few = cost_of(2048, 1), many = cost_of(4096, 1);
    check_size("idle user agent, all told",
               (many.fixed + many.live - few.fixed - few.live + 2047) / 2048, 488);
}

TEST(a_router_costs_no_more_than_the_docs_say)
{
    const cost few = cost_of(1, 8), many = cost_of(1, 1032);
    check_size("router, all told", (many.fixed + many.live - few.fixed - few.live + 1023) / 1024,
               120);
}

TEST(an_established_call_costs_no_more_than_the_docs_say)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_run(rig, SS_S(40));
    CHECK_EQ(rig->engines[ALICE].core.txns, 0);
    CHECK_EQ(rig->engines[BOB].core.txns, 0);
    check_size("established call, caller", rig->engines[ALICE].core.bytes, 448);
    check_size("established call, callee", rig->engines[BOB].core.bytes, 448);
}

TEST(a_binding_costs_no_more_than_the_docs_say)
{
    enum { STORE = 1 << 16 };
    void *memory = aligned_alloc(16, STORE);
    CHECK_NOT_NULL(memory);
    ss_store store;
    ss_location location;
    ss_store_init(&store, memory, STORE);
    CHECK_OK(ss_location_init(&location, &store, 1, 16));
    _Alignas(16) unsigned char scratch[1 << 12];
    ss_arena arena = { .base = scratch, .cap = sizeof scratch };
    const ss_binding one = { .contact = SS_LIT("<sip:u17@10.0.0.17:5060>"),
                             .call_id = SS_LIT("a84b4c76e66710aa@10.0.0.17"),
                             .cseq = 1,
                             .q = 1000,
                             .expires_s = 3600 };
    const ss_query query = { .kind = SS_QUERY_PERSIST,
                             .name = SS_LIT("sip:u17@example.com"),
                             .changes = &one,
                             .change_count = 1 };
    ss_answer answer;
    CHECK_OK(ss_location_serve(&location, 0, &query, &arena, &answer));
    check_size("binding, with its address-of-record", store.live_bytes, 176);
    ss_binding two = one;
    two.instance = SS_LIT("<urn:uuid:17>");
    two.contact = SS_LIT("<sip:u17@10.0.0.18:5060>");
    ss_query second = query;
    second.changes = &two;
    CHECK_OK(ss_location_serve(&location, 0, &second, &arena, &answer));
    const size_t without = store.live_bytes;
    two.wants_gruu = true;
    two.cseq = 2;
    CHECK_OK(ss_location_serve(&location, 0, &second, &arena, &answer));
    check_size("instance with GRUUs", store.live_bytes - without, 48);
    ss_location_forget_all(&location);
    free(memory);
}
