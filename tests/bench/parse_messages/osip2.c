/* libosip2: osip_message_parse types the fields it knows into lists on the heap. Max-Forwards it keeps as text. */
#include "peers.h"

#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <sys/time.h>

static unsigned is_typed(const osip_uri_t *uri)
{
    return uri != NULL && uri->host != NULL;
}

static void count_list(const osip_list_t *list, unsigned *counted, typed_count *count)
{
    for (int i = 0; i < osip_list_size(list); i++) {
        const osip_from_t *addr = osip_list_get(list, i);
        (*counted)++;
        count->uris += is_typed(addr->url);
    }
}

static unsigned count_credentials(const osip_authorization_t *a)
{
    return (a->username != NULL) + (a->realm != NULL) + (a->nonce != NULL) + (a->uri != NULL) +
           (a->response != NULL) + (a->digest != NULL) + (a->algorithm != NULL) +
           (a->cnonce != NULL) + (a->opaque != NULL) + (a->message_qop != NULL) +
           (a->nonce_count != NULL);
}

static void count_typed(osip_message_t *m, typed_count *count)
{
    osip_header_t *max_forwards = NULL;
    osip_message_get_max_forwards(m, 0, &max_forwards);
    if (max_forwards != NULL && max_forwards->hvalue != NULL && atoi(max_forwards->hvalue) > 0) {
        count->numbers++;
    }
    count->numbers += (m->cseq != NULL) + (m->content_length != NULL);
    count->vias += (unsigned)osip_list_size(&m->vias);
    count_list(&m->routes, &count->routes, count);
    count_list(&m->record_routes, &count->routes, count);
    count_list(&m->contacts, &count->contacts, count);
    count->parties += 2;
    count->uris += is_typed(m->from->url) + is_typed(m->to->url) + is_typed(m->req_uri);
    for (int i = 0; i < osip_list_size(&m->authorizations); i++) {
        count->credentials += count_credentials(osip_list_get(&m->authorizations, i));
    }
}

static int parse(const char *bytes, size_t len, typed_count *count)
{
    osip_message_t *m = NULL;
    if (osip_message_init(&m) != 0) {
        return 0;
    }
    const int is_good = osip_message_parse(m, bytes, len) == 0 && m->from != NULL &&
                        m->to != NULL && m->call_id != NULL;
    if (is_good) {
        count_typed(m, count);
    }
    osip_message_free(m);
    return is_good;
}

static void open_parser(void)
{
    parser_init();
}

const peer osip2 = { "osip2", open_parser, parse };
