/* See fuzz/hops.h. What is known of a transaction is forgotten when its identity may have come to mean another one: once an ACK
 * may have ended it, a copy of the request makes a new one (RFC 3261 17.2.1, Timer I). */
#include "hops.h"

#define TRANSACTION (SS_MS(500) * 64) /* 64*T1: Timers B, H, L and M */
#define TIMER_I     SS_S(5)

static uint64_t tag_of(const ss_msg *msg)
{
    ss_name_addr to;
    return ss_msg_to(msg, &to) == SS_OK ? ss_hash64(0, ss_name_addr_tag(&to)) : 0;
}

static fz_hop hop_of(const ss_msg *msg, ss_time now)
{
    fz_hop hop = { .method = ss_hash64(0, msg->method_name),
                   .bytes = ss_hash64(0, msg->bytes),
                   .at = now };
    ss_value_iter it = { 0 };
    ss_via via;
    while (ss_msg_next_via(msg, &it, &via) == SS_OK) {
        if (hop.via_count == 0) {
            hop.via = ss_via_identity(&via);
            hop.has_cookie = ss_via_has_cookie(&via);
            hop.has_way_back =
                via.maddr.at == NULL && ss_slice_eq_nocase(via.transport, SS_LIT("UDP"));
        } else if (hop.via_count == 1) {
            hop.below = ss_via_identity(&via);
        }
        hop.via_count++;
    }
    if (ss_msg_number(msg, SS_HDR_MAX_FORWARDS, &hop.max_forwards) != SS_OK) {
        hop.max_forwards = UINT32_MAX;
    }
    if (ss_msg_number(msg, SS_HDR_MAX_BREADTH, &hop.breadth) != SS_OK) {
        hop.breadth = UINT32_MAX;
    }
    return hop;
}

static fz_hop *add(fz_hops *h, fz_hop *hops, unsigned *count, const fz_hop *hop)
{
    if (*count == FZ_HOPS_MAX) {
        h->is_over = true;
        return NULL;
    }
    hops[*count] = *hop;
    return &hops[(*count)++];
}

static fz_hop *find(fz_hop *hops, unsigned count, uint64_t via, uint64_t method)
{
    for (unsigned i = 0; i < count; i++) {
        if (hops[i].via == via && hops[i].method == method) {
            return &hops[i];
        }
    }
    return NULL;
}

/* ---- requests ---- */

/* Of two requests with one branch nobody could say which a message belongs to. */
static void tell_apart(fz_hops *h, fz_hop *hop)
{
    for (unsigned i = 0; i < h->came_count; i++) {
        fz_hop *before = &h->came[i];
        if (before->via == hop->via && before->method == hop->method &&
            before->bytes != hop->bytes) {
            before->has_cookie = hop->has_cookie = false;
        }
    }
}

static void request_came(fz_hops *h, const ss_msg *msg)
{
    fz_hop hop = hop_of(msg, h->now);
    tell_apart(h, &hop);
    for (unsigned i = 0; i < h->came_count; i++) {
        fz_hop *before = &h->came[i];
        if (before->via == hop.via && before->method == hop.method &&
            before->via_count == hop.via_count && before->max_forwards == hop.max_forwards &&
            before->breadth == hop.breadth) {
            if (before->final != 0 && (before->is_alone || h->now >= before->final_at + TIMER_I)) {
                *before = hop;
            }
            return;
        }
    }
    (void)add(h, h->came, &h->came_count, &hop);
}

static bool is_one_hop_less(const fz_hop *came, const fz_hop *left)
{
    return came->max_forwards == UINT32_MAX ? left->max_forwards == 70
                                            : left->max_forwards + 1 == came->max_forwards;
}

/* The transaction layer's own: the ACK of a rejection, the CANCEL of a branch (9.1, 17.1.1.3). */
static void own_request_left(fz_hops *h, const ss_msg *msg, const fz_hop *hop)
{
    const uint64_t invite = ss_hash64(0, SS_LIT("INVITE"));
    const fz_hop *of = find(h->left, h->left_count, hop->via, invite);
    if (msg->method == SS_METHOD_CANCEL) {
        FZ_CHECK("16.10", of != NULL && of->is_proceeding,
                 "a CANCEL leaves for what got no provisional response");
    } else if (msg->method == SS_METHOD_ACK) {
        FZ_CHECK("16.7", of != NULL, "an ACK leaves with a branch that no INVITE had");
    } else {
        FZ_CHECK("16.6", msg->method == SS_METHOD_NOTIFY, "a request leaves that nobody sent");
    }
}

/* RFC 5393 5.3.3: what goes on at one time, together, is no wider than what came. Those that have ended, or may have, count no
 * more. */
static void check_breadth(const fz_hops *h, const fz_hop *came)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < h->left_count; i++) {
        const fz_hop *l = &h->left[i];
        const bool is_pending = l->final == 0 && h->now < l->at + TRANSACTION;
        if (l->below == came->via && l->method == came->method && is_pending &&
            l->breadth != UINT32_MAX) {
            sum += l->breadth;
        }
    }
    FZ_CHECK("5393", h->is_loose || sum <= came->breadth,
             "branches are wider together than their request");
}

/* RFC 3261 16.6: a request that came, its Vias below one of ours, one hop less. */
static void request_left(fz_hops *h, const ss_msg *msg)
{
    const fz_hop hop = hop_of(msg, h->now);
    const fz_hop *seen = NULL, *came = NULL;
    if (hop.via_count == 1) {
        own_request_left(h, msg, &hop);
        return;
    }
    for (unsigned i = 0; i < h->came_count && came == NULL; i++) {
        const fz_hop *c = &h->came[i];
        if (c->via == hop.below && c->method == hop.method && c->via_count + 1 == hop.via_count) {
            seen = c;
            came = is_one_hop_less(c, &hop) ? c : NULL;
        }
    }
    FZ_CHECK("16.6", h->is_over || seen != NULL,
             "a request leaves with other Vias than those that it came with and one more");
    FZ_CHECK("16.6", h->is_over || came != NULL, "Max-Forwards is not one less");
    if (find(h->left, h->left_count, hop.via, hop.method) == NULL &&
        add(h, h->left, &h->left_count, &hop) != NULL && came != NULL && came->has_cookie &&
        came->breadth != UINT32_MAX && !h->is_stateless && !h->ignores_breadth) {
        check_breadth(h, came);
    }
}

/* ---- responses ---- */

/* Its branch was not rejected, nor can a timer have ended either side of it. */
static bool is_due(const fz_hops *h, const fz_hop *left, const fz_hop *came)
{
    const bool is_passable = came->final == 0 || came->final_status < 300;
    return !h->is_loose && !h->is_stateless && !h->is_over && came->has_cookie &&
           came->has_way_back && is_passable && left->final == 0 && h->now < left->at + TRANSACTION;
}

static void response_came(fz_hops *h, const ss_msg *msg)
{
    const fz_hop hop = hop_of(msg, h->now);
    fz_hop *left = find(h->left, h->left_count, hop.via, hop.method);
    if (left != NULL && msg->status < 200) {
        left->is_proceeding = true; /* 17.1.3: by its top Via alone */
    }
    h->has_odd_answers |= left != NULL && left->via_count != hop.via_count;
    if (left == NULL || msg->status < 200 || left->via_count != hop.via_count ||
        left->below != hop.below) {
        return;
    }
    const fz_hop *came = find(h->came, h->came_count, hop.below, hop.method);
    if (msg->status >= 300 || msg->method != SS_METHOD_INVITE) {
        left->final = 1;
    } else if (came != NULL && is_due(h, left, came)) {
        h->due.via = hop.below;
        h->due.to_tag = tag_of(msg);
        h->due.status = msg->status;
    }
}

static bool went_nowhere(const fz_hops *h, const fz_hop *came)
{
    for (unsigned i = 0; i < h->left_count; i++) {
        if (h->left[i].below == came->via && h->left[i].method == came->method) {
            return false;
        }
    }
    return true;
}

/* RFC 3261 16.7: one final response of 300 to 699, and none after a 2xx. */
static void final_left(const fz_hops *h, const ss_msg *msg, fz_hop *came)
{
    const uint64_t hash = ss_hash64(1, msg->bytes) | 1;
    if (came->final != 0 && came->has_cookie && !h->is_loose) {
        FZ_CHECK("16.7", came->final_status < 300 || came->final == hash,
                 "a second final response leaves after one that was none of success");
        FZ_CHECK("16.7", came->final_status >= 300 || msg->status < 300,
                 "a final response leaves after a 2xx that is none");
    } else if (came->final == 0) {
        came->final = hash;
        came->final_status = msg->status;
        came->final_at = h->now;
        came->is_alone = went_nowhere(h, came);
    }
}

static void response_left(fz_hops *h, const ss_msg *msg)
{
    const fz_hop hop = hop_of(msg, h->now);
    if (h->due.status == msg->status && h->due.via == hop.via && h->due.to_tag == tag_of(msg)) {
        h->due.status = 0;
    }
    if (h->is_stateless || h->is_unread || h->is_over) {
        return;
    }
    fz_hop *came = NULL;
    for (unsigned i = 0; i < h->came_count && came == NULL; i++) {
        fz_hop *c = &h->came[i];
        if (c->via == hop.via && c->method == hop.method &&
            (c->via_count == hop.via_count || h->has_odd_answers)) {
            came = c;
        }
    }
    FZ_CHECK("16.7", came != NULL, "a response leaves with other Vias than its request came with");
    if (msg->status >= 200 && msg->method == SS_METHOD_INVITE) {
        final_left(h, msg, came);
    }
}

/* ---- both ---- */

void fz_hops_came(fz_hops *h, const ss_msg *msg)
{
    if (msg == NULL) {
        h->is_unread = true;
    } else if (msg->is_request) {
        request_came(h, msg);
    } else {
        response_came(h, msg);
    }
}

void fz_hops_left(fz_hops *h, const ss_msg *msg)
{
    if (msg->is_request) {
        request_left(h, msg);
    } else {
        response_left(h, msg);
    }
}

void fz_hops_turn_ends(fz_hops *h)
{
    FZ_CHECK("16.7", h->due.status == 0 || h->is_loose || h->is_over,
             "a 2xx to an INVITE came and did not go on");
    h->due.status = 0;
    h->is_unread = false;
}
