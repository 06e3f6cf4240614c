/* Prints sip.dict, the words that a fuzzer may put into SIP messages, for libFuzzer and AFL++: every header name of
 * headers.def with its compact form, methods, and the words of RFC 3261 25.1 that no table holds. Run by the build:
 * fz_sip_dict FILE. */
#include <stdio.h>

static void put_word(FILE *to, const char *word)
{
    putc('"', to);
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\') {
            fprintf(to, "\\%c", *word);
        } else if (*word < 0x20) {
            fprintf(to, "\\x%02x", (unsigned)(unsigned char)*word);
        } else {
            putc(*word, to);
        }
    }
    fputs("\"\n", to);
}

static void put_header(FILE *to, const char *name, char compact)
{
    char line[64];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    put_word(to, line);
    if (compact != 0) {
        snprintf(line, sizeof line, "\r\n%c: ", compact);
        put_word(to, line);
    }
}

static const char *const words[] = {
    "INVITE ",
    "ACK ",
    "BYE ",
    "CANCEL ",
    "OPTIONS ",
    "REGISTER ",
    "PRACK ",
    "UPDATE ",
    "INFO ",
    "SUBSCRIBE ",
    "NOTIFY ",
    "REFER ",
    "MESSAGE ",
    "PUBLISH ",
    " SIP/2.0\r\n",
    "SIP/2.0 200 OK\r\n",
    "SIP/2.0 180 ",
    "SIP/2.0/UDP ",
    "SIP/2.0/TCP ",
    "SIP/2.0/TLS ",
    "SIP / 2.0 / UDP ",
    "sip:",
    "sips:",
    "tel:",
    "urn:service:sos",
    ";branch=z9hG4bK",
    ";tag=",
    ";rport",
    ";rport=5060",
    ";received=192.0.2.1",
    ";maddr=",
    ";ttl=",
    ";lr",
    ";transport=tcp",
    ";q=0.7",
    ";expires=",
    ";user=phone",
    ";method=INVITE",
    "[2001:db8::1]",
    "::ffff:192.0.2.1",
    "192.0.2.1",
    ":5060",
    "<sip:a@b>",
    "*",
    ", ",
    "\r\n ",
    "\r\n\t",
    "\r\n\r\n",
    "\\\"",
    "\"\"",
    "%00",
    "%40",
    "?subject=",
    "&",
    "Digest realm=\"",
    "nonce=\"",
    "uri=\"",
    "response=\"",
    "qop=auth",
    "algorithm=MD5",
    "stale=TRUE",
    "100rel",
    "timer",
    "replaces",
    "application/sdp",
    "multipart/mixed;boundary=",
    "message/sipfrag",
    "4294967295",
    "4294967296",
    "2147483647",
    "2147483648",
    "18446744073709551616",
    "-1",
    "z9hG4bK",
};

int main(int argc, char **argv)
{
    FILE *to = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (to == NULL) {
        fputs("usage: fz_sip_dict FILE\n", stderr);
        return 2;
    }
    fputs("# Generated from headers.def.\n", to);
#define HEADER(id, name, compact, repetition, grammar, methods, section) \
    put_header(to, name, compact);
#include "ss/headers.def"
#undef HEADER
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        put_word(to, words[i]);
    }
    return fclose(to) == 0 ? 0 : 7;
}
