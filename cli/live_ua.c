/* sipsim live ua: one user agent. */
#define _DEFAULT_SOURCE 1 /* explicit_bzero */
#include "live.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "live_record.h"
#include "sl/setup.h"

enum { TEXT_BYTES = 300, COUNT_MAX = 1000000 };

typedef struct texts {
    char aor[TEXT_BYTES], password[TEXT_BYTES];
} texts;

/* ---- reading the command line ---- */

static bool is_uri(const cli_args *args, cli_option_id id)
{
    ss_uri uri;
    if (!args->given[id]) {
        return true;
    }
    const char *text = args->value[id];
    if (strlen(text) < TEXT_BYTES && ss_uri_parse(ss_slice_from(text), &uri) == SS_OK &&
        uri.scheme == SS_SCHEME_SIP && strchr(text, '{') == NULL) {
        return true;
    }
    const bool lacks_scheme = strncmp(text, "sip:", 4) != 0 && strncmp(text, "sips:", 5) != 0;
    cli_say("--%s %.60s: a SIP URI is wanted%s%.60s%s", cli_option_of(id)->name, text,
            lacks_scheme ? "; did you mean sip:" : ", as sip:bob@127.0.0.1:5060",
            lacks_scheme ? text : "", lacks_scheme ? "?" : "");
    return false;
}

static bool are_uris(const cli_args *args)
{
    static const cli_option_id ids[] = { CLI_AOR, CLI_REGISTER, CLI_PROXY, CLI_CALL };
    for (size_t i = 0; i < SS_COUNT(ids); i++) {
        if (!is_uri(args, ids[i])) {
            return false;
        }
    }
    return true;
}

/* "10", "10/s", "6/m": the time between two calls. */
static bool read_rate(const cli_args *args, ss_span *interval)
{
    uint64_t rate = 0;
    if (!args->given[CLI_RATE]) {
        return true;
    }
    const ss_slice text = ss_slice_from(args->value[CLI_RATE]);
    const size_t slash = ss_slice_find(text, '/');
    const ss_slice per = ss_slice_cut(text, slash, text.len);
    const bool is_minute = ss_slice_eq(per, SS_LIT("/m"));
    if (ss_slice_to_u64(ss_slice_cut(text, 0, slash), 1000000, &rate) != SS_OK || rate == 0 ||
        (per.len != 0 && !is_minute && !ss_slice_eq(per, SS_LIT("/s")))) {
        cli_say("--rate %.40s: calls a second are wanted, as 10, 10/s or 6/m",
                args->value[CLI_RATE]);
        return false;
    }
    *interval = (is_minute ? SS_S(60) : SS_S(1)) / rate;
    return true;
}

static bool read_numbers(const cli_args *args, sl_ua_setup *u)
{
    uint64_t count = 1, reject = 0;
    ss_span expires = SS_S(3600);
    if (args->given[CLI_ANSWER] && strcmp(args->value[CLI_ANSWER], "never") == 0) {
        u->answer = SS_TIME_NEVER;
    } else if (!cli_span(args, CLI_ANSWER, &u->answer)) {
        return false;
    }
    if (!cli_number(args, CLI_COUNT, COUNT_MAX, &count) ||
        !cli_number(args, CLI_REJECT, 699, &reject) || !cli_span(args, CLI_EXPIRES, &expires) ||
        !cli_span(args, CLI_HOLD, &u->hold) || !cli_span(args, CLI_CANCEL, &u->cancel) ||
        !read_rate(args, &u->interval)) {
        return false;
    }
    if (count == 0 || (args->given[CLI_REJECT] && reject < 400) || expires < SS_S(1)) {
        cli_say(count == 0     ? "--count 0: at least one call"
                : reject < 400 ? "--reject: a status from 400 to 699 is wanted"
                               : "--expires: at least 1s");
        return false;
    }
    u->count = (uint32_t)count;
    u->reject = (uint16_t)reject;
    u->expires_s = (uint32_t)(expires / SS_S(1));
    return true;
}

static bool read_password(const cli_args *args, sl_ua_setup *u, texts *t)
{
    if (!args->given[CLI_PASSWORD_FILE]) {
        return true;
    }
    u->password = t->password;
    return live_password(args, t->password, sizeof t->password);
}

/* Without --aor it is somebody at the place where it listens. */
static void make_aor(const cli_args *args, const sl_listen *listen, texts *t, sl_ua_setup *u)
{
    ss_buffer b = ss_buffer_on(t->aor, sizeof t->aor - 1);
    ss_put_text(&b, "sip:");
    ss_put_text(&b, args->given[CLI_USER] ? args->value[CLI_USER] : "sipsim");
    ss_put_char(&b, '@');
    ss_put_host(&b, &listen->address);
    t->aor[b.len] = '\0';
    u->aor = args->given[CLI_AOR] ? args->value[CLI_AOR] : t->aor;
}

static rp_status read_setup(const cli_args *args, const sl_listen *listens, sl_ua_setup *u,
                            texts *t)
{
    *u = (sl_ua_setup){ .call = args->value[CLI_CALL],
                        .outbound = args->value[CLI_PROXY],
                        .registrar = args->value[CLI_REGISTER],
                        .user = args->value[CLI_USER],
                        .realm = args->value[CLI_REALM],
                        .hold = SS_S(5),
                        .interval = SS_S(1),
                        .transport = listens[0].transport,
                        .epoch_s = (uint64_t)time(NULL) };
    if (!are_uris(args) || !read_numbers(args, u)) {
        return RP_USAGE;
    }
    make_aor(args, &listens[0], t, u);
    u->callee_hangs_up = args->given[CLI_HANGUP] && strcmp(args->value[CLI_HANGUP], "callee") == 0;
    if (!read_password(args, u, t) || !live_seed(&u->seed)) {
        return RP_IO;
    }
    return RP_OK;
}

rp_status live_ua(const cli_args *args)
{
    sl_listen listens[SL_LISTENS_MAX];
    uint32_t count = 0, node = 0, peers = 0;
    texts t;
    sl_ua_setup setup;
    const char *why = "";
    live_tally tally;
    live_record record;
    if (args->given[CLI_SCENARIO]) {
        return live_scenario(args);
    }
    if (!live_listens(args, 0, listens, &count)) {
        return RP_USAGE;
    }
    rp_status status = read_setup(args, listens, &setup, &t);
    if (status != RP_OK) {
        return status;
    }
    sn_plan *plan = sl_ua_plan(&setup, &node, &peers, &why);
    if (plan == NULL) {
        cli_say("live ua: %s", why);
        return RP_IO;
    }
    for (uint32_t i = 0; i < count; i++) {
        listens[i].node = node;
    }
    sl_options options = { .plan = plan,
                           .listens = listens,
                           .listen_count = count,
                           .dns = args->value[CLI_DNS],
                           .first_peer = peers,
                           .peer_count = SL_PEERS,
                           .ends_when_done = setup.call != NULL };
    tally = live_tally_of(args, plan);
    status = live_record_begin(&record, args, plan, (sn_sink){ &tally, live_count }, &options);
    if (status == RP_OK) {
        status = live_run(args, &options);
    }
    if (status == RP_OK) {
        status = live_record_end(&record, args, tally.placed < setup.count);
    }
    sn_plan_free(plan);
    explicit_bzero(&t, sizeof t);
    return status == RP_OK ? live_tell(args, &tally, setup.call == NULL ? 0 : setup.count) : status;
}
