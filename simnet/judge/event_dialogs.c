/* The ends of dialogs that a SUBSCRIBE or REFER makes (RFC 6665 4.4.1), for what DLG5 and DLG7 say of every dialog. The notifier's
 * is made by its 2xx, with the route set and the target of the request; the subscriber's by the NOTIFY that it accepts, with those of
 * the NOTIFY. It ends when the stack notes that: how long subscriptions last is for SUB3. */
#include "laws.h"

static uint64_t key_of(const sn_fact *f, uint64_t tag)
{
    const uint64_t key =
        ss_mix_absorb(ss_mix_absorb(ss_mix64(f->entity + 1u), f->sip.call_id), tag);
    return key == 0 ? 1 : key;
}

static bool makes_dialog(uint8_t method)
{
    return method == SS_METHOD_SUBSCRIBE || method == SS_METHOD_REFER;
}

/* One that is sent again because of its answer has another number. */
void sn_event_dialog_asked(sn_judge *j, const sn_fact *f)
{
    if (makes_dialog(f->sip.method) && f->sip.to_tag == 0 &&
        member(j, f->entity)->role == SN_ROLE_UA &&
        !sn_map_put(&j->dialogs.asked, key_of(f, f->sip.from_tag), f->sip.cseq)) {
        j->out_of_memory = true;
    }
}

/* The numbers of both sides begin with those of what made it: RFC3261:12.1.1 RFC3261:12.1.2 */
static void begin(sn_judge *j, const sn_fact *f, const txn *t, uint32_t sent_cseq)
{
    dialog_end *d = sn_dialog_add(j, f);
    if (d != NULL) {
        d->is_of_events = d->is_confirmed = true;
        d->sent_cseq = sent_cseq;
        d->got_cseq = d->accepted_cseq = t->cseq;
        if (t->method == SS_METHOD_NOTIFY) {
            sn_route_of_notify(d, t);
        } else {
            sn_route_of_request(d, t);
        }
    }
}

/* RFC6665:4.4.1 A NOTIFY that says "terminated" leaves no dialog behind. */
void sn_event_dialog_made(sn_judge *j, const sn_fact *f, const txn *t)
{
    if (makes_dialog(t->method) && t->is_initial) {
        begin(j, f, t, 0);
    } else if (t->method == SS_METHOD_NOTIFY && (t->says & SS_SAYS_TERMINATED) == 0) {
        const uint64_t *asked = sn_map_find(&j->dialogs.asked, key_of(f, f->sip.to_tag));
        if (asked != NULL) {
            begin(j, f, t, (uint32_t)*asked);
        }
    }
}
