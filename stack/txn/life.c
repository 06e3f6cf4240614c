/* A transaction from its making to its end: the block, the kept bytes, the key in the table, the place in the list.
 *
 * Kept bytes are one blob: the path, then the message that may have to go out again. Replacing a message takes the new block
 * before it gives the old one back, so that a failure changes nothing. */
#include "overload.h"

#include <string.h>

ss_txn *ss_txn_at(const ss_core *core, ss_ref txn)
{
    return ss_store_at(&core->pools->store, txn);
}

ss_ref ss_txn_ref(const ss_core *core, const ss_txn *t)
{
    return ss_store_ref(&core->pools->store, t);
}

ss_machine ss_txn_machine(const ss_txn *t)
{
    return (ss_machine)t->machine;
}

ss_txn_state ss_txn_state_of(const ss_txn *t)
{
    return (ss_txn_state)t->state;
}

ss_method ss_txn_method(const ss_txn *t)
{
    return (ss_method)t->method;
}

ss_owner ss_txn_owner(const ss_txn *t)
{
    return t->owner;
}

ss_path ss_txn_path(const ss_core *core, const ss_txn *t)
{
    ss_path path;
    memcpy(&path, ss_blob_slice(&core->pools->store, t->kept).at, sizeof path);
    return path;
}

ss_slice ss_txn_kept(const ss_core *core, const ss_txn *t)
{
    const ss_slice blob = ss_blob_slice(&core->pools->store, t->kept);
    return ss_slice_cut(blob, sizeof(ss_path), blob.len - t->others * sizeof(ss_address));
}

ss_slice ss_txn_message(const ss_core *core, const ss_txn *t)
{
    return t->has_message ? ss_txn_kept(core, t) : SS_EMPTY;
}

void ss_txn_disown(ss_core *core, ss_ref txn)
{
    ss_txn_set_owner(core, txn, (ss_owner){ .kind = SS_OWNER_NONE });
}

void ss_txn_set_owner(ss_core *core, ss_ref txn, ss_owner owner)
{
    ss_txn_at(core, txn)->owner = owner;
}

/* ---- kept bytes ---- */

static ss_blob fill_blob(ss_core *core, ss_ref ref, const ss_path *path, ss_slice bytes)
{
    if (ref == 0) {
        return (ss_blob){ .ref = 0 };
    }
    unsigned char *at = ss_store_at(&core->pools->store, ref);
    memcpy(at, path, sizeof *path);
    if (bytes.len > 0) {
        memcpy(at + sizeof *path, bytes.at, bytes.len);
    }
    return (ss_blob){ .ref = ref, .len = (uint32_t)(sizeof *path + bytes.len) };
}

static bool is_keepable(ss_slice bytes)
{
    return bytes.len <= SS_STORE_BLOCK_MAX - sizeof(ss_path);
}

/* A live transaction is not held to the byte quota: it could not even refuse then. */
static ss_ref take_beyond_quota(ss_core *core, size_t size)
{
    const size_t rounded = ss_store_rounded(size);
    if (rounded > UINT32_MAX - core->bytes) {
        return 0;
    }
    const ss_ref ref = ss_store_take(&core->pools->store, size);
    core->out_of_memory = core->out_of_memory || ref == 0;
    core->bytes += ref == 0 ? 0 : (uint32_t)rounded;
    return ref;
}

ss_status ss_txn_keep(ss_core *core, ss_txn *t, const ss_path *path, ss_slice bytes)
{
    const ss_ref ref = is_keepable(bytes) ? take_beyond_quota(core, sizeof *path + bytes.len) : 0;
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    const ss_blob blob = fill_blob(core, ref, path, bytes);
    ss_core_drop(core, &t->kept);
    t->kept = blob;
    t->others = 0;
    return SS_OK;
}

/* They stand behind the message, so that they go when it does. */
ss_status ss_txn_keep_others(ss_core *core, ss_ref txn, const ss_address *others, uint16_t count)
{
    ss_txn *t = ss_txn_at(core, txn);
    const ss_slice before = ss_blob_slice(&core->pools->store, t->kept);
    count = count < SS_TXN_OTHERS_MAX ? count : SS_TXN_OTHERS_MAX;
    const size_t size = count * sizeof *others;
    if (count == 0) {
        return SS_OK;
    }
    SS_ASSERT(t->others == 0);
    const bool fits = before.len + size <= SS_STORE_BLOCK_MAX;
    const ss_ref ref = fits ? ss_core_take(core, before.len + size) : 0;
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    unsigned char *at = ss_store_at(&core->pools->store, ref);
    memcpy(at, before.at, before.len);
    memcpy(at + before.len, others, size);
    ss_core_drop(core, &t->kept);
    t->kept = (ss_blob){ .ref = ref, .len = (uint32_t)(before.len + size) };
    t->others = (uint8_t)count;
    return SS_OK;
}

/* ---- the list, in order of creation ---- */

static void join_list(ss_core *core, ss_txn *t)
{
    const ss_ref self = ss_txn_ref(core, t);
    t->prev = core->last_txn;
    if (core->last_txn == 0) {
        core->first_txn = self;
    } else {
        ss_txn_at(core, core->last_txn)->next = self;
    }
    core->last_txn = self;
    core->txns++;
    core->txn_ordinal += core->txn_ordinal == UINT32_MAX ? 2 : 1; /* 0 is no number */
    t->ordinal = core->txn_ordinal;
}

static void leave_list(ss_core *core, ss_txn *t)
{
    if (core->walk == ss_txn_ref(core, t)) {
        core->walk = t->next;
    }
    if (t->prev == 0) {
        core->first_txn = t->next;
    } else {
        ss_txn_at(core, t->prev)->next = t->next;
    }
    if (t->next == 0) {
        core->last_txn = t->prev;
    } else {
        ss_txn_at(core, t->next)->prev = t->prev;
    }
    core->txns--;
}

/* ---- making and ending ---- */

/* As ss_summary.call_id: 0 is kept for "absent". */
uint64_t ss_txn_call_id(const ss_msg *msg)
{
    const uint64_t hash = ss_hash64(0, ss_msg_call_id(msg));
    return hash == 0 ? 1 : hash;
}

static void init_txn(const ss_core *core, ss_txn *t, const ss_txn_birth *birth)
{
    t->machine = (uint8_t)birth->machine;
    t->state = (uint8_t)birth->state;
    t->method = (uint8_t)birth->request->method;
    t->method_hash = ss_txn_method_hash(birth->request->method_name);
    t->is_reliable = ss_transport_is_reliable(birth->path->transport);
    t->branch = ss_via_identity(birth->via);
    t->call_id = ss_txn_call_id(birth->request);
    t->owner = birth->owner;
    t->resend_at = t->expire_at = SS_TIME_NEVER;
    t->link.key = birth->key;
    t->link.engine = core->engine;
    ss_timer_init(&t->timer, SS_TIMER_OF_TXN);
}

/* RFC3261:15.1.1, 9.1 What ends something makes room, and who cannot say it leaves its peer in the dark. */
static bool is_ending(const ss_txn_birth *birth)
{
    const ss_method method = birth->request->method;
    return birth->machine == SS_NICT && (method == SS_METHOD_BYE || method == SS_METHOD_CANCEL);
}

static bool has_room(const ss_core *core, const ss_txn_birth *birth)
{
    const ss_settings *s = core->settings;
    return core->txns < s->txns_max ||
           (is_ending(birth) && core->txns - s->txns_max < s->txns_ending);
}

ss_txn *ss_txn_make(ss_core *core, const ss_txn_birth *birth)
{
    if (!has_room(core, birth) || !is_keepable(birth->message)) {
        return NULL;
    }
    const ss_ref ref = ss_core_take(core, sizeof(ss_txn));
    const ss_ref kept = ref == 0 ? 0 : ss_core_take(core, sizeof(ss_path) + birth->message.len);
    if (kept == 0) {
        if (ref != 0) {
            ss_core_give(core, ref, sizeof(ss_txn));
        }
        return NULL;
    }
    ss_txn *t = ss_txn_at(core, ref);
    t->kept = fill_blob(core, kept, birth->path, birth->message);
    init_txn(core, t, birth);
    ss_table_add(&core->pools->txns, &core->pools->store, &t->link);
    join_list(core, t);
    return t;
}
static bool is_waiting(const ss_txn *t)
{
    const bool is_client = t->machine == SS_ICT || t->machine == SS_NICT;
    return is_client && (t->state == SS_TXN_CALLING || t->state == SS_TXN_TRYING ||
                         t->state == SS_TXN_PROCEEDING);
}

uint16_t ss_txn_others(const ss_core *core, const ss_txn *t, ss_address others[SS_TXN_OTHERS_MAX])
{
    const ss_slice blob = ss_blob_slice(&core->pools->store, t->kept);
    const size_t size = t->others * sizeof(ss_address);
    if (size > 0) {
        memcpy(others, blob.at + blob.len - size, size);
    }
    return t->others;
}

/* Without room it is as if nobody had asked. */
ss_sent *ss_txn_sent(const ss_core *core, ss_turn *turn, const ss_txn *t)
{
    if (!t->owner.wants_sent || !is_waiting(t)) {
        return NULL;
    }
    ss_sent *sent = SS_ARENA_NEW(turn->arena, ss_sent);
    const ss_slice bytes =
        sent == NULL ? SS_EMPTY : ss_arena_copy(turn->arena, ss_txn_message(core, t));
    if (bytes.len == 0) {
        return NULL;
    }
    *sent = (ss_sent){ .bytes = bytes, .path = ss_txn_path(core, t) };
    ss_address *others =
        t->others == 0
            ? NULL
            : ss_arena_take(turn->arena, SS_TXN_OTHERS_MAX * sizeof *others, _Alignof(ss_address));
    if (others != NULL) {
        sent->other_count = ss_txn_others(core, t, others);
        sent->others = others;
    }
    return sent;
}

/* RFC3261:21.5.4 nothing goes to a server before the end of the Retry-After of its 503. */
void ss_txn_avoid(ss_core *core, ss_turn *turn, const ss_txn *t, const ss_msg *response)
{
    uint32_t seconds = 0;
    if (!is_waiting(t) ||
        (response != NULL &&
         (response->status != 503 ||
          ss_msg_number(response, SS_HDR_RETRY_AFTER, &seconds) != SS_OK || seconds == 0))) {
        return;
    }
    const ss_path path = ss_txn_path(core, t);
    if (response == NULL) {
        ss_self_limit_failed(core, turn->now, &path.remote);
    }
    ss_output *out = ss_turn_add(turn, SS_OUT_AVOID);
    if (out != NULL) {
        out->path = path;
        out->avoid = SS_S(seconds);
    }
}

void ss_txn_destroy(ss_core *core, ss_txn *t)
{
    if (t->is_held) {
        ss_overload_of(core)->held--;
    }
    if (t->is_marked) {
        ss_txn_unmark(core, t);
    }
    ss_timer_set(&core->timers, &core->pools->store, &t->timer, SS_TIME_NEVER);
    ss_table_remove(&core->pools->txns, &core->pools->store, &t->link);
    leave_list(core, t);
    ss_core_drop(core, &t->kept);
    ss_core_give(core, ss_txn_ref(core, t), sizeof *t);
}

void ss_txn_forget_all(ss_core *core)
{
    while (core->first_txn != 0) {
        ss_txn_destroy(core, ss_txn_at(core, core->first_txn));
    }
}
