/* sipsim parse: how a message is understood and why it is refused (RFC 3261 sections 7, 18.3, 20, 25). A file is one
 * message as a datagram holds it, or with --stream as many as its bytes make on a connection. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "files.h"
#include "ss/transport.h"

enum { INPUT_BYTES_MAX = 64 << 20, ARENA_BYTES = 4 << 20 };

typedef struct parsing {
    ss_judge_options options;
    bool is_json, is_quiet;
    ss_arena arena; /* of one message at a time */
    rp_file *out;
} parsing;

/* ---- one message ---- */

static void show(const parsing *p, const parse_view *v)
{
    if (p->is_json) {
        parse_put_json(p->out, v);
    } else {
        parse_put_text(p->out, v, p->is_quiet);
    }
}

static void judge(parsing *p, parse_view *v)
{
    p->arena.used = 0;
    v->msg = (ss_msg){ 0 };
    v->diag = (ss_diag){ .header = SS_HDR_COUNT };
    v->verdict = ss_msg_judge(&v->msg, &p->arena, v->bytes, &p->options, &v->diag);
    size_t at = 0;
    v->is_mended = v->verdict == SS_VERDICT_ACCEPT && !parse_place(v, v->msg.bytes, &at);
    if (v->is_mended) { /* what came is shown, and what is wrong with it */
        ss_judge_options strict = p->options;
        strict.tolerant = false;
        p->arena.used = 0;
        (void)ss_msg_judge(&v->msg, &p->arena, v->bytes, &strict, &v->diag);
    }
    v->diag.offset += (uint32_t)(v->bytes.at - v->data.at);
}

static rp_status show_judged(const parsing *p, const parse_view *v)
{
    show(p, v);
    return v->verdict == SS_VERDICT_ACCEPT ? RP_OK : RP_VIOLATION;
}

/* ---- a file ---- */

/* Goes on behind `len` bytes of the data. */
static void advance(parse_view *v, ss_slice *rest, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        v->line += rest->at[i] == '\n';
    }
    *rest = ss_slice_cut(*rest, len, rest->len);
}

/* What is left of a stream in which no further message can be found (RFC3261:18.3). */
static rp_status parse_rest(parsing *p, parse_view *v, ss_status framed)
{
    judge(p, v);
    if (v->verdict == SS_VERDICT_ACCEPT) {
        v->verdict = SS_VERDICT_REJECT;
        v->diag =
            (ss_diag){ .offset = (uint32_t)(v->bytes.at - v->data.at),
                       .header = SS_HDR_COUNT,
                       .section = "RFC3261:18.3",
                       .sentence = framed == SS_MORE
                                       ? "the stream ends before the message does"
                                       : "the end of the message cannot be found in a stream" };
    }
    return show_judged(p, v);
}

static rp_status parse_stream(parsing *p, parse_view *v)
{
    rp_status_set set = 0;
    ss_slice rest = v->data;
    for (;;) {
        size_t skip = 0, length = 0;
        ss_framing framing = { .seen = 0 };
        const ss_status framed = ss_stream_frame(&framing, rest, &skip, &length);
        advance(v, &rest, skip);
        if (rest.len == 0) {
            return rp_status_worst(set);
        }
        v->bytes = framed == SS_OK ? ss_slice_cut(rest, 0, length) : rest;
        if (framed != SS_OK) {
            return rp_status_worst(set | rp_status_bit(parse_rest(p, v, framed)));
        }
        judge(p, v);
        set |= rp_status_bit(show_judged(p, v));
        advance(v, &rest, length);
    }
}

static rp_status parse_file(parsing *p, const char *path)
{
    size_t len = 0;
    char *text = strcmp(path, "-") == 0 ? cli_read_stdin(INPUT_BYTES_MAX, &len)
                                        : cli_read_file(path, INPUT_BYTES_MAX, &len);
    if (text == NULL) {
        return RP_IO;
    }
    rp_status status = RP_OK;
    parse_view v = { .file = path, .data = { text, len }, .bytes = { text, len }, .line = 1 };
    if (p->options.stream) {
        status = parse_stream(p, &v);
    } else {
        judge(p, &v);
        status = show_judged(p, &v);
    }
    free(text);
    return status;
}

static rp_status_set parse_files(parsing *p, const cli_args *args)
{
    rp_status_set set = 0;
    for (uint32_t i = 0; i < args->file_count; i++) {
        set |= rp_status_bit(parse_file(p, args->files[i]));
    }
    return set;
}

/* ---- the command line ---- */

static ss_element role_of(const cli_args *args)
{
    const char *name = args->given[CLI_ROLE] ? args->value[CLI_ROLE] : "uas";
    return strcmp(name, "proxy") == 0       ? SS_ELEMENT_PROXY
           : strcmp(name, "registrar") == 0 ? SS_ELEMENT_REGISTRAR
                                            : SS_ELEMENT_UAS;
}

static rp_status parse_with(parsing *p, const cli_args *args)
{
    p->arena = (ss_arena){ .base = malloc(ARENA_BYTES), .cap = ARENA_BYTES };
    p->out = rp_file_over(stdout);
    if (p->arena.base == NULL || p->out == NULL) {
        cli_say("out of memory");
        if (p->out != NULL) {
            rp_file_discard(p->out);
        }
        free(p->arena.base);
        return RP_IO;
    }
    const rp_status_set set = parse_files(p, args);
    free(p->arena.base);
    return rp_status_worst(set | rp_status_bit(cli_close_stdout(p->out)));
}

static rp_status run_parse(const cli_args *args)
{
    if (args->file_count == 0) {
        cli_say("parse needs a message: sipsim parse FILE, or - for stdin");
        return RP_USAGE;
    }
    parsing p = { .options = { .limits = ss_limits_default(),
                               .tolerant = args->given[CLI_TOLERANT],
                               .stream = args->given[CLI_STREAM] },
                  .is_json = args->given[CLI_JSON],
                  .is_quiet = args->given[CLI_QUIET] };
    p.options.element = role_of(args);
    return parse_with(&p, args);
}

const cli_verb cli_verb_parse = {
    .name = "parse",
    .operands = "FILE…|- [options]",
    .summary = "how a message is understood, header by header, or why it is refused",
    .details =
        "A FILE is the bytes of one message; `-` is stdin. Offsets count from the first byte of "
        "the FILE.\n"
        "With --json each message is one object on one line (sipsim.parse/1).\n"
        "Exit status: 0 every message was accepted, 1 one was not, 7 a FILE cannot be read.\n"
        "\n"
        "  sipsim parse invite.sip                        # header by header, or why it is "
        "refused\n"
        "  sipsim parse - --role proxy <options.sip        # as a proxy reads it\n"
        "  sipsim parse --stream connection.bin --json     # a line of JSON for each message\n",
    .options = CLI_TAKES(CLI_HELP, CLI_QUIET, CLI_JSON, CLI_STREAM, CLI_TOLERANT, CLI_ROLE),
    .run = run_parse
};
