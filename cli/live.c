/* sipsim live: the same stack on real sockets. One file per role; here is what they share. */
#define _DEFAULT_SOURCE 1 /* getentropy, explicit_bzero */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "files.h"
#include "rp/events.h"

/* ---- what became of it ---- */

live_tally live_tally_of(const cli_args *args, const sn_plan *plan)
{
    return (live_tally){ .args = args, .cast = &plan->cast };
}

/* Whether it is another thing than what was said of that node before. */
static bool is_news(live_tally *t, uint32_t node, bool is_registered)
{
    for (uint32_t i = 0; i < t->registered_count; i++) {
        if (t->registered_nodes[i] != node) {
            continue;
        }
        if (!is_registered) {
            t->registered_nodes[i] = t->registered_nodes[--t->registered_count];
        }
        return !is_registered;
    }
    if (is_registered && t->registered_count < SS_COUNT(t->registered_nodes)) {
        t->registered_nodes[t->registered_count++] = node;
    }
    return true;
}

/* Registrations are waited for: a line says that it can be called, and a later one that it cannot any more. */
static void say_registration(live_tally *t, const sn_fact *fact)
{
    const bool is_registered = fact->call.event == SN_CALL_REGISTERED;
    if (t->args->given[CLI_QUIET] || !is_news(t, fact->entity, is_registered)) {
        return;
    }
    const char *who =
        t->args->given[CLI_AOR] ? t->args->value[CLI_AOR] : t->cast->nodes[fact->entity].name;
    if (is_registered) {
        cli_say("%s is registered", who);
    } else {
        cli_say("%s is not registered: %u", who, (unsigned)fact->call.status);
    }
}

static void put_event(const live_tally *t, const sn_fact *fact)
{
    char line[RP_EVENT_BYTES];
    ss_buffer b = ss_buffer_on(line, sizeof line);
    rp_event_put(&b, t->cast, fact);
    fwrite(b.at, 1, b.len, stdout);
    fflush(stdout);
}

static void count(live_tally *t, const sn_fact *fact)
{
    uint64_t *const counts[SN_CALL_COUNT] = {
        [SN_CALL_PLACED] = &t->placed,
        [SN_CALL_BLOCKED] = &t->blocked,
        [SN_CALL_ANSWERED] = &t->answered,
        [SN_CALL_REJECTED] = &t->rejected,
        [SN_CALL_INCOMING] = &t->incoming,
        [SN_CALL_ACCEPTED] = &t->accepted,
        [SN_CALL_REFUSED] = &t->refused,
        [SN_CALL_ENDED] = &t->ended,
        [SN_CALL_BYE] = &t->ended,
        [SN_CALL_REGISTERED] = &t->registered,
        [SN_CALL_REGISTER_FAILED] = &t->register_failed,
    };
    if (counts[fact->call.event] != NULL) {
        ++*counts[fact->call.event];
    }
    if (fact->call.event == SN_CALL_REJECTED || fact->call.event == SN_CALL_BLOCKED ||
        fact->call.event == SN_CALL_REGISTER_FAILED) {
        t->last_status = fact->call.status;
    }
}

void live_count(void *self, const sn_fact *fact, ss_slice packet)
{
    live_tally *t = self;
    (void)packet;
    if (fact->kind != SN_FACT_CALL && fact->kind != SN_FACT_REGISTRATION) {
        return;
    }
    count(t, fact);
    if (fact->kind == SN_FACT_REGISTRATION) {
        say_registration(t, fact);
    }
    if (t->args->given[CLI_JSON]) {
        put_event(t, fact);
    }
}

/* ---- secrets ---- */

bool live_password(const cli_args *args, char *password, size_t cap)
{
    size_t len = 0, end = 0;
    char *text = cli_read_file(args->value[CLI_PASSWORD_FILE], 4096, &len);
    if (text == NULL) {
        return false;
    }
    while (end < len && text[end] != '\n' && text[end] != '\r') {
        end++;
    }
    const bool fits = end > 0 && end < cap && memchr(text, '\0', end) == NULL;
    if (fits) {
        memcpy(password, text, end);
        password[end] = '\0';
    } else {
        cli_say("%s: its first line is no password", args->value[CLI_PASSWORD_FILE]);
    }
    explicit_bzero(text, len);
    free(text);
    return fits;
}

bool live_seed(uint64_t *seed)
{
    if (getentropy(seed, sizeof *seed) != 0) {
        cli_say("the system has no random numbers");
        return false;
    }
    return true;
}

/* ---- where ---- */

static bool add_listen(const char *text, uint32_t node, sl_listen *listens, uint32_t *count)
{
    const char *why = "";
    if (*count == SL_LISTENS_MAX) {
        cli_say("more than %u times --listen", SL_LISTENS_MAX);
        return false;
    }
    listens[*count].node = node;
    if (!sl_listen_parse(ss_slice_from(text), &listens[*count], &why)) {
        cli_say("--listen %.60s: %s", text, why);
        return false;
    }
    ++*count;
    return true;
}

bool live_listens(const cli_args *args, uint32_t node, sl_listen *listens, uint32_t *count)
{
    const char *text;
    *count = 0;
    for (uint32_t i = 0; (text = cli_nth_value(args, CLI_LISTEN, i)) != NULL; i++) {
        if (!add_listen(text, node, listens, count)) {
            return false;
        }
    }
    return *count != 0 || add_listen("udp:127.0.0.1:5060", node, listens, count);
}

/* ---- running ---- */

/* Connections are files. */
static void raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void say_listens(const cli_args *args, const sl_site *site)
{
    uint32_t count = 0;
    const sl_listen *listens = sl_site_listens(site, &count);
    for (uint32_t i = 0; i < count && !args->given[CLI_QUIET]; i++) {
        char text[100];
        ss_buffer b = ss_buffer_on(text, sizeof text - 1);
        sl_put_listen(&b, &listens[i]);
        text[b.len] = '\0';
        cli_say("listening at %s", text);
    }
}

static void say_counts(const sl_site *site)
{
    const sl_counts *c = sl_site_counts(site);
    cli_say(
        "%llu datagrams in, %llu out, %llu unsent; connections: %llu accepted, %llu opened, %llu "
        "refused, %llu lost, %llu evicted; timers at most %llu us late",
        (unsigned long long)c->datagrams_in, (unsigned long long)c->datagrams_out,
        (unsigned long long)c->unsent, (unsigned long long)c->accepted,
        (unsigned long long)c->connected, (unsigned long long)c->refused,
        (unsigned long long)c->lost, (unsigned long long)c->evicted,
        (unsigned long long)(c->latest / 1000));
}

rp_status live_run(const cli_args *args, sl_options *options)
{
    sl_error why;
    raise_limits();
    sl_site *site = sl_site_new(options, &why);
    if (site == NULL) {
        const bool is_taken = strstr(why.text, "in use") != NULL;
        cli_say("%s%s", why.text, is_taken ? "; port 0 takes one that is free" : "");
        return RP_IO;
    }
    say_listens(args, site);
    const ss_status status = sl_site_run(site);
    if (args->given[CLI_VERBOSE]) {
        say_counts(site);
    }
    if (status != SS_OK) {
        cli_say("out of memory");
    }
    sl_site_free(site);
    return status == SS_OK ? RP_OK : RP_IO;
}

/* ---- the result ---- */

static void print_text(const cli_args *args, const live_tally *t, uint64_t failed)
{
    if (args->given[CLI_REGISTER]) {
        printf("registrations: %llu, failed %llu\n", (unsigned long long)t->registered,
               (unsigned long long)t->register_failed);
    }
    printf("calls placed: %llu, answered %llu, failed %llu\n", (unsigned long long)t->placed,
           (unsigned long long)t->answered, (unsigned long long)failed);
    printf("calls taken: %llu, answered %llu, refused %llu\n", (unsigned long long)t->incoming,
           (unsigned long long)t->accepted, (unsigned long long)t->refused);
}

/* The last line, after those of the events. */
static void print_json(const live_tally *t, uint64_t failed)
{
    printf("{\"kind\":\"RESULT\",\"registered\":%llu,\"register_failed\":%llu,\"placed\":%llu,"
           "\"answered\":%llu,\"failed\":%llu,\"taken\":%llu,\"accepted\":%llu,\"refused\":%llu}\n",
           (unsigned long long)t->registered, (unsigned long long)t->register_failed,
           (unsigned long long)t->placed, (unsigned long long)t->answered,
           (unsigned long long)failed, (unsigned long long)t->incoming,
           (unsigned long long)t->accepted, (unsigned long long)t->refused);
}

rp_status live_tell(const cli_args *args, const live_tally *t, uint32_t wanted)
{
    const uint64_t failed = t->rejected + t->blocked;
    if (args->given[CLI_JSON]) {
        print_json(t, failed);
    } else if (!args->given[CLI_QUIET]) {
        print_text(args, t, failed);
    }
    const rp_status flushed = cli_flush_stdout();
    if (flushed != RP_OK) {
        return flushed;
    }
    if (failed != 0 || t->register_failed != 0) {
        cli_say("the last failure was %u", t->last_status);
        return RP_MISSED;
    }
    return t->placed < wanted ? RP_INTERRUPTED : RP_OK;
}

/* ---- the verb ---- */

static const char details[] =
    "A user agent or a proxy of the same stack as in simulations, for peers of any make. All is "
    "on\n"
    "loopback unless --listen says otherwise. Ctrl-C ends calls with BYE, unregisters, and ends "
    "within\n"
    "2 s; a second one ends at once.\n"
    "\n"
    "  sipsim live ua --listen udp:127.0.0.1:5070\n"
    "      answers whoever calls sip:anybody@127.0.0.1:5070\n"
    "  sipsim live ua --listen udp:127.0.0.1:0 --call sip:bob@127.0.0.1:5070 --count 100 --rate 10 "
    "--hold 2s\n"
    "      100 calls, ten a second, of 2 s each; status 8 when one fails\n"
    "  sipsim live ua --listen tcp:127.0.0.1:5070 --answer 3s --reject 486\n"
    "      over TCP; rings for 3 s and is busy then\n"
    "  sipsim live ua --aor sip:alice@example.com --register sip:127.0.0.1:5060 --password-file "
    "pw\n"
    "      registers, with digest when it is asked to\n"
    "  sipsim live ua --scenario story.yaml --node alice --node bob -o out\n"
    "      nodes of a scenario, at its addresses; -o writes what a simulated run does\n"
    "  sipsim live secret --user alice --realm example.com --password-file pw >> users\n"
    "      the lines of a user, without the password\n"
    "  sipsim live proxy --listen udp:127.0.0.1:5060 --listen tcp:127.0.0.1:5060 --domain "
    "example.com\n"
    "         --users users --bindings bindings.db --metrics 127.0.0.1:9090\n"
    "      record-routing proxy and registrar of a domain; what was acknowledged survives kill "
    "-9\n";

static rp_status run_live(const cli_args *args)
{
    if (args->file_count != 1) {
        cli_say("live needs one role, as sipsim live ua; `sipsim live --help` shows examples");
        return RP_USAGE;
    }
    static const struct {
        const char *name;
        rp_status (*run)(const cli_args *args);
    } roles[] = { { "ua", live_ua }, { "proxy", live_proxy }, { "secret", live_secret } };
    for (size_t i = 0; i < SS_COUNT(roles); i++) {
        if (strcmp(args->files[0], roles[i].name) == 0) {
            return roles[i].run(args);
        }
    }
    static const char *const later[] = { "load", "probe", "bridge" };
    for (size_t i = 0; i < SS_COUNT(later); i++) {
        if (strcmp(args->files[0], later[i]) == 0) {
            cli_say("live %s: not in this version", later[i]);
            return RP_UNSUPPORTED;
        }
    }
    static const char *const names[] = { "ua", "proxy", "secret", NULL };
    const char *meant = cli_nearest(args->files[0], names);
    if (meant != NULL) {
        cli_say("live has no role %.40s; did you mean %s?", args->files[0], meant);
    } else {
        cli_say("live has no role %.40s; it has ua, proxy and secret", args->files[0]);
    }
    return RP_USAGE;
}

const cli_verb cli_verb_live = {
    .name = "live",
    .operands = "ua|proxy|secret [options]",
    .summary = "the same stack on real sockets",
    .details = details,
    .options = CLI_TAKES(CLI_LISTEN, CLI_SCENARIO, CLI_NODE, CLI_SET, CLI_OUT, CLI_FORCE, CLI_AOR,
                         CLI_REGISTER, CLI_EXPIRES, CLI_USER, CLI_PASSWORD_FILE, CLI_REALM,
                         CLI_PROXY, CLI_DNS, CLI_CALL, CLI_COUNT, CLI_RATE, CLI_HOLD, CLI_CANCEL,
                         CLI_HANGUP, CLI_ANSWER, CLI_REJECT, CLI_DOMAIN, CLI_USERS, CLI_BINDINGS,
                         CLI_METRICS, CLI_SOURCE_RATE, CLI_CAPACITY, CLI_CONNECTIONS, CLI_MEMORY,
                         CLI_TRANSACTIONS, CLI_OFFENCES, CLI_BLOCK, CLI_OVERLOAD, CLI_LOG, CLI_JSON,
                         CLI_QUIET, CLI_VERBOSE, CLI_HELP),
    .run = run_live,
};
