/* Values that software gets wrong: where its types end, where its buffers end, where a grammar has an exception. */
#include "edit_tables.h"

void sn_cut_put_number(sn_cut *c)
{
    static const ss_slice numbers[] = {
        SS_LIT_INIT("0"),
        SS_LIT_INIT("1"),
        SS_LIT_INIT("255"),
        SS_LIT_INIT("256"),
        SS_LIT_INIT("65535"),
        SS_LIT_INIT("65536"),
        SS_LIT_INIT("2147483647"),
        SS_LIT_INIT("2147483648"),
        SS_LIT_INIT("4294967295"),
        SS_LIT_INIT("4294967296"),
        SS_LIT_INIT("9223372036854775808"),
        SS_LIT_INIT("18446744073709551615"),
        SS_LIT_INIT("18446744073709551616"),
        SS_LIT_INIT("99999999999999999999999999999999999999999999"),
        SS_LIT_INIT("00000000000000000000000000000000000000000001"),
        SS_LIT_INIT("-1"),
        SS_LIT_INIT("+1"),
        SS_LIT_INIT("1.5"),
        SS_LIT_INIT("0x10"),
        SS_LIT_INIT("1e9"),
        SS_LIT_INIT(""),
        SS_LIT_INIT("1 1"),
    };
    ss_put(c->out, SN_CUT_ONE_OF(c, numbers));
}

void sn_cut_put_method(sn_cut *c)
{
    static const ss_slice odd[] = { SS_LIT_INIT("invite"),
                                    SS_LIT_INIT("Invite"),
                                    SS_LIT_INIT("INVITES"),
                                    SS_LIT_INIT("I"),
                                    SS_LIT_INIT(""),
                                    SS_LIT_INIT("ODD"),
                                    SS_LIT_INIT("1"),
                                    SS_LIT_INIT("!%*_+`'~"),
                                    SS_LIT_INIT("AC\xc3\x8b"),
                                    SS_LIT_INIT("BYE\t"),
                                    SS_LIT_INIT(
                                        "ODDMETHODWITHANAMETHATGOESONANDONANDONANDONANDON") };
    const uint32_t which = sn_choose(c->choices, SS_METHOD_COUNT - 1 + SS_COUNT(odd));
    ss_put(c->out, which < SS_METHOD_COUNT - 1 ? ss_method_name((ss_method)(which + 1))
                                               : odd[which - (SS_METHOD_COUNT - 1)]);
}

void sn_cut_put_long(sn_cut *c)
{
    static const uint32_t lengths[] = { 64, 255, 256, 1024, 4096, 8192 };
    static const ss_slice letters[] = { SS_LIT_INIT("a"), SS_LIT_INIT("0"),  SS_LIT_INIT(" "),
                                        SS_LIT_INIT(","), SS_LIT_INIT(";a"), SS_LIT_INIT("%41") };
    const uint32_t len = lengths[sn_choose(c->choices, SS_COUNT(lengths))];
    const ss_slice letter = SN_CUT_ONE_OF(c, letters);
    sn_cut_run(c, letter, len / (uint32_t)letter.len);
}

void sn_cut_put_host(sn_cut *c)
{
    static const ss_slice hosts[] = {
        SS_LIT_INIT(""),
        SS_LIT_INIT("[::1]"),
        SS_LIT_INIT("[::1"),
        SS_LIT_INIT("[]"),
        SS_LIT_INIT("[::ffff:1.2.3.4]"),
        SS_LIT_INIT("::1"),
        SS_LIT_INIT("[1::2::3]"),
        SS_LIT_INIT("0.0.0.0"),
        SS_LIT_INIT("255.255.255.255"),
        SS_LIT_INIT("127.0.0.1"),
        SS_LIT_INIT("256.1.1.1"),
        SS_LIT_INIT("1.2.3"),
        SS_LIT_INIT("224.0.1.75"),
        SS_LIT_INIT("localhost"),
        SS_LIT_INIT("odd.invalid"),
        SS_LIT_INIT("."),
        SS_LIT_INIT("a..b"),
        SS_LIT_INIT("-a.example"),
        SS_LIT_INIT("a-.example"),
        SS_LIT_INIT("a.example."),
        SS_LIT_INIT("a.1"),
        SS_LIT_INIT("a.example:0"),
        SS_LIT_INIT("a.example:65536"),
        SS_LIT_INIT("a.example:"),
        SS_LIT_INIT("a.example:-1"),
        SS_LIT_INIT("a.example : 5060"),
        SS_LIT_INIT("%61.example"),
        SS_LIT_INIT("\xc3\xa4.example"),
        SS_LIT_INIT(
            "a23456789b123456789c123456789d123456789e123456789f123456789g123456789.example"),
    };
    ss_put(c->out, SN_CUT_ONE_OF(c, hosts));
}

uint32_t sn_cut_many(sn_cut *c)
{
    static const uint32_t many[] = { 7, 32, 33, 64, 257, 1000 };
    return many[sn_choose(c->choices, SS_COUNT(many))];
}
