/* What is written for a key whose value is read by code of its own: an example or two, or the words, as sipsim schema and sipsim list keys
 * show it. A test holds the rows to the keys.
 */
#include "forms.h"

#include <string.h>

static const struct {
    const char *section, *key, *form;
} forms[] = {
    { "", "sipsim", "1: the version of the format" },
    { "", "order", "fifo, or {mode: seeded, seed: 7}: of what happens at one instant" },
    { "", "epoch", "a date, as 2030-01-01T00:00:00Z" },
    { "", "story", "a list of lines, each with an instant: {at: 1s, alice: {call: bob, as: c1}}" },
    { "", "session", "records of a fuzz input, as sipsim replay --as yaml writes them" },
    { "links", "jitter", "5ms, {dist: normal, sd: 5ms}, or {dist: table, file: delays.txt}" },
    { "links", "loss", "2%, or a model, as {gemodel: {p: 1%, r: 20%}}" },
    { "links", "corrupt", "1%, or {p: 1%, corr: 25%, mode: burst, bits: 12}" },
    { "links", "duplicate", "1%, or {p: 1%, corr: 25%, delay: 5ms}" },
    { "links", "reorder", "1%, or {p: 1%, corr: 25%, gap: 5, by: 2 packets}" },
    { "links", "rate", "2mbit, or {bits: 512kbit, overhead: 18B, cell: 48B, cell_overhead: 5B}" },
    { "links", "queue", "50 packets, 64KB, or {policy: codel, limit: 64KB}" },
    { "links", "slot", "{min: 5ms, max: 8ms, packets: 4}, or {mean: 5ms, jitter: 1ms}" },
    { "links", "profile", "a name of sipsim list profiles" },
    { "links", "netem", "options of tc netem, as \"delay 40ms 8ms loss 1%\"" },
    { "links", "up", "a mapping of the same keys, for the way to the router" },
    { "links", "down", "a mapping of the same keys, for the way from the router" },
    { "routers", "via", "the router above it" },
    { "routers", "net", "a block of addresses, as 10.240.0.0/14" },
    { "routers", "icmp", "{sends: [unreachable], passes: [unreachable, too_big], delay: 5ms}" },
    { "sites", "count", "how many there are, each with a router of its own" },
    { "sites", "via", "the router above it" },
    { "sites", "holds", "{phone: 20}: so many of a group behind each" },
    { "sites", "net", "a block of addresses, as 10.240.0.0/14" },
    { "sites", "icmp", "{sends: [unreachable], passes: [unreachable, too_big], delay: 5ms}" },
    { "domains", "algorithms", "[SHA-256, MD5]: the challenges, in their order" },
    { "domains", "qop", "[auth, auth-int]: of a challenge" },
    { "domains", "challenge", "[register, invite]: methods that need credentials" },
    { "dns", "records", "a list of records in master-file form" },
    { "nodes", "role", "ua, proxy, b2bua, tap, dns, router" },
    { "nodes", "roles", "a list of them, as [proxy, registrar]" },
    { "nodes", "count", "how many there are: name[0], name[1] ..." },
    { "nodes", "via", "the router above it" },
    { "nodes", "net", "a block of addresses, as 10.240.0.0/14" },
    { "nodes", "outbound", "the proxy that its requests go to; of a proxy also a host name" },
    { "nodes", "injects", "{message: INVITE, rate: 200/s, during: 1s..5s}: what a tap makes up" },
    { "nodes", "records", "records in master-file form: a server of these alone" },
    { "nodes", "media", "audio, video, message, or a list of them" },
    { "nodes", "session_timer", "{expires: 90s, min: 90s, refresher: uac}" },
    { "nodes", "register", "{expires: 1h, at: uniform 0s..5s}" },
    { "nodes", "events", "presence, dialog, or a list of them" },
    { "nodes", "info", "a list of INFO packages, as [dtmf]" },
    { "nodes", "subscribe", "{to: bob, event: presence, expires: 1h}" },
    { "nodes", "guest_of", "a list of domains" },
    { "nodes", "auth", "{minimum: SHA-256, prefer: strongest}" },
    { "nodes", "challenge", "[invite, message]: methods that need credentials" },
    { "nodes", "defence", "limits per source and per user, and when somebody is blocked" },
    { "nodes", "queue", "{service: 20ms, workers: 2}" },
    { "nodes", "overload_control", "[rate, loss]: what it knows of RFC 7339 and RFC 7415" },
    { "nodes", "quota", "{transactions: 1000, dialogs: 1000, bytes: 1MB}" },
    { "nodes", "listen", "[udp, tcp]: the transports that it hears" },
    { "nodes", "probing", "{timer: 16s, probes: 3}: how it asks what its ways carry" },
    { "nodes", "reassembly",
      "{timeout: 30s, overlap: first}: what becomes of datagrams in pieces" },
    { "nodes", "ip", "v4, v6, or both, the preferred one first: [v6, v4]" },
    { "nodes", "icmp", "{sends: [unreachable], passes: [unreachable, too_big], delay: 5ms}" },
    { "behaviours", "ring", "a time or a distribution, as exp 3s" },
    { "behaviours", "answer", "a time or a distribution, as exp 3s" },
    { "behaviours", "retry_after", "whole seconds, as 30s" },
    { "behaviours", "after", "a list of acts, as [{hold: exp 3s}, {resume: 5s}]" },
    { "calls", "from", "a group of user agents, or a part of one, as caller[0..99]" },
    { "calls", "to", "a group of user agents, or a part of one, as caller[0..99]" },
    { "calls", "rate", "10/s, or poisson 10/s" },
    { "calls", "during", "10s..130s" },
    { "calls", "hangup", "{caller: 70%, callee: 30%}" },
    { "calls", "media", "audio, video, message, or a list of them" },
    { "calls", "after",
      "a list of acts, as [{hold: exp 3s}, {resume: 5s}, {message: 1s, text: hello}]" },
    { "calls", "credentials",
      "{user: \"u{n}\", password: secret}: as whom these calls are made; or none" },
    { "calls", "no_answer", "a time or a distribution, as exp 30s; or none" },
    { "calls", "update", "a time or a distribution, as exp 3s" },
    { "events", "partition", "a -> b, each a node, a part of a group, or any" },
    { "events", "node", "a node, or a part of a group, as phone[0..9]" },
    { "events", "link", "the node whose link it is, or a part of a group" },
    { "events", "is", "down, silent, failing or clogged" },
    { "events", "set", "keys of a link with new values, as {loss: 5%}" },
    { "events", "ramp", "{to: {delay: 400ms}, from: {delay: 20ms}, over: 30s, steps: 20}" },
    { "events", "walk", "{from: {delay: 10ms}, to: {delay: 250ms}, levels: 7, every: 500ms}" },
    { "events", "flap", "{up: exp 10s, down: exp 1s}: so much as ever, so much as `is` says" },
    { "events", "remove", "records that the zones lose" },
    { "events", "add", "records that the zones get" },
    { "faults", "path", "a -> b, each a node, a part of a group, or any" },
    { "faults", "match", "{method: INVITE, nth: 2, call: c1}: which messages" },
    { "faults", "during", "10s..130s" },
    { "faults", "do", "drop, duplicate, corrupt, {delay: 300ms} or {edit: ...}" },
    { "expect", "metric", "a name of sipsim list metrics" },
    { "expect", "calls", "a name of calls" },
    { "expect", "window", "10s..130s" },
    { "expect", "is", "a comparison, as \">= 99%\"" },
};

const char *sn_form_of(const char *section, const char *key)
{
    for (size_t i = 0; i < SS_COUNT(forms); i++) {
        if (strcmp(forms[i].section, section) == 0 && strcmp(forms[i].key, key) == 0) {
            return forms[i].form;
        }
    }
    return NULL;
}

bool sn_form_at(unsigned nth, const char **section, const char **key)
{
    if (nth >= SS_COUNT(forms)) {
        return false;
    }
    *section = forms[nth].section;
    *key = forms[nth].key;
    return true;
}
