/* The reg package (RFC 3680) at a registrar: what is bound to an address-of-record is the host's to know, so each NOTIFY waits for
 * the answer to a query, SS_QUERY_LOCATE, and its document is made from that. A NOTIFY is due when the bindings changed. */
#include "documents.h"

/* ---- asking ---- */

/** A question to the host, found by its token in the table of dialogs. */
typedef struct question {
    ss_table_link by_token; /* first: the table asks for it */
    ss_ref subscription;
} question;

#define QUESTIONS 0x7175657374696f6eu

static ss_key128 key_of(uint32_t token)
{
    return (ss_key128){ token, QUESTIONS };
}

static question *question_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

ss_status ss_reg_ask(const ss_visit *v, ss_subscription *sub)
{
    ss_pools *pools = v->core->pools;
    const ss_ref ref = ss_core_take(v->core, sizeof(question));
    const ss_slice aor = ss_arena_copy(v->turn->arena, ss_subscription_text(v, sub, SS_SUB_TO));
    ss_output *out = ref == 0 || aor.len == 0 ? NULL : ss_turn_add(v->turn, SS_OUT_QUERY);
    if (out == NULL) {
        if (ref != 0) {
            ss_core_give(v->core, ref, sizeof(question));
        }
        return SS_ERR_FULL;
    }
    const uint32_t token = ++v->ua->next_token;
    question *q = question_at(v, ref);
    q->by_token.key = key_of(token);
    q->by_token.engine = v->core->engine;
    q->subscription = ss_subscription_ref(v->core, sub);
    ss_table_add(&pools->dialogs, &pools->store, &q->by_token);
    sub->question = ref;
    out->query = (ss_query){ .kind = SS_QUERY_LOCATE, .token = token, .name = aor };
    return SS_OK;
}

void ss_reg_forget(const ss_visit *v, ss_subscription *sub)
{
    ss_pools *pools = v->core->pools;
    if (sub->question != 0) {
        question *q = question_at(v, sub->question);
        ss_table_remove(&pools->dialogs, &pools->store, &q->by_token);
        ss_core_give(v->core, sub->question, sizeof *q);
        sub->question = 0;
    }
}

/* ---- the document: RFC 3680 5 ---- */

static void put_contact(ss_buffer *b, const ss_binding *binding)
{
    ss_name_addr contact;
    if (ss_name_addr_parse(binding->contact, &contact) != SS_OK) {
        return;
    }
    ss_put_text(b, "<contact id=\"c");
    ss_put_hex(b, ss_hash64(0, contact.uri), 16);
    ss_put_text(b, "\" state=\"active\" event=\"registered\" expires=\"");
    ss_put_u64(b, binding->expires_s);
    ss_put_text(b, "\"><uri>");
    ss_put_xml(b, contact.uri);
    ss_put_text(b, "</uri></contact>\r\n");
}

static ss_status keep_document(const ss_visit *v, ss_subscription *sub, const ss_answer *answer)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const bool is_bound = answer->status == SS_OK && answer->binding_count > 0;
    ss_put(&b, ss_package_type(SS_PACKAGE_REG));
    ss_put_text(&b, "\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                    "<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"");
    ss_put_u64(&b, sub->version);
    ss_put_text(&b, "\" state=\"full\">\r\n<registration aor=\"");
    ss_put_xml(&b, ss_subscription_text(v, sub, SS_SUB_TO));
    ss_put_text(&b, is_bound ? "\" id=\"r\" state=\"active\">\r\n"
                             : "\" id=\"r\" state=\"terminated\">\r\n");
    for (uint16_t i = 0; is_bound && i < answer->binding_count; i++) {
        put_contact(&b, &answer->bindings[i]);
    }
    ss_put_text(&b, "</registration>\r\n</reginfo>\r\n");
    return ss_subscription_keep_body(v, sub, &b);
}

/* Without room for it the NOTIFY goes out without a document. */
bool ss_reg_located(const ss_visit *v, const ss_answer *answer)
{
    const ss_pools *pools = v->core->pools;
    const question *q = (const question *)ss_table_find(&pools->dialogs, &pools->store,
                                                        v->core->engine, key_of(answer->token));
    if (q == NULL) {
        return false;
    }
    ss_subscription *sub = ss_subscription_at(v->core, q->subscription);
    ss_reg_forget(v, sub);
    if (keep_document(v, sub, answer) != SS_OK) {
        ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
    sub->is_busy = false;
    sub->is_located = true;
    ss_not_notify(v, sub);
    return true;
}

void ss_ua_registration_changed(ss_ua *ua, ss_core *core, ss_turn *turn, ss_slice aor)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_not_changed(&v, SS_PACKAGE_REG, ss_hash64(0, aor));
}
