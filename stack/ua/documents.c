/* The documents of the stack's packages: message/sipfrag of a reference (RFC 3515 2.4.5), presence after RFC 3863 (PIDF),
 * dialogs after RFC 4235 4.1. They are whole states, never deltas, printed from what there is. */
#include "documents.h"

#include "published.h"

void ss_put_xml(ss_buffer *b, ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        switch (c) {
        case '&':
            ss_put_text(b, "&amp;");
            break;
        case '<':
            ss_put_text(b, "&lt;");
            break;
        case '>':
            ss_put_text(b, "&gt;");
            break;
        case '"':
            ss_put_text(b, "&quot;");
            break;
        default:
            if ((unsigned char)c >= ' ') {
                ss_put_char(b, c);
            }
            break;
        }
    }
}

static void put_head(ss_buffer *b, const char *element, const char *space)
{
    ss_put_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<");
    ss_put_text(b, element);
    ss_put_text(b, " xmlns=\"urn:ietf:params:xml:ns:");
    ss_put_text(b, space);
    ss_put_text(b, "\" entity=\"");
}

/* ---- refer ---- */

/* RFC3515:2.4.5 */
void ss_document_refer(const ss_visit *v, ss_buffer *b, const ss_subscription *sub)
{
    (void)v;
    ss_put_status_line(b, sub->status, SS_EMPTY);
}

/* ---- presence ---- */

static void put_tuple(ss_buffer *b, uint64_t id, bool is_open, ss_slice note)
{
    ss_put_text(b, "<tuple id=\"t");
    ss_put_hex(b, id, 16);
    ss_put_text(b, is_open ? "\"><status><basic>open</basic></status>"
                           : "\"><status><basic>closed</basic></status>");
    if (note.len > 0) {
        ss_put_text(b, "<note>");
        ss_put_xml(b, note);
        ss_put_text(b, "</note>");
    }
    ss_put_text(b, "</tuple>\r\n");
}

/* A tuple for each publication; a user agent that speaks for itself and was told nothing is open. */
void ss_document_presence(const ss_visit *v, ss_buffer *b, const ss_subscription *sub)
{
    unsigned count = 0;
    const ss_ua_profile *profile = v->ua->identity->profile;
    put_head(b, "presence", "pidf");
    ss_put_xml(b, ss_subscription_text(v, sub, SS_SUB_TO));
    ss_put_text(b, "\">\r\n");
    for (const ss_published *p = ss_published_first(v); p != NULL; p = ss_published_next(v, p)) {
        if (p->resource == sub->resource && p->package == sub->package) {
            put_tuple(b, p->etag, p->is_open, ss_blob_slice(&v->core->pools->store, p->note));
            count++;
        }
    }
    if (count == 0 && (profile == NULL || !profile->is_compositor)) {
        put_tuple(b, 0, true, SS_EMPTY);
    }
    ss_put_text(b, "</presence>\r\n");
}

void ss_document_publish(const ss_visit *v, ss_buffer *b, bool is_open, ss_slice note)
{
    put_head(b, "presence", "pidf");
    ss_put_xml(b, v->ua->identity->aor);
    ss_put_text(b, "\">\r\n");
    put_tuple(b, 0, is_open, note);
    ss_put_text(b, "</presence>\r\n");
}

/* ---- dialog ---- */

/* RFC4235:3.7.1 as far as a call here goes through it */
static const char *dialog_state(const ss_call *call)
{
    switch (call->state) {
    case SS_CALL_RESOLVING:
        return "trying";
    case SS_CALL_INVITING:
        return call->first_leg == 0 ? "trying" : "early";
    case SS_CALL_INCOMING:
        return call->progressed ? "early" : "trying";
    case SS_CALL_ANSWERED:
    case SS_CALL_UP:
        return "confirmed";
    default:
        return "terminated";
    }
}

static void put_identifiers(const ss_visit *v, ss_buffer *b, const ss_call *call)
{
    const ss_leg *leg = call->first_leg == 0 ? NULL : ss_leg_at(v->core, call->first_leg);
    if (leg == NULL || leg->dialog == 0) {
        return;
    }
    const ss_dialog_text text = ss_dialog_text_of(v->core, ss_dialog_at(v->core, leg->dialog));
    ss_put_text(b, "\" call-id=\"");
    ss_put_xml(b, text.call_id);
    ss_put_text(b, "\" local-tag=\"");
    ss_put_xml(b, text.local_tag);
    ss_put_text(b, "\" remote-tag=\"");
    ss_put_xml(b, text.remote_tag);
}

/* RFC4235:4.1 always the full state */
void ss_document_dialog(const ss_visit *v, ss_buffer *b, const ss_subscription *sub)
{
    put_head(b, "dialog-info", "dialog-info");
    ss_put_xml(b, v->ua->identity->aor);
    ss_put_text(b, "\" state=\"full\" version=\"");
    ss_put_u64(b, sub->version);
    ss_put_text(b, "\">\r\n");
    for (ss_ref at = v->ua->first_call; at != 0;) {
        const ss_call *call = ss_call_at(v->core, at);
        at = call->next;
        if (call->state == SS_CALL_OVER) {
            continue;
        }
        ss_put_text(b, "<dialog id=\"d");
        ss_put_u64(b, call->number);
        put_identifiers(v, b, call);
        ss_put_text(b, call->is_uac ? "\" direction=\"initiator\"><state>"
                                    : "\" direction=\"recipient\"><state>");
        ss_put_text(b, dialog_state(call));
        ss_put_text(b, "</state></dialog>\r\n");
    }
    ss_put_text(b, "</dialog-info>\r\n");
}
