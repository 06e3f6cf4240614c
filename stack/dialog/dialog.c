/* Dialogs (RFC 3261 sections 12.1, 12.2): made from a message and what we said, changed by target refreshes, printed as
 * the head of the requests sent inside them. Invariant: a dialog in the table has its strings, and is counted. */
#include "ss/dialog.h"

#include <string.h>

ss_dialog *ss_dialog_at(const ss_core *core, ss_ref dialog)
{
    return ss_store_at(&core->pools->store, dialog);
}

/* ---- from messages ---- */

/* The URI of the first Contact; SS_NONE when there is none that can be used. */
static ss_status contact_uri(const ss_msg *msg, ss_slice *uri)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    if (ss_msg_next_addr(msg, SS_HDR_CONTACT, &it, &contact) != SS_OK || contact.is_star ||
        contact.uri.len == 0) {
        return SS_NONE;
    }
    *uri = contact.uri;
    return SS_OK;
}

/* RFC3261:12.1.2 */
ss_status ss_dialog_text_uac(const ss_msg *response, ss_arena *arena, ss_dialog_text *out)
{
    ss_name_addr from, to;
    if (ss_msg_from(response, &from) != SS_OK || ss_msg_to(response, &to) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    *out = (ss_dialog_text){ .call_id = ss_msg_call_id(response),
                             .local_tag = ss_name_addr_tag(&from),
                             .remote_tag = ss_name_addr_tag(&to),
                             .local_uri = from.uri,
                             .remote_uri = to.uri,
                             .target = to.uri };
    (void)contact_uri(response, &out->target); /* none: the To URI stays */
    return ss_route_set_from(response, true, arena, &out->routes);
}

/* RFC3261:12.1.1 */
ss_status ss_dialog_text_uas(const ss_msg *request, ss_slice local_tag, ss_arena *arena,
                             ss_dialog_text *out)
{
    ss_name_addr from, to;
    if (ss_msg_from(request, &from) != SS_OK || ss_msg_to(request, &to) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    *out = (ss_dialog_text){ .call_id = ss_msg_call_id(request),
                             .local_tag = local_tag,
                             .remote_tag = ss_name_addr_tag(&from),
                             .local_uri = to.uri,
                             .remote_uri = from.uri };
    if (contact_uri(request, &out->target) != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    return ss_route_set_from(request, false, arena, &out->routes);
}

/* ---- the strings in the store ---- */

static void list_strings(const ss_dialog_text *text, ss_slice out[SS_DIALOG_STRINGS])
{
    const ss_slice strings[SS_DIALOG_STRINGS] = { text->call_id,    text->local_tag,
                                                  text->remote_tag, text->local_uri,
                                                  text->remote_uri, text->target,
                                                  text->routes };
    memcpy(out, strings, sizeof strings);
}

/* One block of exactly their size; `text` may borrow from the old one, which goes last. */
static ss_status keep_strings(ss_core *core, ss_dialog *d, const ss_dialog_text *text)
{
    ss_slice strings[SS_DIALOG_STRINGS];
    list_strings(text, strings);
    size_t total = 0;
    for (size_t i = 0; i < SS_DIALOG_STRINGS; i++) {
        if (strings[i].len > UINT16_MAX) {
            return SS_ERR_FULL;
        }
        total += strings[i].len;
    }
    if (total == 0 || total > SS_STORE_BLOCK_MAX) {
        return SS_ERR_FULL;
    }
    const ss_ref ref = ss_core_take(core, total);
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    char *at = ss_store_at(&core->pools->store, ref);
    for (size_t i = 0; i < SS_DIALOG_STRINGS; i++) {
        if (strings[i].len > 0) {
            memcpy(at, strings[i].at, strings[i].len);
        }
        at += strings[i].len;
        d->lengths[i] = (uint16_t)strings[i].len;
    }
    ss_core_drop(core, &d->text);
    d->text = (ss_blob){ .ref = ref, .len = (uint32_t)total };
    return SS_OK;
}

ss_dialog_text ss_dialog_text_of(const ss_core *core, const ss_dialog *d)
{
    const ss_slice whole = ss_blob_slice(&core->pools->store, d->text);
    ss_slice strings[SS_DIALOG_STRINGS];
    size_t at = 0;
    for (size_t i = 0; i < SS_DIALOG_STRINGS; i++) {
        strings[i] = ss_slice_cut(whole, at, at + d->lengths[i]);
        at += d->lengths[i];
    }
    return (ss_dialog_text){ .call_id = strings[0],
                             .local_tag = strings[1],
                             .remote_tag = strings[2],
                             .local_uri = strings[3],
                             .remote_uri = strings[4],
                             .target = strings[5],
                             .routes = strings[6] };
}

/* ---- life ---- */

ss_status ss_dialog_create(ss_core *core, const ss_dialog_options *options, ss_ref *dialog)
{
    *dialog = 0;
    if (core->dialogs >= core->settings->dialogs_max) {
        return SS_ERR_FULL;
    }
    const ss_ref ref = ss_core_take(core, sizeof(ss_dialog));
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    ss_dialog *d = ss_dialog_at(core, ref);
    const ss_status status = keep_strings(core, d, &options->text);
    if (status != SS_OK) {
        ss_core_give(core, ref, sizeof(ss_dialog));
        return status;
    }
    d->link.engine = core->engine;
    d->link.key =
        ss_dialog_key(options->text.call_id, options->text.local_tag, options->text.remote_tag);
    d->owner = options->owner;
    d->owner_kind = options->owner_kind;
    d->local_cseq = options->local_cseq;
    d->remote_cseq = options->remote_cseq;
    d->has_local_cseq = options->has_local_cseq;
    d->has_remote_cseq = options->has_remote_cseq;
    d->secure = options->secure;
    ss_table_add(&core->pools->dialogs, &core->pools->store, &d->link);
    core->dialogs++;
    *dialog = ref;
    return SS_OK;
}

static uint64_t tag_hash(ss_slice tag)
{
    return tag.len == 0 ? 0 : ss_hash64(0, tag);
}

/* What onlookers compare with the messages. RFC3261:12.1 */
static ss_note describe(const ss_core *core, const ss_dialog *d, ss_dialog_state state)
{
    const ss_dialog_text text = ss_dialog_text_of(core, d);
    const uint64_t call_id = ss_hash64(0, text.call_id);
    const uint64_t half = ss_mix_absorb(call_id, tag_hash(text.local_tag));
    return (ss_note){ .kind = SS_NOTE_DIALOG,
                      .from = d->state,
                      .to = (uint8_t)state,
                      .method = SS_METHOD_INVITE,
                      .call_id = call_id,
                      .value = d->link.key.lo,
                      .identity = ss_mix_absorb(half, tag_hash(text.remote_tag)),
                      .local_cseq = d->has_local_cseq ? d->local_cseq : 0,
                      .remote_cseq = d->has_remote_cseq ? d->remote_cseq : 0,
                      .secure = d->secure };
}

void ss_dialog_set_state(const ss_core *core, ss_turn *turn, ss_dialog *d, ss_dialog_state state)
{
    SS_ASSERT(state >= d->state);
    if (state == d->state) {
        return;
    }
    const ss_note note = describe(core, d, state);
    d->state = (uint8_t)state;
    ss_turn_note(turn, &note);
}

void ss_dialog_forget(ss_core *core, ss_ref dialog)
{
    ss_dialog *d = ss_dialog_at(core, dialog);
    SS_ASSERT(core->dialogs > 0);
    ss_table_remove(&core->pools->dialogs, &core->pools->store, &d->link);
    ss_core_drop(core, &d->text);
    ss_core_give(core, dialog, sizeof(ss_dialog));
    core->dialogs--;
}

/* RFC3261:12.3 */
void ss_dialog_end(ss_core *core, ss_turn *turn, ss_ref dialog)
{
    ss_dialog *d = ss_dialog_at(core, dialog);
    if (d->state != SS_DIALOG_NONE) {
        ss_dialog_set_state(core, turn, d, SS_DIALOG_TERMINATED);
    }
    ss_dialog_forget(core, dialog);
}

/* ---- requests ---- */

/* RFC3261:12.2.2 */
ss_status ss_dialog_take_cseq(ss_dialog *d, uint32_t number)
{
    if (d->has_remote_cseq && number < d->remote_cseq) {
        return SS_ERR_STATE;
    }
    d->has_remote_cseq = true;
    d->remote_cseq = number;
    return SS_OK;
}

uint32_t ss_cseq_initial(ss_core *core)
{
    return (uint32_t)(ss_entropy_next(&core->entropy) % SS_CSEQ_INITIAL_MAX) + 1;
}

uint32_t ss_dialog_next_cseq(ss_core *core, ss_dialog *d)
{
    d->local_cseq = d->has_local_cseq ? d->local_cseq + 1 : ss_cseq_initial(core);
    d->has_local_cseq = true;
    return d->local_cseq;
}

ss_status ss_dialog_set_route(ss_core *core, ss_dialog *d, ss_slice target, ss_slice routes)
{
    ss_dialog_text text = ss_dialog_text_of(core, d);
    if (ss_slice_eq(text.target, target) && ss_slice_eq(text.routes, routes)) {
        return SS_OK;
    }
    text.target = target;
    text.routes = routes;
    return keep_strings(core, d, &text);
}

ss_status ss_dialog_set_target(ss_core *core, ss_dialog *d, ss_slice target)
{
    const ss_dialog_text now = ss_dialog_text_of(core, d);
    return ss_slice_eq(now.target, target) ? SS_OK
                                           : ss_dialog_set_route(core, d, target, now.routes);
}

static void put_party(ss_buffer *b, ss_hdr id, ss_slice uri, ss_slice tag)
{
    ss_put(b, ss_hdr_name(id));
    ss_put_text(b, ": <");
    ss_put(b, uri);
    ss_put_char(b, '>');
    if (tag.len > 0) {
        ss_put_text(b, ";tag=");
        ss_put(b, tag);
    }
    ss_put_text(b, "\r\n");
}

/* RFC3261:12.2.1.1 RFC3261:8.1.1.6 */
void ss_dialog_put_request(ss_buffer *b, const ss_dialog_text *text, const ss_route *route,
                           const ss_dialog_request *request)
{
    const ss_slice method = ss_method_name(request->method);
    ss_put_request_line(b, method, route->request_uri);
    ss_put_text(b, "Via: ");
    ss_put_via(b, request->path, request->branch);
    ss_put_text(b, "\r\n");
    if (route->routes.len > 0) {
        ss_put_header(b, SS_HDR_ROUTE, route->routes);
    }
    ss_put_header_u64(b, SS_HDR_MAX_FORWARDS,
                      request->is_relayed ? request->hops : SS_MAX_FORWARDS_INITIAL);
    put_party(b, SS_HDR_FROM, text->local_uri, text->local_tag);
    put_party(b, SS_HDR_TO, text->remote_uri, text->remote_tag);
    ss_put_header(b, SS_HDR_CALL_ID, text->call_id);
    ss_put(b, ss_hdr_name(SS_HDR_CSEQ));
    ss_put_text(b, ": ");
    ss_put_u64(b, request->cseq);
    ss_put_char(b, ' ');
    ss_put(b, method);
    ss_put_text(b, "\r\n");
    if (request->contact.len > 0) {
        ss_put_header(b, SS_HDR_CONTACT, request->contact);
    }
}
