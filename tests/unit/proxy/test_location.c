/* The location service in memory: atomic, ordered, expiring by instants, exact in what it takes and gives back. */
#include "check.h"
#include "ss/proxy.h"

#include <stdlib.h>

enum { STORE_BYTES = 1 << 16 };

typedef struct rig {
    unsigned char *memory;
    ss_store store;
    ss_location location;
    ss_time now;
    _Alignas(16) unsigned char scratch[1 << 14];
    ss_answer answer;
} rig;

static rig *start(void)
{
    rig *r = calloc(1, sizeof *r);
    CHECK_NOT_NULL(r);
    r->memory = aligned_alloc(16, STORE_BYTES);
    CHECK_NOT_NULL(r->memory);
    ss_store_init(&r->store, r->memory, STORE_BYTES);
    CHECK_OK(ss_location_init(&r->location, &r->store, 7, 16));
    return r;
}

static void stop(rig *r)
{
    ss_location_forget_all(&r->location);
    CHECK_EQ(r->location.bindings, 0);
    CHECK_EQ(r->location.aors.count, 0);
    CHECK_EQ(r->store.live_blocks, 0);
    CHECK_EQ(r->store.live_bytes, 0);
    free(r->memory);
    free(r);
}

static ss_status serve(rig *r, const ss_query *query, size_t arena_bytes)
{
    CHECK(arena_bytes <= sizeof r->scratch);
    ss_arena arena = { .base = r->scratch, .cap = arena_bytes };
    return ss_location_serve(&r->location, r->now, query, &arena, &r->answer);
}

static ss_status locate(rig *r, const char *aor)
{
    const ss_query query = { .kind = SS_QUERY_LOCATE, .token = 5, .name = ss_slice_from(aor) };
    CHECK_OK(serve(r, &query, sizeof r->scratch));
    CHECK_EQ(r->answer.token, 5);
    return r->answer.status;
}

static ss_binding change(const char *contact, const char *call_id, uint32_t cseq,
                         uint32_t expires_s)
{
    return (ss_binding){ .contact = ss_slice_from(contact),
                         .call_id = ss_slice_from(call_id),
                         .cseq = cseq,
                         .q = 1000,
                         .expires_s = expires_s };
}

static ss_query persisting(const char *aor, const ss_binding *changes, size_t count)
{
    return (ss_query){ .kind = SS_QUERY_PERSIST,
                       .name = ss_slice_from(aor),
                       .changes = changes,
                       .change_count = (uint16_t)count };
}

static ss_status bind(rig *r, const char *aor, ss_binding one)
{
    const ss_query query = persisting(aor, &one, 1);
    CHECK_OK(serve(r, &query, sizeof r->scratch));
    return r->answer.status;
}

TEST(location_of_an_address_never_registered_is_none)
{
    rig *r = start();
    CHECK_STATUS(locate(r, "sip:a@x"), SS_NONE);
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60)));
    CHECK_STATUS(locate(r, "sip:b@x"), SS_NONE);
    CHECK_STATUS(locate(r, "sip:a@x"), SS_OK);
    CHECK_EQ(r->answer.binding_count, 1);
    stop(r);
}

TEST(location_keeps_an_address_whose_bindings_are_gone_as_known)
{
    rig *r = start();
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60)));
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 2, 0)));
    CHECK_STATUS(locate(r, "sip:a@x"), SS_OK);
    CHECK_EQ(r->answer.binding_count, 0);
    stop(r);
}

TEST(location_gives_bindings_in_order_of_registration_the_refreshed_one_last)
{
    rig *r = start();
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60)));
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@2", "c", 2, 60)));
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 3, 90)));
    CHECK_EQ(r->answer.binding_count, 2);
    CHECK_SLICE(r->answer.bindings[0].contact, "sip:a@2");
    CHECK_SLICE(r->answer.bindings[1].contact, "sip:a@1");
    CHECK_EQ(r->answer.bindings[1].expires_s, 90);
    CHECK_EQ(r->answer.bindings[1].cseq, 3);
    CHECK_SLICE(r->answer.bindings[1].call_id, "c");
    stop(r);
}

TEST(location_expires_a_binding_at_its_instant)
{
    rig *r = start();
    r->now = SS_MS(100);
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60)));
    r->now = SS_MS(60100) - 1;
    CHECK_OK(locate(r, "sip:a@x"));
    CHECK_EQ(r->answer.binding_count, 1);
    CHECK_EQ(r->answer.bindings[0].expires_s, 1);
    r->now = SS_MS(60100);
    CHECK_OK(locate(r, "sip:a@x"));
    CHECK_EQ(r->answer.binding_count, 0);
    CHECK_EQ(r->location.bindings, 0);
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60))); /* the old CSeq went with it */
    stop(r);
}

TEST(location_takes_all_changes_or_none)
{
    rig *r = start();
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 5, 60)));
    const ss_binding changes[] = { change("sip:a@2", "c", 5, 60), change("sip:a@1", "c", 5, 60) };
    const ss_query query = persisting("sip:a@x", changes, SS_COUNT(changes));
    CHECK_OK(serve(r, &query, sizeof r->scratch));
    CHECK_STATUS(r->answer.status, SS_ERR_SEMANTIC);
    CHECK_OK(locate(r, "sip:a@x"));
    CHECK_EQ(r->answer.binding_count, 1);
    stop(r);
}

TEST(location_takes_a_contact_named_twice_as_it_was_named_last)
{
    rig *r = start();
    const ss_binding changes[] = { change("sip:a@1", "c", 1, 60), change("sip:a@1", "c", 1, 90),
                                   change("sip:a@2", "c", 1, 60), change("sip:a@2", "c", 1, 0) };
    const ss_query query = persisting("sip:a@x", changes, SS_COUNT(changes));
    CHECK_OK(serve(r, &query, sizeof r->scratch));
    CHECK_OK(r->answer.status);
    CHECK_EQ(r->answer.binding_count, 1);
    CHECK_EQ(r->answer.bindings[0].expires_s, 90);
    stop(r);
}

TEST(location_refuses_more_contacts_than_an_address_may_have)
{
    rig *r = start();
    char text[] = "sip:a@000";
    for (unsigned i = 0; i < SS_LOCATION_CONTACTS_MAX; i++) {
        text[7] = (char)('0' + i / 10);
        text[8] = (char)('0' + i % 10);
        CHECK_OK(bind(r, "sip:a@x", change(text, "c", 1, 60)));
    }
    CHECK_STATUS(bind(r, "sip:a@x", change("sip:one@more", "c", 1, 60)), SS_ERR_FULL);
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@000", "c", 2, 60)));
    CHECK_EQ(r->answer.binding_count, SS_LOCATION_CONTACTS_MAX);
    stop(r);
}

TEST(location_with_too_small_an_arena_changes_nothing)
{
    rig *r = start();
    const ss_binding one = change("sip:a@1", "c", 1, 60);
    const ss_query query = persisting("sip:a@x", &one, 1);
    ss_status status = SS_ERR_FULL;
    for (size_t cap = 0; status != SS_OK; cap++) {
        CHECK_STATUS(locate(r, "sip:a@x"), SS_NONE);
        CHECK_EQ(r->store.live_blocks, 0);
        status = serve(r, &query, cap);
        CHECK(status == SS_OK || status == SS_ERR_FULL);
    }
    CHECK_EQ(r->location.bindings, 1);
    stop(r);
}

TEST(location_in_an_exhausted_store_changes_nothing)
{
    rig *r = start();
    CHECK_OK(bind(r, "sip:a@x", change("sip:a@1", "c", 1, 60)));
    r->store.cap = r->store.used;
    const ss_binding changes[] = { change("sip:a@1", "c", 2, 0), change("sip:a@2", "c", 2, 60) };
    const ss_query query = persisting("sip:a@x", changes, SS_COUNT(changes));
    CHECK_STATUS(serve(r, &query, sizeof r->scratch), SS_ERR_MEMORY);
    const ss_query other = persisting("sip:b@x", changes, SS_COUNT(changes));
    CHECK_STATUS(serve(r, &other, sizeof r->scratch), SS_ERR_MEMORY);
    CHECK_STATUS(locate(r, "sip:b@x"), SS_NONE);
    CHECK_OK(locate(r, "sip:a@x"));
    CHECK_EQ(r->answer.binding_count, 1);
    CHECK_SLICE(r->answer.bindings[0].contact, "sip:a@1");
    stop(r);
}

TEST(location_answers_no_other_query)
{
    rig *r = start();
    const ss_query resolve = { .kind = SS_QUERY_RESOLVE, .name = SS_LIT("x") };
    CHECK_STATUS(serve(r, &resolve, sizeof r->scratch), SS_ERR_SEMANTIC);
    stop(r);
}
