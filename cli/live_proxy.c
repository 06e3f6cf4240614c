/* sipsim live proxy: a record-routing proxy and registrar; and live secret, which makes the lines of its file of users. */
#define _DEFAULT_SOURCE 1 /* explicit_bzero */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "live_record.h"
#include "sl/setup.h"
#include "sl/users.h"
#include "ss/openssl.h"

enum { USERS_BYTES_MAX = 256 << 20, NAME_BYTES = 256 };

/* ---- users ---- */

static sl_users *read_users(const char *path)
{
    size_t len = 0;
    uint32_t line = 0;
    const char *why = "";
    char *text = cli_read_file(path, USERS_BYTES_MAX, &len);
    if (text == NULL) {
        return NULL;
    }
    sl_users *users = sl_users_read((ss_slice){ text, len }, &line, &why);
    explicit_bzero(text, len);
    free(text);
    if (users == NULL) {
        cli_say("%s:%u: %s", path, line, why);
    }
    return users;
}

/* Which algorithms anybody has a secret of; nobody yet: 0. What no user can answer with is not offered: some peers take the first, or
 * none at all when they do not know one of them. */
static uint32_t algorithms_of(const sl_users *users)
{
    static const ss_algorithm known[] = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 };
    uint32_t found = 0;
    for (size_t i = 0; i < SS_COUNT(known); i++) {
        found |= sl_users_have(users, known[i]) ? 1u << known[i] : 0;
    }
    return found;
}

typedef struct reloading {
    const char *path;
    sl_users *users;
    uint32_t offered; /* algorithms, for as long as the process lives; 0: both */
} reloading;

/* SIGHUP: those of before stay when the file is not right. */
static void reload(void *self, sl_site *site)
{
    reloading *r = self;
    sl_users *users = r->path == NULL ? NULL : read_users(r->path);
    if (users == NULL) {
        return;
    }
    sl_site_set_users(site, users);
    sl_users_free(r->users);
    r->users = users;
    cli_say("%s: %u secrets", r->path, sl_users_count(users));
    if (r->offered != 0 && (algorithms_of(users) & ~r->offered) != 0) {
        cli_say("%s: the challenges still offer %s alone; a restart would offer both", r->path,
                r->offered == 1u << SS_ALGORITHM_MD5 ? "MD5" : "SHA-256");
    }
}

/* ---- the command line ---- */

static bool is_domain(const char *text)
{
    const size_t len = strlen(text);
    return len > 0 && len < NAME_BYTES &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

static rp_status read_domains(const cli_args *args, const char **domains, uint32_t *count)
{
    const char *text;
    *count = 0;
    for (uint32_t i = 0; (text = cli_nth_value(args, CLI_DOMAIN, i)) != NULL; i++) {
        if (i == SL_DOMAINS_MAX || !is_domain(text)) {
            cli_say(i == SL_DOMAINS_MAX
                        ? "--domain %.60s: more than 16 of them"
                        : "--domain %.60s: a name in lower case is wanted, as example.com",
                    text);
            return RP_USAGE;
        }
        domains[(*count)++] = text;
    }
    if (*count == 0 && args->given[CLI_USERS]) {
        cli_say("--users needs --domain: whose users they are");
        return RP_USAGE;
    }
    return RP_OK;
}

static bool read_metrics(const cli_args *args, ss_address *at)
{
    const char *why;
    char text[100];
    sl_listen listen = { 0 };
    if (!args->given[CLI_METRICS]) {
        return true;
    }
    const char *colon = strrchr(args->value[CLI_METRICS], ':');
    const bool has_port = colon != NULL && strchr(colon, ']') == NULL;
    snprintf(text, sizeof text, "tcp:%.80s", args->value[CLI_METRICS]);
    if (!has_port || !sl_listen_parse(ss_slice_from(text), &listen, &why)) {
        cli_say("--metrics %.60s: ADDRESS:PORT is wanted, as 127.0.0.1:9090",
                args->value[CLI_METRICS]);
        return false;
    }
    *at = listen.address;
    return true;
}

/* What the world may take of it. */
static bool read_limits(const cli_args *args, sl_proxy_setup *setup, sl_limits *limits)
{
    uint64_t rate = 0, capacity = 0, connections = 0, offences = SL_OFFENCES_DEFAULT;
    setup->memory = SL_MEMORY_DEFAULT;
    setup->block = SL_BLOCK_DEFAULT;
    if (!cli_number(args, CLI_SOURCE_RATE, 1000000, &rate) ||
        !cli_number(args, CLI_CAPACITY, SL_CAPACITY_MOST, &capacity) ||
        !cli_number(args, CLI_CONNECTIONS, 1000000, &connections) ||
        !cli_number(args, CLI_OFFENCES, 1000000, &offences) ||
        !cli_span(args, CLI_BLOCK, &setup->block) || !cli_bytes(args, CLI_MEMORY, &setup->memory)) {
        return false;
    }
    if (args->given[CLI_CAPACITY] && capacity < SL_CAPACITY_LEAST) {
        cli_say("--capacity %.40s: at least %u messages a second", args->value[CLI_CAPACITY],
                SL_CAPACITY_LEAST);
        return false;
    }
    uint64_t transactions = sl_transactions_in(setup->memory);
    if (!cli_number(args, CLI_TRANSACTIONS, UINT32_MAX, &transactions)) {
        return false;
    }
    if (setup->memory < SL_MEMORY_LEAST) {
        cli_say("--memory %.40s: at least 64MiB", args->value[CLI_MEMORY]);
        return false;
    }
    if (transactions == 0 || transactions > sl_transactions_in(setup->memory)) {
        cli_say("--transactions %.40s: from 1 to %u; more need more --memory",
                args->value[CLI_TRANSACTIONS], sl_transactions_in(setup->memory));
        return false;
    }
    setup->rate = (uint32_t)rate;
    setup->capacity = (uint32_t)capacity;
    setup->offences = (uint32_t)offences;
    setup->transactions = (uint32_t)transactions;
    setup->has_overload_control = args->given[CLI_OVERLOAD];
    limits->connections = (uint32_t)connections;
    limits->memory = setup->memory / 3 * 2;
    return true;
}

static rp_status read_setup(const cli_args *args, const char **domains, sl_proxy_setup *setup,
                            sl_options *options)
{
    const rp_status status = read_domains(args, domains, &setup->domain_count);
    if (status != RP_OK) {
        return status;
    }
    if (!read_limits(args, setup, &options->limits) || !read_metrics(args, &options->metrics)) {
        return RP_USAGE;
    }
    setup->domains = domains;
    setup->outbound = args->value[CLI_PROXY];
    setup->epoch_s = (uint64_t)time(NULL);
    if (args->given[CLI_USERS]) {
        setup->realm = args->given[CLI_REALM] ? args->value[CLI_REALM] : domains[0];
    }
    options->bindings = args->value[CLI_BINDINGS];
    options->dns = args->value[CLI_DNS];
    return live_seed(&setup->seed) ? RP_OK : RP_IO;
}

/* ---- running ---- */

static rp_status run(const cli_args *args, const sl_proxy_setup *setup, sl_options *options,
                     sl_listen *listens)
{
    const char *why = "";
    uint32_t node = 0;
    sn_plan *plan = sl_proxy_plan(setup, &node, &options->first_peer, &why);
    if (plan == NULL) {
        cli_say("live proxy: %s", why);
        return RP_IO;
    }
    for (uint32_t i = 0; i < options->listen_count; i++) {
        listens[i].node = node;
    }
    options->plan = plan;
    options->peer_count = SL_PEERS;
    live_record record;
    live_tally tally = live_tally_of(args, plan);
    rp_status status =
        live_record_begin(&record, args, plan, (sn_sink){ &tally, live_count }, options);
    if (!args->given[CLI_OUT] && !args->given[CLI_LOG]) {
        options->judge_count = 0; /* nobody looks: the facts need not be made */
    }
    if (status == RP_OK) {
        status = live_run(args, options);
    }
    if (status == RP_OK) {
        status = live_record_end(&record, args, false);
    }
    sn_plan_free(plan);
    return status;
}

rp_status live_proxy(const cli_args *args)
{
    const char *domains[SL_DOMAINS_MAX];
    sl_listen listens[SL_LISTENS_MAX];
    reloading users = { .path = args->value[CLI_USERS] };
    sl_proxy_setup setup = { 0 };
    sl_options options = { .listens = listens, .reload = reload, .reload_self = &users };
    if (!live_listens(args, 0, listens, &options.listen_count)) {
        return RP_USAGE;
    }
    setup.transport = listens[0].transport;
    rp_status status = read_setup(args, domains, &setup, &options);
    if (status != RP_OK) {
        return status;
    }
    if (users.path != NULL) {
        users.users = read_users(users.path);
        if (users.users == NULL) {
            return RP_IO;
        }
        users.offered = setup.algorithms = algorithms_of(users.users);
    }
    options.users = users.users;
    status = run(args, &setup, &options, listens);
    sl_users_free(users.users);
    return status;
}

/* ---- live secret ---- */

static bool is_plain(const char *text)
{
    return text != NULL && text[0] != '\0' && strlen(text) < NAME_BYTES &&
           strpbrk(text, ":\n\r") == NULL;
}

rp_status live_secret(const cli_args *args)
{
    char password[NAME_BYTES], text[4 * NAME_BYTES];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (!is_plain(args->value[CLI_USER]) || !is_plain(args->value[CLI_REALM]) ||
        !args->given[CLI_PASSWORD_FILE]) {
        cli_say("live secret needs --user NAME --realm REALM --password-file FILE, without colons");
        return RP_USAGE;
    }
    if (!live_password(args, password, sizeof password)) {
        return RP_IO;
    }
    ss_openssl *openssl = ss_openssl_new();
    if (openssl == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    const ss_crypto crypto = ss_openssl_crypto(openssl);
    sl_users_put(&b, &crypto, ss_slice_from(args->value[CLI_USER]),
                 ss_slice_from(args->value[CLI_REALM]), ss_slice_from(password));
    explicit_bzero(password, sizeof password);
    ss_openssl_free(openssl);
    fwrite(b.at, 1, b.len, stdout);
    explicit_bzero(text, sizeof text);
    return cli_flush_stdout();
}
