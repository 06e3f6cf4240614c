/* Messages that became others on their way, and messages that nobody's stack said. Whoever gets one answers what stands there now, and whoever sent it waits for something else:
 * what the laws say of one call, of which both ends see the same messages, is not said of such a call any more, nor of the
 * call that a B2BUA joined to it. All other calls are judged as ever: nothing may happen to them. So is the network.
 *
 * Into some calls a stranger on the path speaks: a router or a tap sends what it did not just get. Each end still has to do what the
 * messages that came to it ask for, whoever said them, and all laws of one node hold; but the two ends need not agree any more, as a
 * BYE, a 2xx or an offer reached one of them only. */
#include "laws.h"

#include <stdlib.h>

enum { FORGED = 1, EDITED };

static void mark(sn_judge *j, uint64_t call_id, uint64_t how)
{
    const uint64_t *before = sn_map_find(&j->edited.calls, call_id);
    const bool is_news = call_id != 0 && (before == NULL || *before < how);
    if (is_news && !sn_map_put(&j->edited.calls, call_id, how)) {
        j->out_of_memory = true;
    }
}

/* Of a tap: what it got goes on as it is. */
void sn_edited_pass(sn_judge *j, const sn_fact *f)
{
    const uint8_t role =
        f->entity < j->cast->node_count ? member(j, f->entity)->role : (uint8_t)SN_ROLE_UA;
    if (f->sip.is_sip == 0 || (role != SN_ROLE_TAP && role != SN_ROLE_ROUTER)) {
        return;
    }
    if (sn_fact_is_received(f)) {
        j->edited.passing = f->hash;
        j->edited.passing_event = j->event;
    } else if (j->edited.passing_event != j->event || j->edited.passing != f->hash) {
        mark(j, f->sip.call_id, FORGED);
    }
}

void sn_edited_judge(sn_judge *j, const sn_fact *f)
{
    mark(j, sn_datagram_edited(j, f), EDITED);
    mark(j, f->sip.call_id, EDITED);
}

void sn_edited_hear(sn_judge *j, const sn_fact *f)
{
    if (f->sip.is_request && f->sip.method == SS_METHOD_INVITE &&
        sn_edited_excuses(j, LAW_LEFT1, f->sip.call_id)) {
        j->edited.invites[f->entity]++;
    }
}

void sn_edited_join(sn_judge *j, const sn_call_fact *call)
{
    if (call->event != SN_CALL_JOINED || call->call_id == 0 || call->because == 0) {
        return;
    }
    if (!sn_map_put(&j->edited.joined, call->call_id, call->because) ||
        !sn_map_put(&j->edited.joined, call->because, call->call_id)) {
        j->out_of_memory = true;
    }
}

static uint64_t mark_of(const sn_judge *j, uint64_t call_id)
{
    const uint64_t *how = sn_map_find(&j->edited.calls, call_id);
    return how == NULL ? 0 : *how;
}

/* Of both ends of a call, and of what may be left when an INVITE came that nobody knows of. */
static bool is_of_two(law l)
{
    return l == LAW_DLG1 || l == LAW_OFF5 || l == LAW_LEFT1;
}

void sn_edited_doubt(sn_judge *j, uint64_t call_id)
{
    const uint64_t *other = sn_map_find(&j->edited.joined, call_id);
    if (other != NULL &&
        (!sn_map_put(&j->edited.doubts, call_id, 1) || !sn_map_put(&j->edited.doubts, *other, 1))) {
        j->out_of_memory = true;
    }
}

bool sn_edited_is_doubted(const sn_judge *j, uint64_t call_id)
{
    return sn_map_find(&j->edited.doubts, call_id) != NULL;
}

bool sn_edited_is_joined(const sn_judge *j, uint64_t call_id)
{
    return sn_map_find(&j->edited.joined, call_id) != NULL;
}

bool sn_edited_excuses(const sn_judge *j, law l, uint64_t call_id)
{
    if (call_id == 0 || j->edited.calls.count == 0 || (l >= LAW_NET1 && l <= LAW_NET5)) {
        return false;
    }
    const uint64_t *other = sn_map_find(&j->edited.joined, call_id);
    const uint64_t its = mark_of(j, call_id);
    const uint64_t others = other == NULL ? 0 : mark_of(j, *other);
    const uint64_t how = its > others ? its : others;
    return how == EDITED || (how == FORGED && is_of_two(l));
}

void sn_edited_end(sn_judge *j)
{
    sn_map_free(&j->edited.calls);
    sn_map_free(&j->edited.joined);
    sn_map_free(&j->edited.doubts);
    free(j->edited.invites);
}
