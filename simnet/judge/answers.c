/* Who answered which call: of a fork several phones may, each in a dialog of its own with the caller (RFC 3261 13.2.2.4), who keeps the
 * first and ends the others. Apps tell of a call and say no tag; the 2xx that follows what a callee tells has its tag, and the one that
 * came as the caller tells has that of whom it is with. So each such dialog is judged by itself: by DLG1 and OFF5 the caller's, in
 * leftovers.c, and by DLG1 each other one, once the caller heard that its BYE was taken. An answer is known until it is over. */
#include "laws.h"

#include <stdlib.h>

static uint64_t key_of(uint64_t call_id, uint64_t of)
{
    const uint64_t key = ss_mix_absorb(call_id, of);
    return key == 0 ? 1 : key;
}

static answer_end *find(const sn_judge *j, const map *m, uint64_t key)
{
    const uint64_t *at = sn_map_find(m, key);
    return at == NULL ? NULL : &j->answers.all[*at];
}

static answer_end *of_node(const sn_judge *j, uint64_t call_id, uint32_t node)
{
    return find(j, &j->answers.by_node, key_of(call_id, (uint64_t)node + 1));
}

static answer_end *of_tag(const sn_judge *j, uint64_t call_id, uint64_t tag)
{
    return tag == 0 ? NULL : find(j, &j->answers.by_tag, key_of(call_id, tag));
}

static uint32_t take_slot(answers_view *v)
{
    if (v->first_free != 0) {
        const uint32_t index = v->first_free - 1;
        v->first_free = v->all[index].next_free;
        return index;
    }
    void *all = v->all;
    const bool has_room = sn_grow_array(&all, v->count, &v->room, sizeof(answer_end));
    v->all = all;
    return has_room ? v->count++ : UINT32_MAX;
}

void sn_answer_given(sn_judge *j, const sn_fact *f)
{
    answers_view *v = &j->answers;
    if (f->call.call_id == 0 || of_node(j, f->call.call_id, f->entity) != NULL) {
        return;
    }
    const uint32_t index = take_slot(v);
    if (index == UINT32_MAX ||
        !sn_map_put(&v->by_node, key_of(f->call.call_id, (uint64_t)f->entity + 1), index)) {
        j->out_of_memory = true;
        return;
    }
    v->all[index] = (answer_end){
        .call_id = f->call.call_id, .number = f->call.number, .node = f->entity, .is_live = true
    };
}

static void remove_answer(sn_judge *j, answer_end *a)
{
    answers_view *v = &j->answers;
    sn_map_remove(&v->by_node, key_of(a->call_id, (uint64_t)a->node + 1));
    if (a->tag != 0) {
        sn_map_remove(&v->by_tag, key_of(a->call_id, a->tag));
    }
    *a = (answer_end){ .next_free = v->first_free };
    v->first_free = (uint32_t)(a - v->all) + 1;
}

void sn_answer_over(sn_judge *j, uint64_t call_id, uint32_t node)
{
    answer_end *a = of_node(j, call_id, node);
    if (a != NULL) {
        remove_answer(j, a);
    }
}

void sn_answers_crash(sn_judge *j, uint32_t node)
{
    for (uint32_t i = 0; i < j->answers.count; i++) {
        if (j->answers.all[i].is_live && j->answers.all[i].node == node) {
            remove_answer(j, &j->answers.all[i]);
        }
    }
}

/* The first 2xx of a user agent to an INVITE outside a dialog. */
void sn_answer_sent(sn_judge *j, const sn_fact *f)
{
    answer_end *a = of_node(j, f->sip.call_id, f->entity);
    if (a == NULL || a->tag != 0 || f->sip.to_tag == 0) {
        return;
    }
    a->tag = f->sip.to_tag;
    if (!sn_map_put(&j->answers.by_tag, key_of(a->call_id, a->tag),
                    (uint64_t)(a - j->answers.all))) {
        j->out_of_memory = true;
        return;
    }
    sn_call_tagged(j, a->number, a->node, a->tag);
}

/* A 2xx that came to a user agent: to an INVITE, or to the BYE that ended one dialog. */
void sn_answer_received(sn_judge *j, const sn_fact *f)
{
    if (f->sip.method == SS_METHOD_INVITE) {
        j->answers.event = j->event;
        j->answers.node = f->entity;
        j->answers.call_id = f->sip.call_id;
        j->answers.tag = f->sip.to_tag;
    } else if (f->sip.method == SS_METHOD_BYE) {
        answer_end *a = of_tag(j, f->sip.call_id, f->sip.to_tag);
        if (a != NULL && a->node != f->entity) {
            a->caller_knows = true;
        }
    }
}

uint64_t sn_answer_taken(const sn_judge *j, const sn_fact *f)
{
    const answers_view *v = &j->answers;
    const bool is_it =
        v->event == j->event && v->node == f->entity && v->call_id == f->call.call_id;
    return is_it ? v->tag : 0;
}

uint32_t sn_answer_of(const sn_judge *j, uint64_t call_id, uint64_t tag)
{
    const answer_end *a = of_tag(j, call_id, tag);
    return a == NULL ? SN_NOBODY : a->node;
}

void sn_answers_finish(sn_judge *j, ss_time end)
{
    for (uint32_t i = 0; i < j->answers.count; i++) {
        const answer_end *a = &j->answers.all[i];
        if (a->is_live && a->caller_knows && !sn_call_is_with(j, a->number, a->node)) {
            sn_judge_broken(j, LAW_DLG1, end, a->node, a->call_id,
                            "the caller ended the call with one that answered, who does not know");
        }
    }
}

void sn_answers_free(sn_judge *j)
{
    sn_map_free(&j->answers.by_node);
    sn_map_free(&j->answers.by_tag);
    free(j->answers.all);
}
