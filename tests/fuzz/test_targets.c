/* Every target over its seeds and over every input that ever failed; and the runner itself, which must be red when an
 * oracle fails, and when there was nothing to run. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fz/replay.h"

typedef struct outcome {
    fz_replay_counts counts;
    char last[4096]; /* path of the last finding or trouble */
    const char *oracle;
} outcome;

static void note_begin(void *context, const char *path)
{
    (void)context;
    (void)path;
}

static void note_finding(void *context, const char *path, const fz_finding *finding)
{
    outcome *o = context;
    snprintf(o->last, sizeof o->last, "%s", path);
    o->oracle = finding->oracle;
    printf("%s: %s: %s\n", path, finding->oracle, finding->sentence);
}

static void note_trouble(void *context, const char *path, const char *why)
{
    outcome *o = context;
    snprintf(o->last, sizeof o->last, "%s", path);
    printf("%s: %s\n", path, why);
}

static outcome replay(const char *name, const char *path)
{
    outcome o = { .oracle = NULL };
    const fz_replay_events events = { &o, note_begin, note_finding, note_trouble };
    const fz_target *target = fz_target_find(name);
    CHECK(target != NULL);
    o.counts = fz_replay(target, &path, 1, &events);
    return o;
}

/* corpus/seeds must be there; corpus/regress/<name> only once something has failed. */
static void holds(const char *name)
{
    char path[4096];
    struct stat about;
    snprintf(path, sizeof path, "%s/corpus/seeds/%s", SIPSIM_SOURCE_DIR, name);
    outcome o = replay(name, path);
    CHECK(o.counts.inputs > 0);
    CHECK_EQ(o.counts.findings + o.counts.troubles, 0);
    snprintf(path, sizeof path, "%s/corpus/regress/%s", SIPSIM_SOURCE_DIR, name);
    if (stat(path, &about) == 0) {
        o = replay(name, path);
        CHECK(o.counts.inputs > 0);
        CHECK_EQ(o.counts.findings + o.counts.troubles, 0);
    }
}

TEST(message_holds_over_seeds_and_regress)
{
    holds("message");
}

TEST(uri_holds_over_seeds_and_regress)
{
    holds("uri");
}

TEST(digest_holds_over_seeds_and_regress)
{
    holds("digest");
}

TEST(header_holds_over_seeds_and_regress)
{
    holds("header");
}

TEST(sdp_holds_over_seeds_and_regress)
{
    holds("sdp");
}

TEST(stream_holds_over_seeds_and_regress)
{
    holds("stream");
}

TEST(stun_holds_over_seeds_and_regress)
{
    holds("stun");
}

TEST(edit_holds_over_seeds_and_regress)
{
    holds("edit");
}

TEST(meta_holds_over_seeds_and_regress)
{
    holds("meta");
}

TEST(transaction_holds_over_seeds_and_regress)
{
    holds("transaction");
}

TEST(queue_holds_over_seeds_and_regress)
{
    holds("queue");
}

TEST(offer_answer_holds_over_seeds_and_regress)
{
    holds("offer_answer");
}

TEST(proxy_holds_over_seeds_and_regress)
{
    holds("proxy");
}

TEST(response_holds_over_seeds_and_regress)
{
    holds("response");
}

TEST(dialog_holds_over_seeds_and_regress)
{
    holds("dialog");
}

TEST(mutate_holds_over_seeds_and_regress)
{
    holds("mutate");
}

TEST(session_holds_over_seeds_and_regress)
{
    holds("session");
}

TEST(metamorphic_holds_over_seeds_and_regress)
{
    holds("metamorphic");
}

TEST(scenario_holds_over_seeds_and_regress)
{
    holds("scenario");
}

TEST(scenario_holds_over_the_scenarios_that_are_shipped)
{
    const outcome o = replay("scenario", SIPSIM_SOURCE_DIR "/scenarios");
    CHECK(o.counts.inputs > 50);
    CHECK_EQ(o.counts.findings + o.counts.troubles, 0);
}

/* A row in targets.def without a test here, or seeds of a target that is gone, would go unseen. */
TEST(every_target_has_seeds)
{
    for (size_t i = 0; i < fz_target_count; i++) {
        char path[4096];
        struct stat about;
        snprintf(path, sizeof path, "%s/corpus/seeds/%s", SIPSIM_SOURCE_DIR, fz_targets[i].name);
        CHECK_EQ(stat(path, &about), 0);
    }
}

/* The messages that the RFCs describe are inputs too. */
TEST(message_holds_over_the_messages_of_the_rfcs)
{
    const outcome o = replay("message", SIPSIM_SOURCE_DIR "/corpus/rfc");
    CHECK(o.counts.inputs > 0);
    CHECK_EQ(o.counts.findings + o.counts.troubles, 0);
}

/* So are those that the parser's speed is measured by. */
TEST(message_holds_over_the_messages_of_the_bench)
{
    const outcome o = replay("message", SIPSIM_SOURCE_DIR "/tests/bench/parse_set");
    CHECK(o.counts.inputs >= 12);
    CHECK_EQ(o.counts.findings + o.counts.troubles, 0);
}

TEST(the_canary_fails_and_is_named)
{
    const outcome o = replay("canary", SIPSIM_SOURCE_DIR "/corpus/regress/canary");
    CHECK_EQ(o.counts.findings, 1);
    CHECK_STR(o.oracle, "canary");
    CHECK_STR(strrchr(o.last, '/'), "/sings");
    CHECK_EQ(replay("canary", SIPSIM_SOURCE_DIR "/corpus/seeds/canary").counts.findings, 0);
}

TEST(a_finding_leaves_nothing_for_the_next_input)
{
    const fz_target *canary = fz_target_find("canary");
    fz_finding finding;
    CHECK(!fz_try(canary, SS_LIT("sing"), &finding));
    CHECK_STR(finding.oracle, "canary");
    CHECK(fz_try(canary, SS_LIT("sin"), &finding));
    CHECK(finding.oracle == NULL);
    CHECK(fz_try(canary, SS_EMPTY, &finding));
}

TEST(a_missing_folder_is_trouble)
{
    const outcome o = replay("message", SIPSIM_SOURCE_DIR "/corpus/seeds/no_such_target");
    CHECK_EQ(o.counts.inputs, 0);
    CHECK_EQ(o.counts.troubles, 1);
}

TEST(an_empty_folder_is_trouble)
{
    char folder[64];
    snprintf(folder, sizeof folder, "/tmp/sipsim-fuzz-%ld", (long)getpid());
    CHECK_EQ(mkdir(folder, 0700), 0);
    const outcome o = replay("message", folder);
    rmdir(folder);
    CHECK_EQ(o.counts.inputs, 0);
    CHECK_EQ(o.counts.troubles, 1);
}

TEST(no_target_is_found_by_another_name)
{
    CHECK(fz_target_find("messages") == NULL);
    CHECK(fz_target_find("") == NULL);
}
