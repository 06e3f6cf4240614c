/* ACK at a proxy: RFC 3261 16.2, 17.1.1.3, RFC 6026 7.1.
 *
 * What comes up is the ACK to a 2xx, which is end to end and a request of its own: it is routed like any other, but
 * has no transaction. (The ACK to another final response is the hop's and is absorbed by the server transaction.)
 * Copies, one for each copy of the 2xx, get the same branch parameter. Nothing is ever answered to an ACK.
 */
#include "context.h"

void ss_proxy_ack(const ss_visit *v, const ss_msg *ack)
{
    const ss_proxy_mode mode = v->proxy->config->mode;
    if (mode == SS_PROXY_REDIRECTS || mode == SS_PROXY_REGISTERS ||
        ss_proxy_is_ack_of_refusal(v, ack)) {
        return; /* 8.3: it made no dialog; 8.2.7: a stateless UAS ignores it */
    }
    ss_proxy_stateless(v, ack, NULL);
}
