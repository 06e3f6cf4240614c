/* libsofia-sip-ua: msg_make types every header field that its class knows, on a heap of the message's own. */
#include "peers.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

static int is_typed(const url_t *url)
{
    return url->url_type != url_invalid && url->url_type != url_unknown && url->url_host != NULL;
}

static void count_routes(const sip_route_t *route, typed_count *count)
{
    for (; route != NULL; route = route->r_next) {
        count->routes++;
        count->uris += (unsigned)is_typed(route->r_url);
    }
}

static void count_addresses(const sip_t *sip, typed_count *count)
{
    count_routes(sip->sip_route, count);
    count_routes((const sip_route_t *)sip->sip_record_route, count);
    for (const sip_contact_t *contact = sip->sip_contact; contact != NULL;
         contact = contact->m_next) {
        count->contacts++;
        count->uris += (unsigned)is_typed(contact->m_url);
    }
    count->parties += (sip->sip_from != NULL) + (sip->sip_to != NULL);
    count->uris += (unsigned)(is_typed(sip->sip_from->a_url) + is_typed(sip->sip_to->a_url));
}

static void count_others(const sip_t *sip, typed_count *count)
{
    for (const sip_via_t *via = sip->sip_via; via != NULL; via = via->v_next) {
        count->vias++;
    }
    if (sip->sip_request != NULL) {
        count->uris += (unsigned)is_typed(sip->sip_request->rq_url);
    }
    if (sip->sip_authorization != NULL) {
        for (msg_param_t const *p = sip->sip_authorization->au_params; p != NULL && *p != NULL;
             p++) {
            count->credentials++;
        }
    }
    count->numbers += (unsigned)((sip->sip_cseq != NULL) + (sip->sip_max_forwards != NULL) +
                                 (sip->sip_content_length != NULL));
}

static int parse(const char *bytes, size_t len, typed_count *count)
{
    msg_t *msg = msg_make(sip_default_mclass(), 0, bytes, (ssize_t)len);
    const sip_t *sip = sip_object(msg);
    const int is_good = sip != NULL && sip->sip_error == NULL && sip->sip_from != NULL &&
                        sip->sip_to != NULL && sip->sip_call_id != NULL;
    if (is_good) {
        count_addresses(sip, count);
        count_others(sip, count);
    }
    msg_destroy(msg);
    return is_good;
}

static void open_nothing(void)
{
}

const peer sofia = { "sofia_sip", open_nothing, parse };
