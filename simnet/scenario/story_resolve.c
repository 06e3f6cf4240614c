/* A story against the rest of the scenario: who acts, in which call, and when. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

typedef struct label_row {
    const char *text;
    const sn_story_entry *made_by;
    uint32_t ordinal;
} label_row;

static int by_label(const void *left, const void *right)
{
    const label_row *a = left, *b = right;
    const int order = strcmp(a->text, b->text);
    return order != 0 ? order : a->ordinal < b->ordinal ? -1 : 1;
}

static label_row *find_label(label_row *labels, uint32_t count, const char *text)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(labels[middle].text, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && strcmp(labels[low].text, text) == 0 ? &labels[low] : NULL;
}

/* Who acts: a user agent, or what replays a tap. */
static bool can_act(sn_reading *r, const sn_group_entry *g, const sn_selector *s, sn_verb verb)
{
    const unsigned role = verb == SN_VERB_REPLAY ? SN_IS_TAP : SN_IS_UA;
    if (sn_group_lacks(g, role)) {
        sn_wrong(r, s->group.place, NULL,
                 role == SN_IS_TAP ? "only a tap replays: '%s' is none"
                                   : "only a ua acts in a story: '%s' is none",
                 g->name.text);
    }
    return !sn_group_lacks(g, role);
}

/* A node of a story is one node: a group of one, or an index in its group. `verb`: of its act; SN_VERB_SENDS: none. */
static bool settle_who(sn_reading *r, sn_model *m, sn_selector *s, sn_verb verb)
{
    sn_group_entry *g = sn_group_find(r, m, &s->group, "node");
    if (g == NULL) {
        return false;
    }
    const uint32_t size = sn_group_size(g);
    if (s->indexed && !s->all && s->to >= size) {
        sn_wrong(r, s->group.place, NULL, "index out of range: %s has %u %s, from 0", g->name.text,
                 (unsigned)size, size == 1 ? "node" : "nodes");
        return false;
    }
    if ((!s->indexed && g->count != 0 && size != 1) || s->all || s->from != s->to) {
        sn_wrong(r, s->group.place, NULL,
                 "a story is about single nodes: '%s' is %u of them, write %s[0]", g->name.text,
                 (unsigned)size, g->name.text);
        return false;
    }
    return verb >= SN_VERB_SENDS || can_act(r, g, s, verb);
}

/* A user agent's program would have to begin again with it: registrations, subscriptions, calls. */
static void settle_crash(sn_reading *r, const sn_model *m, const sn_story_entry *e)
{
    const sn_group_entry *g = &m->groups[e->who.group.index];
    if ((g->roles & (SN_IS_UA | SN_IS_PROXY)) == 0) {
        sn_wrong(r, e->who.group.place, NULL, "only a ua or a proxy crashes: '%s' is neither",
                 g->name.text);
    } else if ((g->roles & SN_IS_UA) != 0 && e->crash.span != 0) {
        sn_wrong(r, e->body->place, "crash: forever",
                 "a ua that comes back is not in this version: only a proxy does");
    }
}

static bool same_node(const sn_selector *a, const sn_selector *b)
{
    return a->group.index == b->group.index && a->from == b->from;
}

/* Whom it calls, or whose connections it ends. */
static void settle_target(sn_reading *r, sn_model *m, sn_story_entry *e)
{
    const bool is_ua =
        e->verb != SN_VERB_RESET && e->verb != SN_VERB_CLOSE && e->verb != SN_VERB_MUTE;
    const sn_verb as = is_ua ? e->verb : SN_VERB_SENDS;
    const bool is_reg = e->verb == SN_VERB_SUBSCRIBE && e->event == SN_EVENT_WORD_REG;
    if (settle_who(r, m, &e->target, as) && e->has_who && same_node(&e->target, &e->who) &&
        !is_reg) {
        sn_wrong(r, e->target.group.place, NULL, "'%s' cannot %s itself", e->target.group.text,
                 sn_verb_word(e->verb));
    }
}

/* Another phone of the same user: a proxy may fork to both. */
static bool is_same_user(const sn_model *m, const sn_selector *a, const sn_selector *b)
{
    const char *left = m->groups[a->group.index].aor, *right = m->groups[b->group.index].aor;
    return left != NULL && right != NULL && strcmp(left, right) == 0 &&
           (a->from == b->from || strstr(left, "{n}") == NULL);
}

/* Who is called, or may be by a fork or a redirection of that call. */
static bool is_callee(const sn_model *m, const sn_story_entry *e, const sn_story_entry *call)
{
    bool callee = same_node(&e->who, &call->target) || is_same_user(m, &e->who, &call->target);
    for (uint32_t i = 0; i < m->story_count && !callee; i++) {
        const sn_story_entry *other = &m->story[i];
        callee = other->verb == SN_VERB_REDIRECT && other->label.text != NULL &&
                 call->label.text != NULL && strcmp(other->label.text, call->label.text) == 0 &&
                 same_node(&e->who, &other->target);
    }
    return callee;
}

/* The call has a re-INVITE: either side may answer, or cancel, one. */
static bool is_changed(const sn_model *m, const sn_story_entry *e)
{
    for (uint32_t i = 0; i < m->story_count; i++) {
        const sn_story_entry *other = &m->story[i];
        const bool is_reinvite = other->verb == SN_VERB_HOLD || other->verb == SN_VERB_RESUME ||
                                 other->verb == SN_VERB_REINVITE;
        if (is_reinvite && other->label.text != NULL && e->label.text != NULL &&
            strcmp(other->label.text, e->label.text) == 0) {
            return true;
        }
    }
    return false;
}

static void judge_actor(sn_reading *r, const sn_model *m, const sn_story_entry *e,
                        const sn_story_entry *call, const char *name)
{
    const bool caller = same_node(&e->who, &call->who), callee = is_callee(m, e, call);
    const bool is_first = e->verb == SN_VERB_SEND || e->verb == SN_VERB_ANSWER ||
                          e->verb == SN_VERB_REJECT || e->verb == SN_VERB_CANCEL;
    const bool either = e->verb == SN_VERB_HANGUP || e->verb == SN_VERB_SUBSCRIBE ||
                        e->verb >= SN_VERB_MESSAGE || (is_first && is_changed(m, e));
    const bool is_caller_s = e->verb == SN_VERB_CANCEL || e->verb == SN_VERB_BYE;
    if (e->verb == SN_VERB_UNSUBSCRIBE ? !caller
        : either                       ? !caller && !callee
        : is_caller_s                  ? !caller
                                       : !callee) {
        sn_wrong(r, e->who.group.place, NULL, "'%s' is not the %s of %s", e->who.group.text,
                 e->verb == SN_VERB_UNSUBSCRIBE ? "subscriber"
                 : either                       ? "caller or callee"
                 : is_caller_s                  ? "caller"
                                                : "callee",
                 name);
    }
}

/* A subscription in a call's dialog is to the other end of it. */
static void judge_other_end(sn_reading *r, const sn_model *m, const sn_story_entry *e,
                            const sn_story_entry *call)
{
    const sn_story_entry other = { .who = e->target };
    const bool fits = same_node(&e->who, &call->who) ? is_callee(m, &other, call)
                                                     : same_node(&e->target, &call->who);
    if (!fits) {
        sn_wrong(r, e->target.group.place, NULL, "'%s' is not the other end of %s",
                 e->target.group.text, call->label.text);
    }
}

/* A label is a call's or a subscription's; each verb takes one of the two. */
static bool fits_label(sn_reading *r, const sn_story_entry *e, const sn_name *name,
                       const sn_story_entry *made_by)
{
    const bool wants_subscription = e->verb == SN_VERB_UNSUBSCRIBE;
    if (wants_subscription == (made_by->verb == SN_VERB_SUBSCRIBE)) {
        return true;
    }
    sn_wrong(r, name->place, NULL,
             wants_subscription ? "'%s' is a call, not a subscription"
                                : "'%s' is a subscription, not a call",
             name->text);
    return false;
}

static void settle_label(sn_reading *r, const sn_model *m, sn_story_entry *e, const sn_name *name,
                         label_row *labels, uint32_t count, bool judge)
{
    const label_row *row = find_label(labels, count, name->text);
    if (row == NULL) {
        const char *names[64];
        size_t known = 0;
        for (; known < count && known < SS_COUNT(names); known++) {
            names[known] = labels[known].text;
        }
        sn_wrong(r, name->place, sn_nearest(r, ss_slice_from(name->text), names, known),
                 "unknown %s '%s'", e->verb == SN_VERB_UNSUBSCRIBE ? "subscription" : "call",
                 sn_shown(r, ss_slice_from(name->text)));
        return;
    }
    if (!fits_label(r, e, name, row->made_by)) {
        return;
    }
    if (name == &e->label) {
        e->call = row->made_by->call;
        e->other = row->made_by->other;
    } else if (e->verb == SN_VERB_SUBSCRIBE) {
        e->call = row->made_by->call;
    } else {
        e->other = row->made_by->call;
    }
    const ss_time made_at = row->made_by->at == SS_TIME_NEVER ? 0 : row->made_by->at;
    const bool listed_before = e->verb < SN_VERB_SENDS && e < row->made_by;
    if (e->has_at && (e->at < made_at || (e->at == made_at && listed_before))) {
        sn_wrong(r, sn_item_place(e->item, "at"), NULL, "%s is not made yet at that instant",
                 name->text);
    } else if (judge) {
        judge_actor(r, m, e, row->made_by, name->text);
        if (e->verb == SN_VERB_SUBSCRIBE) {
            judge_other_end(r, m, e, row->made_by);
        }
    }
}

static bool makes_label(const sn_story_entry *e)
{
    return (e->verb == SN_VERB_CALL || e->verb == SN_VERB_SUBSCRIBE) && e->label.text != NULL;
}

static label_row *collect_labels(sn_reading *r, sn_model *m, uint32_t *count)
{
    label_row *labels = sn_hoard_take(&r->hoard, (m->story_count + 1u) * sizeof(*labels));
    *count = 0;
    for (uint32_t i = 0; i < m->story_count; i++) {
        sn_story_entry *e = &m->story[i];
        if (e->verb == SN_VERB_SUBSCRIBE) {
            e->other = ++m->story_subscriptions;
        }
        if (makes_label(e)) {
            e->call = e->verb == SN_VERB_CALL ? ++m->story_calls : 0;
            labels[(*count)++] = (label_row){ e->label.text, e, i };
        }
    }
    qsort(labels, *count, sizeof(*labels), by_label);
    for (uint32_t i = 1; i < *count; i++) {
        if (strcmp(labels[i].text, labels[i - 1].text) == 0) {
            sn_wrong(r, labels[i].made_by->label.place, NULL, "the %s '%s' is made twice",
                     labels[i].made_by->verb == SN_VERB_CALL ? "call" : "subscription",
                     labels[i].text);
        }
    }
    return labels;
}

static void settle_instant(sn_reading *r, const sn_model *m, const sn_story_entry *e)
{
    const bool act = e->verb < SN_VERB_SENDS;
    if (e->at == SS_TIME_NEVER) {
        return; /* a mistake of its own */
    }
    if (e->has_at && act && e->at >= m->duration) {
        sn_wrong(r, sn_item_place(e->item, "at"), NULL, "an act after the duration of the run");
    } else if (e->has_at && !act && e->at > m->duration + m->drain) {
        sn_wrong(r, sn_item_place(e->item, "at"), NULL, "a check after the end of the run");
    }
}

void sn_story_resolve(sn_reading *r, sn_model *m)
{
    uint32_t label_count = 0;
    bool *known = sn_hoard_take(&r->hoard, m->story_count + 1u);
    label_row *labels = collect_labels(r, m, &label_count);
    for (uint32_t i = 0; i < m->story_count; i++) {
        sn_story_entry *e = &m->story[i];
        const sn_verb as = e->verb == SN_VERB_CRASH ? SN_VERB_SENDS : e->verb;
        known[i] = e->has_who && settle_who(r, m, &e->who, as);
        if (e->verb == SN_VERB_CRASH && known[i]) {
            settle_crash(r, m, e);
        }
        if (e->target.group.text != NULL) {
            settle_target(r, m, e);
        }
        if (e->verb == SN_VERB_PUBLISH && known[i] &&
            m->groups[e->who.group.index].compositor.text == NULL) {
            sn_wrong(r, e->body->place, NULL, "'%s' has no 'compositor' to publish at",
                     e->who.group.text);
        }
        if (e->verb == SN_VERB_CALL && known[i]) {
            sn_session_judge(r, &m->groups[e->who.group.index], e->body, e->reliable, e->session);
            sn_call_login_resolve(r, &m->groups[e->who.group.index], e->body, &e->login);
        }
        settle_instant(r, m, e);
    }
    const bool judge = r->mistake_count == 0;
    for (uint32_t i = 0; i < m->story_count; i++) {
        sn_story_entry *e = &m->story[i];
        const bool is_judged = judge && e->verb < SN_VERB_SENDS && known[i];
        if (e->label.text != NULL && !makes_label(e)) {
            settle_label(r, m, e, &e->label, labels, label_count, is_judged);
        }
        if (e->second.text != NULL) {
            settle_label(r, m, e, &e->second, labels, label_count, is_judged);
        }
    }
}
