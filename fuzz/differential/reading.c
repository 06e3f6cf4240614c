/* Readings as text, ours, and what two of them have different. */
#include "reading.h"

#include "ss/msg.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void read_text(reading *r, read_field field, const char *at, size_t len)
{
    const size_t kept = len < READ_TEXT_MAX ? len : READ_TEXT_MAX - 1;
    if (at != NULL && len > 0) {
        memcpy(r->field[field].text, at, kept);
    }
    r->field[field].text[at == NULL ? 0 : kept] = '\0';
    r->field[field].len = at == NULL ? 0 : len;
}

void read_string(reading *r, read_field field, const char *text)
{
    read_text(r, field, text, text == NULL ? 0 : strlen(text));
}

void read_number(reading *r, read_field field, unsigned long number)
{
    char text[24];
    const int len = snprintf(text, sizeof text, "%lu", number);
    read_text(r, field, text, (size_t)len);
}

const char *read_field_name(read_field field)
{
#define NAME(id, name) name,
    static const char *const names[] = { READ_FIELD_LIST(NAME) };
#undef NAME
    return names[field];
}

/* ---- ours ---- */

static void read_slice(reading *r, read_field field, ss_slice text)
{
    read_text(r, field, text.at, text.len);
}

static void read_port(reading *r, read_field field, uint16_t port)
{
    if (port != 0) {
        read_number(r, field, port);
    }
}

static void read_request_uri(reading *r, ss_slice text)
{
    ss_uri uri;
    if (ss_uri_parse(text, &uri) != SS_OK) {
        return;
    }
    read_text(r, READ_URI_SCHEME, text.at, ss_slice_find(text, ':'));
    if (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS) {
        read_slice(r, READ_URI_USER, uri.user);
        read_slice(r, READ_URI_HOST, uri.host);
        read_port(r, READ_URI_PORT, uri.port);
    }
}

static void read_via(reading *r, const ss_msg *msg)
{
    ss_via via;
    if (ss_msg_top_via(msg, &via) == SS_OK) {
        read_slice(r, READ_VIA_TRANSPORT, via.transport);
        read_slice(r, READ_VIA_HOST, via.host);
        read_port(r, READ_VIA_PORT, via.port);
        read_slice(r, READ_VIA_BRANCH, via.branch);
    }
}

static void read_party(reading *r, const ss_name_addr *who, read_field user, read_field host,
                       read_field tag)
{
    ss_uri uri;
    if (ss_uri_parse(who->uri, &uri) == SS_OK &&
        (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS)) {
        read_slice(r, user, uri.user);
        read_slice(r, host, uri.host);
    }
    read_slice(r, tag, ss_name_addr_tag(who));
}

/* A list that cannot be read to its end has no number. */
static void read_count(reading *r, read_field field, const ss_msg *msg, ss_hdr id)
{
    ss_value_iter it = { 0 };
    ss_name_addr value;
    unsigned count = 0;
    ss_status status;
    while ((status = ss_msg_next_addr(msg, id, &it, &value)) == SS_OK) {
        count++;
    }
    if (status == SS_NONE) {
        read_number(r, field, count);
    } else {
        read_string(r, field, "unreadable");
    }
}

static void read_vias(reading *r, const ss_msg *msg)
{
    ss_value_iter it = { 0 };
    ss_via via;
    unsigned count = 0;
    ss_status status;
    while ((status = ss_msg_next_via(msg, &it, &via)) == SS_OK) {
        count++;
    }
    if (status == SS_NONE) {
        read_number(r, READ_VIAS, count);
    } else {
        read_string(r, READ_VIAS,
                    "unreadable"); /* the first one decides what becomes of a message */
    }
}

static void read_numbers(reading *r, const ss_msg *msg)
{
    ss_cseq cseq;
    uint32_t number;
    if (ss_msg_cseq(msg, &cseq) == SS_OK) {
        read_number(r, READ_CSEQ, cseq.number);
        read_slice(r, READ_CSEQ_METHOD, cseq.method_name);
    }
    if (ss_msg_number(msg, SS_HDR_MAX_FORWARDS, &number) == SS_OK) {
        read_number(r, READ_MAX_FORWARDS, number);
    }
    if (ss_msg_number(msg, SS_HDR_CONTENT_LENGTH, &number) == SS_OK) {
        read_number(r, READ_CONTENT_LENGTH, number);
    }
    read_vias(r, msg);
    read_count(r, READ_ROUTES, msg, SS_HDR_ROUTE);
    read_count(r, READ_RECORD_ROUTES, msg, SS_HDR_RECORD_ROUTE);
    read_count(r, READ_CONTACTS, msg, SS_HDR_CONTACT);
    read_number(r, READ_CONTENT_TYPE, ss_msg_count(msg, SS_HDR_CONTENT_TYPE) > 0);
    read_number(r, READ_BODY, msg->body.len);
}

void read_ours(const char *bytes, size_t len, reading *out)
{
    static _Alignas(16) unsigned char memory[1 << 20];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    ss_name_addr who;
    memset(out, 0, sizeof *out);
    out->is_read = ss_msg_parse(&msg, &arena, (ss_slice){ bytes, len }, &diag) == SS_OK;
    if (!out->is_read) {
        return;
    }
    if (msg.is_request) {
        read_slice(out, READ_METHOD, msg.method_name);
        read_request_uri(out, msg.request_uri);
    } else {
        read_number(out, READ_STATUS, msg.status);
    }
    read_via(out, &msg);
    if (ss_msg_from(&msg, &who) == SS_OK) {
        read_party(out, &who, READ_FROM_USER, READ_FROM_HOST, READ_FROM_TAG);
    }
    if (ss_msg_to(&msg, &who) == SS_OK) {
        read_party(out, &who, READ_TO_USER, READ_TO_HOST, READ_TO_TAG);
    }
    read_slice(out, READ_CALL_ID, ss_msg_call_id(&msg));
    read_numbers(out, &msg);
}

/* ---- two of them ---- */

/* RFC3261:7.3.1, 19.1.4: what compares without case. */
static bool is_caseless(read_field field)
{
    return field == READ_URI_SCHEME || field == READ_URI_HOST || field == READ_VIA_TRANSPORT ||
           field == READ_VIA_HOST || field == READ_FROM_HOST || field == READ_TO_HOST;
}

static bool is_same(const reading *a, const reading *b, read_field field)
{
    const char *left = a->field[field].text, *right = b->field[field].text;
    if (a->field[field].len != b->field[field].len) {
        return false;
    }
    return is_caseless(field) ? strcasecmp(left, right) == 0 : strcmp(left, right) == 0;
}

static bool is_explained(const peer *whose, const difference *d, unsigned *used)
{
    for (size_t i = 0; i < explanation_count; i++) {
        const explanation *e = &explanations[i];
        const bool is_its = strcmp(e->peer, whose->name) == 0 || strcmp(e->peer, "both") == 0;
        if (is_its && (e->fields >> d->field & 1) != 0 && e->holds(d)) {
            used[i]++;
            return true;
        }
    }
    return false;
}

read_field compare_readings(const peer *whose, const reading *ours, const reading *theirs,
                            const char *bytes, size_t len, unsigned *used)
{
    for (unsigned i = 0; ours->is_read && theirs->is_read && i < READ_FIELDS; i++) {
        const difference d = { .field = (read_field)i,
                               .ours = ours->field[i].text,
                               .theirs = theirs->field[i].text,
                               .us = ours,
                               .them = theirs,
                               .bytes = bytes,
                               .len = len };
        if (!is_same(ours, theirs, d.field) && !is_explained(whose, &d, used)) {
            return d.field;
        }
    }
    return READ_FIELDS;
}
