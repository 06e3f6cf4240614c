/* results.sarif: SARIF 2.1.0 for code scanning: a rule for each law that was broken and for what the scenario asks; a result for each
 * violation that was kept and each line that was missed. The place is the scenario's file as it was given, without its folders when
 * those begin at the root: nothing of this machine is told.
 */
#include <string.h>

#include "rp/json.h"
#include "rp/machine.h"

/* Digits and letters stay; in a URI all else that is not unreserved is escaped (RFC 3986 2.3), but for '/'. */
static void put_uri(ss_buffer *b, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || strchr("-._~/", c) != NULL;
        if (stays) {
            ss_put_char(b, (char)c);
        } else {
            ss_put_char(b, '%');
            ss_put_hex(b, c, 2);
        }
    }
}

static void write_place(rp_json *j, const rp_run *run, uint32_t line)
{
    char uri[3 * RP_PATH_BYTES];
    ss_buffer b = ss_buffer_on(uri, sizeof uri);
    const char *file = run->file == NULL ? "scenario" : run->file;
    const char *slash = strrchr(file, '/');
    put_uri(&b, file[0] == '/' && slash != NULL ? slash + 1 : file);
    rp_json_key_open(j, "locations", '[');
    rp_json_open(j, '{');
    rp_json_key_open(j, "physicalLocation", '{');
    rp_json_key_open(j, "artifactLocation", '{');
    rp_json_key(j, "uri");
    rp_json_slice(j, ss_buffer_slice(&b));
    rp_json_close(j);
    rp_json_key_open(j, "region", '{');
    rp_json_key_u64(j, "startLine", line == 0 ? 1 : line);
    rp_json_close(j);
    rp_json_close(j);
    rp_json_close(j);
    rp_json_close(j);
}

static void write_text(rp_json *j, const char *key, const char *text)
{
    rp_json_key_open(j, key, '{');
    rp_json_key_text(j, "text", text);
    rp_json_close(j);
}

/* ---- rules ---- */

static void write_rule(rp_json *j, const char *id, const char *text, const char *section)
{
    rp_json_open(j, '{');
    rp_json_key_text(j, "id", id);
    write_text(j, "shortDescription", text);
    if (section[0] != '\0') {
        write_text(j, "help", section);
    }
    rp_json_close(j);
}

static void write_rules(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "rules", '[');
    for (unsigned law = 0; law < sn_law_count; law++) {
        if (sn_judge_count_of(run->judge, law) != 0) {
            write_rule(j, sn_laws[law].name, sn_laws[law].sentence, sn_laws[law].section);
        }
    }
    write_rule(j, "expect", "a metric is within the bound that the scenario sets", "");
    write_rule(j, "reached", "what the scenario wants to be reached happens", "");
    write_rule(j, "story", "a node does or gets what the story says, at its instant", "");
    write_rule(j, "run", "a run comes to its end", "");
    rp_json_close(j);
}

/* ---- results ---- */

static void begin_result(rp_json *j, const char *rule, const char *text)
{
    rp_json_open(j, '{');
    rp_json_key_text(j, "ruleId", rule);
    rp_json_key_text(j, "level", "error");
    write_text(j, "message", text);
}

/* The same finding has the same fingerprint in another run of the scenario. */
static void end_result(rp_json *j, const char *rule, const char *what)
{
    const uint64_t print = ss_hash64(ss_hash64(0, ss_slice_from(rule)), ss_slice_from(what));
    rp_json_key_open(j, "partialFingerprints", '{');
    rp_json_key_hex64(j, "sipsim/v1", print);
    rp_json_close(j);
    rp_json_close(j);
}

static void write_violation(rp_json *j, const rp_run *run, const sn_violation *v)
{
    const char *node = v->node < run->cast->node_count ? run->cast->nodes[v->node].name : "";
    begin_result(j, sn_laws[v->law].name, v->text);
    write_place(j, run, 1);
    rp_json_key_open(j, "properties", '{');
    rp_json_key_u64(j, "at_ns", v->at);
    rp_json_key_text(j, "node", node);
    rp_json_close(j);
    end_result(j, sn_laws[v->law].name, node);
}

static void write_answers(rp_json *j, const rp_run *run)
{
    rp_answer answer;
    for (uint32_t nth = 0; rp_answer_at(run, nth, &answer); nth++) {
        if (!answer.holds) {
            begin_result(j, answer.kind, answer.asked);
            write_place(j, run, answer.line);
            end_result(j, answer.kind, answer.asked);
        }
    }
}

static void write_statuses(rp_json *j, const rp_run *run)
{
    const rp_status_set told =
        rp_status_bit(RP_VIOLATION) | rp_status_bit(RP_MISSED) | rp_status_bit(RP_NOT_REACHED);
    for (rp_status status = 0; status < RP_OK; status++) {
        if (rp_status_holds(run->statuses & ~told, status)) {
            begin_result(j, "run", rp_status_sentence(status));
            write_place(j, run, 1);
            end_result(j, "run", rp_status_word(status));
        }
    }
}

static void write_results(rp_json *j, const rp_run *run)
{
    const sn_violation *v = NULL;
    rp_json_key_open(j, "results", '[');
    for (unsigned nth = 0; (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        write_violation(j, run, v);
    }
    write_answers(j, run);
    write_statuses(j, run);
    rp_json_close(j);
}

void rp_sarif_write(rp_file *out, const rp_run *run)
{
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    rp_json_key_text(&j, "version", "2.1.0");
    rp_json_key_open(&j, "runs", '[');
    rp_json_open(&j, '{');
    rp_json_key_open(&j, "tool", '{');
    rp_json_key_open(&j, "driver", '{');
    rp_json_key_text(&j, "name", "sipsim");
    rp_json_key_text(&j, "version", run->version);
    write_rules(&j, run);
    rp_json_close(&j);
    rp_json_close(&j);
    write_results(&j, run);
    rp_json_key_text(&j, "columnKind", "utf16CodeUnits");
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_close(&j);
    rp_json_end(&j);
}
