/* Who sits at the root router of a plan with messages: it reads what comes by, remembers of the last few calls what their ends would
 * say next, and says the plan's messages in anybody's name: with live Call-IDs, tags, branches and numbers in the places that they
 * leave for them. It is no SIP element; what it says need not be SIP. */
#include "app/engine.h"
#include "sn/say.h"

#include <string.h>

typedef struct heard_text {
    uint16_t len; /* 0: nothing, or too long */
    char at[158];
} heard_text;

/** What one end of a call would say. */
typedef struct heard_end {
    heard_text party; /* From of its requests */
    heard_text contact, via, branch;
    uint64_t tag; /* hash; 0: not known yet */
    ss_address address;
    uint32_t cseq, rseq;
    uint8_t method;
} heard_end;

typedef struct heard_call {
    bool is_known;
    heard_text call_id;
    uint64_t hash;
    heard_text target; /* Request-URI of its first request */
    heard_end ends[2]; /* the caller's, the callee's */
} heard_call;

typedef struct core_app {
    uint32_t count; /* calls that were heard of */
    heard_text nonce;
    heard_call calls[SN_SAY_CALLS];
} core_app;

/* ---- what comes by ---- */

static void keep(heard_text *to, ss_slice text)
{
    to->len = text.len <= sizeof to->at ? (uint16_t)text.len : 0;
    if (to->len > 0) {
        memcpy(to->at, text.at, to->len);
    }
}

static heard_call *find_call(core_app *core, uint64_t hash)
{
    for (unsigned i = 0; i < SN_SAY_CALLS; i++) {
        if (core->calls[i].is_known && core->calls[i].hash == hash) {
            return &core->calls[i];
        }
    }
    return NULL;
}

/* The oldest makes room. */
static heard_call *make_call(core_app *core, const ss_msg *request, const ss_summary *says)
{
    heard_call *call = &core->calls[core->count++ % SN_SAY_CALLS];
    memset(call, 0, sizeof *call);
    call->is_known = true;
    call->hash = says->call_id;
    keep(&call->call_id, ss_msg_call_id(request));
    keep(&call->target, request->request_uri);
    keep(&call->ends[1].party, ss_msg_value(request, SS_HDR_TO, 0));
    call->ends[0].tag = says->from_tag;
    return call;
}

static bool makes_dialog(ss_method method)
{
    return method == SS_METHOD_INVITE || method == SS_METHOD_SUBSCRIBE;
}

static void keep_request(heard_call *call, const ss_msg *request, const ss_summary *says,
                         const ss_path *path)
{
    heard_end *end = &call->ends[call->ends[0].tag == says->from_tag ? 0 : 1];
    keep(&end->party, ss_msg_value(request, SS_HDR_FROM, 0));
    end->address = path->local;
    if (ss_msg_count(request, SS_HDR_CONTACT) > 0) {
        keep(&end->contact, ss_msg_value(request, SS_HDR_CONTACT, 0));
    }
    if (request->method != SS_METHOD_ACK) {
        keep(&end->via, request->top_via.whole);
        keep(&end->branch, request->top_via.branch);
        end->cseq = says->cseq;
        end->method = (uint8_t)request->method;
    }
}

static void keep_response(heard_call *call, const ss_msg *response, const ss_summary *says,
                          const ss_path *path)
{
    heard_end *end = &call->ends[call->ends[0].tag == says->from_tag ? 1 : 0];
    if (says->to_tag == 0) {
        return;
    }
    end->tag = says->to_tag;
    end->address = path->local;
    keep(&end->party, ss_msg_value(response, SS_HDR_TO, 0));
    if (ss_msg_count(response, SS_HDR_CONTACT) > 0) {
        keep(&end->contact, ss_msg_value(response, SS_HDR_CONTACT, 0));
    }
    end->rseq = says->rseq != 0 ? says->rseq : end->rseq;
}

static void keep_nonce(core_app *core, const ss_msg *response)
{
    const ss_slice challenge = response->status == 401
                                   ? ss_msg_value(response, SS_HDR_WWW_AUTHENTICATE, 0)
                                   : ss_msg_value(response, SS_HDR_PROXY_AUTHENTICATE, 0);
    static const ss_slice word = SS_LIT_INIT("nonce=\"");
    for (size_t at = 0; at + word.len < challenge.len; at++) {
        const ss_slice rest = ss_slice_cut(challenge, at, challenge.len);
        if (ss_slice_starts(rest, word)) {
            const ss_slice nonce = ss_slice_cut(rest, word.len, rest.len);
            keep(&core->nonce, ss_slice_cut(nonce, 0, ss_slice_find(nonce, '"')));
            return;
        }
    }
}

static void passing(void *app, sn_host *host, const ss_path *path, ss_slice payload,
                    const ss_msg *read)
{
    core_app *core = app;
    ss_msg msg;
    ss_diag diag;
    ss_summary says;
    if (read == NULL) {
        if (ss_msg_parse(&msg, sn_host_arena(host), payload, &diag) != SS_OK) {
            return;
        }
        read = &msg;
    }
    ss_msg_summarise(read, &says);
    heard_call *call = find_call(core, says.call_id);
    if (call == NULL && read->is_request && makes_dialog(read->method)) {
        call = make_call(core, read, &says);
    }
    if (call != NULL && read->is_request) {
        keep_request(call, read, &says, path);
    } else if (call != NULL) {
        keep_response(call, read, &says, path);
    }
    if (!read->is_request && (read->status == 401 || read->status == 407)) {
        keep_nonce(core, read);
    }
}

/* ---- what is said ---- */

static void put_text(ss_buffer *b, const heard_text *text)
{
    ss_put(b, (ss_slice){ text->at, text->len });
}

static void put_address(ss_buffer *b, const ss_address *a)
{
    if (a->family != 0) {
        ss_put_host(b, a);
        ss_put_char(b, ':');
        ss_put_u64(b, a->port);
    }
}

/* The URI between angle brackets, or what there is. */
static void put_uri(ss_buffer *b, const heard_text *contact, const heard_text *otherwise)
{
    const ss_slice all = { contact->at, contact->len };
    const size_t from = ss_slice_find(all, '<');
    const ss_slice rest = ss_slice_cut(all, from < all.len ? from + 1 : 0, all.len);
    if (all.len == 0) {
        put_text(b, otherwise);
    } else {
        ss_put(b, ss_slice_cut(rest, 0, ss_slice_find(rest, '>')));
    }
}

static void put_tag(ss_buffer *b, const heard_text *party)
{
    const ss_slice all = { party->at, party->len };
    ss_name_addr na;
    if (ss_name_addr_parse(all, &na) == SS_OK) {
        ss_put(b, ss_name_addr_tag(&na));
    }
}

static void put_field(ss_buffer *b, const core_app *core, sn_say_mark mark)
{
    const unsigned known = core->count < SN_SAY_CALLS ? core->count : SN_SAY_CALLS;
    const heard_call *call = &core->calls[known == 0 ? 0 : mark.call % known];
    const heard_end *end = &call->ends[mark.is_callee], *peer = &call->ends[!mark.is_callee];
    switch (mark.field) {
    case SN_SAY_CALL_ID:
        put_text(b, &call->call_id);
        return;
    case SN_SAY_FROM:
        put_text(b, &end->party);
        return;
    case SN_SAY_TO:
        put_text(b, &peer->party);
        return;
    case SN_SAY_URI:
        put_uri(b, &peer->contact, &call->target);
        return;
    case SN_SAY_BRANCH:
        put_text(b, &end->branch);
        return;
    case SN_SAY_VIA:
        put_text(b, &end->via);
        return;
    case SN_SAY_CSEQ:
    case SN_SAY_NEXT:
        ss_put_u64(b, (uint64_t)end->cseq + (mark.field == SN_SAY_NEXT));
        return;
    case SN_SAY_CONTACT:
        put_text(b, &end->contact);
        return;
    case SN_SAY_ADDRESS:
        put_address(b, &end->address);
        return;
    case SN_SAY_PEER:
        put_address(b, &peer->address);
        return;
    case SN_SAY_TAG:
        put_tag(b, &end->party);
        return;
    case SN_SAY_RSEQ:
        ss_put_u64(b, end->rseq);
        return;
    case SN_SAY_NONCE:
        put_text(b, &core->nonce);
        return;
    case SN_SAY_METHOD:
        ss_put(b, ss_method_name((ss_method)end->method));
        return;
    default:
        ss_put_char(b, (char)SN_SAY_MARK);
        return;
    }
}

static void put_said(ss_buffer *b, const core_app *core, ss_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const bool is_mark = (unsigned char)bytes.at[i] == SN_SAY_MARK && i + 1 < bytes.len;
        if (is_mark) {
            put_field(b, core, sn_say_mark_of((unsigned char)bytes.at[++i]));
        } else {
            ss_put_char(b, bytes.at[i]);
        }
    }
}

static bool wake(void *app, sn_host *host, const sn_wake *what)
{
    const sn_plan *plan = sn_host_plan(host);
    if (what->kind != SN_WAKE_ACT) {
        return false;
    }
    const sn_row *row = &plan->acts[what->arg].row;
    const sn_member *from = &plan->cast.nodes[row->other], *to = &plan->cast.nodes[row->target];
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local =
                               sn_address_with_port(sn_member_address_for(from, to), SN_SIP_PORT),
                           .remote =
                               sn_address_with_port(sn_member_address_for(to, from), SN_SIP_PORT) };
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    put_said(&b, app, plan->messages[row->value]);
    const ss_slice bytes = ss_buffer_keep(sn_host_arena(host), &b);
    if (bytes.len > 0 && row->target != sn_host_node(host)) {
        sn_host_send(host, &path, bytes, NULL);
    }
    return true;
}

const sn_app_class sn_app_core = {
    .name = "core",
    .port = 1, /* nobody sends it anything */
    .bytes = sizeof(core_app),
    .passing = passing,
    .wake = wake,
};
