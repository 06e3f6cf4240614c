/* DLG5: a request inside a dialog, whatever made that, travels by the route set that the dialog was made with, to the remote target (RFC 3261 12.1.1,
 * 12.1.2, 12.2.1.1). The target is what the peer's Contact said last, or the time before: which of two it is depends on what
 * crossed. One that was never said, or that a 3xx led elsewhere, is not judged. */
#include "laws.h"

static void learn(dialog_end *d, uint32_t routes, uint8_t count, uint8_t says)
{
    d->route.routes = routes;
    d->route.count = count;
    d->route.is_strict = (says & SS_SAYS_STRICT) != 0;
    d->route.is_known = true;
}

/* RFC3261:12.1.1 */
void sn_route_of_request(dialog_end *d, const txn *request)
{
    learn(d, request->routes, request->route_count, request->says);
    d->route.target = request->contact;
}

/* RFC6665:4.4.1 how many there are is of no matter behind a loose router; behind a strict one nothing is judged. */
void sn_route_of_notify(dialog_end *d, const txn *notify)
{
    learn(d, notify->record_routes, notify->record_routes == 0 ? 0 : 1, 0);
    d->route.is_known = notify->record_routes != SS_ROUTES_STRICT;
    d->route.target = notify->contact;
}

/* RFC3261:12.1.2 RFC3261:13.2.2.4 */
void sn_route_of_response(dialog_end *d, const sn_fact *f)
{
    learn(d, f->sip.routes, f->sip.route_count, f->sip.says);
    d->route.target = f->sip.contact;
    d->route.next = 0;
}

/* RFC3261:12.2.1.2 RFC3261:12.2.2 */
void sn_route_refreshed(dialog_end *d, const sn_fact *f)
{
    if (f->sip.contact != 0 && f->sip.contact != d->route.target && d->route.target != 0) {
        d->route.next = d->route.target;
        d->route.target = f->sip.contact;
    }
}

/* RFC3261:12.2.1.1 a strict router is the Request-URI, and the target the last route. */
static bool goes_to(const route_view *r, const ss_summary *sip, uint32_t target)
{
    uint32_t end = target;
    if (r->count == 0 || !r->is_strict) {
        return sip->routes == r->routes && (target == 0 || sip->target == target);
    }
    for (uint32_t i = 0; i < r->count; i++) {
        end *= SS_ROUTES_PRIME;
    }
    return target == 0 || sip->target + SS_ROUTES_PRIME * sip->routes == r->routes + end;
}

void sn_route_judge(sn_judge *j, const sn_fact *f, const dialog_end *d)
{
    const route_view *r = &d->route;
    if (!r->is_known || f->sip.method == SS_METHOD_CANCEL || goes_to(r, &f->sip, r->target) ||
        (r->next != 0 && goes_to(r, &f->sip, r->next))) {
        return;
    }
    sn_judge_broken(
        j, LAW_DLG5, f->key.at, f->entity, f->sip.call_id,
        f->sip.route_count == r->count
            ? "a request left with %u routes that, or whose target, are not the dialog's"
            : "a request left with %u routes, and the dialog has %u",
        (unsigned)f->sip.route_count, (unsigned)r->count);
}
