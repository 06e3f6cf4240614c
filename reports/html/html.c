/* report.html: everything about a run on one page, the verdict first. It asks for nothing outside itself, and its policy
 * forbids it to: no script runs but the two that were built in, known by their hashes, so that no name in a scenario or a
 * message can bring one. Nothing in it may differ between two equal runs: the line that runs it again names the effective scenario beside it, no path.
 */
#include "rp/html.h"

#include "html/html.h"
#include "page.h"

static void put_head(rp_file *out, const rp_run *run)
{
    rp_put_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "script-src ");
    rp_put_text(out, rp_page_chart_hash);
    rp_put_char(out, ' ');
    rp_put_text(out, rp_page_js_hash);
    rp_put_text(out, "; style-src ");
    rp_put_text(out, rp_page_css_hash);
    rp_put_text(out, "; form-action 'none'; base-uri 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    rp_put_text(out, run->statuses == 0 ? "pass: " : "fail: ");
    rp_html_text(out, run->name);
    rp_put_text(out, "</title>\n<style>");
    rp_put(out, rp_page_css);
    rp_put_text(out, "</style>\n</head>\n<body>\n");
}

static void put_contents(rp_file *out, const rp_run *run, bool has_ladders)
{
    static const struct {
        const char *id, *name;
        enum { ALWAYS, WITH_LADDERS, WITH_SERIES, WITH_TALLY } when;
    } parts[] = {
        { "asked", "Asked for", ALWAYS },     { "laws", "Laws", ALWAYS },
        { "time", "Over time", WITH_SERIES }, { "ladders", "Ladders", WITH_LADDERS },
        { "metrics", "Metrics", ALWAYS },     { "timers", "Timers", ALWAYS },
        { "network", "Network", ALWAYS },     { "nodes", "Nodes and links", WITH_TALLY },
        { "scenario", "Scenario", ALWAYS },   { "again", "Run it again", ALWAYS },
    };
    rp_put_text(out, "<nav aria-label=\"Contents\"><ul>\n");
    for (size_t i = 0; i < SS_COUNT(parts); i++) {
        if ((!has_ladders && parts[i].when == WITH_LADDERS) ||
            (run->series == NULL && parts[i].when == WITH_SERIES) ||
            (run->tally == NULL && parts[i].when == WITH_TALLY)) {
            continue;
        }
        rp_put_text(out, "<li><a href=\"#");
        rp_put_text(out, parts[i].id);
        rp_put_text(out, "\">");
        rp_put_text(out, parts[i].name);
        rp_put_text(out, "</a></li>\n");
    }
    rp_put_text(out, "</ul></nav>\n");
}

static void put_header(rp_file *out, const rp_run *run, bool has_ladders)
{
    rp_put_text(out, "<header>\n<p class=\"faint small\">sipsim ");
    rp_html_text(out, run->version);
    rp_put_text(out, "</p>\n<h1>");
    rp_html_name(out, run->name);
    rp_put_text(out, "</h1>\n");
    rp_html_verdict(out, run);
    rp_html_cards(out, run);
    put_contents(out, run, has_ladders);
    rp_put_text(out, "</header>\n");
}

static void put_scenario(rp_file *out, const rp_run *run)
{
    rp_html_heading(out, "scenario", "Scenario");
    rp_put_text(out, "<details><summary>The scenario with every default filled in</summary>\n"
                     "<pre tabindex=\"0\">");
    rp_html_slice(out, run->effective);
    rp_put_text(out, "</pre></details>\n");
}

static void put_u64(rp_file *out, const char *name, uint64_t value)
{
    rp_put_text(out, "<dt>");
    rp_put_text(out, name);
    rp_put_text(out, "</dt><dd>");
    rp_put_u64(out, value);
    rp_put_text(out, "</dd>\n");
}

static void put_hash(rp_file *out, const char *name, uint64_t value)
{
    rp_put_text(out, "<dt>");
    rp_put_text(out, name);
    rp_put_text(out, "</dt><dd><code>");
    rp_put_hex64(out, value);
    rp_put_text(out, "</code></dd>\n");
}

static void put_again(rp_file *out, const rp_run *run)
{
    rp_html_heading(out, "again", "Run it again");
    rp_put_text(out, "<p>From the folder of this page; the seeds are in the scenario there:</p>\n"
                     "<code class=\"again\">sipsim run scenario.effective.yaml -o again</code>\n"
                     "<p>Equal results have the same digest.</p>\n<dl class=\"list\">\n");
    put_hash(out, "digest", run->digest);
    put_hash(out, "hash of the scenario", run->scenario_hash);
    put_u64(out, "seed", run->seed);
    if (run->seeded) {
        put_u64(out, "events of one instant are ordered by seed", run->order_seed);
    } else {
        rp_put_text(out, "<dt>events of one instant</dt><dd>first made, first served</dd>\n");
    }
    put_u64(out, "nodes", run->cast->node_count);
    rp_put_text(out, "</dl>\n");
}

void rp_html_write(rp_file *out, const rp_run *run, const rp_ladder *ladder)
{
    put_head(out, run);
    put_header(out, run, ladder != NULL);
    rp_put_text(out, "<main>\n");
    rp_html_asked(out, run);
    rp_html_violations(out, run);
    if (run->series != NULL) {
        rp_html_over_time(out, run);
    }
    if (ladder != NULL) {
        rp_html_ladders(out, run, ladder);
    }
    rp_html_metrics(out, run);
    rp_html_timers(out, run);
    rp_html_network(out, run);
    if (run->tally != NULL) {
        rp_html_nodes(out, run);
    }
    put_scenario(out, run);
    put_again(out, run);
    rp_put_text(out, "</main>\n");
    if (run->series != NULL) {
        rp_html_scripts(out, run);
    }
    rp_put_text(out, "</body>\n</html>\n");
}
