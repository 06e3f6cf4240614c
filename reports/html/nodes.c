/* Who was there and what each did: a picture of the topology, and tables of nodes and links that the page's script makes sort and
 * filter. Of many nodes those are shown that had the most trouble or the most to say.
 */
#include "html/html.h"

#include <errno.h>
#include <stdlib.h>

#include "figures.h"
#include "sn/capture.h"

enum { ROWS_MAX = 300 };

/* ---- which rows ---- */

typedef struct ranked {
    uint64_t trouble, traffic;
    uint32_t nth;
} ranked;

static int by_rank(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->trouble != b->trouble) {
        return a->trouble > b->trouble ? -1 : 1;
    }
    if (a->traffic != b->traffic) {
        return a->traffic > b->traffic ? -1 : 1;
    }
    return a->nth < b->nth ? -1 : 1;
}

static int by_number(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

/* Of two children the one that ranks last comes up, until the parent ranks behind both. */
static void go_down(ranked *heap, uint32_t count)
{
    uint32_t at = 0, child = 1;
    while (child < count) {
        child += child + 1 < count && by_rank(&heap[child + 1], &heap[child]) > 0;
        if (by_rank(&heap[child], &heap[at]) < 0) {
            return;
        }
        const ranked swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
        child = 2 * at + 1;
    }
}

/* The first `shown` of `count` by rank come to the front, in any order: the last of them so far stands first, and gives way to
 * each that ranks before it. Few are shown of many, so that sorting all would cost more than all else on the page. */
static void select_first(ranked *all, uint32_t count, uint32_t shown)
{
    qsort(all, shown, sizeof *all, by_rank);
    for (uint32_t i = 0; i < shown / 2; i++) {
        const ranked swap = all[i];
        all[i] = all[shown - 1 - i];
        all[shown - 1 - i] = swap;
    }
    for (uint32_t i = shown; i < count; i++) {
        if (by_rank(&all[i], &all[0]) < 0) {
            all[0] = all[i];
            go_down(all, shown);
        }
    }
}

/* The first of `count` by rank, in the order of their numbers; what is left out is said. */
static uint32_t choose(rp_file *out, ranked *all, uint32_t count, const char *what)
{
    if (count == 0) {
        return 0;
    }
    const uint32_t shown = count < ROWS_MAX ? count : ROWS_MAX;
    if (shown < count) {
        select_first(all, count, shown);
        rp_put_text(out, "<p class=\"faint\">Of ");
        rp_put_u64(out, count);
        rp_put_char(out, ' ');
        rp_put_text(out, what);
        rp_put_text(out, ", the ");
        rp_put_u64(out, shown);
        rp_put_text(out, " with the most trouble, then the most traffic.</p>\n");
    }
    qsort(all, shown, sizeof *all, by_number);
    return shown;
}

/* ---- tables ---- */

static void begin_row(rp_file *out)
{
    rp_put_text(out, "<tr><th scope=\"row\">");
}

static void put_node(rp_file *out, const sn_cast *cast, uint32_t node, const sn_node_tally *t)
{
    begin_row(out);
    rp_html_text(out, cast->nodes[node].name);
    rp_put_text(out, "</th>");
    rp_html_cell_u64(out, t->sent);
    rp_html_cell_u64(out, t->received);
    rp_html_cell_u64(out, t->again);
    rp_html_cell_u64(out, t->timers);
    rp_html_cell_u64(out, t->strays);
    rp_html_cell_u64(out, t->refused);
    rp_html_cell_u64(out, t->dropped);
    rp_put_text(out, "</tr>\n");
}

static void put_nodes(rp_file *out, const rp_run *run, ranked *all)
{
    static const char *const heads[] = { "node",    "#sent",   "#received", "#sent again",
                                         "#timers", "#strays", "#refused",  "#packets dropped",
                                         NULL };
    uint32_t count = 0;
    for (uint32_t node = 0; node < run->cast->node_count; node++) {
        const sn_node_tally *t = sn_tally_node(run->tally, node);
        if (t->sent + t->received + t->dropped != 0) {
            all[count++] = (ranked){ t->again + t->strays + t->refused + t->dropped,
                                     t->sent + t->received, node };
        }
    }
    const uint32_t shown = choose(out, all, count, "nodes");
    rp_html_sortable(out, "Nodes: messages, and what went wrong with them", heads);
    for (uint32_t i = 0; i < shown; i++) {
        put_node(out, run->cast, all[i].nth, sn_tally_node(run->tally, all[i].nth));
    }
    rp_html_table_end(out);
}

static void put_link(rp_file *out, const sn_cast *cast, uint32_t link, const sn_link_tally *t)
{
    char name[128];
    ss_buffer b = ss_buffer_on(name, sizeof name);
    sn_capture_put_link(&b, cast, link);
    begin_row(out);
    rp_html_slice(out, ss_buffer_slice(&b));
    rp_put_text(out, "</th>");
    rp_html_cell_u64(out, t->packets);
    rp_html_cell_u64(out, t->lost);
    rp_put_text(out, "<td class=\"number\">");
    rp_put_percent(out, (sn_ratio){ t->lost, t->packets });
    rp_put_text(out, "</td>");
    rp_html_cell_u64(out, t->queue_full);
    rp_html_cell_u64(out, t->dropped_otherwise);
    rp_html_cell_u64(out, t->duplicated);
    rp_html_cell_u64(out, t->reordered);
    rp_html_cell_u64(out, t->longest_queue);
    rp_html_cell_u64(out, t->longest_wait / SS_MS(1));
    rp_put_text(out, "</tr>\n");
}

static void put_links(rp_file *out, const rp_run *run, ranked *all)
{
    static const char *const heads[] = {
        "link",          "#packets",           "#lost",       "#lost, %",
        "#queue full",   "#dropped otherwise", "#duplicated", "#reordered",
        "#most waiting", "#longest wait, ms",  NULL
    };
    uint32_t count = 0;
    for (uint32_t link = 0; link < 2 * run->cast->node_count; link++) {
        const sn_link_tally *t = sn_tally_link(run->tally, link);
        if (t->packets != 0) {
            all[count++] =
                (ranked){ t->lost + t->queue_full + t->dropped_otherwise, t->packets, link };
        }
    }
    const uint32_t shown = choose(out, all, count, "link directions");
    rp_html_sortable(out, "Links: packets, each direction by itself", heads);
    for (uint32_t i = 0; i < shown; i++) {
        put_link(out, run->cast, all[i].nth, sn_tally_link(run->tally, all[i].nth));
    }
    rp_html_table_end(out);
}

void rp_html_nodes(rp_file *out, const rp_run *run)
{
    rp_html_heading(out, "nodes", "Nodes and links");
    rp_html_topology(out, run->cast);
    if (sn_tally_node(run->tally, 0) == NULL) {
        rp_put_text(out, "<p>There are too many nodes to list them.</p>\n");
        return;
    }
    ranked *all = malloc((2 * (size_t)run->cast->node_count + 1) * sizeof *all);
    if (all == NULL) {
        out->error = out->error == 0 ? ENOMEM : out->error;
        return;
    }
    put_nodes(out, run, all);
    put_links(out, run, all);
    free(all);
}
