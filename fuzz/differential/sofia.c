/* How libsofia-sip reads a message. */
#include "reading.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <string.h>

static bool is_sip(const url_t *url)
{
    return url->url_type == url_sip || url->url_type == url_sips;
}

static void read_party(reading *r, const sip_addr_t *who, read_field user, read_field host,
                       read_field tag)
{
    if (who == NULL) {
        return;
    }
    if (is_sip(who->a_url)) {
        read_string(r, user, who->a_url->url_user);
        read_string(r, host, who->a_url->url_host);
    }
    read_string(r, tag, who->a_tag);
}

static void read_line(reading *r, const sip_t *sip)
{
    if (sip->sip_status != NULL) {
        read_number(r, READ_STATUS, (unsigned long)sip->sip_status->st_status);
        return;
    }
    const url_t *url = sip->sip_request->rq_url;
    read_string(r, READ_METHOD, sip->sip_request->rq_method_name);
    read_string(r, READ_URI_SCHEME, url->url_scheme);
    if (is_sip(url)) {
        read_string(r, READ_URI_USER, url->url_user);
        read_string(r, READ_URI_HOST, url->url_host);
        read_string(r, READ_URI_PORT, url->url_port);
    }
}

static void read_via(reading *r, const sip_via_t *via)
{
    unsigned long count = 0;
    for (const sip_via_t *v = via; v != NULL; v = v->v_next) {
        count++;
    }
    read_number(r, READ_VIAS, count);
    if (via != NULL) {
        const char *slash = via->v_protocol == NULL ? NULL : strrchr(via->v_protocol, '/');
        read_string(r, READ_VIA_TRANSPORT, slash == NULL ? NULL : slash + 1);
        read_string(r, READ_VIA_HOST, via->v_host);
        read_string(r, READ_VIA_PORT, via->v_port);
        read_string(r, READ_VIA_BRANCH, via->v_branch);
    }
}

static unsigned long count_routes(const sip_route_t *route)
{
    unsigned long count = 0;
    for (; route != NULL; route = route->r_next) {
        count++;
    }
    return count;
}

static void read_rest(reading *r, const sip_t *sip)
{
    unsigned long contacts = 0;
    for (const sip_contact_t *m = sip->sip_contact; m != NULL; m = m->m_next) {
        contacts++;
    }
    if (sip->sip_call_id != NULL) {
        read_string(r, READ_CALL_ID, sip->sip_call_id->i_id);
    }
    if (sip->sip_cseq != NULL) {
        read_number(r, READ_CSEQ, sip->sip_cseq->cs_seq);
        read_string(r, READ_CSEQ_METHOD, sip->sip_cseq->cs_method_name);
    }
    if (sip->sip_max_forwards != NULL) {
        read_number(r, READ_MAX_FORWARDS, sip->sip_max_forwards->mf_count);
    }
    if (sip->sip_content_length != NULL) {
        read_number(r, READ_CONTENT_LENGTH, sip->sip_content_length->l_length);
    }
    read_number(r, READ_CONTENT_TYPE, sip->sip_content_type != NULL);
    read_number(r, READ_ROUTES, count_routes(sip->sip_route));
    read_number(r, READ_RECORD_ROUTES, count_routes((const sip_route_t *)sip->sip_record_route));
    read_number(r, READ_CONTACTS, contacts);
    read_number(r, READ_BODY, sip->sip_payload == NULL ? 0 : sip->sip_payload->pl_len);
}

static void read_message(const char *bytes, size_t len, reading *out)
{
    memset(out, 0, sizeof *out);
    if (len == 0) {
        return;
    }
    msg_t *msg = msg_make(sip_default_mclass(), 0, bytes, (ssize_t)len);
    const sip_t *sip = msg == NULL ? NULL : sip_object(msg);
    out->is_read = sip != NULL && sip->sip_error == NULL &&
                   (sip->sip_request != NULL || sip->sip_status != NULL);
    if (out->is_read) {
        read_line(out, sip);
        read_via(out, sip->sip_via);
        read_party(out, sip->sip_from, READ_FROM_USER, READ_FROM_HOST, READ_FROM_TAG);
        read_party(out, sip->sip_to, READ_TO_USER, READ_TO_HOST, READ_TO_TAG);
        read_rest(out, sip);
    }
    msg_destroy(msg);
}

const peer peer_sofia = { "sofia_sip", read_message };
