/* Sample messages, and the means to vary and parse them. Every message here was written for this project. */
#include "messages.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define N "\r\n"

static const char invite[] =
    "INVITE sip:bob@biloxi.example SIP/2.0" N
    "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK776asdhds;rport" N "Max-Forwards: 70" N
    "From: \"Alice \\\"A\\\" Liddell\" <sip:alice@atlanta.example>;tag=1928301774" N
    "To: Bob <sip:bob@biloxi.example>" N "Call-ID: a84b4c76e66710@10.0.0.1" N
    "CSeq: 314159 INVITE" N "Contact: <sip:alice@10.0.0.1>" N "Content-Type: application/sdp" N
    "Content-Length: 101" N N "v=0" N "o=alice 1 1 IN IP4 10.0.0.1" N "s=-" N "c=IN IP4 10.0.0.1" N
    "t=0 0" N "m=audio 4000 RTP/AVP 0" N "a=ptime:20" N;

static const char invite_compact[] =
    "\r\n\r\nINVITE sips:bob:s%20cret@[2001:db8::9]:5061;transport=tcp;lr?subject=hi%20there "
    "SIP/2.0" N "v:SIP/2.0/TLS\t[2001:db8::1]:5061 ; branch = z9hG4bKa , SIP / 2.0 / UDP "
    "old.example;branch=z9hG4bKb" N "v: SIP/2.0/UDP "
    "192.0.2.4;received=192.0.2.5;rport=1024;ttl=16;maddr=224.2.0.1;branch=z9hG4bKc" N
    "f : sip:alice@atlanta.example;tag=a" N "t:<sips:bob@biloxi.example>" N "i:f0b40bcc-3485@x" N
    "cseq: 0009" N " INVITE" N "MAX-FORWARDS:" N "\t70" N
    "m: \"Q, <z>\" <sip:alice@10.0.0.1;ob>;q=0.7;expires=60," N " <sip:a@[::1]>" N
    "Route: <sip:p1.example;lr>, <sip:p2.example;lr>" N "Route:<sip:p3.example;lr>" N
    "k: 100rel,  timer" N "Supported:" N "s: a folded" N "   subject \xc3\xa9" N
    "X-Unknown: \"\\\x07\" anything <" N "l: 0" N N;

static const char ack[] = "ACK sip:bob@192.0.2.4 SIP/2.0" N
                          "Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKnashds9" N
                          "Max-Forwards: 70" N "From: <sip:alice@atlanta.example>;tag=1" N
                          "To: <sip:bob@biloxi.example>;tag=2" N "Call-ID: 1" N "CSeq: 1 ACK" N N;

static const char reg[] =
    "REGISTER sip:registrar.biloxi.example SIP/2.0" N
    "Via: SIP/2.0/UDP bobspc.biloxi.example:5060;branch=z9hG4bKr" N "Max-Forwards: 70" N
    "To: Bob <sip:bob@biloxi.example>" N "From: Bob <sip:bob@biloxi.example>;tag=456248" N
    "Call-ID: 843817637684230@998sdasdh09" N "CSeq: 1826 REGISTER" N "Contact: *" N "Expires: 0" N
    "Authorization: Digest username=\"bob\", realm=\"biloxi.example\", nonce=\"84a4, cc\"" N
    "Require: gruu" N "Content-Length: 0" N N "trailing bytes of the datagram";

static const char ringing[] =
    "SIP/2.0 180 Ringing" N
    "Via: SIP/2.0/UDP server10.example;branch=z9hG4bK4b43c2ff8.1;received=192.0.2.3" N
    "Via: SIP/2.0/UDP pc33.example;branch=z9hG4bK776asdhds;received=192.0.2.1" N
    "To: Bob <sip:bob@b.example>;tag=a6" N "From: Alice <sip:alice@a.example>;tag=19" N
    "Call-ID: a84b4c76e66710" N "Contact: <sip:bob@192.0.2.4>" N "CSeq: 314159 INVITE" N
    "Record-Route: <sip:p2.example;lr>,<sip:p1.example;lr>" N "Content-Length: 0" N N;

static const char unauthorized[] =
    "SIP/2.0 401 " N "Via: SIP/2.0/TCP c.example;branch=z9hG4bK1" N
    "From: <sip:a@a.example>;tag=1" N "To: <sip:a@a.example>;tag=2" N "Call-ID: 2@a" N
    "CSeq: 2147483647 REGISTER" N "WWW-Authenticate: Digest realm=\"a\", nonce=\"1\"" N
    "WWW-Authenticate: Digest realm=\"b\", nonce=\"2\"" N
    "Warning: 370 devnull \"Choose a, bigger pipe\", 399 x \"y\"" N
    "Retry-After: 18000;duration=3600" N N;

static const char message[] =
    "MESSAGE tel:+358-555-1234567 SIP/2.0" N
    "Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKm" N "From: urn:service:sos;tag=1" N
    "To: <tel:+358-555-1234567>" N "Call-ID: m" N "CSeq: 1 MESSAGE" N "Content-Type: text/plain" N N
    "no Content-Length: the datagram ends it\r\n\r\n";

static const char extension[] = "NEWMETHOD!'~ sip:host.example SIP/2.0" N
                                "Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx;ext=\"a;b\"" N
                                "From: <sip:x@y.example>;tag=x;p=\"q;r\"" N "To: sip:y.example" N
                                "Call-ID: (<[{}]>)\"?/\\:@w" N "CSeq: 0 NEWMETHOD!'~" N N;

#define MESSAGE(id)            \
    {                          \
#id,                   \
        {                      \
            id, sizeof(id) - 1 \
        }                      \
    }
const test_message test_messages[] = {
    MESSAGE(invite),  MESSAGE(invite_compact), MESSAGE(ack),     MESSAGE(reg),
    MESSAGE(ringing), MESSAGE(unauthorized),   MESSAGE(message), MESSAGE(extension),
};
const size_t test_message_count = SS_COUNT(test_messages);

ss_slice test_message_named(const char *name)
{
    for (size_t i = 0; i < test_message_count; i++) {
        if (strcmp(test_messages[i].name, name) == 0) {
            return test_messages[i].bytes;
        }
    }
    test_fail((test_place){ __FILE__, __LINE__, name, NULL }, "no such message");
}

static const char *const request_lines[] = {
    "INVITE sip:bob@biloxi.example SIP/2.0",
    "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
    "Max-Forwards: 70",
    "From: <sip:alice@atlanta.example>;tag=1",
    "To: <sip:bob@biloxi.example>",
    "Call-ID: 1@10.0.0.1",
    "CSeq: 1 INVITE",
    "Content-Length: 0",
};

/* The length of the field name at the start of a line. */
static size_t name_len(const char *line)
{
    return strcspn(line, ": \t");
}

static bool same_name(const char *a, const char *b)
{
    return name_len(a) == name_len(b) && memcmp(a, b, name_len(a)) == 0;
}

/* What stands for a line under the edit; NULL when it goes. */
static const char *edited(const char *line, const char *edit)
{
    if (line == request_lines[0]) {
        return *edit == '^' ? edit + 1 : line;
    }
    if (*edit == '-' && same_name(edit + 1, line)) {
        return NULL;
    }
    if (*edit == '@' && same_name("Content-Length", line)) {
        return NULL;
    }
    return same_name(edit, line) ? edit : line;
}

ss_slice test_request(const char *edit)
{
    static char memory[1 << 17];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    for (size_t i = 0; i < SS_COUNT(request_lines); i++) {
        const char *line = edited(request_lines[i], edit);
        if (line != NULL) {
            ss_put_text(&b, line);
            ss_put_text(&b, N);
        }
    }
    if (*edit == '+') {
        ss_put_text(&b, edit + 1);
        ss_put_text(&b, N);
    }
    ss_put_text(&b, N);
    if (*edit == '@') {
        ss_put_text(&b, edit + 1);
    }
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

ss_slice test_update(const char *edit)
{
    static char memory[1 << 17];
    static const char invite_name[] = "INVITE", update_name[] = "UPDATE";
    const ss_slice bytes = test_request(edit);
    memcpy(memory, bytes.at, bytes.len);
    for (size_t at = 0; at + 6 <= bytes.len; at++) {
        if (memcmp(memory + at, invite_name, 6) == 0) {
            memcpy(memory + at, update_name, 6);
        }
    }
    return (ss_slice){ memory, bytes.len };
}

ss_arena *test_arena(void)
{
    static _Alignas(16) unsigned char memory[1 << 18];
    static ss_arena arena = { memory, sizeof memory, 0 };
    return &arena;
}

ss_status test_parse(ss_slice bytes, ss_msg *msg, ss_diag *diag)
{
    test_arena()->used = 0;
    return ss_msg_parse(msg, test_arena(), bytes, diag);
}

void test_parse_ok(ss_slice bytes, ss_msg *msg)
{
    ss_diag diag;
    const ss_status status = test_parse(bytes, msg, &diag);
    CHECK_STR(diag.sentence, "");
    CHECK_OK(status);
}

ss_status test_verdict(const char *edit, unsigned *response)
{
    ss_msg msg;
    ss_diag diag;
    const ss_status status = test_parse(test_request(edit), &msg, &diag);
    *response = diag.response;
    return status;
}

ss_slice test_exact(ss_slice bytes)
{
    static char *copy;
    free(copy);
    copy = NULL;
    if (bytes.len == 0) {
        return SS_EMPTY;
    }
    copy = malloc(bytes.len);
    CHECK_NOT_NULL(copy);
    memcpy(copy, bytes.at, bytes.len);
    return (ss_slice){ copy, bytes.len };
}
