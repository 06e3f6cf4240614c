/* Merged requests: RFC 3261 8.2.2.2. A request without a To tag that the transaction layer did not match, and whose From tag, Call-ID
 * and CSeq are those of one that has a server transaction, came by another way. The marks by which that is seen stand in the table of
 * the transactions, so that nobody walks these.
 */
#include "machine.h"

#define MARKS 0x6d65726765640001u /* no key of a transaction: those are hashes */

typedef struct merged_mark {
    ss_table_link link; /* first: the table asks for it; key: the Call-ID */
    ss_ref txn;
    uint32_t request; /* hash of From tag and CSeq */
} merged_mark;

static ss_key128 key_of(uint64_t call_id)
{
    return (ss_key128){ call_id, MARKS };
}

static uint32_t hash_of(const ss_msg *request)
{
    ss_name_addr from;
    const ss_slice tag = ss_msg_from(request, &from) == SS_OK ? ss_name_addr_tag(&from) : SS_EMPTY;
    const ss_cseq *cseq = &request->cseq; /* however it is spelled: RFC3261:7.3.1 */
    const uint64_t number = ss_mix_absorb(ss_hash64(2, cseq->method_name), cseq->number);
    return (uint32_t)ss_mix_absorb(ss_hash64(1, tag), number);
}

static merged_mark *first_of(const ss_core *core, uint64_t call_id)
{
    return (merged_mark *)ss_table_find(&core->pools->txns, &core->pools->store, core->engine,
                                        key_of(call_id));
}

static merged_mark *next_of(const ss_core *core, const merged_mark *mark)
{
    return (merged_mark *)ss_table_find_next(&core->pools->store, &mark->link);
}

void ss_txn_mark(ss_core *core, ss_ref txn, const ss_msg *request)
{
    ss_txn *t = ss_txn_at(core, txn);
    const ss_ref ref = ss_core_take(core, sizeof(merged_mark));
    if (ref == 0) {
        return;
    }
    merged_mark *mark = ss_store_at(&core->pools->store, ref);
    *mark = (merged_mark){ .link = { .key = key_of(t->call_id), .engine = core->engine },
                           .txn = txn,
                           .request = hash_of(request) };
    ss_table_add(&core->pools->txns, &core->pools->store, &mark->link);
    t->is_marked = true;
}

void ss_txn_unmark(ss_core *core, const ss_txn *t)
{
    const ss_ref txn = ss_txn_ref(core, t);
    merged_mark *mark = first_of(core, t->call_id);
    while (mark->txn != txn) {
        mark = next_of(core, mark);
        SS_ASSERT(mark != NULL);
    }
    ss_table_remove(&core->pools->txns, &core->pools->store, &mark->link);
    ss_core_give(core, ss_store_ref(&core->pools->store, mark), sizeof *mark);
}

bool ss_txn_is_merged(const ss_core *core, const ss_msg *request)
{
    const uint32_t wanted = hash_of(request);
    const merged_mark *mark = first_of(core, ss_txn_call_id(request));
    while (mark != NULL && mark->request != wanted) {
        mark = next_of(core, mark);
    }
    return mark != NULL;
}
