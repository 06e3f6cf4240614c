/* How libosip2 reads a message. */
#include "reading.h"

#include <osipparser2/osip_parser.h>
#include <string.h>
#include <sys/time.h>

static void read_party(reading *r, osip_from_t *who, read_field user, read_field host,
                       read_field tag)
{
    osip_generic_param_t *param = NULL;
    if (who == NULL) {
        return;
    }
    if (who->url != NULL && who->url->string == NULL) {
        read_string(r, user, who->url->username);
        read_string(r, host, who->url->host);
    }
    if (osip_from_get_tag(who, &param) == 0 && param != NULL) {
        read_string(r, tag, param->gvalue);
    }
}

static void read_via(reading *r, osip_message_t *m)
{
    osip_generic_param_t *branch = NULL;
    osip_via_t *via = osip_list_get(&m->vias, 0);
    read_number(r, READ_VIAS, (unsigned long)osip_list_size(&m->vias));
    if (via == NULL) {
        return;
    }
    read_string(r, READ_VIA_TRANSPORT, via->protocol);
    read_string(r, READ_VIA_HOST, via->host);
    read_string(r, READ_VIA_PORT, via->port);
    if (osip_via_param_get_byname(via, "branch", &branch) == 0 && branch != NULL) {
        read_string(r, READ_VIA_BRANCH, branch->gvalue);
    }
}

static void read_line(reading *r, const osip_message_t *m)
{
    if (m->sip_method == NULL) {
        read_number(r, READ_STATUS, (unsigned long)m->status_code);
        return;
    }
    read_string(r, READ_METHOD, m->sip_method);
    if (m->req_uri != NULL) {
        read_string(r, READ_URI_SCHEME, m->req_uri->scheme);
        if (m->req_uri->string == NULL) {
            read_string(r, READ_URI_USER, m->req_uri->username);
            read_string(r, READ_URI_HOST, m->req_uri->host);
            read_string(r, READ_URI_PORT, m->req_uri->port);
        }
    }
}

static void read_call_id(reading *r, const osip_call_id_t *id)
{
    char text[READ_TEXT_MAX];
    if (id == NULL || id->number == NULL) {
        return;
    }
    const size_t left = strlen(id->number), right = id->host == NULL ? 0 : strlen(id->host);
    if (id->host == NULL || left + 1 + right >= sizeof text) {
        read_text(r, READ_CALL_ID, id->number, left);
        return;
    }
    memcpy(text, id->number, left);
    text[left] = '@';
    memcpy(text + left + 1, id->host, right);
    read_text(r, READ_CALL_ID, text, left + 1 + right);
}

static void read_body(reading *r, const osip_message_t *m)
{
    unsigned long bytes = 0;
    for (int i = 0; i < osip_list_size(&m->bodies); i++) {
        const osip_body_t *body = osip_list_get(&m->bodies, i);
        bytes += (unsigned long)body->length;
    }
    read_number(r, READ_BODY, bytes);
}

static void read_rest(reading *r, osip_message_t *m)
{
    osip_header_t *max_forwards = NULL;
    osip_message_get_max_forwards(m, 0, &max_forwards);
    if (max_forwards != NULL) {
        read_string(r, READ_MAX_FORWARDS, max_forwards->hvalue);
    }
    if (m->cseq != NULL) {
        read_string(r, READ_CSEQ, m->cseq->number);
        read_string(r, READ_CSEQ_METHOD, m->cseq->method);
    }
    if (m->content_length != NULL) {
        read_string(r, READ_CONTENT_LENGTH, m->content_length->value);
    }
    read_number(r, READ_CONTENT_TYPE, m->content_type != NULL);
    read_number(r, READ_ROUTES, (unsigned long)osip_list_size(&m->routes));
    read_number(r, READ_RECORD_ROUTES, (unsigned long)osip_list_size(&m->record_routes));
    read_number(r, READ_CONTACTS, (unsigned long)osip_list_size(&m->contacts));
}

static void read_message(const char *bytes, size_t len, reading *out)
{
    static bool is_open;
    osip_message_t *m = NULL;
    memset(out, 0, sizeof *out);
    if (!is_open) {
        parser_init();
        is_open = true;
    }
    if (osip_message_init(&m) != 0) {
        return;
    }
    out->is_read = osip_message_parse(m, bytes, len) == 0;
    if (out->is_read) {
        read_line(out, m);
        read_via(out, m);
        read_party(out, m->from, READ_FROM_USER, READ_FROM_HOST, READ_FROM_TAG);
        read_party(out, m->to, READ_TO_USER, READ_TO_HOST, READ_TO_TAG);
        read_call_id(out, m->call_id);
        read_rest(out, m);
        read_body(out, m);
    }
    osip_message_free(m);
}

const peer peer_osip2 = { "osip2", read_message };
