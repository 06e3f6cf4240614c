/* Messages that became others on their way. Whoever gets one answers what stands there now, and whoever sent it waits for something else:
 * what the laws say of one call, of which both ends see the same messages, is not said of such a call any more, nor of the
 * call that a B2BUA joined to it. All other calls are judged as ever: nothing may happen to them. So is the network. */
#include "laws.h"

#include <stdlib.h>

static void mark(sn_judge *j, uint64_t call_id)
{
    if (call_id != 0 && !sn_map_put(&j->edited.calls, call_id, 1)) {
        j->out_of_memory = true;
    }
}

void sn_edited_judge(sn_judge *j, const sn_fact *f)
{
    mark(j, sn_datagram_edited(j, f));
    mark(j, f->sip.call_id);
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

bool sn_edited_excuses(const sn_judge *j, law l, uint64_t call_id)
{
    if (call_id == 0 || j->edited.calls.count == 0 || (l >= LAW_NET1 && l <= LAW_NET5)) {
        return false;
    }
    const uint64_t *other = sn_map_find(&j->edited.joined, call_id);
    return sn_map_find(&j->edited.calls, call_id) != NULL ||
           (other != NULL && sn_map_find(&j->edited.calls, *other) != NULL);
}

void sn_edited_end(sn_judge *j)
{
    sn_map_free(&j->edited.calls);
    sn_map_free(&j->edited.joined);
    free(j->edited.invites);
}
