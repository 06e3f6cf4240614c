/* Recursion: a 3xx says where else the request may go, and the proxy goes there itself. RFC 3261 16.7 step 4, 16.5.
 *
 * Only for a URI that this proxy is responsible for, and each place once. What it takes is removed from the response, so that
 * nobody upstream tries it again.
 */
#include "context.h"

/* Of a 305 the Contact is a proxy, of a 380 it is another service: neither is the callee. */
static bool is_redirect(unsigned status)
{
    return status == 300 || status == 301 || status == 302;
}

typedef struct taken_contact {
    ss_slice uri;
    uint16_t q;
} taken_contact;

typedef struct contacts {
    taken_contact taken[SS_CANDIDATES_MAX]; /* by q, the best first */
    unsigned count, left;
} contacts;

static unsigned count_candidates(const ss_visit *v, const ss_context *c)
{
    unsigned count = 0;
    for (ss_ref at = c->first_candidate; at != 0; at = ss_candidate_at(v, at)->next) {
        count++;
    }
    return count;
}

static bool is_taken(const contacts *all, const ss_uri *uri)
{
    for (unsigned i = 0; i < all->count; i++) {
        ss_uri known;
        if (ss_uri_parse(all->taken[i].uri, &known) == SS_OK && ss_uri_equal(&known, uri)) {
            return true;
        }
    }
    return false;
}

/* What was asked for by sips does not go on by less, nor by sips what was not: the caller is to choose. RFC3261:16.7 RFC5630:5.3 */
static bool is_of_use(const ss_uri *uri, bool is_sips)
{
    return uri->scheme == (is_sips ? SS_SCHEME_SIPS : SS_SCHEME_SIP);
}

static void take_contact(contacts *all, ss_slice uri, uint16_t q)
{
    unsigned at = all->count;
    while (at > 0 && all->taken[at - 1].q < q) {
        all->taken[at] = all->taken[at - 1];
        at--;
    }
    all->taken[at] = (taken_contact){ .uri = uri, .q = q };
    all->count++;
}

/* One that was tried already, or is about to be, is taken too: it must not go upstream either. */
static void look_at(const ss_visit *v, const ss_context *c, contacts *all,
                    const ss_name_addr *contact, bool is_sips, unsigned room)
{
    ss_uri uri;
    uint16_t q;
    if (contact->is_star || ss_uri_parse(contact->uri, &uri) != SS_OK ||
        ss_name_addr_q(contact, &q) != SS_OK || !is_of_use(&uri, is_sips)) {
        all->left++;
    } else if (ss_candidates_have(v, c, &uri) || is_taken(all, &uri)) {
        return;
    } else if (all->count >= room) {
        all->left++;
    } else {
        take_contact(all, contact->uri, q);
    }
}

/* The response with those Contacts only that are in no target set. */
static ss_slice print_rest(const ss_visit *v, const ss_context *c, ss_slice bytes, bool is_sips)
{
    ss_msg response;
    ss_diag diag;
    if (ss_msg_parse(&response, v->turn->arena, bytes, &diag) != SS_OK) {
        v->turn->failed = true;
        return SS_EMPTY;
    }
    ss_splice s = ss_splice_begin(&response, v->turn->arena);
    ss_splice_remove(&s, SS_HDR_CONTACT);
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    while (ss_msg_next_addr(&response, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        ss_uri uri;
        const bool is_known = ss_uri_parse(contact.uri, &uri) == SS_OK &&
                              is_of_use(&uri, is_sips) && ss_candidates_have(v, c, &uri);
        if (!is_known) {
            ss_splice_append(&s, SS_HDR_CONTACT, contact.whole);
        }
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    v->turn->failed |= ss_splice_print(&s, &b) != SS_OK;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* Those of the highest q join what is under way, unless one is tried at a time; the others follow, before what else there is. */
static bool add_all(const ss_visit *v, ss_context *c, const contacts *all)
{
    const ss_fork fork = v->proxy->config->fork;
    uint16_t group = c->group;
    for (unsigned i = all->count; i > 0; i--) {
        const taken_contact *t = &all->taken[i - 1];
        const bool joins =
            fork == SS_FORK_PARALLEL || (fork == SS_FORK_BY_Q && t->q == all->taken[0].q);
        const bool opens = i == all->count || fork != SS_FORK_BY_Q || all->taken[i].q != t->q;
        if (joins) {
            group = c->group;
        } else if (opens) {
            group = ss_candidate_group(c);
        }
        if (ss_candidate_add(v, c, &(ss_target){ .uri = t->uri }, group, true) == 0) {
            return false;
        }
    }
    return true;
}

/* RFC3261:16.7 step 4 */
bool ss_recurse(const ss_visit *v, ss_context *c, const ss_msg *response, ss_slice bytes,
                ss_slice *rest)
{
    ss_msg request;
    if (!v->proxy->config->recurses || !c->is_ours || c->is_gruu || c->closed ||
        !is_redirect(response->status) || ss_context_request(v, c, &request) != SS_OK) {
        return false;
    }
    contacts *all = SS_ARENA_NEW(v->turn->arena, contacts);
    const unsigned count = count_candidates(v, c);
    if (all == NULL || count >= SS_CANDIDATES_MAX) {
        return false;
    }
    const bool is_sips = request.target.scheme == SS_SCHEME_SIPS;
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    while (ss_msg_next_addr(response, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        look_at(v, c, all, &contact, is_sips, SS_CANDIDATES_MAX - count);
    }
    if (all->count == 0 || !add_all(v, c, all)) {
        return false;
    }
    *rest = all->left == 0 ? SS_EMPTY : print_rest(v, c, bytes, is_sips);
    return true;
}
