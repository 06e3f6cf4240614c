/* The user agent client outside dialogs (RFC 3261 8.1): how requests are built and how a call begins. */
#include "changes.h"
#include "events.h"

/* ---- what requests have ---- */

bool ss_ua_is_sips(ss_slice uri)
{
    return uri.len > 5 && ss_slice_eq_nocase(ss_slice_cut(uri, 0, 5), SS_LIT("sips:"));
}

ss_status ss_ua_contact(const ss_visit *v, ss_slice *contact)
{
    return ss_ua_contact_for(v, false, contact);
}

static void put_place(const ss_ua_identity *me, const ss_address *at, ss_buffer *b, bool is_sips)
{
    ss_put(b, is_sips ? SS_LIT("<sips:") : SS_LIT("<sip:"));
    if (me->user.len > 0) {
        ss_put(b, me->user);
        ss_put_char(b, '@');
    }
    ss_put_host_port(b, at);
    if (me->local.transport != SS_TRANSPORT_UDP && !is_sips) {
        const ss_slice name = ss_transport_name(me->local.transport);
        ss_put_text(b, ";transport=");
        for (size_t i = 0; i < name.len; i++) {
            ss_put_char(b, ss_lower(name.at[i]));
        }
    }
    ss_put_char(b, '>');
}

ss_status ss_ua_place_contact(const ss_visit *v, const ss_address *at, ss_slice *contact)
{
    const ss_ua_identity *me = v->ua->identity;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    put_place(me, at, &b, ss_ua_is_sips(me->aor));
    *contact = ss_buffer_keep(v->turn->arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

/* RFC3261:8.1.1.8 RFC5627:4.4 */
ss_status ss_ua_contact_for(const ss_visit *v, bool is_secure, ss_slice *contact)
{
    const ss_ua_identity *me = v->ua->identity;
    const bool is_sips = is_secure || ss_ua_is_sips(me->aor);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    if (!ss_ua_put_gruu(v, &b, is_sips)) {
        put_place(me, &me->local.local, &b, is_sips);
    }
    *contact = ss_buffer_keep(v->turn->arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

/* RFC4028:7.1 in each request but ACK; those that say all that we can have it. A CANCEL: cancel.c */
static bool says_supported_alone(const ss_visit *v, ss_method method)
{
    switch (method) {
    case SS_METHOD_ACK:
    case SS_METHOD_INVITE:
    case SS_METHOD_UPDATE:
    case SS_METHOD_SUBSCRIBE:
    case SS_METHOD_NOTIFY:
    case SS_METHOD_REFER:
        return false;
    default:
        return ss_ua_has_option(v->ua, SS_LIT("timer"));
    }
}

void ss_ua_put_tail(const ss_visit *v, ss_buffer *b, ss_method method)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    if (says_supported_alone(v, method)) {
        ss_ua_put_ability(v, b, SS_HDR_SUPPORTED);
    }
    for (unsigned i = 0; profile != NULL && i < profile->extra_header_count; i++) {
        const ss_extra_header *extra = &profile->extra_headers[i];
        if ((extra->methods >> method & 1u) != 0) {
            ss_put(b, extra->name);
            ss_put_text(b, ": ");
            ss_put(b, extra->value);
            ss_put_text(b, "\r\n");
        }
    }
    if (v->core->settings->product.len > 0) {
        ss_put_header(b, SS_HDR_USER_AGENT, v->core->settings->product);
    }
}

/* 8.1.1. The head of a request inside a dialog is the same lines, so a dialog that does not exist yet prints it: it has
 * no remote tag. RFC3261:8.1.1 RFC3261:8.1.1.2 RFC3261:8.1.1.3 */
void ss_ua_put_request(const ss_visit *v, ss_buffer *b, const ss_new_request *request,
                       const ss_route *route, const ss_path *path)
{
    char branch[32];
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const ss_dialog_text text = { .call_id = request->call_id,
                                  .local_tag = request->tag,
                                  .local_uri =
                                      request->from.len > 0 ? request->from : v->ua->identity->aor,
                                  .remote_uri = request->to };
    const ss_dialog_request head = { .method = request->method,
                                     .cseq = request->cseq,
                                     .path = path,
                                     .branch = ss_buffer_slice(&branch_text),
                                     .is_relayed = v->is_relaying,
                                     .hops = v->hops };
    ss_dialog_put_request(b, &text, route, &head);
}

/* ---- beginning a call ---- */

static bool is_for_to(ss_slice name)
{
    static const ss_slice not_allowed[] = { SS_LIT_INIT("transport"), SS_LIT_INIT("maddr"),
                                            SS_LIT_INIT("ttl"), SS_LIT_INIT("lr"),
                                            SS_LIT_INIT("method") };
    for (size_t i = 0; i < SS_COUNT(not_allowed); i++) {
        if (ss_slice_eq_nocase(name, not_allowed[i])) {
            return false;
        }
    }
    return true;
}

/* The target as a To has it: no port, no parameters of transport (19.1.1, table 1). RFC3261:19.1.1 */
ss_slice ss_ua_logical_uri(const ss_visit *v, const ss_uri *uri)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    if (uri->scheme == SS_SCHEME_TEL) {
        return ss_arena_copy(v->turn->arena, uri->whole);
    }
    ss_put(&b, uri->scheme == SS_SCHEME_SIPS ? SS_LIT("sips:") : SS_LIT("sip:"));
    if (uri->user.at != NULL) {
        ss_put(&b, uri->user);
        ss_put_char(&b, '@');
    }
    ss_put(&b, uri->host);
    ss_slice rest = uri->params.bytes;
    while (rest.len > 0) { /* begins with ';' */
        rest = ss_slice_cut(rest, 1, rest.len);
        const ss_slice param = ss_slice_cut(rest, 0, ss_slice_find(rest, ';'));
        if (is_for_to(ss_slice_cut(param, 0, ss_slice_find(param, '=')))) {
            ss_put_char(&b, ';');
            ss_put(&b, param);
        }
        rest = ss_slice_cut(rest, param.len, rest.len);
    }
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:8.1.1.4 */
ss_slice ss_ua_new_call_id(const ss_visit *v)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_hex(&b, ss_entropy_next(&v->core->entropy), 16);
    ss_put_char(&b, '@');
    ss_put_host(&b, &v->ua->identity->local.local);
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:8.1.1.1 RFC3261:8.1.2 */
ss_status ss_ua_plan_journey(const ss_visit *v, ss_slice target, ss_journey *j)
{
    if (ss_uri_parse(target, &j->target) != SS_OK || j->target.headers.len > 0) {
        return SS_ERR_SYNTAX;
    }
    const bool is_number = j->target.scheme == SS_SCHEME_TEL && v->ua->identity->outbound.len > 0;
    if (j->target.scheme != SS_SCHEME_SIP && j->target.scheme != SS_SCHEME_SIPS && !is_number) {
        return SS_ERR_SYNTAX; /* a number has no host: who has an outbound proxy can send to one */
    }
    ss_slice routes;
    ss_status status = ss_ua_preloaded(v, &routes);
    if (status == SS_OK) {
        status = ss_route_make(target, routes, v->turn->arena, &j->route);
    }
    if (status != SS_OK) {
        return status;
    }
    if (ss_transport_hop(j->route.next_hop, &j->hop) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    j->path = ss_ua_path_to(v, &j->hop);
    return SS_OK;
}

/* RFC3261:13.2.1 */
static ss_slice print_invite(const ss_visit *v, const ss_command *command,
                             const ss_reference *reference, const ss_journey *j, ss_call *call)
{
    ss_slice contact;
    const ss_slice to = ss_ua_logical_uri(v, &j->target);
    const ss_slice call_id = command->call_id.len > 0 ? command->call_id : ss_ua_new_call_id(v);
    const bool is_secure = j->target.scheme == SS_SCHEME_SIPS ||
                           ss_ua_is_sips(j->route.next_hop); /* RFC3261:12.1.2 the topmost Route */
    if (ss_ua_contact_for(v, is_secure, &contact) != SS_OK || to.len == 0 || call_id.len == 0) {
        return SS_EMPTY;
    }
    call->call_id = ss_hash64(0, call_id);
    const ss_new_request request = { .method = SS_METHOD_INVITE,
                                     .to = to,
                                     .call_id = call_id,
                                     .tag = ss_call_tag(call),
                                     .cseq = call->cseq,
                                     .from = command->from };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_ua_put_request(v, &b, &request, &j->route, &j->path);
    ss_put_header(&b, SS_HDR_CONTACT, contact);
    if (command->replaces.len > 0) { /* RFC3891:4 */
        ss_put_header(&b, SS_HDR_REPLACES, command->replaces);
    }
    if (reference->referred_by.len > 0) { /* RFC3892:2.2 */
        ss_put_header(&b, SS_HDR_REFERRED_BY, reference->referred_by);
    }
    ss_ua_put_abilities(v, &b);
    ss_ua_put_ability(v, &b, SS_HDR_RECV_INFO);
    ss_session_timer_put_first(v, &b, command->expires_s);
    if (command->reliable || v->ua->identity->reliable == SS_RELIABLE_REQUIRED) { /* RFC3262:4 */
        ss_put_header(&b, SS_HDR_REQUIRE, SS_LIT("100rel"));
    }
    ss_ua_put_tail(v, &b, SS_METHOD_INVITE);
    ss_put_body(&b, command->body_type, command->body);
    return ss_buffer_keep(v->turn->arena, &b);
}

ss_status ss_ua_call(const ss_visit *v, ss_command *command)
{
    ss_journey j;
    if ((command->reliable && !ss_ua_has_option(v->ua, SS_LIT("100rel"))) ||
        !ss_session_timer_may_ask(v, command->expires_s)) {
        return SS_ERR_SEMANTIC;
    }
    ss_reference reference = { .target = command->target, .replaces = command->replaces };
    if (command->subscription != 0) { /* RFC3515:2.4.3 */
        const ss_status read = ss_refer_read(v, command->subscription, &reference);
        if (read != SS_OK) {
            return read;
        }
        command->replaces = reference.replaces;
    }
    const ss_status planned = ss_ua_plan_journey(v, reference.target, &j);
    if (planned != SS_OK) {
        return planned;
    }
    ss_call *call = ss_call_new(v, SS_CALL_RESOLVING);
    if (call == NULL) {
        return SS_ERR_FULL;
    }
    call->is_uac = true;
    call->cookie = command->cookie;
    call->offered = command->body.len > 0;
    call->session_s = command->expires_s;
    call->credential = command->credential;
    call->cseq = ss_cseq_initial(v->core);
    call->secure = j.target.scheme == SS_SCHEME_SIPS && j.path.transport == SS_TRANSPORT_TLS;
    const ss_slice invite = print_invite(v, command, &reference, &j, call);
    const ss_errand errand = { SS_ERRAND_INVITE, ss_call_ref(v->core, call) };
    const ss_status sent =
        invite.len == 0 ? SS_ERR_FULL : ss_ua_send(v, errand, &j.hop, &j.path, invite);
    if (sent != SS_OK) {
        ss_call_undo(v, call);
        return sent;
    }
    if (command->subscription != 0) {
        ss_refer_bind(v, command->subscription, call);
    }
    command->call = call->number;
    return SS_OK;
}
