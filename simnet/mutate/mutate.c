/* The table of edits, and one edit made: drawn, put out, repaired, and held to have changed something.
 */
#include "cut.h"

#include <string.h>

#define EDIT(id, name, weight, inverse, sentence) { #name, sentence, weight, SN_EDIT_##inverse },
static const sn_edit_row rows[SN_EDITS] = {
#include "sn/mutate.def"
};
#undef EDIT

#define EDIT(id, name, weight, inverse, sentence) sn_edit_##name,
static sn_edit_act *const acts[SN_EDITS] = {
#include "sn/mutate.def"
};
#undef EDIT

const sn_edit_row *sn_edit_about(sn_edit edit)
{
    SS_ASSERT((unsigned)edit < SN_EDITS);
    return &rows[edit];
}

static bool is_same_word(ss_slice word, ss_slice name)
{
    bool same = word.len == name.len;
    for (size_t i = 0; same && i < word.len; i++) {
        same = word.at[i] == name.at[i] || (word.at[i] == '-' && name.at[i] == '_');
    }
    return same;
}

sn_edit sn_edit_from(ss_slice name)
{
    unsigned edit = 0;
    while (edit < SN_EDITS && !is_same_word(name, ss_slice_from(rows[edit].name))) {
        edit++;
    }
    return (sn_edit)edit;
}

static sn_edit draw(sn_choices *choices)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < SN_EDITS; i++) {
        sum += rows[i].weight;
    }
    uint32_t left = sn_choose(choices, sum);
    unsigned edit = 0;
    while (left >= rows[edit].weight) {
        left -= rows[edit++].weight;
    }
    return (sn_edit)edit;
}

/* What one try has to work with. */
typedef struct
try {
    ss_slice message;
    sn_cut *cut;
    unsigned repair;
}
try;

static ss_status put_edited(const try *t, sn_edit edit, unsigned repair)
{
    sn_cut *c = t->cut;
    c->out->len = 0;
    c->out->overflow = false;
    c->at = 0;
    if (!acts[edit](c)) {
        return SS_NONE;
    }
    sn_cut_keep(c, (uint32_t)t->message.len);
    sn_repair(t->message, repair, c->out);
    if (c->out->overflow) {
        return SS_ERR_FULL;
    }
    return ss_slice_eq(ss_buffer_slice(c->out), t->message) ? SS_NONE : SS_OK;
}

/* As wished; without repair when that changes nothing, or has no room. */
static ss_status make(const try *t, sn_edit edit, sn_edited *made)
{
    const sn_choices before = *t->cut->choices;
    ss_status status = put_edited(t, edit, t->repair);
    made->edit = edit;
    made->repaired = false;
    if (t->repair == 0) {
        return status;
    }
    if (status == SS_OK) {
        made->repaired = true;
        return status;
    }
    *t->cut->choices = before;
    return put_edited(t, edit, 0);
}

static unsigned settle_repair(unsigned repair, sn_choices *choices)
{
    if ((repair & SN_REPAIR_DRAWN) == 0) {
        return repair;
    }
    return sn_choose(choices, 8) == 0 ? 0 : SN_REPAIR_LENGTH | SN_REPAIR_FIELDS;
}

/* The first byte that is another, and the field it was in. */
static void find_change(const sn_shape *s, ss_slice edited, sn_edited *made)
{
    const ss_slice old = s->bytes;
    uint32_t at = 0;
    while (at < old.len && at < edited.len && old.at[at] == edited.at[at]) {
        at++;
    }
    made->at = at;
    made->field = SS_HDR_COUNT;
    for (unsigned i = 0; i < s->count; i++) {
        if (at >= s->fields[i].whole.at && at < s->fields[i].whole.end) {
            made->field = (ss_hdr)s->fields[i].id;
        }
    }
}

ss_status sn_mutate(ss_slice message, const sn_wish *wish, sn_choices *choices, ss_buffer *out,
                    sn_edited *made)
{
    SS_ASSERT(message.len <= SN_MUTATE_BYTES_MAX);
    SS_ASSERT(out->len == 0);
    ss_buffer room = *out;
    room.cap = room.cap < SN_MUTATE_BYTES_MAX ? room.cap : SN_MUTATE_BYTES_MAX;
    sn_cut c; /* not cleared: a shape is large, and found whole */
    c.wish = wish;
    c.choices = choices;
    c.out = &room;
    c.at = 0;
    sn_shape_find(&c.shape, message);
    const try t = { message, &c, settle_repair(wish->repair, choices) };
    const bool drawn = wish->edit == SN_EDIT_NONE;
    const sn_edit first = drawn ? draw(choices) : wish->edit;
    ss_status status = make(&t, first, made);
    for (unsigned i = 1; drawn && status != SS_OK && i < SN_EDITS; i++) {
        const sn_edit next = (sn_edit)((first + i) % SN_EDITS);
        status = rows[next].weight == 0 ? status : make(&t, next, made);
    }
    if (status == SS_OK) {
        out->len = room.len;
        find_change(&c.shape, ss_buffer_slice(out), made);
    }
    return status;
}
