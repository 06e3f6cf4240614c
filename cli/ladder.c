/* sipsim ladder: the ladder of one call: of a run, which is run again from its folder's scenario.effective.yaml, so that it is
 * there whatever the run wrote of events; of a scenario; of a capture of real traffic; or of a session input (ladder_session.c).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "again.h"
#include "cli.h"
#include "files.h"
#include "ladder.h"
#include "rp/calls.h"
#include "rp/json.h"
#include "rp/traffic.h"

enum { CALLS_SHOWN = 4 };
#define CAPTURE_BYTES_MAX ((size_t)2 << 30)

static rp_status form_of(const cli_args *args, rp_ladder_form *form)
{
    static const struct {
        cli_option_id id;
        rp_ladder_form form;
    } forms[] = { { CLI_WIDE, RP_LADDER_WIDE },
                  { CLI_MERMAID, RP_LADDER_MERMAID },
                  { CLI_SVG, RP_LADDER_SVG },
                  { CLI_JSON, RP_LADDER_JSON } };
    unsigned given = 0;
    *form = RP_LADDER_TEXT;
    for (size_t i = 0; i < SS_COUNT(forms); i++) {
        if (args->given[forms[i].id]) {
            *form = forms[i].form;
            given++;
        }
    }
    if (given > 1) {
        cli_say("--wide, --mermaid, --svg and --json: one of them");
        return RP_USAGE;
    }
    return RP_OK;
}

/* ---- of a run ---- */

static rp_status of_run(const cli_args *args, const char *path, rp_ladder_form form)
{
    cli_call_name name;
    rp_status status = cli_call_parse(args, &name);
    if (status == RP_OK && !name.is_given) {
        status = cli_call_choose(path, &name);
    }
    rp_file *out = status == RP_OK ? rp_file_over(stdout) : NULL;
    if (out == NULL) {
        return status == RP_OK ? RP_IO : status;
    }
    status = cli_call_draw(path, &name, form, out);
    if (status == RP_USAGE) {
        cli_say("%s: no call %.80s", path,
                args->given[CLI_CALL_ID] ? args->value[CLI_CALL_ID] : "");
    }
    const rp_status closed = cli_close_stdout(out);
    return status != RP_OK ? status : closed;
}

typedef struct listing {
    rp_calls *calls;
    rp_file *out;
    bool as_json, is_written;
} listing;

static uint32_t callee_of(const void *plan, uint32_t number)
{
    const sn_plan *p = plan;
    return number <= p->call_count ? p->calls[number - 1].callee : SN_NOBODY;
}

static void begin_list(void *self, const sn_plan *plan)
{
    listing *l = self;
    l->calls = rp_calls_new(&plan->cast, callee_of, plan);
}

static void list_fact(void *self, const sn_fact *fact, ss_slice packet)
{
    listing *l = self;
    (void)packet;
    if (l->calls != NULL) {
        rp_calls_fact(l->calls, fact);
    }
}

static void finish_list(void *self, const rp_run *run)
{
    listing *l = self;
    (void)run;
    l->is_written = l->calls != NULL && rp_calls_write(l->calls, l->out, l->as_json);
}

static rp_status list_of_run(const char *path, rp_ladder_form form)
{
    listing l = { .out = rp_file_over(stdout), .as_json = form == RP_LADDER_JSON };
    const cli_watcher watcher = { &l, begin_list, list_fact, finish_list };
    if (l.out == NULL) {
        return RP_IO;
    }
    rp_status status = cli_run_again(path, &watcher);
    if (status == RP_OK && !l.is_written) {
        cli_say("out of memory: %s", path);
        status = RP_IO;
    }
    rp_calls_free(l.calls);
    const rp_status closed = cli_close_stdout(l.out);
    return status != RP_OK ? status : closed;
}

/* ---- of a capture ---- */

static void list_as_json(const rp_traffic *t, rp_file *out)
{
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '[');
    for (uint32_t i = 0; i < rp_traffic_call_count(t); i++) {
        const rp_traffic_call *call = rp_traffic_call_at(t, i);
        rp_json_open(&j, '{');
        rp_json_key_u64(&j, "number", i + 1);
        rp_json_key(&j, "method");
        rp_json_slice(&j, ss_method_name((ss_method)call->method));
        rp_json_key(&j, "call_id");
        rp_json_slice(&j, call->call_id);
        rp_json_key_u64(&j, "messages", call->messages);
        rp_json_key_u64(&j, "final", call->final);
        rp_json_close(&j);
    }
    rp_json_close(&j);
    rp_json_end(&j);
}

static void put_head(rp_file *out, const rp_traffic_call *call, uint32_t nth)
{
    rp_put_text(out, "c");
    rp_put_u64(out, nth + 1);
    rp_put_char(out, ' ');
    rp_put(out, ss_method_name((ss_method)call->method));
    rp_put_char(out, ' ');
    rp_put_plain(out, call->call_id.at);
    rp_put_text(out, ", ");
    rp_put_u64(out, call->messages);
    rp_put_text(out, call->messages == 1 ? " message" : " messages");
    if (call->final != 0) {
        rp_put_text(out, ", ends in ");
        rp_put_u64(out, call->final);
    }
    rp_put_char(out, '\n');
}

static rp_status draw(const rp_traffic *t, uint32_t nth, rp_ladder_form form, rp_file *out)
{
    rp_ladder *l = rp_traffic_ladder(t, nth);
    const bool is_text = form == RP_LADDER_TEXT || form == RP_LADDER_WIDE;
    if (l == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    if (is_text) {
        put_head(out, rp_traffic_call_at(t, nth), nth);
    }
    const bool drawn = rp_ladder_write_one(l, out, form);
    rp_ladder_free(l);
    return drawn ? RP_OK : RP_IO;
}

/* "c17", or a Call-ID. */
static uint32_t find(const cli_args *args, const rp_traffic *t)
{
    const ss_slice word = ss_slice_from(args->value[CLI_CALL_ID]);
    const uint32_t by_name = rp_traffic_find(t, word);
    uint64_t number = 0;
    if (by_name != SN_NOBODY || word.len < 2 || word.at[0] != 'c' ||
        ss_slice_to_u64(ss_slice_cut(word, 1, word.len), UINT32_MAX, &number) != SS_OK ||
        number == 0 || number > rp_traffic_call_count(t)) {
        return by_name;
    }
    return (uint32_t)number - 1;
}

static rp_status draw_all(const rp_traffic *t, rp_ladder_form form, rp_file *out)
{
    const uint32_t count = rp_traffic_call_count(t);
    const bool is_text = form == RP_LADDER_TEXT || form == RP_LADDER_WIDE;
    const uint32_t most = is_text ? CALLS_SHOWN : 1;
    rp_status status = RP_OK;
    for (uint32_t i = 0; i < count && i < most && status == RP_OK; i++) {
        rp_put_text(out, i == 0 ? "" : "\n");
        status = draw(t, i, form, out);
    }
    if (count > most) {
        cli_say("%u more; --list names them, --call draws one", count - most);
    }
    return status;
}

static rp_status show(const cli_args *args, const rp_traffic *t, rp_ladder_form form, rp_file *out)
{
    const uint32_t count = rp_traffic_call_count(t);
    if (args->given[CLI_LIST] && form == RP_LADDER_JSON) {
        list_as_json(t, out);
        return RP_OK;
    }
    if (args->given[CLI_LIST]) {
        for (uint32_t i = 0; i < count; i++) {
            put_head(out, rp_traffic_call_at(t, i), i);
        }
        return RP_OK;
    }
    if (!args->given[CLI_CALL_ID]) {
        return draw_all(t, form, out);
    }
    const uint32_t nth = find(args, t);
    if (nth == SN_NOBODY) {
        cli_say("%s: no call %.80s; --list names them", args->files[0], args->value[CLI_CALL_ID]);
        return RP_USAGE;
    }
    return draw(t, nth, form, out);
}

/* What came before a mistake of the file is drawn; then the mistake is told. */
static rp_status of_capture(const cli_args *args, rp_ladder_form form)
{
    const char *path = args->files[0];
    size_t len = 0;
    char *bytes = cli_read_file(path, CAPTURE_BYTES_MAX, &len);
    if (bytes == NULL) {
        return RP_IO;
    }
    rp_traffic *t = rp_traffic_read((ss_slice){ bytes, len });
    free(bytes);
    rp_file *out = t == NULL ? NULL : rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory: %s", path);
        rp_traffic_free(t);
        return RP_IO;
    }
    uint64_t offset = 0;
    const char *error = rp_traffic_error(t, &offset);
    rp_status status = show(args, t, form, out);
    const rp_status closed = cli_close_stdout(out);
    status = status == RP_OK ? closed : status;
    if (error != NULL) {
        cli_say("%s: byte %llu: %s", path, (unsigned long long)offset, error);
        status = RP_IO;
    } else if (status == RP_OK && rp_traffic_call_count(t) == 0) {
        cli_say("%s: no SIP in it", path);
        status = RP_USAGE;
    }
    rp_traffic_free(t);
    return status;
}

/* ---- the verb ---- */

static bool ends_in(const char *path, const char *ending)
{
    const size_t len = strlen(path), tail = strlen(ending);
    return len > tail && strcmp(path + len - tail, ending) == 0;
}

static bool is_run(const char *path)
{
    struct stat about;
    return (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) || ends_in(path, ".yaml") ||
           ends_in(path, ".yml") || ends_in(path, ".sipr");
}

/* By its name, or by how it begins: pcap in either byte order, of micro- or nanoseconds; pcapng. */
static bool is_capture(const char *path)
{
    static const unsigned char magic[][4] = { { 0xa1, 0xb2, 0xc3, 0xd4 },
                                              { 0xd4, 0xc3, 0xb2, 0xa1 },
                                              { 0xa1, 0xb2, 0x3c, 0x4d },
                                              { 0x4d, 0x3c, 0xb2, 0xa1 },
                                              { 0x0a, 0x0d, 0x0d, 0x0a } };
    const char *end = strrchr(path, '.');
    unsigned char head[4] = { 0 };
    if (end != NULL &&
        (strcmp(end, ".pcap") == 0 || strcmp(end, ".pcapng") == 0 || strcmp(end, ".cap") == 0)) {
        return true;
    }
    FILE *file = fopen(path, "rb");
    const size_t len = file == NULL ? 0 : fread(head, 1, sizeof head, file);
    if (file != NULL) {
        fclose(file);
    }
    for (size_t i = 0; i < SS_COUNT(magic); i++) {
        if (len == sizeof head && memcmp(head, magic[i], sizeof head) == 0) {
            return true;
        }
    }
    return false;
}

static rp_status run_ladder(const cli_args *args)
{
    rp_ladder_form form = RP_LADDER_TEXT;
    if (args->file_count != 1) {
        cli_say("ladder takes one run or capture: sipsim ladder RUN|FILE");
        return RP_USAGE;
    }
    const rp_status status = form_of(args, &form);
    if (status != RP_OK) {
        return status;
    }
    if (is_run(args->files[0]) && args->given[CLI_LIST]) {
        return list_of_run(args->files[0], form);
    }
    if (is_run(args->files[0])) {
        return of_run(args, args->files[0], form);
    }
    return is_capture(args->files[0]) ? of_capture(args, form) : cli_ladder_session(args, form);
}

const cli_verb cli_verb_ladder = {
    .name = "ladder",
    .operands = "RUN|FILE.yaml|FILE.sipr|FILE.pcap|FILE.pcapng|INPUT",
    .summary = "the sequence diagram of a call",
    .details =
        "RUN is the folder of a run: its scenario.effective.yaml is run again, so every call of it "
        "can\n"
        "be drawn. A reproducer (.sipr) is run with the decisions that it recorded. A capture of "
        "real\n"
        "traffic is read as it is: Ethernet, Linux cooked, loopback or raw IP; fragments and TCP "
        "are put\n"
        "together. An INPUT is what `sipsim fuzz` found with its target session. By default what "
        "failed\n"
        "first, or what came first.\n"
        "\n"
        "  sipsim ladder sipsim-out/quickstart                # what failed first, in 80 columns\n"
        "  sipsim ladder sipsim-out/quickstart --call c17     # call 17 of the scenario\n"
        "  sipsim ladder sipsim-out/quickstart --list         # its calls, and what came of each\n"
        "  sipsim ladder trace.pcap --list                    # the Call-IDs of a capture\n"
        "  sipsim ladder trace.pcap --call c3 --svg >c3.svg\n"
        "  sipsim ladder findings/crash-1                     # the call that broke a law\n"
        "\n"
        "x is where a message was lost, #2 a message sent again, [A] a timer that fired, o a state "
        "that\n"
        "was entered, * what the user of the stack did or learned, = what became of a "
        "connection.\n",
    .options = CLI_TAKES(CLI_HELP, CLI_CALL_ID, CLI_LIST, CLI_WIDE, CLI_MERMAID, CLI_SVG, CLI_JSON),
    .run = run_ladder
};
