/* The replay line: file, seeds, order, overrides and which files are wanted, so that it gives the same bytes whatever the
 * file's own seeds. */
#include "replay_line.h"

#include <string.h>

#include "cli.h"

static bool is_plain(const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,%+@";
    return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

void cli_put_quoted(ss_buffer *b, const char *word)
{
    if (is_plain(word)) {
        ss_put_text(b, word);
        return;
    }
    ss_put_char(b, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            ss_put_text(b, "'\\''");
        } else {
            ss_put_char(b, *word);
        }
    }
    ss_put_char(b, '\'');
}

static void put_overrides(ss_buffer *b, const session_options *options)
{
    for (uint32_t i = 0; i < options->override_count; i++) {
        ss_put_text(b, " --set ");
        cli_put_quoted(b, options->overrides[i]);
    }
}

static void put_word(ss_buffer *b, const char *option, const char *word)
{
    if (word != NULL) {
        ss_put_text(b, option);
        cli_put_quoted(b, word);
    }
}

void cli_replay_line(char *text, size_t cap, const session_options *options, const sn_plan *plan)
{
    ss_buffer b = ss_buffer_on(text, cap - 1);
    cli_put_quoted(&b, cli_program());
    ss_put_text(&b, " run ");
    cli_put_quoted(&b, options->file);
    ss_put_text(&b, " --seed ");
    ss_put_u64(&b, plan->seed);
    if (plan->order == SN_ORDER_SEEDED) {
        ss_put_text(&b, " --order seeded --order-seed ");
        ss_put_u64(&b, plan->order_seed);
    } else {
        ss_put_text(&b, " --order fifo");
    }
    put_overrides(&b, options);
    if (options->verify) {
        ss_put_text(&b, " --verify");
    }
    if (options->partitions > 1) {
        ss_put_text(&b, " --partitions ");
        ss_put_u64(&b, options->partitions);
    }
    put_word(&b, " --pcap ", options->pcap_word);
    put_word(&b, " --events ", options->events_word);
    put_word(&b, " --hep ", options->hep_word);
    put_word(&b, " -o ", options->dir_is_given ? options->dir : NULL);
    ss_put_text(&b, " --force"); /* the results of this run are in its way */
    if (b.overflow && b.len >= 3) {
        memcpy(b.at + b.len - 3, "...", 3);
    }
    text[b.len] = '\0';
}
