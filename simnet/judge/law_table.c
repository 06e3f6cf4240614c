/* The laws, one row each: name, where the RFC says so, and the sentence that the world is held to. The order is that of
 * LAW_LIST; names are for good, new laws are added. */
#include "laws.h"

const sn_law sn_laws[] = {
    [LAW_TX1] = { "TX1", "RFC3261:17.1.1.2",
                  "over UDP an unanswered INVITE goes out again T1*(2^n - 1) after the first, "
                  "never capped, until any "
                  "response comes or 64*T1 passed; every copy has the same bytes" },
    [LAW_TX2] = { "TX2", "RFC3261:17.1.1.2",
                  "Timer B ends an INVITE that nothing answered, exactly 64*T1 after it left" },
    [LAW_TX3] = { "TX3", "RFC3261:17.1.2.2",
                  "over UDP another request goes out again at intervals that double from T1 up to "
                  "T2, at T2 once a "
                  "provisional response came, until a final one or 64*T1; a probe of RFC 8899 each "
                  "PROBE_TIMER, MAX_PROBES times" },
    [LAW_TX4] = { "TX4", "RFC3261:17.1.2.2",
                  "Timer F ends a request without a final response, exactly 64*T1 after it left" },
    [LAW_TX5] = { "TX5", "RFC3261:17.2.1",
                  "over UDP a final response of 300 to 699 to an INVITE goes out again at "
                  "intervals that double from T1 up "
                  "to T2 until the ACK comes, and once for each copy of the INVITE" },
    [LAW_TX6] = { "TX6", "RFC3261:17.2.1",
                  "Timer H gives up waiting for that ACK exactly 64*T1 after the response left" },
    [LAW_TX7] = { "TX7", "RFC3261:17.1.1.2",
                  "an INVITE client transaction stays in Completed at least 32 s over UDP, no time "
                  "at all over a reliable "
                  "transport (Timer D)" },
    [LAW_TX8] = { "TX8", "RFC3261:17.2.2",
                  "I and K last T4 over UDP and nothing otherwise, J lasts 64*T1 over UDP and "
                  "nothing otherwise, L and M "
                  "last 64*T1 (RFC 6026)" },
    [LAW_TX9] = { "TX9", "RFC3261:13.3.1.4",
                  "the core of a UAS sends its 2xx again at intervals that double from T1 up to "
                  "T2, on any transport, until "
                  "the ACK comes or 64*T1 passed" },
    [LAW_TX10] = { "TX10", "RFC3261:17.2.1",
                   "a server transaction sends one final response only, no provisional one after "
                   "it, and its copies have "
                   "the same bytes; a UAS sends one 2xx per To tag" },
    [LAW_TX11] = { "TX11", "RFC3261:17.1.1.3",
                   "each copy of a final response of 300 to 699 to an INVITE is acknowledged at "
                   "once, by the transaction, "
                   "with the INVITE's branch; nothing else is" },
    [LAW_TX12] = { "TX12", "RFC3261:13.2.2.4",
                   "the core of a UAC acknowledges each copy of a 2xx to its INVITE, in a "
                   "transaction of its own" },
    [LAW_TX13] = { "TX13", "RFC3261:17", "an ACK is never answered" },
    [LAW_TX14] = { "TX14", "RFC3261:9.1",
                   "a CANCEL leaves only after a provisional response to its INVITE came, with the "
                   "INVITE's branch" },
    [LAW_TX15] = { "TX15", "RFC4320:4.1",
                   "a request other than INVITE is never answered 408 (4.2), nor 101 to 199, nor "
                   "over UDP with 100 before a "
                   "Timer E would reach T2; by then it has some answer" },
    [LAW_TX16] = { "TX16", "RFC3261:9.1",
                   "64*T1 after its CANCEL an INVITE without a final response is given up" },
    [LAW_TX17] = { "TX17", "RFC3261:17.2.2",
                   "a copy of a request is answered at once with the last response, if there was "
                   "one" },
    [LAW_TX18] = { "TX18", "RFC4320:4.2",
                   "a response leaves only for a request that came and whose transaction lives" },
    [LAW_TX19] = { "TX19", "RFC3261:17.2.1",
                   "an INVITE gets some response, if only 100, within 200 ms of coming" },
    [LAW_PRX1] = { "PRX1", "RFC3261:16.6",
                   "a proxy's request is one that it received, with exactly one Via more: its own, "
                   "above the received one" },
    [LAW_PRX2] = { "PRX2", "RFC3261:16.6",
                   "a proxy lowers Max-Forwards by one, or adds 70 where there was none" },
    [LAW_PRX3] = { "PRX3", "RFC3261:16.7",
                   "a response has the Vias of its request: a proxy takes off its own and no other "
                   "(8.2.6.2 for a UAS)" },
    [LAW_PRX4] = { "PRX4", "RFC3261:16.7", "a proxy never passes a 100 on" },
    [LAW_PRX5] = { "PRX5", "RFC3261:16.7",
                   "a proxy passes each 2xx to an INVITE on at once, each copy of it, and sends "
                   "none by itself (RFC 6026)" },
    [LAW_PRX6] = { "PRX6", "RFC3261:16.7",
                   "a proxy sends one final response of 300 to 699 upstream at most, none after a "
                   "2xx" },
    [LAW_PRX7] = { "PRX7", "RFC3261:16.7",
                   "a proxy passes 101 to 199 to an INVITE on at once, until a final response "
                   "went" },
    [LAW_PRX8] = { "PRX8", "RFC3261:16.7",
                   "a proxy that sent a final response upstream cancels at once what still rings" },
    [LAW_PRX9] = { "PRX9", "RFC5393:5.3.3",
                   "the branches of a request that are under way at once are together no wider "
                   "than the Max-Breadth that it came with" },
    [LAW_PRX10] = { "PRX10", "RFC3261:16.11",
                    "a stateless proxy forwards every copy of a request with the same branch" },
    [LAW_PRX11] = { "PRX11", "RFC3261:26.3.2.4",
                    "whom a proxy told nothing but refusals over UDP, it sent no more messages "
                    "than "
                    "came in his name, and at most five times as many bytes" },
    [LAW_DLG1] = { "DLG1", "RFC3261:15",
                   "when one end of a call knows that it ended, the other does too, if no timeout "
                   "explains it" },
    [LAW_DLG2] = { "DLG2", "RFC3261:15",
                   "a callee sends no BYE before the ACK came or 64*T1 passed" },
    [LAW_DLG4] = { "DLG4", "RFC3261:14.1",
                   "an INVITE leaves in a dialog only when none of either side is under way" },
    [LAW_DLG5] = { "DLG5", "RFC3261:12.2.1.1",
                   "a request in a dialog, whatever made that, has the routes that it was made "
                   "with, and goes "
                   "to "
                   "the remote target, which only target refreshes change" },
    [LAW_DLG6] = { "DLG6", "RFC4028:10",
                   "a session with an interval is refreshed or ended by a BYE before it runs out" },
    [LAW_DLG7] = { "DLG7", "RFC3261:12.1",
                   "what an end knows of its dialog is what the messages show, and so what the "
                   "other end knows: the last CSeq numbers of both sides, and that it is secure" },
    [LAW_TAG1] = { "TAG1", "RFC3261:8.2.6.2",
                   "every response of a user agent but a 100 has a To tag: that of the request, or "
                   "one that is the same in all responses to it" },
    [LAW_REL1] = { "REL1", "RFC3262:3",
                   "a UAS sends 1xx reliably only to who said that it takes them; the RSeq of the "
                   "first is 1 to 2^31 - 1, of each that follows higher by one, and the second "
                   "waits for the first's PRACK" },
    [LAW_REL2] = { "REL2", "RFC3262:3",
                   "a reliable response goes out again, byte for byte, at intervals that double "
                   "from T1 and are not capped, until its PRACK or a final response; after 64*T1 "
                   "the INVITE is rejected" },
    [LAW_REL3] = { "REL3", "RFC3262:4",
                   "a PRACK leaves for a reliable response that came in order, and only one at a "
                   "time" },
    [LAW_REL4] = { "REL4", "RFC3262:3",
                   "a PRACK gets a 2xx only when it names a reliable response that left and was "
                   "not acknowledged before" },
    [LAW_REL5] = { "REL5", "RFC3262:3",
                   "a 2xx to an INVITE waits for the PRACK of a reliable response that had a "
                   "session description" },
    [LAW_OFF1] = { "OFF1", "RFC3264:4",
                   "an offer leaves only when no other of either side is under way in its dialog, "
                   "in "
                   "an UPDATE not before the first INVITE's exchange is done (RFC 3311 5.1)" },
    [LAW_OFF2] = { "OFF2", "RFC6337:2.2",
                   "an offer gets one answer: in the first reliable non-failure response to its "
                   "INVITE, in the 2xx to its PRACK or UPDATE, in the PRACK or ACK of what it came "
                   "in; the first reliable response to an INVITE without one has one; no other "
                   "message has a description but copies and previews of the answer" },
    [LAW_OFF3] = { "OFF3", "RFC3264:6",
                   "an answer has the m= lines of its offer, in their order; a later offer has no "
                   "fewer than were agreed (8)" },
    [LAW_OFF4] = { "OFF4", "RFC3264:8",
                   "a side's description has the o= line of its last one, but for a version higher "
                   "by one when anything differs" },
    [LAW_OFF5] = { "OFF5", "RFC3264:4",
                   "both ends of a call end it with the same session: as many lines, of the same "
                   "kinds, each on or off and with mirrored directions, with the formats and the "
                   "versions of the same offer and answer, unless one was just being changed or "
                   "nobody could say what became of a change" },
    [LAW_SUB1] = { "SUB1", "RFC6665:4.2.1.2",
                   "who accepts a SUBSCRIBE or REFER sends a NOTIFY for it" },
    [LAW_SUB2] = { "SUB2", "RFC6665:4.2.2",
                   "a NOTIFY leaves only in a dialog whose SUBSCRIBE or REFER was accepted, and "
                   "the "
                   "CSeq of each new one is higher" },
    [LAW_SUB3] = { "SUB3", "RFC6665:4.1.2",
                   "a subscription goes on, never back, and not past its end; Timer N fires 64*T1 "
                   "after a SUBSCRIBE or REFER, and none waits for longer" },
    [LAW_SUB4] = { "SUB4", "RFC3515:2.4.7",
                   "who accepts a REFER tells what became of it until that has ended" },
    [LAW_SUB5] = { "SUB5", "RFC6665:4.4.1",
                   "no NOTIFY leaves for a subscription behind the one that said \"terminated\"" },
    [LAW_LOC1] = { "LOC1", "RFC3263:4",
                   "all copies of a request, and its CANCEL, go where the first one went; what "
                   "goes elsewhere is another transaction (4.3)" },
    [LAW_LOC2] = { "LOC2", "RFC3263:4.3",
                   "a request goes to one of the servers of a name only when each of a better "
                   "priority failed it, or had just failed its sender" },
    [LAW_DNS1] = { "DNS1", "RFC2782",
                   "a host does not ask a DNS for what it was told and may still keep" },
    [LAW_QUE1] = { "QUE1", "RFC4412:4.5.2",
                   "what waits at a proxy is served in the order of its classes and, within one, "
                   "of its coming; no message before an earlier one of its dialog from the same "
                   "neighbour" },
    [LAW_BTB1] = { "BTB1", "RFC3261:16.6",
                   "an INVITE that a B2BUA sends because another came goes fewer hops than that "
                   "one, and it sends no other" },
    [LAW_NET1] = { "NET1", "",
                   "each copy that a link promised arrives exactly once, and nothing else does" },
    [LAW_NET2] = { "NET2", "",
                   "a packet arrives at the promised instant, at least 1 ns after it left" },
    [LAW_NET3] = { "NET3", "", "time never runs backwards, and the keys of events only grow" },
    [LAW_NET4] = { "NET4", "",
                   "a datagram that is received was sent, byte for byte, and no oftener than sent "
                   "and duplicated" },
    [LAW_NET5] = { "NET5", "RFC9293:3.4",
                   "the messages that come out of a stream are those that went in, byte for byte, "
                   "in their order, none left out, however it was cut" },
    [LAW_NET6] = { "NET6", "RFC791:3.1",
                   "a router cuts no packet of IPv4 that has DON'T FRAGMENT, and none of IPv6 (RFC "
                   "8200 5), whatever would fit" },
    [LAW_NET7] = { "NET7", "RFC791:3.2",
                   "no packet but a segment of a stream goes onto a link that is longer than what "
                   "both its ends know it to carry" },
    [LAW_TRN1] = { "TRN1", "RFC3261:18.1.1",
                   "who can send by TCP too sends no request over UDP that is within 200 bytes of "
                   "the MTU it knows, or over 1300 when it knows none, but to who refused a "
                   "connection, what follows an INVITE, and a probe of RFC 8899" },
    [LAW_TRN2] = { "TRN2", "RFC3261:9.1",
                   "a CANCEL, and the ACK to a final response of 300 to 699 (17.1.1.3), leave by "
                   "the transport and to the peer of their INVITE" },
    [LAW_TRN3] = { "TRN3", "RFC3261:18.2.2",
                   "a response goes to where its request came from, over UDP to the port that its "
                   "Via says (RFC 3581 4); elsewhere goes what failed there (RFC 3263 5)" },
    [LAW_LEFT1] = { "LEFT1", "",
                    "after the drain no transaction, context, timer or block is left but what "
                    "registrations, open connections, calls that nobody ended and their last "
                    "refreshes explain" },
    [LAW_LIVE1] = { "LIVE1", "",
                    "each call that was placed was answered, rejected or given up by the time the "
                    "run came to rest, and what was answered was not rejected" },
    [LAW_AUTH1] = { "AUTH1", "RFC3261:22.3",
                    "a request that needs credentials is served or passed on only with some that a "
                    "user with the password made for it" },
    [LAW_AUTH2] = { "AUTH2", "RFC7616:3.4",
                    "credentials serve one request: a server takes no nonce count twice" },
    [LAW_AUTH3] = { "AUTH3", "RFC3261:22.1",
                    "credentials leave a user agent toward a node of their realm, or its outbound "
                    "proxy, and nowhere else, but for the ACK that repeats them" },
    [LAW_AUTH4] = { "AUTH4", "RFC7616:3.4",
                    "the nonce counts of a user agent rise with every request that has the nonce" },
    [LAW_AUTH5] = { "AUTH5", "RFC3261:26.3.2.4",
                    "a challenge of who showed no right credentials is sent and forgotten: no "
                    "transaction keeps it, to send it again, unless a 100 had to go before it" },
    [LAW_DLG3] = { "DLG3", "RFC3261:12.2.1.1",
                   "the CSeq numbers of a side's requests in a dialog only rise, but those of ACK "
                   "and CANCEL" },
};
const unsigned sn_law_count = LAW_COUNT;

_Static_assert(SS_COUNT(sn_laws) == LAW_COUNT, "a row for each law");
_Static_assert(LAW_COUNT <= 64 * SS_COUNT(((sn_law_mask *)0)->words), "a bit for each law");
