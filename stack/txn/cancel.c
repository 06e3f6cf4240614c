/* CANCEL: made from the request that it cancels (RFC 3261 9.1), and matched to it (9.2). It is a non-INVITE transaction of its
 * own that shares the branch of the other. */
#include "machine.h"

/* The second half of what is free in the arena, as an arena. */
static ss_arena free_half(const ss_arena *a)
{
    const size_t at = (a->used + (a->cap - a->used) / 2 + 15) & ~(size_t)15;
    return at < a->cap ? (ss_arena){ .base = a->base + at, .cap = a->cap - at }
                       : (ss_arena){ .base = a->base };
}

/* The buffer may be the arena's free space: it must not grow into the index while that is read. */
static size_t room_before(const ss_buffer *b, const ss_arena *scratch)
{
    const uintptr_t at = (uintptr_t)b->at;
    const uintptr_t index = (uintptr_t)scratch->base;
    return at <= index && b->cap > index - at ? (size_t)(index - at) : b->cap;
}

ss_status ss_txn_put_cancel(const ss_core *core, const ss_txn *t, ss_arena *arena, ss_buffer *b)
{
    ss_msg request;
    ss_diag diag;
    if (t->machine != SS_ICT || t->state != SS_TXN_PROCEEDING) {
        return SS_ERR_STATE; /* RFC3261:9.1 not before a provisional, not after a final */
    }
    ss_arena scratch = free_half(arena);
    if (scratch.cap == 0 ||
        ss_msg_parse(&request, &scratch, ss_txn_kept(core, t), &diag) != SS_OK) {
        return SS_ERR_FULL;
    }
    const size_t cap = b->cap;
    b->cap = room_before(b, &scratch);
    ss_txn_put_hop_request(b, &request, ss_method_name(SS_METHOD_CANCEL), &request);
    b->cap = cap;
    return b->overflow ? SS_ERR_FULL : SS_OK;
}
