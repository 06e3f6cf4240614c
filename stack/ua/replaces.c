/* Replaces (RFC 3891): an INVITE that takes the place of a dialog of ours. It is matched by Call-ID and both tags; what it
 * matches decides whether it may, and the dialog that it replaces ends when it is answered, not before. */
#include "events.h"

typedef struct target {
    ss_key128 key;
    bool early_only;
} target;

/* The tags are of our side: to-tag is our local one. RFC3891:3 RFC3891:6.1 */
static ss_status read(const ss_msg *invite, target *out)
{
    ss_params params;
    const ss_slice call_id = ss_value_head(ss_msg_value(invite, SS_HDR_REPLACES, 0), &params);
    ss_slice to;
    ss_slice from;
    ss_slice early;
    if (call_id.len == 0 || ss_params_get(params, SS_LIT("to-tag"), &to) != SS_OK ||
        ss_params_get(params, SS_LIT("from-tag"), &from) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    to = ss_slice_eq(to, SS_LIT("0")) ? SS_EMPTY : to; /* a dialog of a peer without tags */
    from = ss_slice_eq(from, SS_LIT("0")) ? SS_EMPTY : from;
    *out = (target){ .key = ss_dialog_key(call_id, to, from),
                     .early_only = ss_params_get(params, SS_LIT("early-only"), &early) == SS_OK };
    return SS_OK;
}

static ss_leg *find_leg(const ss_visit *v, ss_key128 key)
{
    for (ss_ref at = v->ua->first_call; at != 0; at = ss_call_at(v->core, at)->next) {
        ss_leg *leg = ss_leg_find(v, ss_call_at(v->core, at), key);
        if (leg != NULL) {
            return leg;
        }
    }
    return NULL;
}

/* A URI names the same user as another, whatever else they say. */
static bool is_same_user(ss_slice a, ss_slice b)
{
    ss_uri one;
    ss_uri other;
    return ss_uri_parse(a, &one) == SS_OK && ss_uri_parse(b, &other) == SS_OK &&
           ss_slice_eq(one.user, other.user) && ss_slice_eq_nocase(one.host, other.host);
}

/* RFC3891:3 Whoever showed credentials is who his From says (door.c). Referred-By is the word of who comes: RFC3892:2.2 */
static bool is_authorized(const ss_visit *v, const ss_incoming *in, const ss_leg *leg)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const unsigned policy = profile == NULL ? SS_REPLACES_ANYBODY : profile->replaces;
    ss_name_addr referrer;
    if (policy != SS_REPLACES_RELATED || leg->dialog == 0) {
        return policy == SS_REPLACES_ANYBODY;
    }
    const ss_slice peer = ss_dialog_text_of(v->core, ss_dialog_at(v->core, leg->dialog)).remote_uri;
    const bool is_proven = in->proof != NULL && is_same_user(in->msg->from.uri, peer);
    return is_proven ||
           (ss_name_addr_parse(ss_msg_value(in->msg, SS_HDR_REFERRED_BY, 0), &referrer) == SS_OK &&
            is_same_user(referrer.uri, peer));
}

/* RFC3891:3 */
unsigned ss_uas_replaces(const ss_visit *v, const ss_incoming *in, uint32_t *replaced)
{
    const ss_msg *invite = in->msg;
    target t;
    if (ss_msg_count(invite, SS_HDR_REPLACES) == 0) {
        return 0;
    }
    if (ss_msg_count(invite, SS_HDR_REPLACES) > 1 || ss_msg_count(invite, SS_HDR_JOIN) > 0 ||
        read(invite, &t) != SS_OK) {
        return 400;
    }
    const ss_leg *leg = find_leg(v, t.key);
    if (leg == NULL) {
        return 481; /* a subscription's dialog as well */
    }
    const ss_call *call = ss_call_at(v->core, leg->call);
    if (leg->state >= SS_LEG_ENDING || call->state >= SS_CALL_ENDING) {
        return 603; /* it has just ended */
    }
    if (leg->state == SS_LEG_UP && t.early_only) {
        return 486;
    }
    if (leg->state == SS_LEG_EARLY && !call->is_uac) {
        return 481; /* only who called may be picked up while it rings */
    }
    if (!is_authorized(v, in, leg)) {
        return 403;
    }
    *replaced = call->number;
    return 0;
}

/* RFC3891:3 */
void ss_uas_replaced(const ss_visit *v, const ss_call *call)
{
    ss_call *old = call->replaces == 0 ? NULL : ss_call_find(v, call->replaces);
    if (old == NULL) {
        return;
    }
    if (old->state == SS_CALL_UP) {
        ss_leg_bye(v, ss_leg_at(v->core, old->wanted));
    } else if (old->state == SS_CALL_ANSWERED) {
        old->wants_bye = true; /* RFC3261:15 not before its ACK */
    } else if (old->is_uac && old->state <= SS_CALL_INVITING) {
        const ss_status cancelled = ss_uac_cancel(v, old);
        SS_ASSERT(cancelled == SS_OK);
    }
    ss_call_settle(v, old);
}
