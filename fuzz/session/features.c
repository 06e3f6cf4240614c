/* What a run reached, as bits: what each node did after what. It leads a fuzzer where edges of code do not: into sequences. */
#include "fz/session.h"

#include <string.h>

static uint32_t of_note(const ss_note *n)
{
    switch ((ss_note_kind)n->kind) {
    case SS_NOTE_TXN:
    case SS_NOTE_DIALOG:
    case SS_NOTE_STRAY:
    case SS_NOTE_SUBSCRIPTION:
        return 1u + (uint32_t)n->kind * 4096u + n->machine * 512u + n->from * 64u + n->to * 8u;
    case SS_NOTE_TIMER:
    case SS_NOTE_RESEND:
        return 1u + (uint32_t)n->kind * 4096u + n->machine * 512u + n->letter;
    default:
        return 1u + (uint32_t)n->kind * 4096u + n->from;
    }
}

/* 0: nothing that counts. */
static uint32_t of_fact(const sn_fact *f)
{
    if (f->kind == SN_FACT_NOTE) {
        return of_note(&f->note);
    }
    if (f->kind == SN_FACT_CALL) {
        return 0x100000u + f->call.event * 8u + f->call.status / 100u;
    }
    if (sn_fact_is_received(f)) {
        return 0x200000u + f->sip.method * 8u + (f->sip.is_request ? 0u : f->sip.status / 100u);
    }
    if (f->kind == SN_FACT_CONNECTION) {
        return 0x300000u + f->connection.event;
    }
    return 0;
}

void fz_features_begin(fz_features *f, uint8_t *map)
{
    memset(f, 0, sizeof *f);
    f->map = map;
}

void fz_features_fact(fz_features *f, const sn_cast *cast, const sn_fact *fact)
{
    const uint32_t what = of_fact(fact);
    if (what == 0 || fact->entity >= cast->node_count || fact->entity >= FZ_FEATURE_NODES) {
        return;
    }
    const uint32_t role = cast->nodes[fact->entity].role;
    const uint64_t pair = ss_mix_absorb(ss_mix_absorb(what, role), f->last[fact->entity]);
    f->last[fact->entity] = what;
    uint8_t *count = &f->map[pair % FZ_FEATURES];
    *count = (uint8_t)(*count + (*count < 255));
}
