/* sipsim help --format: man pages (man(7)) and completions for bash, zsh and fish, from the tables of verbs and options that
 * --help is made of, so that none of them can fall behind.
 */
#include "cli.h"

#include <string.h>

#include "build_facts.h"

/* ---- man ---- */

/* Text as roff: no line begins with a control character, backslashes and hyphens stay what they are. */
static void put_roff_part(const char *text, size_t len)
{
    bool fresh = true;
    for (const char *end = text + len; text < end; text++) {
        if (fresh && (*text == '.' || *text == '\'')) {
            fputs("\\&", stdout);
        }
        if (*text == '\\') {
            fputs("\\e", stdout);
        } else if (*text == '-') {
            fputs("\\-", stdout);
        } else {
            fputc(*text, stdout);
        }
        fresh = *text == '\n';
    }
}

static void put_roff(const char *text)
{
    put_roff_part(text, strlen(text));
}

/* Examples are indented, and lists have columns. */
static bool is_laid_out(const char *line, size_t len)
{
    const char *columns = strstr(line, "   ");
    return *line == ' ' || (columns != NULL && columns < line + len);
}

/* Sentences are filled to the width of the terminal; what is laid out stays line by line. */
static void put_details(const char *text)
{
    bool is_kept = false;
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        if (len != 0 && is_kept != is_laid_out(text, len)) {
            is_kept = !is_kept;
            fputs(is_kept ? ".nf\n" : ".fi\n", stdout);
        }
        put_roff_part(text, len);
        fputc('\n', stdout);
        text += text[len] == '\n' ? len + 1 : len;
    }
    fputs(is_kept ? ".fi" : "", stdout);
}

static void man_option(const cli_option *o)
{
    fputs(".TP\n.B ", stdout);
    if (o->letter != '\0') {
        printf("\\-%c, ", o->letter);
    }
    fputs("\\-\\-", stdout);
    put_roff(o->name);
    if (o->value != NULL) {
        fputc(' ', stdout);
        put_roff(o->value);
    }
    fputc('\n', stdout);
    put_roff(o->help);
    fputs(".\n", stdout);
}

static void man_verb(const cli_verb *verb)
{
    printf(".TH SIPSIM\\-");
    for (const char *c = verb->name; *c != '\0'; c++) {
        fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, stdout);
    }
    printf(" 1 \"\" \"sipsim %s\" \"sipsim\"\n.SH NAME\nsipsim\\-%s \\- ", BUILD_VERSION,
           verb->name);
    put_roff(verb->summary);
    printf("\n.SH SYNOPSIS\n.B sipsim %s\n", verb->name);
    put_roff(verb->operands);
    if (verb->details != NULL) {
        fputs("\n.SH DESCRIPTION\n", stdout);
        put_details(verb->details);
    }
    fputs("\n.SH OPTIONS\n", stdout);
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        if (cli_takes(verb, id)) {
            man_option(cli_option_of(id));
        }
    }
    fputs(".SH SEE ALSO\n.BR sipsim (1)\n", stdout);
}

static void man_program(void)
{
    printf(".TH SIPSIM 1 \"\" \"sipsim %s\" \"sipsim\"\n.SH NAME\nsipsim \\- ", BUILD_VERSION);
    fputs("deterministic SIP network simulator\n.SH SYNOPSIS\n.B sipsim\nVERB [options] [FILE]\n"
          ".SH DESCRIPTION\nRuns SIP networks in virtual time: real messages over lossy links, the "
          "same bytes every run.\n.SH VERBS\n",
          stdout);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        printf(".TP\n.BR sipsim\\-%s (1)\n", cli_verbs[i]->name);
        put_roff(cli_verbs[i]->summary);
        fputc('\n', stdout);
    }
    fputs(".SH EXIT STATUS\n", stdout);
    for (rp_status status = RP_STATUS_COUNT; status-- > 0;) {
        printf(".TP\n.B %d\n", rp_status_exit(status));
        put_roff(rp_status_sentence(status));
        fputs(".\n", stdout);
    }
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nwhen it is not empty: no colour, and no progress.\n",
          stdout);
}

/* ---- completions ---- */

/* The words of a value such as "fifo|seeded", or of operands: those that stand for themselves. */
static void put_words(const char *text)
{
    const ss_slice all = ss_slice_from(text);
    size_t at = 0;
    while (at < all.len) {
        size_t end = at;
        while (end < all.len &&
               ((all.at[end] >= 'a' && all.at[end] <= 'z') || all.at[end] == '_')) {
            end++;
        }
        const bool stands = end > at && (end == all.len || strchr("|] ", all.at[end]) != NULL) &&
                            (at == 0 || strchr("|[ ", all.at[at - 1]) != NULL);
        if (stands && !ss_slice_eq(ss_slice_cut(all, at, end), SS_LIT("options"))) {
            printf(" %.*s", (int)(end - at), all.at + at);
        }
        at = end > at ? end : at + 1;
    }
}

static bool takes_path(const cli_verb *verb)
{
    return strstr(verb->operands, "FILE") != NULL || strstr(verb->operands, "DIR") != NULL ||
           strstr(verb->operands, "RUN") != NULL;
}

static void put_options(const cli_verb *verb, bool with_value)
{
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        if (cli_takes(verb, id) && (!with_value || cli_option_of(id)->value != NULL)) {
            printf(" --%s", cli_option_of(id)->name);
        }
    }
}

static void bash(void)
{
    fputs("# bash completion of sipsim; made by `sipsim help --format bash`\n"
          "_sipsim()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} "
          "before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '",
          stdout);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        printf("%s%s", i == 0 ? "" : " ", cli_verbs[i]->name);
    }
    fputs("' -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]}:$before in\n",
          stdout);
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        const cli_option *o = cli_option_of(id);
        if (o->value != NULL && strchr(o->value, '|') != NULL) {
            printf("    *:--%s) COMPREPLY=($(compgen -W '", o->name);
            put_words(o->value);
            fputs("' -- \"$word\")); return ;;\n", stdout);
        }
    }
    printf("    *:--out|*:-o) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n    esac\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        printf("    %s) words='", cli_verbs[i]->name);
        put_options(cli_verbs[i], false);
        put_words(cli_verbs[i]->operands);
        fputs("' ;;\n", stdout);
    }
    fputs("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "    if [[ $word != -* ]]; then\n        COMPREPLY+=($(compgen -f -- \"$word\"))\n    "
          "fi\n}\n"
          "complete -o filenames -F _sipsim sipsim\n",
          stdout);
}

/* For single quotes of zsh and fish; brackets and colons would mean something to _arguments. */
static void put_quoted(const char *text, bool for_zsh)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs(for_zsh ? "'\\''" : "\\'", stdout);
        } else if (for_zsh && strchr("[]:\\", *text) != NULL) {
            printf("\\%c", *text);
        } else {
            fputc(*text, stdout);
        }
    }
}

static void zsh_verb(const cli_verb *verb)
{
    printf("    %s)\n      _arguments", verb->name);
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        const cli_option *o = cli_option_of(id);
        if (!cli_takes(verb, id)) {
            continue;
        }
        printf(" \\\n        '%s--%s[", o->id == CLI_SET || o->id == CLI_SWEEP ? "*" : "", o->name);
        put_quoted(o->help, true);
        fputs("]", stdout);
        if (o->value != NULL) {
            fputs(":", stdout);
            put_quoted(o->value, true);
            fputs(":", stdout);
            if (strchr(o->value, '|') != NULL) {
                fputs("(", stdout);
                put_words(o->value);
                fputs(")", stdout);
            } else if (o->id == CLI_OUT) {
                fputs("_files -/", stdout);
            }
        }
        fputs("'", stdout);
    }
    if (takes_path(verb)) {
        fputs(" \\\n        '*:file:_files'", stdout);
    } else if (verb->operands[0] != '\0') {
        fputs(" \\\n        '1:what:(", stdout);
        put_words(verb->operands);
        fputs(")'", stdout);
    }
    fputs(" ;;\n", stdout);
}

static void zsh(void)
{
    fputs("#compdef sipsim\n# made by `sipsim help --format zsh`\n_sipsim() {\n  local -a verbs\n  "
          "verbs=(\n",
          stdout);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        printf("    '%s:", cli_verbs[i]->name);
        put_quoted(cli_verbs[i]->summary, true);
        fputs("'\n", stdout);
    }
    fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
          "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $verb in\n",
          stdout);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        zsh_verb(cli_verbs[i]);
    }
    fputs("  esac\n}\n_sipsim \"$@\"\n", stdout);
}

static void fish_verb(const cli_verb *verb)
{
    printf("complete -c sipsim -n __fish_use_subcommand -a %s -d '", verb->name);
    put_quoted(verb->summary, false);
    fputs("'\n", stdout);
    for (cli_option_id id = 0; id < CLI_OPTION_COUNT; id++) {
        const cli_option *o = cli_option_of(id);
        if (!cli_takes(verb, id)) {
            continue;
        }
        printf("complete -c sipsim -n '__fish_seen_subcommand_from %s' -l %s", verb->name, o->name);
        if (o->letter != '\0') {
            printf(" -s %c", o->letter);
        }
        if (o->value != NULL) {
            fputs(" -r", stdout);
            if (strchr(o->value, '|') != NULL) {
                fputs(" -f -a '", stdout);
                put_words(o->value);
                fputs("'", stdout);
            }
        }
        fputs(" -d '", stdout);
        put_quoted(o->help, false);
        fputs("'\n", stdout);
    }
}

static void fish(void)
{
    fputs("# fish completion of sipsim; made by `sipsim help --format fish`\n", stdout);
    for (size_t i = 0; cli_verbs[i] != NULL; i++) {
        fish_verb(cli_verbs[i]);
    }
}

/* ---- the verb's option ---- */

static rp_status man(const cli_args *args)
{
    if (args->file_count == 0) {
        man_program();
        return RP_OK;
    }
    const cli_verb *verb = cli_verb_find(args->files[0]);
    if (verb == NULL) {
        return cli_verb_unknown(args->files[0]);
    }
    man_verb(verb);
    return RP_OK;
}

rp_status cli_manual(const cli_args *args)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
    const char *format = args->value[CLI_FORMAT];
    rp_status status = RP_OK;
    if (strcmp(format, "man") == 0) {
        status = man(args);
    } else if (strcmp(format, "verbs") == 0) {
        for (size_t i = 0; cli_verbs[i] != NULL; i++) {
            puts(cli_verbs[i]->name);
        }
    } else {
        for (size_t i = 0; i < SS_COUNT(shells); i++) {
            if (strcmp(format, shells[i].name) == 0) {
                shells[i].write();
            }
        }
    }
    return status == RP_OK ? cli_flush_stdout() : status;
}
