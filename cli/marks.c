/* What the plan has of events, in words: links that change, nodes that are down or mute, crashes, the beginning of the drain. */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

static ss_buffer begin(cli_marks *m, ss_time at, ss_time until)
{
    rp_mark *mark = &m->marks[m->count];
    mark->at = at;
    mark->until = until;
    return ss_buffer_on(mark->text, sizeof mark->text - 1);
}

static void end(cli_marks *m, const ss_buffer *text)
{
    m->marks[m->count++].text[text->len] = '\0';
}

static bool is_full(const cli_marks *m)
{
    return m->count == CLI_MARKS;
}

/* "branch[0]" or "branch[0] to branch[9]". */
static void put_nodes(ss_buffer *b, const sn_plan *plan, const sn_node_range *of)
{
    if (of->group == SN_NOBODY || of->first >= plan->cast.node_count) {
        ss_put_text(b, "all");
        return;
    }
    ss_put_text(b, plan->cast.nodes[of->first].name);
    if (of->last > of->first && of->last < plan->cast.node_count) {
        ss_put_text(b, " to ");
        ss_put_text(b, plan->cast.nodes[of->last].name);
    }
}

static void mark_change(cli_marks *m, const sn_plan *plan, const sn_link_change *change)
{
    static const char *const words[] = { [SN_CHANGE_SET] = " changes",
                                         [SN_CHANGE_DOWN] = " is down",
                                         [SN_CHANGE_CLOGGED] = " is clogged" };
    ss_buffer b = begin(m, change->since, change->until);
    ss_put_text(&b, "link of ");
    put_nodes(&b, plan, &change->of);
    if (change->dirs != (SN_LINK_UP | SN_LINK_DOWN)) {
        ss_put_text(&b, change->dirs == SN_LINK_UP ? " upwards" : " downwards");
    }
    ss_put_text(&b, words[change->kind]);
    end(m, &b);
}

static void mark_spell(cli_marks *m, const sn_plan *plan, const sn_spell *spell)
{
    static const char *const words[] = { [SN_SPELL_DOWN] = " is down",
                                         [SN_SPELL_SILENT] = " is silent",
                                         [SN_SPELL_FAILING] = " fails" };
    ss_buffer b = begin(m, spell->from, spell->until);
    ss_put_text(&b, plan->cast.nodes[spell->node].name);
    ss_put_text(&b, words[spell->kind]);
    end(m, &b);
}

static void mark_crash(cli_marks *m, const sn_plan *plan, const sn_act *act)
{
    const ss_span span = act->row.after.a;
    ss_buffer b = begin(m, act->at, span == 0 ? SS_TIME_NEVER : ss_time_after(act->at, span));
    ss_put_text(&b, plan->cast.nodes[act->node].name);
    ss_put_text(&b, " crashes");
    end(m, &b);
}

static int by_time(const void *left, const void *right)
{
    const rp_mark *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return strcmp(a->text, b->text);
}

void cli_marks_collect(cli_marks *m, const sn_plan *plan)
{
    m->count = 0;
    for (uint32_t i = 0; i < plan->change_count && !is_full(m); i++) {
        mark_change(m, plan, &plan->changes[i]);
    }
    for (uint32_t i = 0; i < plan->spell_count && !is_full(m); i++) {
        mark_spell(m, plan, &plan->spells[i]);
    }
    for (uint32_t i = 0; i < plan->act_count && !is_full(m); i++) {
        if (plan->acts[i].row.op == SN_OP_CRASH) {
            mark_crash(m, plan, &plan->acts[i]);
        }
    }
    if (plan->drain != 0 && !is_full(m)) {
        ss_buffer b = begin(m, plan->duration, SS_TIME_NEVER);
        ss_put_text(&b, "drain");
        end(m, &b);
    }
    qsort(m->marks, m->count, sizeof m->marks[0], by_time);
}
