/* Several usages of one dialog (RFC 5057): a call's and any number of subscriptions. The dialog ends with its last usage. A
 * dialog belongs to a leg, which lists the subscriptions beside it, or to the first of its subscriptions. */
#include "changes.h"
#include "events.h"

/* RFC5057:5.1 table 1 */
ss_effect ss_effect_of(unsigned status)
{
    switch (status) {
    case 405:
    case 480:
    case 481:
    case 489:
    case 501:
        return SS_EFFECT_USAGE;
    case 404:
    case 410:
    case 416:
    case 482:
    case 483:
    case 484:
    case 485:
    case 502:
    case 604:
        return SS_EFFECT_DIALOG;
    default:
        return SS_EFFECT_TRANSACTION;
    }
}

/* Where the chain of a dialog's subscriptions begins. */
static ss_ref *chain_of(const ss_visit *v, ss_dialog *dialog)
{
    return dialog->owner_kind == SS_DIALOG_OF_LEG
               ? &ss_leg_at(v->core, dialog->owner)->first_subscription
               : &dialog->owner;
}

ss_ref ss_usage_first(const ss_visit *v, const ss_dialog *dialog)
{
    return dialog->owner_kind == SS_DIALOG_OF_LEG
               ? ss_leg_at(v->core, dialog->owner)->first_subscription
               : dialog->owner;
}

ss_subscription *ss_usage_find(const ss_visit *v, const ss_dialog *dialog, ss_sub_role role,
                               ss_slice event)
{
    for (ss_ref at = ss_usage_first(v, dialog); at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        if (sub->role == role && ss_subscription_is(v, sub, event)) {
            return sub;
        }
        at = sub->sibling;
    }
    return NULL;
}

void ss_usage_add(const ss_visit *v, ss_subscription *sub, ss_ref dialog)
{
    ss_ref *end = chain_of(v, ss_dialog_at(v->core, dialog));
    SS_ASSERT(sub->dialog == 0);
    while (*end != 0) {
        end = &ss_subscription_at(v->core, *end)->sibling;
    }
    *end = ss_subscription_ref(v->core, sub);
    sub->dialog = dialog;
}

/* A crash says nothing. */
static void end_dialog(const ss_visit *v, ss_ref dialog)
{
    if (v->turn != NULL) {
        ss_dialog_end(v->core, v->turn, dialog);
    } else {
        ss_dialog_forget(v->core, dialog);
    }
}

ss_status ss_usage_make_dialog(const ss_visit *v, ss_subscription *sub, const ss_msg *request,
                               ss_slice tag, ss_dialog_options options)
{
    ss_cseq cseq;
    ss_ref dialog;
    ss_status status = ss_msg_cseq(request, &cseq);
    options.owner_kind = SS_DIALOG_OF_SUBSCRIPTION;
    options.has_remote_cseq = true;
    options.remote_cseq = cseq.number;
    if (status == SS_OK) {
        status = ss_dialog_text_uas(request, tag, v->turn->arena, &options.text);
    }
    if (status == SS_OK) {
        status = ss_dialog_create(v->core, &options, &dialog);
    }
    if (status == SS_OK) {
        ss_dialog_set_state(v->core, v->turn, ss_dialog_at(v->core, dialog), SS_DIALOG_CONFIRMED);
        ss_usage_add(v, sub, dialog);
    }
    return status;
}

/* RFC5057:4.1 RFC6665:4.4.1 */
void ss_usage_remove(const ss_visit *v, ss_subscription *sub)
{
    if (sub->dialog == 0) {
        return;
    }
    ss_dialog *dialog = ss_dialog_at(v->core, sub->dialog);
    const ss_ref ref = ss_subscription_ref(v->core, sub);
    ss_ref *at = chain_of(v, dialog);
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &ss_subscription_at(v->core, *at)->sibling;
    }
    *at = sub->sibling;
    if (dialog->owner_kind == SS_DIALOG_OF_SUBSCRIPTION && dialog->owner == 0) {
        end_dialog(v, sub->dialog);
    }
    sub->sibling = 0;
    sub->dialog = 0;
}

void ss_leg_leave_dialog(const ss_visit *v, ss_leg *leg)
{
    const ss_ref ref = leg->dialog;
    if (ref == 0) {
        return;
    }
    ss_leg_quiet(v, leg);
    leg->dialog = 0;
    if (leg->first_subscription == 0) {
        end_dialog(v, ref);
        return;
    }
    ss_dialog *dialog = ss_dialog_at(v->core, ref); /* RFC5057:4.1 the others stay */
    dialog->owner = leg->first_subscription;
    dialog->owner_kind = SS_DIALOG_OF_SUBSCRIPTION;
    leg->first_subscription = 0;
}

/* RFC3261:12.2.1.2 */
void ss_usage_retarget(const ss_visit *v, ss_ref dialog, const ss_msg *response)
{
    ss_dialog_text text;
    if (ss_msg_count(response, SS_HDR_CONTACT) == 0 ||
        ss_dialog_text_uac(response, v->turn->arena, &text) != SS_OK) {
        return;
    }
    if (ss_dialog_set_target(v->core, ss_dialog_at(v->core, dialog), text.target) != SS_OK) {
        ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
}

/* RFC5057:5.1 */
void ss_usage_dialog_lost(const ss_visit *v, ss_ref dialog, const ss_outcome *outcome)
{
    const ss_dialog *d = ss_dialog_at(v->core, dialog);
    const ss_ref leg = d->owner_kind == SS_DIALOG_OF_LEG ? d->owner : 0;
    for (ss_ref at = ss_usage_first(v, d); at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        at = sub->sibling;
        ss_subscription_over(v, sub, outcome);
    }
    if (leg != 0) {
        ss_leg_lost(v, ss_leg_at(v->core, leg), outcome);
    }
}
