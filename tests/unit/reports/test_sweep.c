/* A sweep's grid, its lines, what they add up to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/sweep.h"

static rp_sweep *grid(uint32_t seeds)
{
    rp_sweep *s = rp_sweep_new("1.2.3", "a \"test\"", " --order fifo");
    CHECK_NOT_NULL(s);
    CHECK(rp_sweep_add_axis(s, "links.a.loss=0%, 1%,2%") == NULL);
    CHECK(rp_sweep_add_axis(s, "links.a.jitter={dist: normal, sd: 5ms},'a,b'") == NULL);
    s->seed_from = 10;
    s->seed_count = seeds;
    CHECK(rp_sweep_finish(s) == NULL);
    return s;
}

/* A run of a few calls, more of them by number. */
static void do_run(rp_sweep *s, uint32_t number)
{
    const sn_cast cast = facts_cast();
    sn_judge *judge = sn_judge_new(&cast, SN_ALL_LAWS);
    sn_meter *meter = sn_meter_new(&cast);
    for (uint32_t i = 0; i <= number; i++) {
        const sn_fact f = facts_sent(SS_MS(i), FACTS_ALICE, FACTS_BOB, i, SS_METHOD_INVITE, 0);
        sn_meter_fact(meter, &f);
    }
    sn_meter_finish(meter);
    const rp_run run = { .judge = judge,
                         .meter = meter,
                         .digest = 100 + number,
                         .statuses = number == 3 ? rp_status_bit(RP_MISSED) : 0 };
    CHECK(rp_sweep_take(s, number, &run));
    sn_meter_free(meter);
    sn_judge_free(judge);
}

static rp_sweep *done(uint32_t seeds)
{
    rp_sweep *s = grid(seeds);
    for (uint32_t i = 0; i < s->run_count; i++) {
        do_run(s, i);
    }
    return s;
}

static char *text_of(const rp_sweep *s, void (*write)(const rp_sweep *, rp_file *))
{
    FILE *stream = tmpfile();
    CHECK_NOT_NULL(stream);
    rp_file *out = rp_file_over(stream);
    write(s, out);
    CHECK_EQ(rp_file_close(out), 0);
    char *text = strdup(facts_text_of(stream));
    fclose(stream);
    return text;
}

TEST(sweep_values_with_commas_in_brackets_or_quotes_are_one)
{
    rp_sweep *s = grid(2);
    CHECK_EQ(s->axes[0].count, 3);
    CHECK_STR(s->axes[0].values[1], "1%");
    CHECK_EQ(s->axes[1].count, 2);
    CHECK_STR(s->axes[1].values[0], "{dist: normal, sd: 5ms}");
    CHECK_EQ(s->cell_count, 6);
    CHECK_EQ(s->run_count, 12);
    rp_sweep_free(s);
}

TEST(sweep_the_last_axis_is_the_fastest_and_seeds_are_paired)
{
    rp_sweep *s = grid(2);
    CHECK_EQ(rp_sweep_place(s, 3, 0), 1);
    CHECK_EQ(rp_sweep_place(s, 3, 1), 1);
    CHECK_EQ(rp_sweep_cell(s, 7), 3);
    CHECK_EQ(rp_sweep_seed(s, 7), 11);
    char words[256];
    ss_buffer b = ss_buffer_on(words, sizeof words - 1);
    rp_sweep_put_words(&b, s, 3);
    words[b.len] = '\0';
    CHECK_STR(words, " --set 'links.a.loss=0%' --set 'links.a.jitter='\\''a,b'\\''' --seed 11");
    rp_sweep_free(s);
}

TEST(sweep_wrong_axes_are_refused)
{
    static const char *const wrong[] = { "a", "=1", "a=", "a=1,,2", "a=1,1", "a=1,", "" };
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        rp_sweep *s = rp_sweep_new("1", "n", "");
        CHECK(rp_sweep_add_axis(s, wrong[i]) != NULL);
        rp_sweep_free(s);
    }
    rp_sweep *s = rp_sweep_new("1", "n", "");
    CHECK(rp_sweep_add_axis(s, "a=1,2") == NULL);
    CHECK(rp_sweep_add_axis(s, "a=3") != NULL);
    s->seed_count = 60000;
    CHECK(rp_sweep_finish(s) != NULL);
    rp_sweep_free(s);
}

TEST(sweep_spread_is_by_nearest_rank)
{
    rp_sweep *s = done(4);
    unsigned metric = 0;
    CHECK(sn_metric_find(SS_LIT("requests.invite"), &metric));
    const rp_spread p = rp_sweep_spread(s, 1, metric); /* runs 4 to 7: 5 to 8 INVITEs */
    CHECK_EQ(p.count, 4);
    CHECK_EQ(p.min, 5);
    CHECK_EQ(p.p25, 5);
    CHECK_EQ(p.median, 6);
    CHECK_EQ(p.p75, 7);
    CHECK_EQ(p.max, 8);
    CHECK_EQ(p.mean, 6);
    rp_sweep_free(s);
}

TEST(sweep_totals_tell_what_failed_and_what_is_wanting)
{
    rp_sweep *s = grid(1);
    do_run(s, 0);
    do_run(s, 3);
    rp_sweep_totals t = rp_sweep_total(s);
    CHECK_EQ(t.asked, 6);
    CHECK_EQ(t.done, 2);
    CHECK_EQ(t.failed, 1);
    CHECK_EQ(t.by_status[RP_MISSED], 1);
    CHECK(rp_status_holds(t.statuses, RP_INTERRUPTED));
    s->shard = 1;
    s->shards = 3; /* 0 and 3 */
    t = rp_sweep_total(s);
    CHECK_EQ(t.asked, 2);
    CHECK(!rp_status_holds(t.statuses, RP_INTERRUPTED));
    rp_sweep_free(s);
}

TEST(sweep_what_is_written_is_read_back_to_the_same_bytes)
{
    rp_sweep *s = done(3);
    char *text = text_of(s, rp_sweep_write_runs);
    rp_sweep_trouble trouble;
    rp_sweep *again = rp_sweep_read(ss_slice_from(text), &trouble);
    CHECK_NOT_NULL(again);
    static void (*const writers[])(const rp_sweep *, rp_file *) = { rp_sweep_write_runs,
                                                                    rp_sweep_write_csv,
                                                                    rp_sweep_write_html };
    for (size_t i = 0; i < SS_COUNT(writers); i++) {
        char *a = text_of(s, writers[i]), *b = text_of(again, writers[i]);
        CHECK_STR(a, b);
        free(a);
        free(b);
    }
    rp_sweep_free(s);
    rp_sweep_free(again);
    free(text);
}

TEST(sweep_a_last_line_that_is_cut_is_left_out)
{
    rp_sweep *s = done(1);
    char *text = text_of(s, rp_sweep_write_runs);
    rp_sweep_trouble trouble;
    text[strlen(text) - 5] = '\0';
    rp_sweep *again = rp_sweep_read(ss_slice_from(text), &trouble);
    CHECK_NOT_NULL(again);
    CHECK_EQ(rp_sweep_total(again).done, 5);
    rp_sweep_free(s);
    rp_sweep_free(again);
    free(text);
}

TEST(sweep_shards_join_and_strangers_do_not)
{
    rp_sweep *a = grid(1), *b = grid(1), *whole = done(1), *other = grid(2);
    rp_sweep_trouble trouble = { 0 };
    for (uint32_t i = 0; i < a->run_count; i++) {
        do_run(i % 2 == 0 ? a : b, i);
    }
    CHECK_EQ(rp_sweep_join(a, b, &trouble), RP_SWEEP_OK);
    char *x = text_of(a, rp_sweep_write_runs), *y = text_of(whole, rp_sweep_write_runs);
    CHECK_STR(x, y);
    CHECK_EQ(rp_sweep_join(a, whole, &trouble), RP_SWEEP_OK); /* the same runs again */
    CHECK_EQ(rp_sweep_join(a, other, &trouble), RP_SWEEP_OTHER);
    whole->runs[2].line[1] = 'X';
    CHECK_EQ(rp_sweep_join(a, whole, &trouble), RP_SWEEP_DIFFERS);
    CHECK_EQ(trouble.run, 2);
    free(x);
    free(y);
    rp_sweep_free(a);
    rp_sweep_free(b);
    rp_sweep_free(whole);
    rp_sweep_free(other);
}

TEST(sweep_any_bytes_as_runs_are_read_or_refused)
{
    rp_sweep *s = done(1);
    char *text = text_of(s, rp_sweep_write_runs);
    const size_t len = strlen(text);
    uint64_t x = 7;
    for (unsigned round = 0; round < 2000; round++) {
        char *copy = malloc(len);
        memcpy(copy, text, len);
        for (unsigned k = 0; k < 1 + round % 4; k++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            copy[(x >> 20) % len] = (char)(x >> 8);
        }
        rp_sweep_trouble trouble;
        rp_sweep *again =
            rp_sweep_read((ss_slice){ copy, round % 3 == 0 ? (x >> 30) % len : len }, &trouble);
        CHECK(again != NULL || trouble.why != NULL);
        rp_sweep_free(again);
        free(copy);
    }
    rp_sweep_free(s);
    free(text);
}

TEST(sweep_hostile_values_are_text_in_the_page)
{
    rp_sweep *s = rp_sweep_new("1", "<script>x</script>", "");
    CHECK(rp_sweep_add_axis(s, "\"><img src=x>=<b>,\x1b[2J") == NULL);
    CHECK(rp_sweep_finish(s) == NULL);
    do_run(s, 0);
    do_run(s, 1);
    char *page = text_of(s, rp_sweep_write_html);
    CHECK(strstr(page, "<script") == NULL);
    CHECK(strstr(page, "<img") == NULL);
    CHECK(strstr(page, "<b>") == NULL);
    CHECK(strchr(page, '\x1b') == NULL);
    free(page);
    FILE *stream = tmpfile();
    rp_file *out = rp_file_over(stream);
    rp_sweep_summary(s, out, "dir", false);
    CHECK_EQ(rp_file_close(out), 0);
    CHECK(strchr(facts_text_of(stream), '\x1b') == NULL);
    fclose(stream);
    rp_sweep_free(s);
}
