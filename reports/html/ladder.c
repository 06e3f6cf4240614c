/* The ladders of the page: the same calls and rows as in ladder.txt, as pictures, and each row in words below. */
#include "html/html.h"

#include "ladder/ladder.h"

#include "sn/capture.h"

/* Of all messages of a page. */
enum { TEXTS_MAX = 400000 };

static void put_message(rp_file *out, const ladder_call *call, uint32_t nth)
{
    const ladder_row *row = &call->rows[nth];
    rp_put_text(out, " <details class=\"message\" data-row=\"");
    rp_put_u64(out, nth);
    rp_put_text(out, "\"><summary>its text</summary><pre tabindex=\"0\">");
    rp_html_slice(out, (ss_slice){ call->texts + row->text_at, row->text_len });
    rp_put_text(out, "</pre></details>");
}

static void put_words(rp_file *out, const sn_cast *cast, const ladder_row *row)
{
    char words[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(words, sizeof words);
    rp_put_text(out, "<li><span class=\"time\">");
    rp_put_ms(out, row->at);
    rp_put_text(out, " ms</span> ");
    if (rp_ladder_travels(row)) {
        rp_html_text(out, sn_capture_name(cast, row->node));
        rp_put_text(out, " → ");
        rp_html_text(out, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(cast, row->peer));
        rp_put_text(out, " <strong>");
        rp_ladder_label(&b, row);
        rp_put(out, ss_buffer_slice(&b));
        rp_put_text(out, "</strong>, ");
        b = ss_buffer_on(words, sizeof words);
    }
    rp_ladder_remark(cast, row, &b);
    rp_html_slice(out, ss_buffer_slice(&b));
}

static void put_summary(rp_file *out, const sn_cast *cast, const ladder_story *story)
{
    const ladder_call *call = story->call;
    rp_put_text(out, "<summary>");
    rp_put_text(out, story->title);
    if (call->number != 0) {
        rp_put_text(out, ": c");
        rp_put_u64(out, call->number);
        if (call->source < cast->call_source_count) {
            rp_put_text(out, " of ");
            rp_html_text(out, cast->call_sources[call->source]);
        }
    }
    rp_put_text(out, "</summary>\n");
    if (call->has_failed) {
        rp_put_text(out, "<p>");
        rp_html_tag(out, false, "it failed:");
        rp_put_char(out, ' ');
        rp_html_text(out, call->why);
        rp_put_text(out, "</p>\n");
    }
}

static void put_story(rp_file *out, const sn_cast *cast, const ladder_story *story, bool is_open,
                      size_t *room)
{
    const ladder_call *call = story->call;
    rp_put_text(out, is_open ? "<details class=\"story\" open>" : "<details class=\"story\">");
    put_summary(out, cast, story);
    rp_put_text(out, "<div class=\"wide\" tabindex=\"0\">");
    rp_ladder_svg(out, cast, call);
    rp_put_text(out,
                "</div>\n<details><summary>The same in words</summary>\n<ol class=\"words\">\n");
    for (uint32_t i = 0; i < call->count; i++) {
        put_words(out, cast, &call->rows[i]);
        if (call->rows[i].text_len != 0 && call->rows[i].text_len <= *room) {
            *room -= call->rows[i].text_len;
            put_message(out, call, i);
        }
        rp_put_text(out, "</li>\n");
    }
    rp_put_text(out, "</ol>\n</details>\n");
    if (call->left_out != 0) {
        rp_put_text(out, "<p>… and more rows, left out: ");
        rp_put_u64(out, call->left_out);
        rp_put_text(out, "</p>\n");
    }
    rp_put_text(out, "</details>\n");
}

void rp_html_ladders(rp_file *out, const rp_run *run, const rp_ladder *ladder)
{
    ladder_story story;
    rp_html_heading(out, "ladders", "Ladders");
    if (!rp_ladder_story(ladder, 0, &story)) {
        rp_put_text(out, "<p>Nothing was said.</p>\n");
        return;
    }
    rp_put_text(out,
                "<p class=\"faint\">Time runs down; an arrow leaves when its message did and comes "
                "when that came. A boxed letter is a timer that fired, a dot what the user of the "
                "stack did or learned, a cross where a message was lost. "
                "A click on an arrow shows the message.</p>\n");
    size_t room = TEXTS_MAX;
    for (unsigned nth = 0; rp_ladder_story(ladder, nth, &story); nth++) {
        put_story(out, run->cast, &story, nth == 0 || story.call->has_failed, &room);
    }
}
