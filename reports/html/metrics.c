/* The figures of the page: RFC 6076 with the counts that its ratios are made of, times, timers, the network. */
#include "html/html.h"

#include "figures.h"
#include "words.h"

/* ---- on top ---- */

static void card(rp_file *out, const char *name)
{
    rp_put_text(out, "<div><dt>");
    rp_put_text(out, name);
    rp_put_text(out, "</dt><dd>");
}

static void card_note(rp_file *out, const char *before, uint64_t count, const char *what)
{
    rp_put_text(out, before);
    rp_put_u64(out, count);
    rp_put_text(out, what);
}

static void card_end(rp_file *out)
{
    rp_put_text(out, "</dd></div>\n");
}

static void put_median(rp_file *out, const sn_histogram *h)
{
    if (h->count == 0) {
        rp_put_char(out, '-');
        return;
    }
    rp_put_about_ms(out, sn_histogram_quantile(h, 500000));
    rp_put_text(out, "<small>99 in 100 within ");
    rp_put_about_ms(out, sn_histogram_quantile(h, 990000));
    rp_put_text(out, "</small>");
}

static uint64_t lost_of(const sn_metrics *m)
{
    uint64_t lost = 0;
    for (unsigned cause = SN_CAUSE_NONE + 1; cause < SN_CAUSE_COUNT; cause++) {
        lost += m->dropped[cause];
    }
    return lost;
}

static void put_call_cards(rp_file *out, const sn_metrics *m)
{
    card(out, "Calls");
    rp_put_u64(out, m->attempts);
    card_note(out, "<small>", m->established, " established, ");
    card_note(out, "", m->failed, " failed</small>");
    card_end(out);
    card(out, "Session establishment (SER)");
    rp_put_percent(out, m->ser);
    card_note(out, "<small>", m->ser.num, " of ");
    card_note(out, "", m->ser.den, "</small>");
    card_end(out);
    card(out, "Request delay (SRD), median");
    put_median(out, &m->srd_ok);
    card_end(out);
}

void rp_html_cards(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_put_text(out, "<dl class=\"cards\">\n");
    put_call_cards(out, m);
    card(out, "Packets");
    rp_put_u64(out, m->packets);
    card_note(out, "<small>", lost_of(m), " lost or dropped</small>");
    card_end(out);
    card(out, "Laws broken");
    rp_put_u64(out, sn_judge_violation_count(run->judge));
    card_note(out, "<small>", sn_law_count, " watched</small>");
    card_end(out);
    card(out, "Virtual time");
    rp_put_seconds(out, run->end);
    card_note(out, "<small>", run->events, " events</small>");
    card_end(out);
    rp_put_text(out, "</dl>\n");
}

/* ---- RFC 6076 ---- */

static void put_ratio(rp_file *out, const char *name, const char *what, sn_ratio r)
{
    rp_put_text(out, "<tr><th scope=\"row\">");
    rp_put_text(out, name);
    rp_put_text(out, "</th><td class=\"number\">");
    rp_put_percent(out, r);
    rp_put_text(out, "</td>");
    rp_html_cell_u64(out, r.num);
    rp_html_cell_u64(out, r.den);
    rp_put_text(out, "<td class=\"text\">");
    rp_put_text(out, what);
    rp_put_text(out, "</td></tr>\n");
}

static void put_ratios(rp_file *out, const sn_metrics *m)
{
    static const char *const heads[] = {
        "ratio", "#", "#of these", "#out of", "what it says", NULL
    };
    rp_html_table(out, "Ratios, with the counts that they are made of", heads);
    put_ratio(out, "SER", "answered 200, of the INVITEs that were not redirected (4.6)", m->ser);
    put_ratio(out, "SEER", "answered 200, 480, 486, 600 or 603: the network did its part (4.7)",
              m->seer);
    put_ratio(out, "ISA", "attempts that ended in 408, 500, 503 or 504 (4.8)", m->isa);
    put_ratio(out, "SCR", "attempts that became sessions and ended with an answered BYE (4.9)",
              m->scr);
    put_ratio(out, "IRA", "registrations that failed (4.2)", m->ira);
    rp_html_table_end(out);
}

static void put_time(rp_file *out, const char *name, const char *what, const sn_histogram *h)
{
    static const uint32_t quantiles[] = { 500000, 900000, 990000 };
    rp_put_text(out, "<tr><th scope=\"row\">");
    rp_put_text(out, name);
    rp_put_text(out, "</th>");
    rp_html_cell_u64(out, h->count);
    for (size_t i = 0; i <= SS_COUNT(quantiles); i++) {
        rp_put_text(out, "<td class=\"number\">");
        if (h->count == 0) {
            rp_put_char(out, '-');
        } else {
            rp_put_about_ms(out, i < SS_COUNT(quantiles) ? sn_histogram_quantile(h, quantiles[i])
                                                         : h->max);
        }
        rp_put_text(out, "</td>");
    }
    rp_put_text(out, "<td class=\"text\">");
    rp_put_text(out, what);
    rp_put_text(out, "</td></tr>\n");
}

static void put_times(rp_file *out, const sn_metrics *m)
{
    static const char *const heads[] = { "time",       "#count",   "#half within",      "#9 in 10",
                                         "#99 in 100", "#longest", "from what to what", NULL };
    rp_html_table(out, "Times", heads);
    put_time(out, "RRD", "the first REGISTER to its 200 (4.1)", &m->rrd);
    put_time(out, "SRD", "INVITE to the first status, of calls that were answered (4.3.1)",
             &m->srd_ok);
    put_time(out, "SRD, failed", "INVITE to the first status, of calls that failed (4.3.2)",
             &m->srd_fail);
    put_time(out, "SDD", "BYE to its 2xx (4.4)", &m->sdd_ok);
    put_time(out, "SDD, failed", "BYE to its timeout (4.4)", &m->sdd_fail);
    put_time(out, "SDT", "200 to the BYE, at the caller (4.5.1)", &m->sdt_ok);
    put_time(out, "SDT, failed", "200 to the timeout of the BYE, at the caller (4.5.2)",
             &m->sdt_fail);
    put_time(out, "PDD", "INVITE to the first 18x", &m->pdd);
    put_time(out, "Set-up to ACK", "INVITE leaving to the ACK's arrival at the callee",
             &m->setup_to_ack);
    rp_html_table_end(out);
}

/* A row of a table of counts. */
typedef struct counted {
    const char *name;
    uint64_t count;
} counted;

static void put_counted(rp_file *out, const counted *row)
{
    rp_put_text(out, "<tr>");
    rp_html_cell(out, row->name);
    rp_html_cell_u64(out, row->count);
    rp_put_text(out, "</tr>\n");
}

static uint32_t count_rows(const counted *rows, uint32_t count, bool of_nothing)
{
    uint32_t some = 0;
    for (uint32_t i = 0; i < count; i++) {
        some += (rows[i].count == 0) == of_nothing;
    }
    return some;
}

static void put_rows(rp_file *out, const char *what, const counted *rows, uint32_t count,
                     bool of_nothing)
{
    const char *const heads[] = { what, "#count", NULL };
    if (count_rows(rows, count, of_nothing) == 0) {
        return;
    }
    rp_html_counts(out, heads);
    for (uint32_t i = 0; i < count; i++) {
        if ((rows[i].count == 0) == of_nothing) {
            put_counted(out, &rows[i]);
        }
    }
    rp_html_table_end(out);
}

/* What never happened is folded away. */
static void put_table(rp_file *out, const char *what, const counted *rows, uint32_t count)
{
    const uint32_t zeros = count_rows(rows, count, true);
    put_rows(out, what, rows, count, false);
    if (zeros != 0) {
        rp_put_text(out, "<details><summary>What never happened, lines: ");
        rp_put_u64(out, zeros);
        rp_put_text(out, "</summary>\n");
        put_rows(out, what, rows, count, true);
        rp_put_text(out, "</details>\n");
    }
}

static void put_outcomes(rp_file *out, const sn_metrics *m)
{
    const counted rows[] = {
        { "calls placed", m->attempts },
        { "answered with a 2xx", m->established },
        { "of those, ended by an answered BYE", m->completed },
        { "answered 486 or 600 (busy)", m->rejected_busy },
        { "redirected", m->redirected },
        { "rejected otherwise", m->rejected_other },
        { "timed out (408)", m->timed_out },
        { "given up by the caller", m->cancelled },
        { "could not even start", m->blocked },
        { "failed for want of an answer, to the INVITE or to the BYE", m->failed },
        { "registrations and refreshes done", m->registrations },
        { "registrations and refreshes failed", m->registrations_failed },
    };
    put_table(out, "calls and registrations", rows, SS_COUNT(rows));
}

void rp_html_metrics(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_html_heading(out, "metrics", "Metrics");
    rp_put_text(out,
                "<p class=\"faint\">Numbers in brackets are sections of RFC 6076. Every metric is "
                "in <code>results.json</code>.</p>\n");
    put_outcomes(out, m);
    put_ratios(out, m);
    put_times(out, m);
    rp_html_delays(out, run);
}

/* ---- timers ---- */

static const char *timer_text(unsigned letter)
{
    static const char *const texts[SS_LETTER_COUNT] = {
        [SS_TIMER_A] = "an INVITE goes again over UDP (17.1.1.2)",
        [SS_TIMER_B] = "an INVITE had no answer (17.1.1.2)",
        [SS_TIMER_C] = "a proxy waited too long for a final response (16.8)",
        [SS_TIMER_D] = "copies of a final response were waited for (17.1.1.2)",
        [SS_TIMER_E] = "another request goes again over UDP (17.1.2.2)",
        [SS_TIMER_F] = "another request had no answer (17.1.2.2)",
        [SS_TIMER_G] = "a final response of 300 to 699 goes again (17.2.1)",
        [SS_TIMER_H] = "such a response had no ACK (17.2.1)",
        [SS_TIMER_I] = "copies of the ACK were waited for (17.2.1)",
        [SS_TIMER_J] = "copies of a request were waited for (17.2.2)",
        [SS_TIMER_K] = "copies of a response were waited for (17.1.2.2)",
        [SS_TIMER_L] = "copies of an INVITE that got a 2xx were waited for (RFC 6026)",
        [SS_TIMER_M] = "further 2xx to an INVITE were waited for (RFC 6026)",
        [SS_TIMER_N] = "a NOTIFY after a SUBSCRIBE was waited for (RFC 6665)",
        [SS_TIMER_TRYING] = "100 Trying is due (17.2.1)",
        [SS_TIMER_TWOXX] = "a 2xx to an INVITE goes again (13.3.1.4)",
        [SS_TIMER_TWOXX_END] = "such a 2xx had no ACK (13.3.1.4)",
        [SS_TIMER_RELIABLE] = "a reliable provisional response goes again (RFC 3262)",
        [SS_TIMER_RELIABLE_END] = "such a response had no PRACK (RFC 3262)",
    };
    return letter >= SS_LETTER_COUNT || texts[letter] == NULL ? "" : texts[letter];
}

void rp_html_timers(rp_file *out, const rp_run *run)
{
    static const char *const heads[] = { "timer", "#fired", "#messages sent again", "what it means",
                                         NULL };
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_html_heading(out, "timers", "Timers and messages sent again");
    rp_html_timer_plots(out, run);
    rp_html_table(
        out, "Sections are of RFC 3261 unless said otherwise; timers that never fired are left out",
        heads);
    for (unsigned letter = 0; letter < SS_LETTER_COUNT; letter++) {
        if (m->timer_fired[letter] + m->retransmits[letter] != 0) {
            rp_put_text(out, "<tr><th scope=\"row\">");
            rp_put_text(out, rp_letter_name(letter));
            rp_put_text(out, "</th>");
            rp_html_cell_u64(out, m->timer_fired[letter]);
            rp_html_cell_u64(out, m->retransmits[letter]);
            rp_put_text(out, "<td class=\"text\">");
            rp_put_text(out, timer_text(letter));
            rp_put_text(out, "</td></tr>\n");
        }
    }
    rp_put_text(out, "<tr><td>none</td><td></td>");
    rp_html_cell_u64(out, m->retransmits_answering);
    rp_put_text(
        out, "<td class=\"text\">a copy of a request came, so the answer went again</td></tr>\n");
    rp_html_table_end(out);
}

/* ---- the network ---- */

static void put_counts(rp_file *out, const sn_metrics *m)
{
    const counted rows[] = {
        { "UDP datagrams sent", m->datagrams_sent },
        { "UDP datagrams received", m->datagrams_received },
        { "messages written on connections", m->stream_messages_sent },
        { "IP packets and fragments", m->packets },
        { "datagrams that were cut into fragments", m->fragmented },
        { "copies made by links", m->link_duplicated },
        { "packets that overtook others", m->link_reordered },
        { "messages that nothing waited for", m->strays },
        { "messages refused as malformed", m->parse_errors },
        { "refused by a quota", m->overloads },
        { "most transactions alive at once", m->transactions_peak },
        { "most dialogs alive at once", m->dialogs_peak },
    };
    put_table(out, "stack and network", rows, SS_COUNT(rows));
}

static void put_losses(rp_file *out, const sn_metrics *m)
{
    counted rows[SN_CAUSE_COUNT];
    if (lost_of(m) == 0) {
        rp_put_text(out, "<p>Nothing was lost.</p>\n");
        return;
    }
    for (unsigned cause = SN_CAUSE_NONE + 1; cause < SN_CAUSE_COUNT; cause++) {
        rows[cause - 1] = (counted){ sn_cause_text((sn_cause)cause), m->dropped[cause] };
    }
    put_rows(out, "lost by", rows, SN_CAUSE_COUNT - 1, false);
}

void rp_html_network(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_html_heading(out, "network", "Stack and network");
    put_counts(out, m);
    put_losses(out, m);
}
