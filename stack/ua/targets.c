/* Where the target sets of redirected requests are kept (RFC 3261 8.1.3.4). An INVITE, a REGISTER and what changes a session have
 * a place for theirs; the others, which are hardly ever redirected, share a list that is empty until one is: BYE, SUBSCRIBE,
 * REFER, NOTIFY, PUBLISH, MESSAGE, OPTIONS, INFO.
 *
 * RFC3261:9.1 RFC3261:17.1.1.3 A CANCEL and an ACK go where their INVITE went: neither is here, whatever is answered. */
#include "changes.h"
#include "events.h"

#include <string.h>

typedef struct kept_targets {
    ss_ref next;
    ss_errand errand;
    ss_blob targets;
} kept_targets;

static kept_targets *kept_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

/* How often a request was sent again is not part of who it is. */
ss_errand ss_errand_anew(ss_errand errand)
{
    if (errand.kind == SS_ERRAND_REQUEST) {
        errand.who = ss_request_number(errand.who);
    }
    return errand;
}

static ss_ref *link_of(const ss_visit *v, ss_errand errand)
{
    const ss_errand wanted = ss_errand_anew(errand);
    ss_ref *link = &v->ua->first_targets;
    while (*link != 0) {
        const kept_targets *k = kept_at(v, *link);
        if (k->errand.kind == wanted.kind && k->errand.who == wanted.who) {
            break;
        }
        link = &kept_at(v, *link)->next;
    }
    return link;
}

/* RFC3261:8.1.3.4 RFC3261:12.2.1.2 inside a dialog as outside one. */
static bool may_be_redirected(ss_errand errand)
{
    switch (errand.kind) {
    case SS_ERRAND_BYE:
    case SS_ERRAND_SUBSCRIPTION:
    case SS_ERRAND_PUBLICATION:
    case SS_ERRAND_REQUEST:
        return true;
    default: /* an ACK is answered by nobody, and a peer's request is not ours to redirect */
        return false;
    }
}

static ss_blob *place_of(const ss_visit *v, ss_errand errand)
{
    switch (errand.kind) {
    case SS_ERRAND_INVITE:
        return &ss_call_at(v->core, errand.who)->targets;
    case SS_ERRAND_REGISTER:
        return ss_ua_register_targets(v, errand.who);
    case SS_ERRAND_ASKED:
        return &ss_asked_at(v->core, errand.who)->targets;
    default:
        return NULL;
    }
}

ss_blob *ss_targets_of(const ss_visit *v, ss_errand errand)
{
    ss_blob *place = place_of(v, errand);
    const ss_ref ref = place != NULL ? 0 : *link_of(v, errand);
    return ref == 0 ? place : &kept_at(v, ref)->targets;
}

ss_blob *ss_targets_need(const ss_visit *v, ss_errand errand)
{
    ss_blob *place = ss_targets_of(v, errand);
    if (place != NULL || !may_be_redirected(errand)) {
        return place;
    }
    const ss_ref ref = ss_core_take(v->core, sizeof(kept_targets));
    if (ref == 0) {
        return NULL;
    }
    kept_targets *k = kept_at(v, ref);
    *k = (kept_targets){ .next = v->ua->first_targets, .errand = ss_errand_anew(errand) };
    v->ua->first_targets = ref;
    return &k->targets;
}

static void free_kept(const ss_visit *v, ss_ref *link)
{
    const ss_ref ref = *link;
    kept_targets *k = kept_at(v, ref);
    *link = k->next;
    ss_core_drop(v->core, &k->targets);
    ss_core_give(v->core, ref, sizeof *k);
}

void ss_targets_drop(const ss_visit *v, ss_errand errand)
{
    ss_ref *link = link_of(v, errand);
    if (*link != 0) {
        free_kept(v, link);
    }
}

void ss_targets_forget_all(const ss_visit *v)
{
    while (v->ua->first_targets != 0) {
        free_kept(v, &v->ua->first_targets);
    }
}
