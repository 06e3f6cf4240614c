/* Damage to a packet, its headers included: a bit, a byte, a burst, or its end cut off. Everything follows from one number, so
 * that a tape can hold it.
 */
#include "link/corrupt.h"

#include "link/stages.h"

static void flip(unsigned char *bytes, uint64_t bit)
{
    bytes[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
}

/* Its first and its last bit are flipped, those between as the number says. */
static void burst(unsigned char *bytes, uint64_t bits, uint32_t length, uint64_t where)
{
    const uint64_t first = where % bits;
    const uint64_t pattern = where / bits | 1 | UINT64_C(1) << (length - 1);
    for (uint32_t i = 0; i < length && first + i < bits; i++) {
        if ((pattern >> i & 1u) != 0) {
            flip(bytes, first + i);
        }
    }
}

/* The number is the key of the edit's choices. */
static bool edit(uint64_t where, ss_slice message, ss_buffer *out, sn_edit *made)
{
    const sn_wish wish = { .edit = SN_EDIT_NONE, .repair = SN_REPAIR_DRAWN };
    sn_choices choices = sn_choices_of(where);
    sn_edited edited;
    const bool is_made = sn_mutate(message, &wish, &choices, out, &edited) == SS_OK;
    *made = is_made ? edited.edit : SN_EDIT_NONE;
    return is_made;
}

bool sn_corrupt_message(const sn_damage *damage, uint64_t where, ss_slice message, ss_buffer *out,
                        sn_edit *made)
{
    *made = SN_EDIT_NONE;
    if (damage->kind == SN_DAMAGE_SIP) {
        return edit(where, message, out, made);
    }
    ss_put(out, message);
    if (message.len == 0 || out->overflow) {
        return false;
    }
    out->len = sn_corrupt(damage, where, (unsigned char *)out->at, (uint32_t)out->len);
    return true;
}

uint32_t sn_corrupt(const sn_damage *damage, uint64_t where, unsigned char *bytes, uint32_t len)
{
    SS_ASSERT(len > 0);
    SS_ASSERT(damage->kind < SN_DAMAGES);
    switch (damage->kind) {
    case SN_DAMAGE_BIT:
        flip(bytes, where % (8 * (uint64_t)len));
        return len;
    case SN_DAMAGE_BYTE:
        bytes[where % len] ^= (unsigned char)(1 + where / len % 255);
        return len;
    case SN_DAMAGE_BURST:
        burst(bytes, 8 * (uint64_t)len, damage->burst, where);
        return len;
    default:
        return (uint32_t)(where % len);
    }
}

/* The outcome is one more than the number of the damage. */
void sn_stage_corrupt(sn_crossing *c)
{
    const sn_damage *damage = &c->t->params->corrupt;
    sn_decisions *d = c->t->decisions;
    int64_t outcome = 0;
    if (damage->chance.p != 0 && !sn_decisions_are_played(d) &&
        sn_link_happens(c->t->params, &damage->chance,
                        c->memory == NULL ? NULL : &c->memory->corrupt,
                        sn_decide_draw(d, SN_PURPOSE_CORRUPT, c->point))) {
        outcome = 1 + (int64_t)(sn_decide_draw(d, SN_PURPOSE_CORRUPT_WHERE, c->point) >> 8);
    }
    outcome = sn_decide_settled(d, SN_DECISION_CORRUPT, c->point, outcome);
    c->copy->corrupted = outcome > 0;
    c->copy->where = outcome > 0 ? (uint64_t)outcome - 1 : 0;
}
