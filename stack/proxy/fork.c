/* Forking: RFC 3261 16.6 for the order in which targets are tried, RFC 5393 5.3.3 for how many at once.
 *
 * The candidates of a group start together, as far as Max-Breadth allows; what it does not allow starts when a branch comes to
 * its end (RFC 5393 5.3.3.1), and the next group when all branches have. Invariant: the shares of live branches add up to
 * breadth_used, which is at most breadth.
 */
#include "context.h"

/* ---- breadth ------------------------------------------------------------------------------------------------- */

/* 60 where nobody says otherwise; a value that is none is as if absent. RFC5393:5.3.3 */
uint16_t ss_proxy_breadth(const ss_proxy *proxy, const ss_msg *request)
{
    const uint16_t most = proxy->config->breadth_max;
    uint32_t came;
    if (ss_msg_number(request, SS_HDR_MAX_BREADTH, &came) != SS_OK || came > most) {
        return most;
    }
    return (uint16_t)came;
}

static unsigned room_of(const ss_context *c)
{
    SS_ASSERT(c->breadth_used <= c->breadth);
    return c->breadth == 0 ? SS_CANDIDATES_MAX : (unsigned)(c->breadth - c->breadth_used);
}

/* ---- who is next --------------------------------------------------------------------------------------------- */

static unsigned count_group(const ss_visit *v, const ss_candidate *first)
{
    unsigned count = 1;
    for (ss_ref at = first->next; at != 0; at = ss_candidate_at(v, at)->next) {
        count += ss_candidate_at(v, at)->group == first->group ? 1 : 0;
    }
    return count;
}

bool ss_fork_may_start(const ss_visit *v, const ss_context *c)
{
    const ss_candidate *next = ss_candidate_next(v, c);
    return next != NULL && room_of(c) != 0 &&
           (next->group == c->group || !ss_context_has_pending(v, c));
}

/* ---- starting ------------------------------------------------------------------------------------------------ */

/* Who is passed over by a hunt counts on until it ended, so that something is kept back for those behind it. */
static unsigned room_to_share(const ss_visit *v, const ss_context *c, unsigned count)
{
    if (c->breadth == 0) {
        return 0;
    }
    unsigned behind = 0;
    for (ss_ref at = c->first_candidate; at != 0; at = ss_candidate_at(v, at)->next) {
        behind += ss_candidate_at(v, at)->taken ? 0 : 1;
    }
    behind = behind > count && v->proxy->config->hunt != 0 ? behind - count : 0;
    const unsigned spare = room_of(c) - count;
    return count + (spare > behind ? spare - behind : 0);
}

/* So many at once, the room shared evenly. Something may fail on the way, and end the context. */
static void start_some(const ss_visit *v, ss_context *c, const ss_msg *request,
                       const ss_routing *routing, unsigned count)
{
    const unsigned room = room_to_share(v, c, count);
    for (unsigned i = 0; i < count && c->server != 0; i++) {
        ss_candidate *candidate = ss_candidate_next(v, c);
        if (candidate == NULL) {
            return;
        }
        candidate->taken = true;
        c->group = candidate->group;
        const ss_target target = ss_candidate_target(v, ss_store_ref(ss_visit_store(v), candidate));
        const unsigned share = room / count + (i < room % count ? 1 : 0);
        ss_proxy_forward(v, c, request, routing, &target, (uint16_t)share);
    }
}

/* What came does not allow so many branches at once. RFC5393:5.3.3 */
static bool is_too_wide(const ss_visit *v, const ss_context *c, unsigned wanted)
{
    return v->proxy->config->breadth_rejects && c->breadth != 0 && wanted > c->breadth;
}

static bool start_group(const ss_visit *v, ss_context *c, const ss_msg *request,
                        const ss_routing *routing)
{
    const unsigned wanted = count_group(v, ss_candidate_next(v, c));
    if (is_too_wide(v, c, wanted)) {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = 440 });
        return false;
    }
    const unsigned room = room_of(c);
    c->held = true;
    start_some(v, c, request, routing, wanted < room ? wanted : room);
    c->held = false;
    if (c->server != 0) {
        return true;
    }
    ss_context_release(v, c);
    return false;
}

bool ss_fork_start(const ss_visit *v, ss_context *c)
{
    ss_msg request;
    ss_routing routing;
    return ss_context_reread(v, c, &request, &routing) && start_group(v, c, &request, &routing);
}
