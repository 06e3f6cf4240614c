/* match.call of faults: a call of the story by its `as`, or calls of the traffic, `mix`, `mix[17]`, `mix[3..5]`. */
#include "model.h"

#include <string.h>

enum { CANDIDATES_MAX = 256 };

static void read_call(sn_reading *r, const sn_item *value, void *at)
{
    if (sn_value_is_scalar(r, value, "a call, as c1 or \"mix[17]\",")) {
        (void)sn_selector_read(r, value, at);
    }
}

static bool write_call(sn_text *t, const void *at)
{
    return sn_selector_codec.write(t, at);
}

const sn_codec sn_fault_call_codec = { read_call, write_call };

/* ---- what names mean ---- */

static bool is_named(const sn_name *name, const sn_name *wanted)
{
    return name->text != NULL && strcmp(name->text, wanted->text) == 0;
}

static const sn_story_entry *in_story(const sn_model *m, const sn_name *wanted)
{
    for (uint32_t i = 0; i < m->story_count; i++) {
        const sn_story_entry *e = &m->story[i];
        if (e->verb == SN_VERB_CALL && is_named(&e->label, wanted)) {
            return e;
        }
    }
    return NULL;
}

static const sn_calls_entry *in_traffic(const sn_model *m, const sn_name *wanted)
{
    for (uint32_t i = 0; i < m->calls_count; i++) {
        if (is_named(&m->calls[i].name, wanted)) {
            return &m->calls[i];
        }
    }
    return NULL;
}

static void say_unknown(sn_reading *r, const sn_model *m, const sn_name *wanted)
{
    const char *known[CANDIDATES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < m->calls_count && count < CANDIDATES_MAX; i++) {
        if (m->calls[i].name.text != NULL) {
            known[count++] = m->calls[i].name.text;
        }
    }
    for (uint32_t i = 0; i < m->story_count && count < CANDIDATES_MAX; i++) {
        if (m->story[i].verb == SN_VERB_CALL && m->story[i].label.text != NULL) {
            known[count++] = m->story[i].label.text;
        }
    }
    sn_wrong(r, wanted->place, sn_nearest(r, ss_slice_from(wanted->text), known, count),
             count == 0 ? "unknown call '%s': there are no calls"
                        : "unknown call '%s': it is the 'name' of a line of calls, or the 'as' of "
                          "a call of the story",
             wanted->text);
}

/* How many calls a line places at most; 0: as many as are drawn. */
static uint64_t most_of(const sn_calls_entry *c)
{
    const uint64_t span = c->during.to > c->during.from ? c->during.to - c->during.from : 0;
    const uint64_t paced =
        c->rate.poisson || c->rate.interval == 0 ? 0 : (span - 1) / c->rate.interval + 1;
    const uint64_t limit = c->limit;
    return paced == 0 || (limit != 0 && limit < paced) ? limit : paced;
}

static void judge_numbers(sn_reading *r, const sn_selector *s, const sn_calls_entry *c)
{
    const uint64_t most = most_of(c);
    if (s->indexed && !s->all && most != 0 && s->to >= most) {
        sn_wrong(r, s->group.place, NULL, "index out of range: '%s' has %llu call%s, from 0",
                 s->group.text, (unsigned long long)most, most == 1 ? "" : "s");
    }
}

static void resolve_call(sn_reading *r, const sn_model *m, sn_match_entry *match)
{
    sn_selector *s = &match->call;
    const sn_story_entry *of_story = in_story(m, &s->group);
    const sn_calls_entry *of_traffic = in_traffic(m, &s->group);
    match->is_of_story = of_story != NULL;
    if (of_story != NULL && of_traffic != NULL) {
        sn_wrong(r, s->group.place, NULL, "'%s' is a line of calls, and a call of the story",
                 s->group.text);
    } else if (of_story != NULL && s->indexed) {
        sn_wrong(r, s->group.place, s->group.text, "'%s' is one call: it has no index",
                 s->group.text);
    } else if (of_story != NULL) {
        s->group.index = (uint32_t)(of_story - m->story);
    } else if (of_traffic != NULL) {
        s->group.index = (uint32_t)(of_traffic - m->calls);
        judge_numbers(r, s, of_traffic);
    } else {
        say_unknown(r, m, &s->group);
    }
}

void sn_fault_calls_resolve(sn_reading *r, sn_model *m)
{
    for (uint32_t i = 0; i < m->fault_count; i++) {
        if (m->faults[i].match.call.group.text != NULL) {
            resolve_call(r, m, &m->faults[i].match);
        }
    }
}

/* ---- to the plan ---- */

sn_fault_calls sn_fault_calls_of(const sn_model *m, const sn_match_entry *match)
{
    const sn_selector *s = &match->call;
    if (s->group.text == NULL) {
        return (sn_fault_calls){ .asked = false };
    }
    if (match->is_of_story) {
        const uint32_t ordinal = m->story[s->group.index].call - 1;
        return (sn_fault_calls){ true, SN_NOBODY, ordinal, ordinal };
    }
    const bool is_whole = !s->indexed || s->all;
    return (sn_fault_calls){ .asked = true,
                             .source = s->group.index,
                             .first = is_whole ? 0 : s->from,
                             .last = is_whole ? UINT32_MAX : s->to };
}
