/* sipsim replay FILE: session inputs, each run and judged: a line for each, then what was asked for of it. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "fz/session.h"
#include "inputs.h"
#include "observers.h"
#include "replay_line.h"
#include "repro.h"
#include "rp/json.h"
#include "rp/ladder.h"
#include "sn/capture.h"

typedef struct replaying {
    const cli_args *args;
    rp_file *out;
    rp_json *json; /* NULL: for humans */
    rp_status_set statuses;
    bool expects_failure;
    uint64_t count, failures;
} replaying;

static const char trace_name[] = "trace.pcapng";

/* ---- one run, with whoever watches it ---- */

typedef struct onlookers {
    rp_ladder *ladder;
    rp_file *pcap;
    sn_capture *capture;
    sn_sink sinks[FZ_SESSION_SINKS];
    uint32_t count;
} onlookers;

static void to_ladder(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    rp_ladder_fact(self, fact);
}

static void to_capture(void *self, const sn_fact *fact, ss_slice packet)
{
    sn_capture_fact(self, fact, packet);
}

static void write_pcap(void *self, ss_slice bytes)
{
    rp_put(self, bytes);
}

/* --pcap WHICH: into the folder of -o, or here. */
static const char *folder_of(const cli_args *args)
{
    return args->given[CLI_OUT] ? args->value[CLI_OUT] : ".";
}

static bool open_pcap(onlookers *o, const sn_plan *plan, const cli_args *args)
{
    int error = 0;
    const char *why = NULL;
    sn_capture_options options = { .epoch_s = plan->epoch_s, .write = write_pcap };
    const ss_slice which = ss_slice_from(args->value[CLI_PCAP]);
    if (sn_capture_filter_parse(which, &options.filter, &why) != SS_OK) {
        cli_say("--pcap %.40s: %s", args->value[CLI_PCAP], why);
        return false;
    }
    if (!cli_make_folder(folder_of(args))) {
        return false;
    }
    o->pcap = rp_file_open(folder_of(args), trace_name, &error);
    if (o->pcap == NULL) {
        cli_say_unwritten(folder_of(args), trace_name, error);
        return false;
    }
    options.self = o->pcap;
    o->capture = sn_capture_new(&plan->cast, &options);
    if (o->capture != NULL) {
        o->sinks[o->count++] = (sn_sink){ o->capture, to_capture };
    }
    return o->capture != NULL;
}

static bool open_onlookers(onlookers *o, const sn_plan *plan, const cli_args *args)
{
    *o = (onlookers){ 0 };
    if (args->given[CLI_LADDER]) {
        o->ladder = rp_ladder_new(&plan->cast);
        o->sinks[o->count++] = (sn_sink){ o->ladder, to_ladder };
        if (o->ladder == NULL) {
            return false;
        }
    }
    return !args->given[CLI_PCAP] || open_pcap(o, plan, args);
}

static bool close_onlookers(onlookers *o, const fz_verdict *v, const cli_args *args)
{
    int error = 0;
    if (o->capture != NULL) {
        sn_capture_finish(o->capture, v->end, v->state != SN_RUN_DONE);
    }
    if (o->pcap != NULL) {
        error = rp_file_close(o->pcap);
    }
    if (error != 0) {
        cli_say_unwritten(folder_of(args), trace_name, error);
    }
    sn_capture_free(o->capture);
    rp_ladder_free(o->ladder);
    return error == 0;
}

/* ---- words ---- */

static void say_text(const replaying *r, const char *path, const fz_verdict *v, const sn_plan *plan)
{
    rp_file *out = r->out;
    rp_put_text(out, path);
    rp_put_text(out, ": ");
    rp_put_text(out, v->oracle == NULL ? "ok" : v->oracle);
    rp_put_text(out, ", digest ");
    rp_put_hex64(out, v->digest);
    rp_put_text(out, "\n");
    if (v->violations > 0) {
        rp_put_text(out, "  ");
        rp_put_ms(out, v->first.at);
        rp_put_text(out, " ms ");
        rp_put_text(out, sn_capture_name(&plan->cast, v->first.node));
        rp_put_text(out, ": ");
        rp_put_text(out, v->first.text);
        rp_put_text(out, "\n");
    }
    if (v->oracle != NULL) {
        rp_put_text(out, "  ");
        rp_put_text(out, v->sentence);
        rp_put_text(out, "\n");
    }
}

static void say_json(const replaying *r, const char *path, const fz_verdict *v, const sn_plan *plan)
{
    char digest[17], key[300];
    ss_buffer b = ss_buffer_on(digest, sizeof digest - 1), k = ss_buffer_on(key, sizeof key - 1);
    ss_put_hex(&b, v->digest, 16);
    digest[b.len] = '\0';
    fz_verdict_put_key(&k, v, plan);
    key[k.len] = '\0';
    rp_json_open(r->json, '{');
    rp_json_key_text(r->json, "file", path);
    rp_json_key_text(r->json, "digest", digest);
    rp_json_key_u64(r->json, "events", v->events);
    rp_json_key_u64(r->json, "messages", v->datagrams);
    rp_json_key_u64(r->json, "end_ns", v->end);
    rp_json_key_u64(r->json, "violations", v->violations);
    rp_json_key(r->json, "failure");
    if (v->oracle == NULL) {
        rp_json_null(r->json);
    } else {
        rp_json_open(r->json, '{');
        rp_json_key_text(r->json, "oracle", v->oracle);
        rp_json_key_text(r->json, "sentence", v->sentence);
        rp_json_key_text(r->json, "key", key);
        if (v->violations > 0) {
            rp_json_key_text(r->json, "text", v->first.text);
            rp_json_key_u64(r->json, "at_ns", v->first.at);
        }
        rp_json_close(r->json);
    }
    rp_json_close(r->json);
}

/* ---- one input ---- */

/* Should it crash us, the line that main.c prints runs it again alone. */
static void remember(const char *path)
{
    char line[8192];
    ss_buffer b = ss_buffer_on(line, sizeof line - 1);
    cli_put_quoted(&b, cli_program());
    ss_put_text(&b, " replay ");
    cli_put_quoted(&b, path);
    line[b.len] = '\0';
    cli_remember_replay(line);
}

static bool run_once(const replaying *r, const char *path, const sn_plan *plan, fz_verdict *v)
{
    onlookers o;
    bool is_run = open_onlookers(&o, plan, r->args) && fz_session_run(plan, o.sinks, o.count, v);
    if (is_run && r->json == NULL) {
        say_text(r, path, v, plan);
    } else if (is_run) {
        say_json(r, path, v, plan);
    }
    if (is_run && o.ladder != NULL && r->json == NULL) {
        for (uint32_t i = 0; i < (v->violations > 0); i++) {
            rp_ladder_violation(o.ladder, v->first.call_id, v->first.at, sn_laws[v->first.law].name,
                                v->first.text);
        }
        rp_ladder_write(o.ladder, r->out, plan->name, v->state != SN_RUN_DONE);
    }
    is_run = close_onlookers(&o, v, r->args) && is_run;
    return is_run;
}

static rp_status_set statuses_of(const fz_verdict *v)
{
    return v->oracle == NULL   ? 0
           : v->violations > 0 ? rp_status_bit(RP_VIOLATION)
                               : rp_status_bit(RP_LIVENESS);
}

/* The same once more, in the same process. */
static void run_again(replaying *r, const char *path, const sn_plan *plan, const fz_verdict *first)
{
    fz_verdict v;
    if (!fz_session_run(plan, NULL, 0, &v)) {
        r->statuses |= rp_status_bit(RP_IO);
    } else if (v.digest != first->digest || v.oracle != first->oracle) {
        cli_say("%s: not deterministic: a second run has another digest", path);
        r->statuses |= rp_status_bit(RP_NONDETERMINISM);
    }
}

static void run_input(replaying *r, const char *path, ss_slice input)
{
    fz_verdict v = { .state = SN_RUN_MEMORY };
    sn_plan *plan = sn_input_plan(input);
    remember(path);
    if (plan == NULL || !run_once(r, path, plan, &v)) {
        cli_say("%s: out of memory, or a file could not be written", path);
        r->statuses |= rp_status_bit(RP_IO);
    } else {
        r->count++;
        r->failures += v.oracle != NULL;
        r->statuses |= statuses_of(&v);
        if (r->args->given[CLI_TWICE]) {
            run_again(r, path, plan, &v);
        }
    }
    sn_plan_free(plan);
}

/* Reproducers are to fail as they say, unless --expect pass. */
static void run_repro(replaying *r, const char *path, ss_slice text)
{
    cli_replayed replayed;
    const bool is_to_pass =
        r->args->given[CLI_EXPECT] && strcmp(r->args->value[CLI_EXPECT], "pass") == 0;
    remember(path);
    const rp_status status = cli_repro_replay(path, text, r->out, r->json, &replayed);
    r->statuses |= rp_status_bit(status);
    if (status == RP_OK && is_to_pass && replayed.has_failed) {
        r->statuses |= rp_status_bit(RP_VIOLATION);
    } else if (status == RP_OK && !is_to_pass && !replayed.is_reproduced) {
        r->statuses |= rp_status_bit(RP_NOT_REPRODUCED);
    }
}

static void take(void *context, const char *path, ss_slice input)
{
    if (cli_is_repro(path, input)) {
        run_repro(context, path, input);
    } else {
        run_input(context, path, input);
    }
}

static void run_all(replaying *r)
{
    bool is_well = true;
    (void)cli_each_input(r->args->files, r->args->file_count, take, r, &is_well);
    r->statuses |= is_well ? 0 : rp_status_bit(RP_IO);
}

/* ---- --as yaml ---- */

static rp_status replay_as_yaml(const cli_args *args)
{
    size_t len = 0;
    char name[RP_PATH_BYTES];
    char *bytes = cli_read_file(args->files[0], SN_INPUT_BYTES_MAX, &len);
    rp_file *out = bytes == NULL ? NULL : rp_file_over(stdout);
    rp_status status = RP_IO;
    if (out != NULL) {
        cli_base_name(name, args->files[0]);
        size_t text_len = 0;
        char *text = cli_session_yaml(name, (ss_slice){ bytes, len }, &text_len);
        if (text != NULL) {
            rp_put(out, (ss_slice){ text, text_len });
            status = RP_OK;
        }
        free(text);
        status = cli_close_stdout(out) == RP_OK ? status : RP_IO;
    }
    free(bytes);
    return status;
}

/* ---- the verb ---- */

static rp_status outcome(replaying *r)
{
    if (!r->expects_failure) {
        return rp_status_worst(r->statuses);
    }
    const rp_status_set bad =
        r->statuses & (rp_status_bit(RP_IO) | rp_status_bit(RP_NONDETERMINISM));
    if (bad == 0 && r->failures < r->count) {
        cli_say("%llu of %llu did not fail", (unsigned long long)(r->count - r->failures),
                (unsigned long long)r->count);
        return RP_NOT_REPRODUCED;
    }
    return rp_status_worst(bad);
}

rp_status cli_replay_sessions(const cli_args *args)
{
    replaying r = { .args = args };
    if (args->given[CLI_AS]) {
        if (strcmp(args->value[CLI_AS], "yaml") != 0) {
            cli_say("--as %.40s: yaml is all that there is", args->value[CLI_AS]);
            return RP_USAGE;
        }
        return replay_as_yaml(args);
    }
    if (args->given[CLI_EXPECT]) {
        r.expects_failure = strcmp(args->value[CLI_EXPECT], "fail") == 0;
    }
    r.out = rp_file_over(stdout);
    if (r.out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(r.out, false);
    if (args->given[CLI_JSON]) {
        r.json = &j;
        rp_json_open(&j, '{');
        rp_json_key_text(&j, "schema", "sipsim.replay/1");
        rp_json_key_text(&j, "target", "session");
        rp_json_key_open(&j, "runs", '[');
    }
    run_all(&r);
    if (r.json != NULL) {
        rp_json_close(&j);
        rp_json_key_u64(&j, "inputs", r.count);
        rp_json_close(&j);
        rp_json_end(&j);
    }
    r.statuses |= rp_status_bit(cli_close_stdout(r.out));
    return outcome(&r);
}
